//! A pupil was found: whose account is it to be? `docs/joining.md` has the rules.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::matching::{Closeness, KnownAs, Typed};
use rentree_domain::method::may_use_email;
use rentree_domain::{LearnerId, Method, Progress, UserId, paris};
use rentree_http::Problem;
use rentree_table::{JoinOutcome, Methods, TieError, Tying, User, Who};
use schemars::JsonSchema;
use serde::Serialize;

use super::counted::Back;
use super::find::Pupil;
use super::visit::{Entrance, Known, Visit};
use super::who::Said;
use crate::Campaigns;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing, before who is there says to be this pupil.
    Ask(Doubt),
    /// The account that is signed in is, or becomes, the pupil's.
    Tie(Account),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Doubt {
    /// What was typed.
    Typed,
    /// The name of the account that is signed in: a twin's, perhaps.
    Account,
}

/// Why the account that is signed in cannot be the pupil's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is another pupil's of this school: on a computer of the school, somebody did not sign out.
    OtherPupil,
    /// It is of somebody with another name, or born on another day.
    OtherPerson,
    /// It has an e-mail address, and the pupil is under fifteen.
    UnderFifteen,
    /// Somebody was faster.
    TooLate,
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

/// What is known of an account that the pupil has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) id: UserId,
    /// How its owner signs in: each method, with what nobody but its owner knows it again by.
    pub(crate) methods: Vec<(Method, Option<String>)>,
    /// Whether a mail can replace a forgotten password: its address is confirmed.
    pub(crate) is_reached_by_mail: bool,
}

impl Owner {
    /// The owner of an account.
    pub(crate) fn new(id: UserId, user: &User, now: Timestamp) -> Self {
        let is_reached_by_mail = user.methods.email.is_some() && user.email_confirmed;
        Self { id, methods: user.methods.masked(now), is_reached_by_mail }
    }
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

/// `here`: the account that the pupil is tied to. `elsewhere`: the one that the same child has in another school.
pub(crate) fn decide(
    found: &Found,
    signed_in: Option<Account>,
    (here, elsewhere): (Option<Owner>, Option<Owner>),
    said: Said,
    today: Date,
) -> Next {
    let is_mine = |owner: &Option<Owner>| {
        owner.as_ref().zip(signed_in.as_ref()).is_some_and(|(owner, account)| owner.id == account.id)
    };
    let (mine_here, mine_elsewhere) = (is_mine(&here), is_mine(&elsewhere));
    if !found.is_sure && !said.confirmed && !mine_here {
        return Next::Ask(Doubt::Typed);
    }
    match (here, elsewhere) {
        (Some(owner), _) if !mine_here => return Next::HasAccount { owner, elsewhere: false },
        (None, Some(owner)) if !mine_elsewhere && !said.despite => return Next::HasAccount { owner, elsewhere: true },
        _ => {}
    }
    let Some(account) = signed_in else { return Next::NewAccount };
    if mine_here {
        return Next::Tie(account);
    }
    // A school whose file has no number of its own may list a child anew when the INE changes.
    let has_another = account.pupil.is_some_and(|mine| mine.id != found.id && mine.is_active);
    if has_another {
        return Next::Refused(Refusal::OtherPupil);
    }
    // The INE says that it is the same child; otherwise the name must, and the birth date if the account has one.
    match found.closeness(&account) {
        _ if mine_elsewhere => {}
        Closeness::Another => return Next::Refused(Refusal::OtherPerson),
        Closeness::Near if !said.confirmed => return Next::Ask(Doubt::Account),
        Closeness::Near | Closeness::Exact => {}
    }
    if account.methods.email.is_some() && !may_use_email(found.birth_date, today) {
        return Next::Refused(Refusal::UnderFifteen);
    }
    Next::Tie(account)
}

impl Found {
    /// Whether an account may be this pupil's: on a computer of the school, the one before may not have signed out, and twins
    /// have one birth date. A family name may change.
    fn closeness(&self, account: &Account) -> Closeness {
        let given = self.names.given_like(&account.name);
        match account.birth_date {
            Some(born) if born == self.birth_date => given,
            Some(_) => Closeness::Another,
            None => given.min(self.names.family_like(&account.name)),
        }
    }
}

/// What an attempt may have back before it is known what comes next, while the last reads are under way. With a session, the account
/// may be refused, and then it stays counted.
pub(crate) fn back_at_once(visit: &Visit, pupil: &Pupil, said: Said) -> Back {
    match (&visit.known, pupil.learner.user) {
        (Some(_), _) => Back::Nothing,
        (None, _) if !pupil.is_sure() && !said.confirmed => Back::Nothing,
        (None, Some(_)) => Back::AllButTheName,
        (None, None) => Back::All,
    }
}

impl Campaigns {
    /// What comes next for who found `pupil`.
    pub(crate) async fn next(&self, visit: &Visit, pupil: &Pupil, said: Said) -> Result<Next, Problem> {
        let (mine, owners) = tokio::try_join!(self.mine(visit, pupil), self.owners(visit, pupil))?;
        let account = visit.known.as_ref().map(|Known { signed_in, user, .. }| Account {
            id: signed_in.user,
            epoch: user.epoch,
            birth_date: user.birth_date,
            name: Typed::new(user.first_name.as_str(), user.last_name.as_str()),
            methods: user.methods.clone(),
            pupil: mine,
        });
        let today = paris::date((self.clock)());
        let found = Found {
            id: pupil.learner.id,
            birth_date: pupil.entry.birth_date,
            names: KnownAs::of(&pupil.entry),
            is_sure: pupil.is_sure(),
        };
        Ok(decide(&found, account, owners, said, today))
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
        Ok(user.map(|user| Owner::new(id, &user, (self.clock)())))
    }

    /// Ties the account that is signed in, unless it is tied already, and joins: how far the pupil is then.
    pub(crate) async fn tie_known(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        account: &Account,
    ) -> Result<Result<Progress, Refusal>, Problem> {
        if pupil.learner.user == Some(account.id) {
            return Ok(Ok(self.join_again(&visit.entrance, pupil, account.id, None).await?));
        }
        let tying = Tying {
            uai: visit.entrance.uai,
            learner: pupil.learner.id,
            version: pupil.learner.current.version,
            ine: pupil.entry.ine,
            campaign: visit.entrance.id,
            who: Who::Known { id: account.id, epoch: account.epoch },
            session: None,
            corrected: Some(pupil.entry.birth_date).filter(|_| account.birth_date.is_some()),
            instead_of: account.pupil.map(|mine| mine.id).filter(|former| *former != pupil.learner.id),
            personal_code: pupil.code(),
            now: (self.clock)(),
        };
        match self.table.tie(&tying).await {
            Ok(true) => Ok(Ok(Progress::Joined)),
            Ok(false) => Ok(Ok(self.progress_of_before(&visit.entrance, pupil).await?)),
            Err(TieError::Learner | TieError::Tied | TieError::LoginTaken) => {
                // A second click: the first one has tied them.
                let now = self.enrolled(&visit.entrance, pupil.learner.id).await?;
                match now.filter(|now| now.learner.user == Some(account.id)) {
                    Some(now) => Ok(Ok(self.join_again(&visit.entrance, &now, account.id, None).await?)),
                    None => Ok(Err(Refusal::TooLate)),
                }
            }
            Err(TieError::AccountMoved) => Err(Problem::signed_out()),
            Err(TieError::Table(error)) => Err(error.into()),
        }
    }

    /// Joins as the pupil that the account is tied to, unless they have `part` in the campaign already: how far the pupil is then.
    pub(crate) async fn join_again(
        &self,
        entrance: &Entrance,
        pupil: &Pupil,
        user: UserId,
        part: Option<Progress>,
    ) -> Result<Progress, Problem> {
        let begin = async {
            match part {
                Some(progress) => Ok(progress),
                None => self.begin_part(entrance, pupil).await,
            }
        };
        let (progress, ()) = tokio::try_join!(begin, self.follow_ine(pupil, user))?;
        Ok(progress)
    }

    async fn begin_part(&self, entrance: &Entrance, pupil: &Pupil) -> Result<Progress, Problem> {
        let Entrance { uai, id, .. } = *entrance;
        if self.table.begin_participation(uai, id, pupil.learner.id, (self.clock)()).await? {
            return Ok(Progress::Joined);
        }
        self.progress_of_before(entrance, pupil).await
    }

    /// How far a pupil is who joined before.
    pub(crate) async fn progress_of_before(&self, entrance: &Entrance, pupil: &Pupil) -> Result<Progress, Problem> {
        Ok(self.progress(entrance.id, pupil.learner.id).await?.unwrap_or(Progress::Joined))
    }

    /// A child's INE may change between two imports: the next school looks for the new one.
    async fn follow_ine(&self, pupil: &Pupil, user: UserId) -> Result<(), Problem> {
        if self.table.user_of_ine(pupil.entry.ine).await? != Some(user) {
            self.table.note_ine(pupil.entry.ine, user).await?;
        }
        Ok(())
    }

    /// Notes that somebody found a pupil who has an account already, its owner or a classmate, if they `did`.
    pub(crate) async fn note_tied_if(&self, did: bool, visit: &Visit, pupil: &Pupil) -> Result<(), Problem> {
        if did { self.note(visit, JoinOutcome::TiedElsewhere, Some(pupil.learner.id)).await } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rentree_domain::{EmailAddress, EntityId, Ido, SignOnId, UserName};

    use super::*;

    const TODAY: Date = date(2026, 9, 7);
    const UNDER: Date = date(2012, 3, 10);
    const OVER: Date = date(2010, 3, 10);

    fn pupil(number: u8) -> LearnerId {
        LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10])
    }

    fn user(number: u8) -> UserId {
        UserId::new(Timestamp::UNIX_EPOCH, [number; 10])
    }

    fn by_name() -> Methods {
        Methods::of_user_name(UserName::parse("karine.dunord1003").unwrap())
    }

    fn by_email() -> Methods {
        Methods::of_email(EmailAddress::parse("karine@exemple.fr").unwrap())
    }

    fn account(number: u8, methods: Methods, birth_date: Option<Date>) -> Account {
        let name = Typed::new("Karine", "Dunord");
        Account { id: user(number), epoch: 0, birth_date, name, methods, pupil: None }
    }

    fn owner(number: u8, methods: &Methods) -> Owner {
        Owner { id: user(number), methods: methods.masked(Timestamp::UNIX_EPOCH), is_reached_by_mail: false }
    }

    fn karine(birth_date: Date) -> Found {
        let names = KnownAs::new(["Karine", "Marie"].into_iter(), ["DUNORD"].into_iter());
        Found { id: pupil(1), birth_date, names, is_sure: true }
    }

    const DESPITE: Said = Said { despite: true, confirmed: false };
    const CONFIRMED: Said = Said { despite: false, confirmed: true };

    fn next(born: Date, signed_in: Option<Account>, here: Option<Owner>, elsewhere: Option<Owner>) -> Next {
        decide(&karine(born), signed_in, (here, elsewhere), Said::default(), TODAY)
    }

    #[test]
    fn nobody_is_signed_in() {
        assert_eq!(next(UNDER, None, None, None), Next::NewAccount);
        let gar = Methods::of_mediacentre(
            SignOnId { idp: EntityId::parse("urn:idp").unwrap(), ido: Ido::parse("ido-1").unwrap() },
            Timestamp::UNIX_EPOCH,
        );
        for methods in [by_name(), by_email(), gar] {
            let theirs = owner(1, &methods);
            let has = |elsewhere| Next::HasAccount { owner: theirs.clone(), elsewhere };
            assert_eq!(next(UNDER, None, Some(theirs.clone()), Some(owner(2, &by_name()))), has(false));
            assert_eq!(next(UNDER, None, None, Some(theirs.clone())), has(true));
        }
        let other = || Some(owner(2, &by_name()));
        assert_eq!(decide(&karine(UNDER), None, (None, other()), DESPITE, TODAY), Next::NewAccount);
        let here = decide(&karine(UNDER), None, (other(), None), DESPITE, TODAY);
        assert!(matches!(here, Next::HasAccount { elsewhere: false, .. }), "a tie of this school is for good");
    }

    #[test]
    fn somebody_is_signed_in() {
        let mine = || account(1, by_name(), Some(UNDER));
        let me = || Some(owner(1, &by_name()));
        assert_eq!(next(UNDER, Some(mine()), None, None), Next::Tie(mine()));
        assert_eq!(next(UNDER, Some(mine()), me(), None), Next::Tie(mine()));
        assert_eq!(next(UNDER, Some(mine()), None, me()), Next::Tie(mine()));
        for (here, elsewhere) in [(Some(owner(2, &by_email())), None), (None, Some(owner(2, &by_email())))] {
            let in_another_school = elsewhere.is_some();
            let told = next(UNDER, Some(mine()), here, elsewhere);
            assert_eq!(told, Next::HasAccount { owner: owner(2, &by_email()), elsewhere: in_another_school });
        }
        let despite = decide(&karine(UNDER), Some(mine()), (None, Some(owner(2, &by_email()))), DESPITE, TODAY);
        assert_eq!(despite, Next::Tie(mine()), "the other account is lost");
    }

    /// On a computer of the school, who did not sign out.
    #[test]
    fn who_sat_here_before_is_not_tied() {
        let refused = |account, why| {
            assert_eq!(next(UNDER, Some(account), None, None), Next::Refused(why));
        };
        let other_day = account(1, by_name(), Some(OVER));
        refused(other_day.clone(), Refusal::OtherPerson);
        let twin = Account { name: Typed::new("Nadia", "Dunord"), ..account(1, by_name(), Some(UNDER)) };
        refused(twin, Refusal::OtherPerson);
        let teacher = Account { name: Typed::new("Camille", "Le Goff"), ..account(1, by_email(), None) };
        refused(teacher, Refusal::OtherPerson);
        let parent = Account { name: Typed::new("Paul", "Dunord"), ..account(1, by_email(), None) };
        refused(parent, Refusal::OtherPerson);
        let others =
            Account { pupil: Some(Mine { id: pupil(2), is_active: true }), ..account(1, by_name(), Some(UNDER)) };
        refused(others, Refusal::OtherPupil);
        // The school had a wrong birth date once: the INE says that it is the same child.
        assert_eq!(next(UNDER, Some(other_day.clone()), None, Some(owner(1, &by_name()))), Next::Tie(other_day));
        // A family name changes, and the given name is the second one.
        let renamed = Account { name: Typed::new("Marie", "Nouveau"), ..account(1, by_name(), Some(UNDER)) };
        assert_eq!(next(UNDER, Some(renamed.clone()), None, None), Next::Tie(renamed));
    }

    /// A near match: nothing is done, and nothing told, before the question is answered; then all goes on as with an exact one.
    #[test]
    fn a_near_match_asks_first() {
        let nearly = || Found { is_sure: false, ..karine(UNDER) };
        let accounts = [None, Some(account(1, by_name(), Some(UNDER))), Some(account(1, by_name(), Some(OVER)))];
        let owners = [(None, None), (Some(owner(2, &by_name())), None), (None, Some(owner(2, &by_name())))];
        for account in &accounts {
            for owners in &owners {
                for despite in [false, true] {
                    let (asked, confirmed) = (Said { despite, confirmed: false }, Said { despite, confirmed: true });
                    assert_eq!(
                        decide(&nearly(), account.clone(), owners.clone(), asked, TODAY),
                        Next::Ask(Doubt::Typed)
                    );
                    let sure = decide(&karine(UNDER), account.clone(), owners.clone(), asked, TODAY);
                    assert_eq!(decide(&nearly(), account.clone(), owners.clone(), confirmed, TODAY), sure);
                }
            }
        }
        let mine = account(1, by_name(), Some(UNDER));
        let again = decide(&nearly(), Some(mine.clone()), (Some(owner(1, &by_name())), None), Said::default(), TODAY);
        assert_eq!(again, Next::Tie(mine), "the account is this pupil's already");
    }

    /// Twins at one computer: Carine did not sign out, and Karine types her own name.
    #[test]
    fn an_account_of_a_near_name_asks_first() {
        let twin = Account { name: Typed::new("Carine", "Dunord"), ..account(1, by_name(), Some(UNDER)) };
        assert_eq!(next(UNDER, Some(twin.clone()), None, None), Next::Ask(Doubt::Account));
        let confirmed = decide(&karine(UNDER), Some(twin.clone()), (None, None), CONFIRMED, TODAY);
        assert_eq!(confirmed, Next::Tie(twin.clone()));
        // Saying so makes nobody of another name, or born on another day, the pupil.
        for other in [
            Account { name: Typed::new("Nadia", "Dunord"), ..twin.clone() },
            Account { birth_date: Some(OVER), ..twin.clone() },
        ] {
            let told = decide(&karine(UNDER), Some(other), (None, None), CONFIRMED, TODAY);
            assert_eq!(told, Next::Refused(Refusal::OtherPerson));
        }
        // The INE says that it is the same child.
        assert_eq!(next(UNDER, Some(twin.clone()), None, Some(owner(1, &by_name()))), Next::Tie(twin));
    }

    /// The file lists a child anew when the INE changes: the entry before is inactive then.
    #[test]
    fn a_pupil_listed_anew_keeps_the_account() {
        let former =
            Account { pupil: Some(Mine { id: pupil(2), is_active: false }), ..account(1, by_name(), Some(UNDER)) };
        assert_eq!(next(UNDER, Some(former.clone()), None, None), Next::Tie(former));
    }

    #[test]
    fn no_address_before_fifteen() {
        let adult = account(1, by_email(), None);
        assert_eq!(next(UNDER, Some(adult.clone()), None, None), Next::Refused(Refusal::UnderFifteen));
        assert_eq!(next(OVER, Some(adult.clone()), None, None), Next::Tie(adult));
    }
}
