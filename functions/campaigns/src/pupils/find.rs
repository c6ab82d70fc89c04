//! Which pupil is this? One query by birth date, which answers with names alone, and one pupil read: whatever the size of the
//! school. Guesses are limited by client, by campaign and by the pupil who was meant, and staff see them.

use jiff::Timestamp;
use rentree_domain::guess::{self, Refused};
use rentree_domain::learner::Learner;
use rentree_domain::matching::{self, KnownAs, Match, NoMatch, Spelling, Typed};
use rentree_domain::{CampaignId, LearnerId, PersonalCode, Uai};
use rentree_http::{ClientAddress, Problem};
use rentree_table::{Born, JoinOutcome, School};

use super::code::OF_SIGN_IN;
use super::counted::Counted;
use super::pupil::{By, Pupil};
use super::visit::{Entrance, Visit};
use super::who::{Claim, Identity};
use crate::Campaigns;

/// An attempt: counted, and what stands where it leads. Nothing of it is told before [`Campaigns::find`] allows it.
pub(crate) struct Tried {
    counted: Counted,
    leads: Leads,
}

enum Leads {
    /// To those who were born on that day.
    Names(Identity, Born),
    /// To the pupil whom the code was given to.
    Code(PersonalCode, Option<LearnerId>),
}

/// Why there is no pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotFound {
    Names(NoMatch),
    Code,
}

impl NotFound {
    fn outcome(self) -> JoinOutcome {
        match self {
            Self::Names(NoMatch::Nobody) => JoinOutcome::Nobody,
            Self::Names(NoMatch::Several) => JoinOutcome::Several,
            Self::Code => JoinOutcome::WrongCode,
        }
    }

    /// What people are told, who cannot correct names that the Médiacentre tells.
    fn told(self, school: &School, is_named: bool) -> String {
        let name = &school.name;
        match self {
            // No import yet, or each was undone: nothing that is typed is wrong.
            Self::Names(NoMatch::Nobody) if school.last_import().is_none() => format!(
                "« {name} » n’a pas encore sa liste d’élèves dans Rentrée : personne ne peut rejoindre la campagne pour l’instant. Dites-le à votre enseignant."
            ),
            Self::Names(NoMatch::Nobody) if is_named => format!(
                "Aucun élève de « {name} » n’a le nom que donne le Médiacentre et cette date de naissance. Corrigez la date s’il y a une erreur. Sinon, dites-le à votre enseignant : il vérifiera que vous êtes dans la liste. Il pourra alors vous donner un code personnel, qui remplace le nom et la date de naissance."
            ),
            Self::Names(NoMatch::Several) if is_named => {
                "Plusieurs élèves correspondent au nom que donne le Médiacentre, nés le même jour. Si vous avez déjà un compte, connectez-vous. Sinon, demandez un code personnel à votre enseignant : il remplace le nom et la date de naissance.".to_owned()
            }
            Self::Names(NoMatch::Nobody) => format!(
                "Aucun élève de « {name} » n’a ces nom, prénom et date de naissance. Corrigez-les s’il y a une erreur. Sinon, dites-le à votre enseignant : il vérifiera que vous êtes dans la liste, et comment votre nom y est écrit. Il pourra alors vous donner un code personnel."
            ),
            Self::Names(NoMatch::Several) => {
                "Plusieurs élèves correspondent. Vérifiez que votre prénom et votre nom sont complets et bien écrits. Si un autre élève porte les mêmes, connectez-vous si vous avez déjà un compte ; sinon, demandez à votre enseignant un code personnel, qui remplace le nom et la date de naissance.".to_owned()
            }
            Self::Code => format!(
                "Ce code personnel n’est pas valable. Vérifiez-le : il ne sert qu’une fois, pendant un jour. Sinon, demandez-en un autre à votre enseignant. {OF_SIGN_IN}"
            ),
        }
    }
}

impl Campaigns {
    /// Makes the attempt that `claim` is: counts it and looks where it leads, side by side.
    pub(crate) async fn attempt(
        &self,
        (uai, campaign): (Uai, CampaignId),
        client: &ClientAddress,
        claim: &Claim,
        at: Timestamp,
    ) -> Result<Tried, Problem> {
        let leads = async {
            Ok(match claim {
                Claim::Names(who) => Leads::Names(who.clone(), self.table.born_on(uai, who.birth_date).await?),
                Claim::Code(code) => Leads::Code(code.clone(), self.table.given_to(uai, code, at).await?),
            })
        };
        let (counted, leads) = tokio::try_join!(self.count(campaign, client, at), leads)?;
        Ok(Tried { counted, leads })
    }

    /// Leaves an attempt as if it had not been made: nothing of it was told.
    pub(crate) async fn leave(&self, tried: Option<Tried>) -> Result<(), Problem> {
        match tried {
            Some(tried) => self.give_others_back(&tried.counted).await,
            None => Ok(()),
        }
    }

    /// The pupil whom an attempt found, and what it counted for, to be given back if it comes to something.
    pub(crate) async fn find(&self, visit: &Visit, tried: Tried) -> Result<(Pupil, Counted), Problem> {
        let Tried { mut counted, leads } = tried;
        let spelling = self.check_counts(visit, &counted).await?;
        let why = match leads {
            Leads::Names(identity, born) => {
                let typed = Typed::new(&identity.first_name, &identity.last_name);
                match self.by_names(visit, (&identity, &typed, spelling), born, &mut counted).await? {
                    Ok(pupil) => return Ok((pupil, counted)),
                    Err(why) => {
                        self.count_who_was_meant(visit, &typed, &counted).await?;
                        NotFound::Names(why)
                    }
                }
            }
            Leads::Code(code, given) => match self.by_code(&visit.entrance, code, given).await? {
                Some(pupil) => return Ok((pupil, counted)),
                None => NotFound::Code,
            },
        };
        self.note(visit, why.outcome(), None).await?;
        let told = why.told(&visit.entrance.school, visit.told_names().is_some());
        Err(Problem::not_a_pupil(told).leading_to("Recommencer", visit.path()))
    }

    /// Counts a guess that failed at whomever the names may mean, by whatever spelling. Reads the snapshot of the school's roster, which
    /// only an attempt that failed does: one that comes to something reads the same in every school.
    async fn count_who_was_meant(&self, visit: &Visit, typed: &Typed, counted: &Counted) -> Result<(), Problem> {
        let subjects = guess::subjects(visit.entrance.uai, typed, self.meant(visit, typed).await?);
        let tallies = self.count_guesses(subjects, counted.at).await?;
        match Refused::by(&tallies) {
            Some(refused) => Err(self.refuse(visit, counted, &tallies, refused).await?),
            None => Ok(()),
        }
    }

    async fn meant(&self, visit: &Visit, typed: &Typed) -> Result<Vec<LearnerId>, Problem> {
        let Entrance { uai, ref school, .. } = visit.entrance;
        Ok(self.table.meant(uai, school.roster_version, typed).await?)
    }

    async fn by_names(
        &self,
        visit: &Visit,
        (identity, typed, spelling): (&Identity, &Typed, Spelling),
        born: Born,
        counted: &mut Counted,
    ) -> Result<Result<Pupil, NoMatch>, Problem> {
        let entrance = &visit.entrance;
        let candidates = born.seen_at(entrance.school.roster_version);
        let candidates: Vec<_> = candidates.into_iter().map(|candidate| (candidate.id, candidate.names)).collect();
        let found = match matching::find(&candidates, typed, spelling) {
            Ok(found) => found,
            Err(no_match) => return Ok(Err(no_match)),
        };
        let (Match::Sure(id) | Match::Near(id)) = found;
        let (pupil, tally) = tokio::try_join!(self.enrolled(entrance, id), self.guessed_at(id, counted.at))?;
        if let Some(refused) = Refused::by(std::slice::from_ref(&tally)) {
            counted.found = Some(id);
            // Read for nothing, so that the refusal of a right birth date takes as long as that of a wrong one.
            self.meant(visit, typed).await?;
            return Err(self.refuse(visit, counted, std::slice::from_ref(&tally), refused).await?);
        }
        // The index may be a moment late; the pupil is not. Who is nearly it by either is asked.
        let Some(pupil) = pupil else { return Ok(Err(NoMatch::Nobody)) };
        let now = matching::find(&[((), KnownAs::of(&pupil.entry))], typed, spelling);
        let by = match (found, now) {
            _ if pupil.entry.birth_date != identity.birth_date => return Ok(Err(NoMatch::Nobody)),
            (_, Err(no_match)) => return Ok(Err(no_match)),
            (Match::Sure(_), Ok(Match::Sure(()))) => By::Names,
            (_, Ok(_)) => By::NearlyNames,
        };
        counted.found = Some(id);
        Ok(Ok(Pupil { by, ..pupil }))
    }

    /// The pupil who was given a code; no limit by pupil stands in the way, for whoever has a code need not guess. One who has an
    /// account by now is found by a code that was used, too: a second click.
    async fn by_code(
        &self,
        entrance: &Entrance,
        code: PersonalCode,
        given: Option<LearnerId>,
    ) -> Result<Option<Pupil>, Problem> {
        let Some(id) = given else { return Ok(None) };
        let found = self.table.learner_by_code(entrance.uai, id, &code).await?;
        let found = found.filter(|(learner, holds)| *holds || learner.user.is_some());
        let pupil = found.and_then(|(learner, _)| active(entrance, learner));
        Ok(pupil.map(|pupil| Pupil { by: By::Code(code), ..pupil }))
    }

    /// A pupil of the school, if readers see it active.
    pub(crate) async fn enrolled(&self, entrance: &Entrance, id: LearnerId) -> Result<Option<Pupil>, Problem> {
        Ok(self.table.learner(entrance.uai, id).await?.and_then(|learner| active(entrance, learner)))
    }
}

fn active(entrance: &Entrance, learner: Learner) -> Option<Pupil> {
    let seen = learner.visible(entrance.school.roster_version).filter(|revision| revision.active);
    let entry = seen.map(|revision| revision.entry.clone())?;
    Some(Pupil { uai: entrance.uai, learner, entry, by: By::Tie })
}
