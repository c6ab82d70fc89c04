//! A pupil was found: whose account is it to be? DOMAIN §8, point 5, and §9.

use jiff::civil::Date;
use rentree_domain::method::may_use_email;
use rentree_domain::{LearnerId, Method, UserId, paris};
use rentree_http::Problem;
use rentree_table::{JoinOutcome, Methods, TieError, Tying, Who};

use super::entrance::{Entrance, Visit};
use super::find::Pupil;
use crate::Campaigns;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// The account that is signed in is, or becomes, the pupil's.
    Tie(Account),
    /// An account is to be made.
    NewAccount,
    /// The pupil has an account: its owner signs in.
    HasAccount {
        /// How.
        methods: Methods,
        /// Whether it began in another school.
        elsewhere: bool,
    },
    /// The account that is signed in cannot be the pupil's.
    Refused(Refusal),
}

/// Why the account that is signed in cannot be the pupil's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is another pupil's of this school: on a computer of the school, somebody did not sign out.
    OtherPupil,
    /// It is of a pupil born on another day.
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
    pub(crate) methods: Methods,
    /// Its pupil in this school.
    pub(crate) pupil: Option<LearnerId>,
}

/// What is known of the pupil's other accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) id: UserId,
    pub(crate) methods: Methods,
}

/// `here`: the account that the pupil is tied to. `elsewhere`: the one that the same child has in another school. `despite`: the
/// latter cannot be opened any more.
pub(crate) fn decide(
    (pupil, birth_date): (LearnerId, Date),
    signed_in: Option<Account>,
    (here, elsewhere): (Option<Owner>, Option<Owner>),
    despite: bool,
    today: Date,
) -> Next {
    if let Some(account) = signed_in {
        if here.as_ref().is_some_and(|owner| owner.id == account.id) {
            return Next::Tie(account);
        }
        if let Some(owner) = here {
            return Next::HasAccount { methods: owner.methods, elsewhere: false };
        }
        return match &account {
            Account { pupil: Some(other), .. } if *other != pupil => Next::Refused(Refusal::OtherPupil),
            Account { birth_date: Some(born), .. } if *born != birth_date => Next::Refused(Refusal::OtherPerson),
            Account { methods, .. } if methods.has(Method::Email) && !may_use_email(birth_date, today) => {
                Next::Refused(Refusal::UnderFifteen)
            }
            _ => Next::Tie(account),
        };
    }
    match (here, elsewhere) {
        (Some(owner), _) => Next::HasAccount { methods: owner.methods, elsewhere: false },
        (None, Some(owner)) if !despite => Next::HasAccount { methods: owner.methods, elsewhere: true },
        (None, _) => Next::NewAccount,
    }
}

impl Campaigns {
    /// What comes next for who found `pupil`.
    pub(crate) async fn next(&self, visit: &Visit, pupil: &Pupil, despite: bool) -> Result<Next, Problem> {
        let account = match &visit.signed_in {
            None => None,
            Some(signed_in) => {
                let user = self.table.user(signed_in.user).await?.ok_or_else(Problem::signed_out)?;
                let tie = self.table.tie_of(signed_in.user, visit.entrance.uai).await?;
                Some(Account {
                    id: signed_in.user,
                    epoch: signed_in.person.epoch,
                    birth_date: user.birth_date,
                    methods: user.methods,
                    pupil: tie.map(|tie| tie.learner),
                })
            }
        };
        let here = self.owner(pupil.learner.user).await?;
        let elsewhere = match here {
            None => self.owner(self.table.user_of_ine(pupil.entry.ine).await?).await?,
            Some(_) => None,
        };
        let today = paris::date((self.clock)());
        Ok(decide((pupil.learner.id, pupil.entry.birth_date), account, (here, elsewhere), despite, today))
    }

    async fn owner(&self, id: Option<UserId>) -> Result<Option<Owner>, Problem> {
        let Some(id) = id else { return Ok(None) };
        Ok(self.table.user(id).await?.map(|user| Owner { id, methods: user.methods }))
    }

    /// Ties the account that is signed in, unless it is tied already, and joins.
    pub(crate) async fn tie_known(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        account: &Account,
    ) -> Result<Result<(), Refusal>, Problem> {
        if pupil.learner.user == Some(account.id) {
            self.join_again(&visit.entrance, pupil, account.id).await?;
            return Ok(Ok(()));
        }
        let tying = Tying {
            uai: visit.entrance.uai,
            learner: pupil.learner.id,
            version: pupil.learner.current.version,
            ine: pupil.entry.ine,
            campaign: visit.entrance.id,
            who: Who::Known { id: account.id, epoch: account.epoch },
            session: None,
            now: (self.clock)(),
        };
        match self.table.tie(&tying).await {
            Ok(()) => Ok(Ok(())),
            Err(TieError::Tied) => Ok(Err(Refusal::OtherPupil)),
            Err(TieError::Learner | TieError::LoginTaken) => Ok(Err(Refusal::TooLate)),
            Err(TieError::AccountMoved) => Err(Problem::signed_out()),
            Err(TieError::Table(error)) => Err(error.into()),
        }
    }

    /// Joins as the pupil that the account is tied to.
    pub(crate) async fn join_again(&self, entrance: &Entrance, pupil: &Pupil, user: UserId) -> Result<(), Problem> {
        let Entrance { uai, id, .. } = *entrance;
        self.table.begin_participation(uai, id, pupil.learner.id, (self.clock)()).await?;
        // A child's INE may change between two imports: the next school looks for the new one.
        if self.table.user_of_ine(pupil.entry.ine).await? != Some(user) {
            self.table.note_ine(pupil.entry.ine, user).await?;
        }
        Ok(())
    }

    /// Notes that somebody found a pupil who has an account here already: its owner, or a classmate.
    pub(crate) async fn note_tied(&self, visit: &Visit, pupil: &Pupil, elsewhere: bool) -> Result<(), Problem> {
        if elsewhere {
            return Ok(());
        }
        self.note(visit, JoinOutcome::TiedElsewhere, Some(pupil.learner.id)).await
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use rentree_domain::{EmailAddress, Ido, UserName};

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
        Account { id: user(number), epoch: 0, birth_date, methods, pupil: None }
    }

    fn owner(number: u8, methods: Methods) -> Owner {
        Owner { id: user(number), methods }
    }

    fn next(born: Date, signed_in: Option<Account>, here: Option<Owner>, elsewhere: Option<Owner>) -> Next {
        decide((pupil(1), born), signed_in, (here, elsewhere), false, TODAY)
    }

    #[test]
    fn nobody_is_signed_in() {
        assert_eq!(next(UNDER, None, None, None), Next::NewAccount);
        let gar = Methods { mediacentre: Some(Ido::parse("ido-1").unwrap()), ..Methods::default() };
        for methods in [by_name(), by_email(), gar] {
            let has = |elsewhere| Next::HasAccount { methods: methods.clone(), elsewhere };
            assert_eq!(next(UNDER, None, Some(owner(1, methods.clone())), Some(owner(2, by_name()))), has(false));
            assert_eq!(next(UNDER, None, None, Some(owner(2, methods.clone()))), has(true));
        }
        let despite = decide((pupil(1), UNDER), None, (None, Some(owner(2, by_name()))), true, TODAY);
        assert_eq!(despite, Next::NewAccount);
        let not_here = decide((pupil(1), UNDER), None, (Some(owner(2, by_name())), None), true, TODAY);
        assert!(matches!(not_here, Next::HasAccount { elsewhere: false, .. }), "a tie of this school is for good");
    }

    #[test]
    fn somebody_is_signed_in() {
        let mine = account(1, by_name(), Some(UNDER));
        assert_eq!(next(UNDER, Some(mine.clone()), None, None), Next::Tie(mine.clone()));
        assert_eq!(next(UNDER, Some(mine.clone()), Some(owner(1, by_name())), None), Next::Tie(mine.clone()));
        assert_eq!(next(UNDER, Some(mine.clone()), None, Some(owner(2, by_email()))), Next::Tie(mine.clone()));
        let tied = next(UNDER, Some(mine.clone()), Some(owner(2, by_email())), None);
        assert_eq!(tied, Next::HasAccount { methods: by_email(), elsewhere: false });
        // Who did not sign out.
        assert_eq!(next(OVER, Some(mine.clone()), None, None), Next::Refused(Refusal::OtherPerson));
        let others = Account { pupil: Some(pupil(2)), ..mine };
        assert_eq!(next(UNDER, Some(others), None, None), Next::Refused(Refusal::OtherPupil));
    }

    #[test]
    fn no_address_before_fifteen() {
        let staff = account(1, by_email(), None);
        assert_eq!(next(UNDER, Some(staff.clone()), None, None), Next::Refused(Refusal::UnderFifteen));
        assert_eq!(next(OVER, Some(staff.clone()), None, None), Next::Tie(staff));
    }
}
