//! A pupil was found: whose account is it to be? `docs/joining.md` has the rules.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::matching::{Closeness, KnownAs, Typed};
use rentree_domain::method::may_use_email;
use rentree_domain::school_year::SchoolYear;
use rentree_domain::{LearnerId, Method, SignOnId, UserId, paris};
use rentree_http::Problem;
use rentree_table::{JoinOutcome, Methods, User};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counted::Due;
use super::pupil::Pupil;
use super::told::Told;
use super::visit::{Known, Visit};
use super::who::Said;
use crate::Campaigns;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing, before who is there says to be this pupil.
    Ask(Doubt),
    /// The account that is signed in is, or becomes, the pupil's.
    Tie {
        /// Which.
        account: Account,
        /// Whether the sign-on that waits is added to it.
        adds: bool,
    },
    /// The pupil's account is opened by the sign-on that waits, whose identifier takes the place of the one before.
    Enter {
        /// Which.
        owner: Owner,
        /// Whether it is of another school so far.
        elsewhere: bool,
    },
    /// An account is to be made.
    NewAccount,
    /// The pupil has an account: its owner signs in.
    HasAccount {
        /// Which.
        owner: Owner,
        /// Whether it began in another school.
        elsewhere: bool,
    },
    /// The account that is signed in cannot be the pupil's.
    Refused(Refusal),
}

/// What is nearly, and not exactly, the pupil's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Doubt {
    /// What was typed.
    Typed,
    /// The name of the account that is signed in: a twin's, perhaps.
    Account,
    /// The name that the Médiacentre tells.
    Mediacentre,
}

/// Why the account that is signed in cannot be the pupil's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is another pupil's of this school: on a computer of the school, somebody did not sign out.
    OtherPupil,
    /// It is of somebody with another name, or born on another day.
    OtherPerson,
    /// The same, of somebody of the school's team, who may try the page with an invented pupil.
    OfTheTeam,
    /// It has an e-mail address, and the pupil is under fifteen.
    UnderFifteen,
    /// Somebody was faster.
    TooLate,
}

impl Refusal {
    /// What people are told.
    pub(crate) fn problem(self) -> Problem {
        Problem::other_account(match self {
            Self::OtherPupil => {
                "Vous êtes connecté(e) avec le compte d’un autre élève de l’établissement. Déconnectez-vous en haut de la page, puis recommencez."
            }
            Self::OtherPerson => {
                "Vous êtes connecté(e) avec le compte de quelqu’un d’autre : le nom, le prénom ou la date de naissance ne correspondent pas. Déconnectez-vous en haut de la page, puis recommencez."
            }
            Self::OfTheTeam => {
                "Vous êtes connecté(e) avec votre compte de membre de l’équipe, qui n’est pas celui de cet élève. Rien n’a été changé. Pour voir ce que voit un élève, choisissez « Essayer comme un élève ». Pour laisser la place à un élève, déconnectez-vous en haut de la page."
            }
            Self::UnderFifteen => {
                "Avant 15 ans, on ne peut pas se connecter avec une adresse e-mail, et le compte avec lequel vous êtes connecté(e) en a une. Déconnectez-vous en haut de la page, puis recommencez : un identifiant vous sera proposé."
            }
            Self::TooLate => {
                "Quelqu’un vient de rejoindre la campagne à ce nom, sur un autre appareil. Cliquez sur « Continuer » pour voir comment vous connecter."
            }
        })
    }
}

/// The account that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) epoch: u64,
    /// Of a pupil's account, the birth date that it began with.
    pub(crate) birth_date: Option<Date>,
    pub(crate) name: Typed,
    pub(crate) methods: Methods,
    /// Its pupil in this school.
    pub(crate) pupil: Option<Mine>,
}

/// The pupil that an account is tied to in the school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mine {
    pub(crate) id: LearnerId,
    pub(crate) is_active: bool,
}

impl Account {
    /// The account of `known`, which is tied to `pupil` in the school.
    pub(crate) fn of(Known { signed_in, user, .. }: &Known, pupil: Option<Mine>) -> Self {
        Self {
            id: signed_in.user,
            epoch: user.epoch,
            birth_date: user.birth_date,
            name: name_of(user),
            methods: user.methods.clone(),
            pupil,
        }
    }
}

/// What is known of an account that the pupil has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) id: UserId,
    pub(crate) user: Box<User>,
    /// How its owner signs in: each method, with what nobody but its owner knows it again by.
    pub(crate) methods: Vec<(Method, Option<String>)>,
    /// By what identity providers know its owner, and in which school year each was used last.
    ids: Vec<(SignOnId, SchoolYear)>,
}

impl Owner {
    /// The owner of an account.
    pub(crate) fn new(id: UserId, user: User, now: Timestamp) -> Self {
        let year = |used_at| SchoolYear::of(paris::date(used_at));
        let ids = user.methods.mediacentre.at(now).map(|had| (had.id.clone(), year(had.used_at))).collect();
        Self { id, methods: user.methods.masked(now), ids, user: Box::new(user) }
    }

    /// Whether a mail can replace a forgotten password: its address is confirmed.
    pub(crate) fn is_reached_by_mail(&self) -> bool {
        self.user.methods.email.is_some() && self.user.email_confirmed
    }

    /// Whether the provider of `id` knows its owner by another identifier.
    pub(crate) fn has_another(&self, id: &SignOnId) -> bool {
        self.others(id).next().is_some()
    }

    fn others(&self, id: &SignOnId) -> impl Iterator<Item = SchoolYear> {
        self.ids.iter().filter(move |(had, _)| had.idp == id.idp && had != id).map(|(_, year)| *year)
    }

    /// Whether a sign-on opens the account of `found`, whose owner it is: they signed on with the same identifier on another device, or with
    /// one of last year. No password is asked for, so nothing of it may be in doubt: a twin's name is nearly the same, and a namesake of
    /// the class, who was told the birth date, is known by another identifier this very year. Staff, whom several schools may know, have
    /// none replaced.
    fn is_opened_by(&self, told: &Told, found: &Found, is_tied: bool, year: SchoolYear) -> bool {
        if self.ids.iter().any(|(had, _)| *had == told.id) {
            return true;
        }
        let is_named = told.likeness == Some(Closeness::Exact);
        let is_pupils = self.user.follows_rules_of_pupils();
        // In another school, the child has another identifier from the first day.
        let is_of_last_year = !is_tied || self.others(&told.id).all(|used_in| used_in < year);
        // The file of another school says that it is the same child: the account must say nothing else.
        let fits = is_tied || found.likeness(&name_of(&self.user), self.user.birth_date) > Closeness::Another;
        is_named && is_pupils && fits && is_of_last_year && !told.is_of_another_school && self.has_another(&told.id)
    }
}

fn name_of(user: &User) -> Typed {
    Typed::new(user.first_name.as_str(), user.last_name.as_str())
}

/// Who was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) id: LearnerId,
    pub(crate) birth_date: Date,
    pub(crate) names: KnownAs,
    /// Whether who typed the names has the pupil's, and not nearly the same.
    pub(crate) is_sure: bool,
}

/// `here`: the account that the pupil is tied to. `elsewhere`: the one that the same child has in another school. `told`: what the sign-on by
/// Médiacentre tells that waits.
pub(crate) fn decide(
    found: &Found,
    signed_in: Option<Account>,
    (here, elsewhere): (Option<Owner>, Option<Owner>),
    told: Option<&Told>,
    said: Said,
    today: Date,
) -> Next {
    let is_mine = |owner: &Option<Owner>| {
        owner.as_ref().zip(signed_in.as_ref()).is_some_and(|(owner, account)| owner.id == account.id)
    };
    let (mine_here, mine_elsewhere) = (is_mine(&here), is_mine(&elsewhere));
    // Where no names are told, what was typed is all that there is.
    let likeness = told.and_then(|told| told.likeness);
    // Of quite another name, it is somebody else's that waits in the browser of who is signed in. Without names, nobody can say.
    let may_add = likeness.is_some_and(|likeness| likeness > Closeness::Another);
    let is_asked = likeness.is_some_and(|likeness| likeness != Closeness::Exact) && (may_add || signed_in.is_none());
    if is_asked && !said.confirmed {
        return Next::Ask(Doubt::Mediacentre);
    }
    if !found.is_sure && !said.confirmed && !mine_here {
        return Next::Ask(Doubt::Typed);
    }
    let opens = |owner: &Owner, is_tied| {
        let year = SchoolYear::of(today);
        signed_in.is_none() && told.is_some_and(|told| owner.is_opened_by(told, found, is_tied, year))
    };
    match (here, elsewhere) {
        (Some(owner), _) if opens(&owner, true) => return Next::Enter { owner, elsewhere: false },
        (None, Some(owner)) if opens(&owner, false) => return Next::Enter { owner, elsewhere: true },
        (Some(owner), _) if !mine_here => return Next::HasAccount { owner, elsewhere: false },
        (None, Some(owner)) if !mine_elsewhere && !said.despite => return Next::HasAccount { owner, elsewhere: true },
        _ => {}
    }
    let Some(account) = signed_in else { return Next::NewAccount };
    if mine_here {
        return Next::Tie { account, adds: may_add };
    }
    // A school whose file has no number of its own may list a child anew when the INE changes.
    let has_another = account.pupil.is_some_and(|mine| mine.id != found.id && mine.is_active);
    if has_another {
        return Next::Refused(Refusal::OtherPupil);
    }
    // The INE says that it is the same child; otherwise the name must, and the birth date if the account has one.
    match found.likeness(&account.name, account.birth_date) {
        _ if mine_elsewhere => {}
        Closeness::Another => return Next::Refused(Refusal::OtherPerson),
        Closeness::Near if !said.confirmed => return Next::Ask(Doubt::Account),
        Closeness::Near | Closeness::Exact => {}
    }
    if account.methods.email.is_some() && !may_use_email(found.birth_date, today) {
        return Next::Refused(Refusal::UnderFifteen);
    }
    Next::Tie { account, adds: may_add }
}

impl Found {
    /// Whether an account of this name and birth date may be this pupil's: on a computer of the school, the one before may not have signed
    /// out, and twins have one birth date. A family name may change.
    fn likeness(&self, name: &Typed, birth_date: Option<Date>) -> Closeness {
        let given = self.names.given_like(name);
        match birth_date {
            Some(born) if born == self.birth_date => given,
            Some(_) => Closeness::Another,
            None => given.min(self.names.family_like(name)),
        }
    }
}

/// What an attempt counts for as far as it is known before what comes next, while the last reads are under way. With a session, the account
/// may be refused; with a sign-on that waits, the account may be opened by it, and then nothing failed.
pub(crate) fn due_at_once(visit: &Visit, pupil: &Pupil, said: Said) -> Due {
    match (&visit.known, pupil.learner.user) {
        (Some(_), _) => Due::Unknown,
        (None, Some(_)) if visit.sign_on().is_some() => Due::Unknown,
        (None, _) if !pupil.is_sure() && !said.confirmed => Due::Everything,
        (None, Some(_)) => Due::ThePupil,
        (None, None) => Due::Nothing,
    }
}

impl Campaigns {
    /// What comes next for who found `pupil`.
    pub(crate) async fn next(&self, visit: &Visit, pupil: &Pupil, said: Said) -> Result<Next, Problem> {
        let (mine, owners) = tokio::try_join!(self.mine(visit, pupil), self.owners(visit, pupil))?;
        let account = visit.known.as_ref().map(|known| Account::of(known, mine));
        let today = paris::date((self.clock)());
        let found = Found {
            id: pupil.learner.id,
            birth_date: pupil.entry.birth_date,
            names: KnownAs::of(&pupil.entry),
            is_sure: pupil.is_sure(),
        };
        let told = visit.sign_on().map(|sign_on| sign_on.told(pupil));
        Ok(decide(&found, account, owners, told.as_ref(), said, today))
    }

    /// The pupil of this school whose account is signed in.
    async fn mine(&self, visit: &Visit, found: &Pupil) -> Result<Option<Mine>, Problem> {
        let Some(tie) = visit.known.as_ref().and_then(|known| known.tie) else { return Ok(None) };
        let is_active = tie.learner == found.learner.id || self.enrolled(&visit.entrance, tie.learner).await?.is_some();
        Ok(Some(Mine { id: tie.learner, is_active }))
    }

    /// Who owns the account that the pupil has here; where there is none, the one that the same child has elsewhere.
    async fn owners(&self, visit: &Visit, pupil: &Pupil) -> Result<(Option<Owner>, Option<Owner>), Problem> {
        let here = self.owner(visit, pupil.learner.user).await?;
        if here.is_some() {
            return Ok((here, None));
        }
        let elsewhere = self.table.user_of_ine(pupil.entry.ine).await?;
        Ok((None, self.owner(visit, elsewhere).await?))
    }

    pub(crate) async fn owner(&self, visit: &Visit, id: Option<UserId>) -> Result<Option<Owner>, Problem> {
        let Some(id) = id else { return Ok(None) };
        let known = visit.known.as_ref().filter(|known| known.signed_in.user == id);
        let user = match known {
            Some(known) => Some(known.user.clone()),
            None => self.table.user(id).await?,
        };
        Ok(user.map(|user| Owner::new(id, user, (self.clock)())))
    }

    /// Notes that somebody found a pupil who has an account already, its owner or a classmate, if they `did`.
    pub(crate) async fn note_tied_if(&self, did: bool, visit: &Visit, pupil: &Pupil) -> Result<(), Problem> {
        if did { self.note(visit, JoinOutcome::TiedElsewhere, Some(pupil.learner.id)).await } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
