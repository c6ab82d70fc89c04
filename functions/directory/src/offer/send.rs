//! One mail to one school: claimed, sent, settled. Whatever happens, never a second one in the same round.

use std::time::Duration;

use rentree_domain::{Round, Uai};
use rentree_mail::{Offer, SendError};
use rentree_table::{Claim, Claimed};

use crate::Directory;
use crate::error::ProcessError;

/// The public form that asks for a space.
const FORM: &str = "/demande-administration-sco";
/// How long to wait before each further try. Most refusals of SES are about its rate.
const PAUSES: [Duration; 3] = [Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1)];

impl Directory {
    /// Offers a school its space, unless it needs none any more.
    pub(crate) async fn offer_to(&self, uai: Uai, round: &Round) -> Result<(), ProcessError> {
        let school = self.table.school(uai).await?;
        let (school, mailbox) = match school.map(|school| (school.mailbox_of(uai), school)) {
            Some((Some(mailbox), school)) if school.activated_at.is_none() && !school.closed => (school, mailbox),
            _ => {
                tracing::info!(uai = %uai, round = %round, "the school needs no offer any more");
                return Ok(());
            }
        };

        // Before the claim: it is held for as short as can be.
        self.pace.wait().await;
        let id = format!("{:016x}", u64::from_be_bytes(rentree_runtime::random()));
        let claim = match self.table.claim_offer(uai, round, id, self.config.claim_patience, (self.clock)()).await? {
            Claimed::Ours(claim) => claim,
            Claimed::Busy => return Err(ProcessError::Busy),
            Claimed::Settled(state) => {
                tracing::info!(uai = %uai, round = %round, state = ?state, "the offer is settled, nothing is sent");
                return Ok(());
            }
        };

        let form = format!("{}{FORM}", self.config.origin);
        let mail = rentree_mail::offer(Offer { school: &school.name, uai: uai.as_str(), form: &form });
        let mut pauses = PAUSES.into_iter();
        loop {
            match self.mailer.send(&mailbox, &mail).await {
                Ok(()) => {
                    self.table.offer_sent(&claim, (self.clock)()).await?;
                    tracing::info!(uai = %uai, round = %round, "an offer was sent");
                    return Ok(());
                }
                Err(SendError::Unknown(_)) => {
                    self.table.offer_uncertain(&claim, (self.clock)()).await?;
                    tracing::error!(uai = %uai, round = %round, "an offer is uncertain: the answer of SES was lost");
                    return Ok(());
                }
                Err(SendError::Render(_)) => return self.give_back(&claim, "render").await,
                Err(SendError::NotSent { code, .. }) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return self.give_back(&claim, &code).await,
                },
            }
        }
    }

    /// The mail was certainly not sent: the next try may claim it again.
    async fn give_back(&self, claim: &Claim, code: &str) -> Result<(), ProcessError> {
        self.table.release_offer(claim).await?;
        Err(ProcessError::NotSent { code: code.to_owned() })
    }
}
