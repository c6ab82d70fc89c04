//! Each message of a batch: what it asks for, and carrying that out.

use rentree_runtime::batch::{self, BatchFailed, BatchResponse, Record};
use serde_json::Value;

use crate::Directory;
use crate::error::ProcessError;
use crate::message::{self, ClientWord, Task, Word};

impl Directory {
    /// Carries out a batch.
    pub async fn handle(&self, event: &Value) -> Result<BatchResponse, BatchFailed> {
        let carry_out = |record: Record| {
            let directory = self.clone();
            async move { directory.handle_record(&record).await }
        };
        batch::each(event, carry_out).await
    }

    async fn handle_record(&self, record: &Record) -> Result<(), ProcessError> {
        let is_dead_letter = self.config.dead_letter_queue_arns.contains(&record.queue_arn);
        for task in message::tasks(&record.body) {
            match task {
                Task::Load { name } if is_dead_letter => self.load_failed(&name).await?,
                Task::Load { name } => self.load(&name).await?,
                Task::Word(Word::Offer { academie, round }) if is_dead_letter => {
                    self.plan_failed(academie, &round).await?;
                }
                Task::Word(Word::Offer { academie, round }) => self.plan_offers(academie, &round).await?,
                Task::Word(Word::OfferTo { uai, round }) if is_dead_letter => self.offer_failed(uai, &round).await?,
                Task::Word(Word::OfferTo { uai, round }) => self.offer_to(uai, &round).await?,
                Task::Word(Word::Mediacentre { uai, .. }) if is_dead_letter => self.mediacentre_failed(uai).await?,
                Task::Word(Word::Mediacentre { uai, id_etab, id_ent }) => {
                    self.turn_mediacentre(uai, id_etab, id_ent).await?;
                }
                Task::Word(Word::Campaign(word)) if is_dead_letter => self.campaign_failed(&word.name).await?,
                Task::Word(Word::Campaign(word)) => self.tell_campaign(*word, record.sent_at).await?,
                Task::Word(Word::WithdrawCampaign { name, .. }) if is_dead_letter => {
                    self.campaign_failed(&name).await?;
                }
                Task::Word(Word::WithdrawCampaign { name, at }) => {
                    self.withdraw_campaign(&name, at.unwrap_or(record.sent_at)).await?;
                }
                Task::Word(Word::GiveCampaign { name, academie }) if is_dead_letter => {
                    self.giving_failed(&name, academie).await?;
                }
                Task::Word(Word::GiveCampaign { name, academie }) => self.give_campaign(&name, academie).await?,
                Task::Word(Word::Client(word)) if is_dead_letter => self.record_book_failed(&word.name).await?,
                Task::Word(Word::Client(ClientWord { name, scope, secret_hash, until })) => {
                    self.make_record_book(&name, scope, secret_hash, until).await?;
                }
                Task::Word(Word::RevokeClient { name }) if is_dead_letter => self.record_book_failed(&name).await?,
                Task::Word(Word::RevokeClient { name }) => self.revoke_record_book(&name).await?,
                Task::Word(Word::Clients {}) if is_dead_letter => self.record_books_failed().await?,
                Task::Word(Word::Clients {}) => self.list_record_books().await?,
                Task::Word(Word::EndSessions(of)) if is_dead_letter => self.ending_failed(&of).await?,
                Task::Word(Word::EndSessions(of)) => self.end_sessions(&of, record.sent_at).await?,
                Task::Word(Word::EndSecondFactor { .. }) if is_dead_letter => {
                    self.ending_second_factor_failed().await?;
                }
                Task::Word(Word::EndSecondFactor { login }) => self.end_second_factor(&login, record.sent_at).await?,
                Task::Word(Word::Totals { academie, school_year }) if is_dead_letter => {
                    self.totals_failed(academie, school_year).await?;
                }
                Task::Word(Word::Totals { academie, school_year }) => self.total(academie, school_year).await?,
                Task::Nothing { why } => tracing::info!(is_dead_letter, why, "a message asks for nothing"),
                Task::Mistake { why } => tracing::error!(is_dead_letter, why, "a message is not understood"),
            }
        }
        Ok(())
    }
}
