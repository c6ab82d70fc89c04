//! Which pupil is this? One query by birth date, which answers with names alone, and one pupil read: whatever the size of the
//! school. Guesses are limited by client, by campaign and by name, and staff see them.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::learner::Learner;
use rentree_domain::limit::{
    IDENTITIES_BY_CAMPAIGN, IDENTITIES_BY_CLIENT, IDENTITIES_BY_NAME, LENIENT_BY_CAMPAIGN, LENIENT_BY_CLIENT,
    name_subject,
};
use rentree_domain::matching::{self, KnownAs, NoMatch, Spelling, Typed};
use rentree_domain::{Entry, LearnerId, Limit, Uai};
use rentree_http::Problem;
use rentree_table::{JoinAttempt, JoinOutcome};

use super::entrance::{Entrance, Visit};
use crate::Campaigns;

/// Who somebody says to be.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) birth_date: Date,
}

/// An active pupil of the school.
#[derive(Debug, Clone)]
pub(crate) struct Pupil {
    pub(crate) uai: Uai,
    pub(crate) learner: Learner,
    /// What readers see of it.
    pub(crate) entry: Entry,
}

/// What one attempt counts for.
#[derive(Debug)]
pub(crate) struct Counted {
    name: String,
    client: String,
    campaign: String,
    at: Timestamp,
    /// Few have failed of late.
    spelling: Spelling,
}

impl Campaigns {
    /// The pupil that `identity` is, and what the attempt counted for, to be given back if it comes to something.
    pub(crate) async fn find(&self, visit: &Visit, identity: &Identity) -> Result<(Pupil, Counted), Problem> {
        let counted = self.count(visit, identity).await?;
        match self.look_up(&visit.entrance, identity, counted.spelling).await? {
            Ok(pupil) => Ok((pupil, counted)),
            Err(NoMatch::Nobody) => {
                self.note(visit, JoinOutcome::Nobody, None).await?;
                Err(Problem::not_a_pupil(format!(
                    "Aucun élève de « {} » n’a ces nom, prénom et date de naissance. Corrigez-les s’il y a une erreur. Sinon, demandez à votre enseignant comment l’établissement les a écrits.",
                    visit.entrance.school.name
                ))
                .leading_to("Recommencer", visit.path()))
            }
            Err(NoMatch::Several) => {
                self.note(visit, JoinOutcome::Several, None).await?;
                Err(Problem::not_a_pupil(
                    "Plusieurs élèves correspondent. Écrivez votre prénom et votre nom exactement comme l’établissement les écrit. Sinon, demandez à votre enseignant.",
                )
                .leading_to("Recommencer", visit.path()))
            }
        }
    }

    /// Counts an attempt before it is made: guesses at the same moment all count. One that a limit refuses counts for that limit
    /// alone: who hammers a name shuts nobody else out.
    async fn count(&self, visit: &Visit, identity: &Identity) -> Result<Counted, Problem> {
        let Entrance { uai, id, .. } = visit.entrance;
        let at = (self.clock)();
        let name = name_subject(uai, &identity.first_name, &identity.last_name);
        let by_name = self.table.count(&IDENTITIES_BY_NAME, &name, at).await?;
        if by_name > IDENTITIES_BY_NAME.count {
            return Err(self.limited(visit, by_name, &IDENTITIES_BY_NAME, "avec ce nom").await?);
        }
        let client = visit.client.0.clone();
        let by_client = self.table.count(&IDENTITIES_BY_CLIENT, &client, at).await?;
        if by_client > IDENTITIES_BY_CLIENT.count {
            self.table.take_back(&IDENTITIES_BY_NAME, &name, at).await?;
            return Err(Problem::too_many("Trop d’essais depuis votre connexion. Réessayez dans dix minutes.")
                .leading_to("Recommencer", visit.path()));
        }
        let campaign = id.to_string();
        let by_campaign = self.table.count(&IDENTITIES_BY_CAMPAIGN, &campaign, at).await?;
        if by_campaign > IDENTITIES_BY_CAMPAIGN.count {
            self.table.take_back(&IDENTITIES_BY_NAME, &name, at).await?;
            self.table.take_back(&IDENTITIES_BY_CLIENT, &client, at).await?;
            return Err(self.limited(visit, by_campaign, &IDENTITIES_BY_CAMPAIGN, "pour cette campagne").await?);
        }
        let few = by_client <= LENIENT_BY_CLIENT && by_campaign <= LENIENT_BY_CAMPAIGN;
        let spelling = if few { Spelling::Lenient } else { Spelling::Strict };
        Ok(Counted { name, client, campaign, at, spelling })
    }

    /// What is told to who tries too often. Staff see it once a window: notes have an end.
    async fn limited(&self, visit: &Visit, count: u32, limit: &Limit, whose: &str) -> Result<Problem, Problem> {
        if count == limit.count + 1 {
            self.note(visit, JoinOutcome::Limited, None).await?;
        }
        let told = format!("Trop d’essais {whose}. Réessayez dans une heure, ou demandez à votre enseignant.");
        Ok(Problem::too_many(told).leading_to("Recommencer", visit.path()))
    }

    /// Gives back what an attempt counted for: it came to something.
    pub(crate) async fn give_back(&self, counted: &Counted) -> Result<(), Problem> {
        self.table.take_back(&IDENTITIES_BY_NAME, &counted.name, counted.at).await?;
        self.give_back_but_the_name(counted).await
    }

    /// The same, for who found somebody with an account: who asks how a classmate signs in asks it of few names, and a school
    /// of returning pupils does not shut itself out.
    pub(crate) async fn give_back_but_the_name(&self, counted: &Counted) -> Result<(), Problem> {
        self.table.take_back(&IDENTITIES_BY_CLIENT, &counted.client, counted.at).await?;
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

    async fn look_up(
        &self,
        entrance: &Entrance,
        identity: &Identity,
        spelling: Spelling,
    ) -> Result<Result<Pupil, NoMatch>, Problem> {
        let typed = Typed::new(&identity.first_name, &identity.last_name);
        let version = entrance.school.roster_version;
        let candidates = self.table.candidates(entrance.uai, identity.birth_date, version).await?;
        let candidates: Vec<_> = candidates.into_iter().map(|candidate| (candidate.id, candidate.names)).collect();
        let id = match matching::find(&candidates, &typed, spelling) {
            Ok(id) => id,
            Err(no_match) => return Ok(Err(no_match)),
        };
        // The index may be a moment late; the pupil is not.
        let pupil = self.enrolled(entrance, id).await?.filter(|pupil| {
            pupil.entry.birth_date == identity.birth_date
                && matching::find(&[((), KnownAs::of(&pupil.entry))], &typed, spelling).is_ok()
        });
        Ok(pupil.ok_or(NoMatch::Nobody))
    }

    /// A pupil of the school, if readers see it active.
    pub(crate) async fn enrolled(&self, entrance: &Entrance, id: LearnerId) -> Result<Option<Pupil>, Problem> {
        let Some(learner) = self.table.learner(entrance.uai, id).await? else { return Ok(None) };
        let seen = learner.visible(entrance.school.roster_version).filter(|revision| revision.active);
        Ok(seen.map(|revision| revision.entry.clone()).map(|entry| Pupil { uai: entrance.uai, learner, entry }))
    }
}
