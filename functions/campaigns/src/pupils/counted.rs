//! What an attempt to be a pupil counts for: the name that was typed, where it comes from, and the campaign.
//!
//! **No guess is ever free.** The three counts and the look for who was meant go side by side, but telling is the try: nothing that was
//! found is told, by step, status or further calls, before all three have come back and no limit refuses.
//!
//! - *At the same moment:* each of many guesses gets numbers of its own; those beyond a limit are refused, whatever was found.
//! - *Too early back:* an attempt may get its counts back while the last call before the answer is under way. If that call says that the
//!   name stays counted (the pupil has an account), the name is counted again, and that count must be allowed, too, before the answer.
//!   So whoever was told of an account holds a number within the limit, and there are no more such numbers than the limit says.
//! - *A crash* leaves an attempt counted that came to nothing, or uncounted one of which nobody was told anything.

use jiff::Timestamp;
use rentree_domain::limit::{
    IDENTITIES_BY_CAMPAIGN, IDENTITIES_BY_CLIENT, IDENTITIES_BY_NAME, LENIENT_BY_CAMPAIGN, LENIENT_BY_CLIENT,
    name_subject,
};
use rentree_domain::matching::Spelling;
use rentree_domain::{CampaignId, LearnerId, Limit, Uai};
use rentree_http::{ClientAddress, Problem};
use rentree_table::{JoinAttempt, JoinOutcome};

use super::visit::Visit;
use super::who::Claim;
use crate::Campaigns;

/// What one attempt counts for. Never printed: it holds a name.
pub(crate) struct Counted {
    /// The name that was typed; a code has none.
    name: Option<String>,
    client: String,
    campaign: String,
    pub(crate) at: Timestamp,
    /// What the counts came to with it.
    by_name: u32,
    by_client: u32,
    by_campaign: u32,
    given_back: Back,
}

/// What an attempt gets back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Back {
    /// It failed, or a question is open: who is asked about everybody born on a day is guessing.
    Nothing,
    /// It found somebody with an account: who asks how a classmate signs in asks it of few names, and a school of returning pupils does
    /// not shut itself out.
    AllButTheName,
    /// It came to something.
    All,
}

impl Counted {
    /// Where it comes from, as the gateway saw it.
    pub(super) fn client(&self) -> &str {
        &self.client
    }
}

impl Campaigns {
    /// Counts an attempt.
    pub(crate) async fn count(
        &self,
        (uai, campaign): (Uai, CampaignId),
        client: &ClientAddress,
        claim: &Claim,
        at: Timestamp,
    ) -> Result<Counted, Problem> {
        let name = match claim {
            Claim::Names(identity) => Some(name_subject(uai, &identity.first_name, &identity.last_name)),
            Claim::Code(_) => None,
        };
        let campaign = campaign.to_string();
        let (by_name, by_client, by_campaign) = tokio::try_join!(
            self.count_the_name(name.as_deref(), at),
            self.table.count(&IDENTITIES_BY_CLIENT, &client.0, at),
            self.table.count(&IDENTITIES_BY_CAMPAIGN, &campaign, at),
        )?;
        let client = client.0.clone();
        Ok(Counted { name, client, campaign, at, by_name, by_client, by_campaign, given_back: Back::Nothing })
    }

    async fn count_the_name(&self, name: Option<&str>, at: Timestamp) -> Result<u32, rentree_table::TableError> {
        match name {
            Some(name) => self.table.count(&IDENTITIES_BY_NAME, name, at).await,
            None => Ok(0),
        }
    }

    /// How closely the names of an attempt must be typed; or what the limit says that refuses it. A refused one counts for that limit
    /// alone: who hammers a name shuts nobody else out.
    pub(crate) async fn check_counts(&self, visit: &Visit, counted: &Counted) -> Result<Spelling, Problem> {
        let Counted { by_name, by_client, by_campaign, .. } = *counted;
        if by_name > IDENTITIES_BY_NAME.count {
            let told = self.too_many_of_name(visit, by_name);
            let (told, (), ()) =
                tokio::try_join!(told, self.give_client_back(counted), self.give_campaign_back(counted))?;
            return Err(told);
        }
        if by_client > IDENTITIES_BY_CLIENT.count {
            tokio::try_join!(self.give_name_back(counted), self.give_campaign_back(counted))?;
            return Err(Problem::too_many("Trop d’essais depuis votre connexion. Réessayez dans dix minutes.")
                .leading_to("Recommencer", visit.path()));
        }
        if by_campaign > IDENTITIES_BY_CAMPAIGN.count {
            let told = self.limited(visit, by_campaign, &IDENTITIES_BY_CAMPAIGN, "pour cette campagne");
            let (told, (), ()) = tokio::try_join!(told, self.give_name_back(counted), self.give_client_back(counted))?;
            return Err(told);
        }
        let many_failed = by_client > LENIENT_BY_CLIENT || by_campaign > LENIENT_BY_CAMPAIGN;
        Ok(if many_failed { Spelling::Strict } else { Spelling::Lenient })
    }

    /// Sees to it that an attempt has back what is `due`, and no more: what it got back too early is counted again, which a limit may
    /// refuse.
    pub(crate) async fn settle(&self, visit: &Visit, counted: &mut Counted, due: Back) -> Result<(), Problem> {
        let before = std::mem::replace(&mut counted.given_back, due);
        let name = async {
            match (before == Back::All, due == Back::All) {
                (false, true) => self.give_name_back(counted).await,
                (true, false) => self.count_again(visit, counted).await,
                (true, true) | (false, false) => Ok(()),
            }
        };
        let others = async {
            if before == Back::Nothing && due != Back::Nothing {
                tokio::try_join!(self.give_client_back(counted), self.give_campaign_back(counted))?;
            }
            Ok(())
        };
        tokio::try_join!(name, others)?;
        Ok(())
    }

    /// The same, side by side with the write that it is for. Whoever is in is not told of a count that was not given back: a failure
    /// was logged where it happened.
    pub(crate) async fn settle_if_possible(&self, visit: &Visit, counted: &mut Counted, due: Back) {
        let _ = self.settle(visit, counted, due).await;
    }

    /// Gives everything back: nothing was told of what the attempt found.
    pub(crate) async fn untell(&self, counted: &Counted) -> Result<(), Problem> {
        tokio::try_join!(
            self.give_name_back(counted),
            self.give_client_back(counted),
            self.give_campaign_back(counted)
        )?;
        Ok(())
    }

    async fn count_again(&self, visit: &Visit, counted: &Counted) -> Result<(), Problem> {
        let count = self.count_the_name(counted.name.as_deref(), counted.at).await?;
        if count > IDENTITIES_BY_NAME.count { Err(self.too_many_of_name(visit, count).await?) } else { Ok(()) }
    }

    async fn give_name_back(&self, counted: &Counted) -> Result<(), Problem> {
        if let Some(name) = &counted.name {
            self.table.take_back(&IDENTITIES_BY_NAME, name, counted.at).await?;
        }
        Ok(())
    }

    async fn give_client_back(&self, counted: &Counted) -> Result<(), Problem> {
        Ok(self.table.take_back(&IDENTITIES_BY_CLIENT, &counted.client, counted.at).await?)
    }

    async fn give_campaign_back(&self, counted: &Counted) -> Result<(), Problem> {
        Ok(self.table.take_back(&IDENTITIES_BY_CAMPAIGN, &counted.campaign, counted.at).await?)
    }

    async fn too_many_of_name(&self, visit: &Visit, count: u32) -> Result<Problem, Problem> {
        self.limited(visit, count, &IDENTITIES_BY_NAME, "avec ce nom").await
    }

    /// What is told to who tries too often. Staff see it once a window: notes have an end.
    async fn limited(&self, visit: &Visit, count: u32, limit: &Limit, whose: &str) -> Result<Problem, Problem> {
        if count == limit.count + 1 {
            self.note(visit, JoinOutcome::Limited, None).await?;
        }
        let told = format!("Trop d’essais {whose}. Réessayez dans une heure, ou demandez à votre enseignant.");
        Ok(Problem::too_many(told).leading_to("Recommencer", visit.path()))
    }

    /// Notes an attempt that failed, for staff.
    pub(crate) async fn note(
        &self,
        visit: &Visit,
        outcome: JoinOutcome,
        learner: Option<LearnerId>,
    ) -> Result<(), Problem> {
        let attempt = JoinAttempt::new((self.clock)(), rentree_runtime::random(), outcome, learner);
        Ok(self.table.note_join_attempt(visit.entrance.id, &attempt).await?)
    }
}
