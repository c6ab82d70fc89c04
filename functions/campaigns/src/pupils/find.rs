//! Which pupil is this? One query by birth date, which answers with names alone, and one pupil read: whatever the size of the
//! school. Guesses are limited by client, by campaign and by name, and staff see them.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::learner::Learner;
use rentree_domain::limit::{IDENTITIES_BY_CAMPAIGN, IDENTITIES_BY_CLIENT, IDENTITIES_BY_NAME};
use rentree_domain::matching::{self, KnownAs, NoMatch, Typed};
use rentree_domain::name::fold;
use rentree_domain::{Entry, LearnerId, Limit};
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
    pub(crate) learner: Learner,
    /// What readers see of it.
    pub(crate) entry: Entry,
}

/// What one attempt counts for.
#[derive(Debug)]
pub(crate) struct Counted {
    subjects: [(&'static Limit, String); 3],
    at: Timestamp,
}

impl Campaigns {
    /// The pupil that `identity` is, and what the attempt counted for, to be given back if it comes to something.
    pub(crate) async fn find(&self, visit: &Visit, identity: &Identity) -> Result<(Pupil, Counted), Problem> {
        let counted = self.count(visit, identity).await?;
        match self.look_up(&visit.entrance, identity).await? {
            Ok(pupil) => Ok((pupil, counted)),
            Err(NoMatch::Nobody) => {
                self.note(visit, JoinOutcome::Nobody, None).await?;
                Err(Problem::not_a_pupil(format!(
                    "Aucun élève de l’établissement « {} » n’a ces nom, prénom et date de naissance. Vérifiez-les : ils doivent être ceux que l’établissement connaît. Sinon, demandez à votre enseignant.",
                    visit.entrance.school.name
                )))
            }
            Err(NoMatch::Several) => {
                self.note(visit, JoinOutcome::Several, None).await?;
                Err(Problem::not_a_pupil(
                    "Plusieurs élèves correspondent. Écrivez votre prénom et votre nom exactement comme l’établissement les écrit. Sinon, demandez à votre enseignant.",
                ))
            }
        }
    }

    /// Counts an attempt before it is made: guesses at the same moment all count.
    async fn count(&self, visit: &Visit, identity: &Identity) -> Result<Counted, Problem> {
        let Entrance { uai, id, .. } = visit.entrance;
        let name = format!("{uai} {} {}", fold(&identity.last_name), fold(&identity.first_name));
        let at = (self.clock)();
        let subjects = [
            (&IDENTITIES_BY_CLIENT, visit.client.0.clone()),
            (&IDENTITIES_BY_CAMPAIGN, id.to_string()),
            (&IDENTITIES_BY_NAME, name),
        ];
        for (limit, subject) in &subjects {
            if self.table.allows(limit, subject, at).await? {
                continue;
            }
            let (whose, wait) = match **limit {
                // Whoever insists beyond this is not noted: their notes would be without end.
                IDENTITIES_BY_CLIENT => {
                    return Err(Problem::too_many("Trop d’essais depuis votre connexion. Réessayez dans dix minutes."));
                }
                IDENTITIES_BY_CAMPAIGN => ("pour cette campagne", "dans une heure"),
                _ => ("avec ce nom", "dans une heure"),
            };
            self.note(visit, JoinOutcome::Limited, None).await?;
            let told = format!("Trop d’essais {whose}. Réessayez {wait}, ou demandez à votre enseignant.");
            return Err(Problem::too_many(told));
        }
        Ok(Counted { subjects, at })
    }

    /// Gives back what an attempt counted for: it came to something.
    pub(crate) async fn give_back(&self, counted: &Counted) -> Result<(), Problem> {
        for (limit, subject) in &counted.subjects {
            self.table.take_back(limit, subject, counted.at).await?;
        }
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

    async fn look_up(&self, entrance: &Entrance, identity: &Identity) -> Result<Result<Pupil, NoMatch>, Problem> {
        let typed = Typed::new(&identity.first_name, &identity.last_name);
        let version = entrance.school.roster_version;
        let candidates = self.table.candidates(entrance.uai, identity.birth_date, version).await?;
        let candidates: Vec<_> = candidates.into_iter().map(|candidate| (candidate.id, candidate.names)).collect();
        let id = match matching::find(&candidates, &typed) {
            Ok(id) => id,
            Err(no_match) => return Ok(Err(no_match)),
        };
        // The index may be a moment late; the pupil is not.
        let pupil = self.enrolled(entrance, id).await?.filter(|pupil| {
            pupil.entry.birth_date == identity.birth_date
                && matching::find(&[((), KnownAs::of(&pupil.entry))], &typed).is_ok()
        });
        Ok(pupil.ok_or(NoMatch::Nobody))
    }

    /// A pupil of the school, if readers see it active.
    pub(crate) async fn enrolled(&self, entrance: &Entrance, id: LearnerId) -> Result<Option<Pupil>, Problem> {
        let Some(learner) = self.table.learner(entrance.uai, id).await? else { return Ok(None) };
        let seen = learner.visible(entrance.school.roster_version).filter(|revision| revision.active);
        Ok(seen.map(|revision| revision.entry.clone()).map(|entry| Pupil { learner, entry }))
    }
}
