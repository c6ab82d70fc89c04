//! What an attempt to be a pupil counts for: where it comes from, the campaign, and the pupil who was meant.
//!
//! **No guess is ever free.** Client and campaign are counted side by side with the look for who was meant, and guesses that failed are
//! counted before they are told of, for everybody who was meant (`guesses.rs`). But telling is the try, not reading: nothing that was found
//! is told, by step, status or further calls, before all counts have come back and no limit refuses.
//!
//! - *At the same moment:* each of many guesses gets numbers of its own; those beyond the limit are refused, whatever they found.
//! - *Right before wrong:* a guess that fails may have to read the roster first, and is counted a call later than one that finds has
//!   looked. So whoever found somebody looks again at the guesses that failed, side by side with that later call: of many guesses at the
//!   same moment the right one is refused as easily as any other.
//! - *Who has an account, and who is asked about,* is told of few times: the pupil is counted before that is told, and not where the
//!   attempt comes to something.
//! - *A crash* leaves an attempt counted that came to nothing, or uncounted one of which nobody was told anything.

use jiff::Timestamp;
use rentree_domain::guess::Held;
use rentree_domain::limit::{
    FOUND_BY_PUPIL, GUESSES_BY_PUPIL, IDENTITIES_BY_CAMPAIGN, IDENTITIES_BY_CLIENT, LENIENT_BY_CAMPAIGN,
    LENIENT_BY_CLIENT,
};
use rentree_domain::matching::Spelling;
use rentree_domain::{CampaignId, LearnerId};
use rentree_http::{ClientAddress, Problem};
use rentree_table::{GuessedPupil, JoinAttempt, JoinOutcome};
use rentree_web::french;

use super::visit::Visit;
use crate::Campaigns;

/// What one attempt counts for.
pub(crate) struct Counted {
    /// The pupil who was found by names. Whoever is found by a code was not guessed.
    pub(crate) found: Option<LearnerId>,
    client: String,
    campaign: String,
    pub(crate) at: Timestamp,
    /// What the counts came to with it.
    by_client: u32,
    by_campaign: u32,
    /// Whether client and campaign have theirs back.
    is_given_back: bool,
    /// Whether the guesses at who was found were looked at once more.
    is_looked_at_again: bool,
    /// Whether the pupil who was found is counted as told of.
    is_told_of: bool,
}

/// What an attempt counts for in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// That is not known yet.
    Unknown,
    /// Everything: it failed, or a question is open. Who is asked about everybody born on a day is guessing.
    Everything,
    /// The pupil alone: it found somebody with an account. Who asks how a classmate signs in asks it of few pupils, and a school of
    /// returning pupils does not shut itself out.
    ThePupil,
    /// Nothing: it came to something.
    Nothing,
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
        Ok(Counted {
            found: None,
            client,
            campaign,
            at,
            by_client,
            by_campaign,
            is_given_back: false,
            is_looked_at_again: false,
            is_told_of: false,
        })
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
            let later = french::from_time_on(IDENTITIES_BY_CAMPAIGN.window_at(counted.at).1, counted.at);
            let told = format!("Trop d’essais pour cette campagne. Réessayez {later}, ou demandez à votre enseignant.");
            return Err(Problem::too_many(told).leading_to("Recommencer", visit.path()));
        }
        let many_failed = by_client > LENIENT_BY_CLIENT || by_campaign > LENIENT_BY_CAMPAIGN;
        Ok(if many_failed { Spelling::Strict } else { Spelling::Lenient })
    }

    /// Sees to it that an attempt counts for what is `due`, and no more. Refused if others have guessed too often at the pupil meanwhile,
    /// or if the pupil was told of too often.
    pub(crate) async fn settle(&self, visit: &Visit, counted: &mut Counted, due: Due) -> Result<(), Problem> {
        let looks = !std::mem::replace(&mut counted.is_looked_at_again, true);
        let gives_back = !counted.is_given_back && matches!(due, Due::Nothing | Due::ThePupil);
        let tells = !counted.is_told_of && matches!(due, Due::Everything | Due::ThePupil);
        counted.is_given_back |= gives_back;
        counted.is_told_of |= tells;
        let counted = &*counted;
        let others = async { if gives_back { self.give_others_back(counted).await } else { Ok(()) } };
        // Each to its end: what is counted is given back.
        let (others, looked, told) =
            tokio::join!(others, self.look_again_if(looks, visit, counted), self.count_told_if(tells, visit, counted));
        others.and(looked).and(told)
    }

    /// The same, side by side with the write that it is for. Whoever is in is not told of a count that was not given back: a failure
    /// was logged where it happened.
    pub(crate) async fn settle_if_possible(&self, visit: &Visit, counted: &mut Counted, due: Due) {
        let _ = self.settle(visit, counted, due).await;
    }

    /// Looks once more at the guesses at who was found, if it `does`.
    async fn look_again_if(&self, does: bool, visit: &Visit, counted: &Counted) -> Result<(), Problem> {
        let Some(pupil) = counted.found.filter(|_| does) else { return Ok(()) };
        let guesses = self.table.counted(&GUESSES_BY_PUPIL, &pupil.to_string(), counted.at).await?;
        if guesses < GUESSES_BY_PUPIL.count { Ok(()) } else { Err(too_many_guesses(visit, Held::AnHour, counted.at)) }
    }

    /// Counts that the pupil who was found is told of, if it `is` so.
    async fn count_told_if(&self, is: bool, visit: &Visit, counted: &Counted) -> Result<(), Problem> {
        let Some(pupil) = counted.found.filter(|_| is) else { return Ok(()) };
        let told = self.table.count(&FOUND_BY_PUPIL, &pupil.to_string(), counted.at).await?;
        if told <= FOUND_BY_PUPIL.count {
            return Ok(());
        }
        if told == FOUND_BY_PUPIL.count + 1 {
            self.hold_up(visit, pupil, (counted.at, Held::AnHour.ends(counted.at))).await?;
        }
        Err(too_many_guesses(visit, Held::AnHour, counted.at))
    }

    /// Tells the school's staff that a pupil is held up, from when until when: once.
    pub(crate) async fn hold_up(
        &self,
        visit: &Visit,
        pupil: LearnerId,
        (since, until): (Timestamp, Timestamp),
    ) -> Result<(), Problem> {
        let guessed = GuessedPupil::new(since, until);
        if self.table.hold_up(visit.entrance.uai, pupil, &guessed).await? {
            self.note(visit, JoinOutcome::Limited, Some(pupil)).await?;
        }
        Ok(())
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

/// What is told to who guesses too often. The same for a name that is somebody's and for one that is nobody's, and whether that pupil has
/// an account or not: both ways on are named. When guesses at `at` end to be refused is what staff are told, too.
pub(crate) fn too_many_guesses(visit: &Visit, held: Held, at: Timestamp) -> Problem {
    let later = french::from_time_on(held.ends(at), at);
    let told = format!(
        "Trop d’essais avec ce nom ou un nom semblable. Réessayez {later}, ou demandez à votre enseignant un code personnel : il permet de rejoindre la campagne tout de suite. Si vous avez déjà un compte, connectez-vous."
    );
    Problem::too_many(told).leading_to("Recommencer", visit.path())
}
