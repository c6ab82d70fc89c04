//! What an attempt to be a pupil counts for: where it comes from, the campaign, and the pupil who was found or meant.
//!
//! **No guess is ever free.** Client and campaign are counted side by side with the look for who was meant, and whoever is found is
//! counted as guessed at, too: telling is the try, not reading. Nothing that was found is told, by step, status or further calls, before
//! all counts have come back and no limit refuses.
//!
//! - *At the same moment:* each of many guesses gets numbers of its own; those beyond a limit are refused, whatever they found.
//! - *Right before wrong:* a guess that fails may have to read the roster first, and is counted a call later than the one that finds. So
//!   the count of who was found is looked at once more, side by side with that later call: of many guesses at the same moment the right
//!   one is refused as easily as any other.
//! - *Too early back:* an attempt may get its counts back while the last call before the answer is under way. If that call says that the
//!   pupil stays counted (who has an account), the pupil is counted again, and that count must be allowed, too, before the answer.
//!   So whoever was told of an account holds a number within the limit, and there are no more such numbers than the limit says.
//! - *A crash* leaves an attempt counted that came to nothing, or uncounted one of which nobody was told anything.

use jiff::Timestamp;
use rentree_domain::guess::Held;
use rentree_domain::limit::{
    GUESSES_BY_PUPIL, IDENTITIES_BY_CAMPAIGN, IDENTITIES_BY_CLIENT, LENIENT_BY_CAMPAIGN, LENIENT_BY_CLIENT,
};
use rentree_domain::matching::Spelling;
use rentree_domain::{CampaignId, LearnerId};
use rentree_http::{ClientAddress, Problem};
use rentree_table::{JoinAttempt, JoinOutcome};

use super::visit::Visit;
use crate::Campaigns;

/// What one attempt counts for.
pub(crate) struct Counted {
    /// The pupil who was found by names, and is counted as guessed at. Whoever is found by a code was not guessed at.
    pub(crate) found: Option<LearnerId>,
    client: String,
    campaign: String,
    pub(crate) at: Timestamp,
    /// What the counts came to with it.
    by_client: u32,
    by_campaign: u32,
    given_back: Back,
    /// Whether the count of who was found was looked at once more.
    is_looked_at_again: bool,
}

/// What an attempt gets back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Back {
    /// It failed, or a question is open: who is asked about everybody born on a day is guessing.
    Nothing,
    /// It found somebody with an account: who asks how a classmate signs in asks it of few pupils, and a school of returning pupils does
    /// not shut itself out.
    AllButThePupil,
    /// It came to something.
    All,
}

impl Campaigns {
    /// Counts an attempt.
    pub(crate) async fn count(
        &self,
        campaign: CampaignId,
        client: &ClientAddress,
        at: Timestamp,
    ) -> Result<Counted, Problem> {
        let campaign = campaign.to_string();
        let (by_client, by_campaign) = tokio::try_join!(
            self.table.count(&IDENTITIES_BY_CLIENT, &client.0, at),
            self.table.count(&IDENTITIES_BY_CAMPAIGN, &campaign, at),
        )?;
        let client = client.0.clone();
        let (found, given_back, is_looked_at_again) = (None, Back::Nothing, false);
        Ok(Counted { found, client, campaign, at, by_client, by_campaign, given_back, is_looked_at_again })
    }

    /// How closely the names of an attempt must be typed; or what the limit says that refuses it. A refused one counts for that limit
    /// alone.
    pub(crate) async fn check_counts(&self, visit: &Visit, counted: &Counted) -> Result<Spelling, Problem> {
        let Counted { by_client, by_campaign, .. } = *counted;
        if by_client > IDENTITIES_BY_CLIENT.count {
            self.give_campaign_back(counted).await?;
            return Err(Problem::too_many("Trop d’essais depuis votre connexion. Réessayez dans dix minutes.")
                .leading_to("Recommencer", visit.path()));
        }
        if by_campaign > IDENTITIES_BY_CAMPAIGN.count {
            let noted = async {
                // Staff see it once a window: notes have an end.
                let is_first = by_campaign == IDENTITIES_BY_CAMPAIGN.count + 1;
                if is_first { self.note(visit, JoinOutcome::Limited, None).await } else { Ok(()) }
            };
            tokio::try_join!(noted, self.give_client_back(counted))?;
            return Err(too_many(visit, "pour cette campagne", "dans une heure"));
        }
        let many_failed = by_client > LENIENT_BY_CLIENT || by_campaign > LENIENT_BY_CAMPAIGN;
        Ok(if many_failed { Spelling::Strict } else { Spelling::Lenient })
    }

    /// Sees to it that an attempt has back what is `due`, and no more: what it got back too early is counted again. Either may be
    /// refused: others may have guessed at the pupil meanwhile.
    pub(crate) async fn settle(&self, visit: &Visit, counted: &mut Counted, due: Back) -> Result<(), Problem> {
        let before = std::mem::replace(&mut counted.given_back, due);
        let was_looked_at = std::mem::replace(&mut counted.is_looked_at_again, true);
        let pupil = async {
            let Some(found) = counted.found.map(|id| id.to_string()) else { return Ok(()) };
            let (limit, at) = (&GUESSES_BY_PUPIL, counted.at);
            let count = match (before == Back::All, due == Back::All) {
                (false, true) => self.table.count_back(limit, &found, at).await? + 1,
                (true, false) => self.table.count(limit, &found, at).await?,
                (false, false) if !was_looked_at => self.table.counted(limit, &found, at).await?,
                (true, true) | (false, false) => return Ok(()),
            };
            if count > limit.count { Err(too_many_guesses(visit, Held::AnHour)) } else { Ok(()) }
        };
        let others = async {
            if before == Back::Nothing && due != Back::Nothing {
                self.give_others_back(counted).await?;
            }
            Ok(())
        };
        // Each to its end: what is counted is given back.
        let (pupil, others) = tokio::join!(pupil, others);
        others.and(pupil)
    }

    /// The same, side by side with the write that it is for. Whoever is in is not told of a count that was not given back: a failure
    /// was logged where it happened.
    pub(crate) async fn settle_if_possible(&self, visit: &Visit, counted: &mut Counted, due: Back) {
        let _ = self.settle(visit, counted, due).await;
    }

    /// Gives back what counts for where an attempt comes from: nothing was told of what it found, or it was a guess at nobody.
    pub(crate) async fn give_others_back(&self, counted: &Counted) -> Result<(), Problem> {
        tokio::try_join!(self.give_client_back(counted), self.give_campaign_back(counted))?;
        Ok(())
    }

    async fn give_client_back(&self, counted: &Counted) -> Result<(), Problem> {
        self.table.take_back(&IDENTITIES_BY_CLIENT, &counted.client, counted.at).await?;
        Ok(())
    }

    async fn give_campaign_back(&self, counted: &Counted) -> Result<(), Problem> {
        self.table.take_back(&IDENTITIES_BY_CAMPAIGN, &counted.campaign, counted.at).await?;
        Ok(())
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

/// What is told to who guesses too often. The same for a name that is somebody's and for one that is nobody's.
pub(crate) fn too_many_guesses(visit: &Visit, held: Held) -> Problem {
    let later = match held {
        Held::AnHour => "dans une heure",
        Held::ADay => "demain",
    };
    too_many(visit, "avec ce nom ou un nom semblable", later)
}

fn too_many(visit: &Visit, whose: &str, later: &str) -> Problem {
    let told = format!("Trop d’essais {whose}. Réessayez {later}, ou demandez à votre enseignant.");
    Problem::too_many(told).leading_to("Recommencer", visit.path())
}
