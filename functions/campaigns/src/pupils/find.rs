//! Which pupil is this? One query by birth date, which answers with names alone, and one pupil read: whatever the size of the
//! school. Guesses are limited by client, by campaign, by name and by the pupil who was meant, and staff see them.

use jiff::Timestamp;
use rentree_domain::learner::Learner;
use rentree_domain::limit::{
    IDENTITIES_BY_CAMPAIGN, IDENTITIES_BY_CLIENT, IDENTITIES_BY_NAME, IDENTITIES_BY_PUPIL, IDENTITIES_BY_PUPIL_A_DAY,
    LENIENT_BY_CAMPAIGN, LENIENT_BY_CLIENT, name_subject,
};
use rentree_domain::matching::{self, KnownAs, Match, NoMatch, Spelling, Typed};
use rentree_domain::{Entry, LearnerId, Limit, PersonalCode, Uai};
use rentree_http::Problem;
use rentree_table::{JoinAttempt, JoinOutcome};

use super::entrance::{Entrance, Visit};
use super::who::{Claim, Identity};
use crate::Campaigns;

/// An active pupil of the school.
#[derive(Debug, Clone)]
pub(crate) struct Pupil {
    pub(crate) uai: Uai,
    pub(crate) learner: Learner,
    /// What readers see of it.
    pub(crate) entry: Entry,
    /// What led here.
    pub(crate) by: By,
}

/// What led to a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    /// The account that is signed in.
    Tie,
    /// Names and birth date.
    Names,
    /// Names that are nearly the pupil's: nothing is done before a question is answered.
    NearlyNames,
    /// A personal code, which whatever is done uses up.
    Code(PersonalCode),
}

impl Pupil {
    /// The code that led here.
    pub(crate) fn code(&self) -> Option<&PersonalCode> {
        match &self.by {
            By::Code(code) => Some(code),
            By::Tie | By::Names | By::NearlyNames => None,
        }
    }
}

/// What one attempt counts for.
#[derive(Debug)]
pub(crate) struct Counted {
    /// The name that was typed; a code has none.
    name: Option<String>,
    client: String,
    campaign: String,
    pub(crate) at: Timestamp,
    /// Few have failed of late.
    spelling: Spelling,
}

/// More pupils than this of nearly one name are in no school; each costs two writes.
const MOST_MEANT: usize = 20;

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

    fn told(self, school: &str) -> String {
        match self {
            Self::Names(NoMatch::Nobody) => format!(
                "Aucun élève de « {school} » n’a ces nom, prénom et date de naissance. Corrigez-les s’il y a une erreur. Sinon, demandez à votre enseignant comment l’établissement les a écrits : il peut aussi vous donner un code personnel."
            ),
            Self::Names(NoMatch::Several) => {
                "Plusieurs élèves correspondent. Vérifiez que votre prénom et votre nom sont complets et bien écrits. Si un autre élève porte les mêmes, demandez un code personnel à votre enseignant : il remplace le nom et la date de naissance.".to_owned()
            }
            Self::Code => {
                "Ce code personnel n’est pas valable. Vérifiez-le : il ne sert qu’une fois, pendant un jour. Sinon, demandez-en un autre à votre enseignant.".to_owned()
            }
        }
    }
}

impl Campaigns {
    /// The pupil that `claim` is about, and what the attempt counted for, to be given back if it comes to something.
    pub(crate) async fn find(&self, visit: &Visit, claim: &Claim) -> Result<(Pupil, Counted), Problem> {
        let counted = self.count(visit, claim).await?;
        let found = match claim {
            Claim::Names(identity) => {
                self.by_names(&visit.entrance, identity, counted.spelling).await?.map_err(NotFound::Names)
            }
            Claim::Code(code) => self.by_code(&visit.entrance, code).await?.ok_or(NotFound::Code),
        };
        match (found, claim) {
            // Whoever has a code need not guess.
            (Ok(pupil), Claim::Code(_)) => Ok((pupil, counted)),
            (Ok(pupil), Claim::Names(_)) => {
                self.check_guesses(visit, pupil.learner.id, counted.at).await?;
                Ok((pupil, counted))
            }
            (Err(why), claim) => {
                self.note(visit, why.outcome(), None).await?;
                if let Claim::Names(identity) = claim {
                    self.count_who_was_meant(visit, identity, counted.at).await?;
                }
                let told = why.told(&visit.entrance.school.name);
                Err(Problem::not_a_pupil(told).leading_to("Recommencer", visit.path()))
            }
        }
    }

    /// Checks that not too many birth dates were tried with the name of the pupil who is found now. Counts nothing: what comes to
    /// something is no guess.
    async fn check_guesses(&self, visit: &Visit, pupil: LearnerId, at: Timestamp) -> Result<(), Problem> {
        let subject = pupil.to_string();
        let (an_hour, a_day) = tokio::try_join!(
            self.table.would_allow(&IDENTITIES_BY_PUPIL, &subject, at),
            self.table.would_allow(&IDENTITIES_BY_PUPIL_A_DAY, &subject, at),
        )?;
        match (an_hour, a_day) {
            (true, true) => Ok(()),
            (false, true) => Err(Self::too_many_guesses(visit, &IDENTITIES_BY_PUPIL)),
            (_, false) => Err(Self::too_many_guesses(visit, &IDENTITIES_BY_PUPIL_A_DAY)),
        }
    }

    /// Counts a guess at whomever the names may mean, by whatever spelling. Reads the snapshot of the school's roster, which only an
    /// attempt that failed does: one that comes to something reads the same in every school.
    async fn count_who_was_meant(&self, visit: &Visit, identity: &Identity, at: Timestamp) -> Result<(), Problem> {
        let Entrance { uai, ref school, .. } = visit.entrance;
        let typed = Typed::new(&identity.first_name, &identity.last_name);
        let meant = self.table.meant(uai, school.roster_version, &typed).await?;
        let mut refused = None;
        for pupil in meant.into_iter().take(MOST_MEANT) {
            refused = self.count_guess(visit, pupil, at).await?.or(refused);
        }
        refused.map_or(Ok(()), Err)
    }

    /// Counts a guess at a pupil; what is told when they were too many. Staff see it once a window: notes have an end.
    pub(crate) async fn count_guess(
        &self,
        visit: &Visit,
        pupil: LearnerId,
        at: Timestamp,
    ) -> Result<Option<Problem>, Problem> {
        let mut refused = None;
        for limit in [&IDENTITIES_BY_PUPIL, &IDENTITIES_BY_PUPIL_A_DAY] {
            let count = self.table.count(limit, &pupil.to_string(), at).await?;
            if count == limit.count + 1 {
                self.note(visit, JoinOutcome::Limited, Some(pupil)).await?;
            }
            if count > limit.count {
                refused = Some(Self::too_many_guesses(visit, limit));
            }
        }
        Ok(refused)
    }

    fn too_many_guesses(visit: &Visit, limit: &Limit) -> Problem {
        let later = if limit.window == IDENTITIES_BY_PUPIL_A_DAY.window { "demain" } else { "dans une heure" };
        let told = format!("Trop d’essais avec ce nom. Réessayez {later}, ou demandez à votre enseignant.");
        Problem::too_many(told).leading_to("Recommencer", visit.path())
    }

    /// Counts an attempt before it is made: guesses at the same moment all count. One that a limit refuses counts for that limit
    /// alone: who hammers a name shuts nobody else out.
    async fn count(&self, visit: &Visit, claim: &Claim) -> Result<Counted, Problem> {
        let Entrance { uai, id, .. } = visit.entrance;
        let at = (self.clock)();
        let name = match claim {
            Claim::Names(identity) => Some(name_subject(uai, &identity.first_name, &identity.last_name)),
            Claim::Code(_) => None,
        };
        if let Some(name) = &name {
            let by_name = self.table.count(&IDENTITIES_BY_NAME, name, at).await?;
            if by_name > IDENTITIES_BY_NAME.count {
                return Err(self.limited(visit, by_name, &IDENTITIES_BY_NAME, "avec ce nom").await?);
            }
        }
        let mut counted =
            Counted { name, client: visit.client.0.clone(), campaign: id.to_string(), at, spelling: Spelling::Lenient };
        let by_client = self.table.count(&IDENTITIES_BY_CLIENT, &counted.client, at).await?;
        if by_client > IDENTITIES_BY_CLIENT.count {
            self.give_the_name_back(&counted).await?;
            return Err(Problem::too_many("Trop d’essais depuis votre connexion. Réessayez dans dix minutes.")
                .leading_to("Recommencer", visit.path()));
        }
        let by_campaign = self.table.count(&IDENTITIES_BY_CAMPAIGN, &counted.campaign, at).await?;
        if by_campaign > IDENTITIES_BY_CAMPAIGN.count {
            self.give_the_name_back(&counted).await?;
            self.table.take_back(&IDENTITIES_BY_CLIENT, &counted.client, at).await?;
            return Err(self.limited(visit, by_campaign, &IDENTITIES_BY_CAMPAIGN, "pour cette campagne").await?);
        }
        if by_client > LENIENT_BY_CLIENT || by_campaign > LENIENT_BY_CAMPAIGN {
            counted.spelling = Spelling::Strict;
        }
        Ok(counted)
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
        self.give_the_name_back(counted).await?;
        self.give_back_but_the_name(counted).await
    }

    async fn give_the_name_back(&self, counted: &Counted) -> Result<(), Problem> {
        if let Some(name) = &counted.name {
            self.table.take_back(&IDENTITIES_BY_NAME, name, counted.at).await?;
        }
        Ok(())
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

    async fn by_names(
        &self,
        entrance: &Entrance,
        identity: &Identity,
        spelling: Spelling,
    ) -> Result<Result<Pupil, NoMatch>, Problem> {
        let typed = Typed::new(&identity.first_name, &identity.last_name);
        let version = entrance.school.roster_version;
        let candidates = self.table.candidates(entrance.uai, identity.birth_date, version).await?;
        let candidates: Vec<_> = candidates.into_iter().map(|candidate| (candidate.id, candidate.names)).collect();
        let found = match matching::find(&candidates, &typed, spelling) {
            Ok(found) => found,
            Err(no_match) => return Ok(Err(no_match)),
        };
        let (Match::Sure(id) | Match::Near(id)) = found;
        // The index may be a moment late; the pupil is not. Who is nearly it by either is asked.
        let Some(pupil) = self.enrolled(entrance, id).await? else { return Ok(Err(NoMatch::Nobody)) };
        let now = matching::find(&[((), KnownAs::of(&pupil.entry))], &typed, spelling);
        let by = match (found, now) {
            _ if pupil.entry.birth_date != identity.birth_date => return Ok(Err(NoMatch::Nobody)),
            (_, Err(no_match)) => return Ok(Err(no_match)),
            (Match::Sure(_), Ok(Match::Sure(()))) => By::Names,
            (_, Ok(_)) => By::NearlyNames,
        };
        Ok(Ok(Pupil { by, ..pupil }))
    }

    /// The pupil who was given a code. One who has an account by now is found by a code that was used, too: a second click.
    async fn by_code(&self, entrance: &Entrance, code: &PersonalCode) -> Result<Option<Pupil>, Problem> {
        let given = self.table.personal_code(entrance.uai, code, (self.clock)()).await?;
        let Some(given) = given else { return Ok(None) };
        let pupil = self.enrolled(entrance, given.learner).await?;
        let pupil = pupil.filter(|pupil| given.is_usable || pupil.learner.user.is_some());
        Ok(pupil.map(|pupil| Pupil { by: By::Code(code.clone()), ..pupil }))
    }

    /// A pupil of the school, if readers see it active.
    pub(crate) async fn enrolled(&self, entrance: &Entrance, id: LearnerId) -> Result<Option<Pupil>, Problem> {
        let Some(learner) = self.table.learner(entrance.uai, id).await? else { return Ok(None) };
        let seen = learner.visible(entrance.school.roster_version).filter(|revision| revision.active);
        let entry = seen.map(|revision| revision.entry.clone());
        Ok(entry.map(|entry| Pupil { uai: entrance.uai, learner, entry, by: By::Tie }))
    }
}
