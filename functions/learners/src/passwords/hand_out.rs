//! One pupil, one temporary password: looked at, drawn, hashed, stored as its hash. The password itself goes to whoever asked, and
//! nowhere else.

use jiff::Timestamp;
use rentree_domain::password::TEMPORARY_LASTS;
use rentree_domain::{Entry, LearnerId, Password, Uai, UserId, UserName};
use rentree_identity::HashError;
use rentree_table::{Account, HandOutError, TableError, User};

use super::due::{Due, Looked, Unserved, due};
use crate::Learners;

/// How often a user name is drawn before somebody else's names are to blame.
const DRAWS: u32 = 8;
/// An account that changed meanwhile is looked at once more.
const LOOKS: usize = 2;

/// A pupil who was chosen.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) id: LearnerId,
    pub(crate) entry: Entry,
    pub(crate) user: Option<UserId>,
    pub(crate) is_enrolled: bool,
}

/// How the account of a pupil stands who is to get a password.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) epoch: u64,
    /// Whether its password is one that staff gave, and that was not changed yet.
    pub(crate) is_temporary: bool,
    /// Whether there is no user name yet: one comes with the password.
    pub(crate) gets_user_name: bool,
}

/// What a pupil signs in with now. Never printed.
pub(crate) struct HandedOut {
    pub(crate) user_name: UserName,
    pub(crate) password: Password,
    /// Until when it lets its owner in.
    pub(crate) until: Timestamp,
}

/// What failed, other than what staff can be told.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl Learners {
    /// An account, with what decides whether staff may act on it.
    pub(crate) async fn look(&self, uai: Uai, id: UserId) -> Result<Option<(User, Looked)>, TableError> {
        // The index of teams may be a moment late; the school's own team is not.
        let (user, member, spaces) =
            tokio::try_join!(self.table.user(id), self.table.member(uai, id), self.table.spaces(id))?;
        let Some(user) = user else { return Ok(None) };
        let is_in_a_team = member.is_some() || !spaces.is_empty();
        let looked = Looked { account: Account::from(&user), is_in_a_team };
        Ok(Some((user, looked)))
    }

    /// Whether a pupil is to get a password, as far as can be told before it is done.
    pub(crate) async fn due(&self, uai: Uai, pupil: &Chosen) -> Result<Result<Standing, Unserved>, TableError> {
        let looked = match pupil.user {
            Some(id) if pupil.is_enrolled => self.look(uai, id).await?,
            _ => None,
        };
        let what = due(pupil.is_enrolled, looked.as_ref().map(|(_, looked)| looked));
        Ok(what.map(|what| Standing {
            epoch: looked.as_ref().map_or(0, |(user, _)| user.epoch),
            is_temporary: looked.as_ref().is_some_and(|(user, _)| user.temporary_until().is_some()),
            gets_user_name: what == Due::NameAndPassword,
        }))
    }

    /// Gives a pupil, whose account was of this `epoch` when it was chosen, a temporary password, and a user name if there is none.
    pub(crate) async fn hand_out(&self, uai: Uai, pupil: &Chosen, epoch: u64) -> Result<HandedOut, Unserved> {
        self.try_hand_out(uai, pupil, epoch).await.unwrap_or_else(|error| {
            let why = rentree_runtime::telemetry::chain(&error);
            tracing::error!(%uai, learner = %pupil.id, why, "a temporary password was not handed out");
            Err(Unserved::Failed)
        })
    }

    async fn try_hand_out(&self, uai: Uai, pupil: &Chosen, epoch: u64) -> Result<Result<HandedOut, Unserved>, Failure> {
        for _ in 0..LOOKS {
            let found = match pupil.user {
                Some(id) => self.look(uai, id).await?.map(|(user, looked)| (id, user, looked)),
                None => None,
            };
            let (id, user) = match (due(pupil.is_enrolled, found.as_ref().map(|(_, _, looked)| looked)), found) {
                (Ok(_), Some((id, user, _))) => (id, user),
                (Ok(_), None) => return Ok(Err(Unserved::NoAccount)),
                (Err(why), _) => return Ok(Err(why)),
            };
            if user.epoch != epoch && user.temporary_until().is_some() {
                // A colleague was faster: the password that they read aloud right now goes on.
                return Ok(Err(Unserved::Changed));
            }
            let password = Password::temporary(rentree_runtime::random());
            let hash = rentree_identity::hash(password.clone()).await?;
            let until = (self.clock)() + TEMPORARY_LASTS;
            for new_name in names(&user, &pupil.entry) {
                let stored = self.table.hand_out((uai, pupil.id), (id, &user), new_name.as_ref(), (&hash, until)).await;
                match (stored, new_name.or_else(|| user.methods.user_name.clone())) {
                    (Ok(()), Some(user_name)) => {
                        if Account::from(&user).is_reached_by_mail() {
                            self.mails.tell_password_handed_out(id, uai).await;
                        }
                        return Ok(Ok(HandedOut { user_name, password, until }));
                    }
                    (Err(HandOutError::NameTaken), _) => {}
                    (Err(HandOutError::Table(error)), _) => return Err(error.into()),
                    (Err(HandOutError::Untied), _) => return Ok(Err(Unserved::Changed)),
                    (Err(HandOutError::Moved) | Ok(()), _) => break,
                }
            }
        }
        Ok(Err(Unserved::Changed))
    }
}

/// The user names to try for an account, one after the other: none for one that has its own.
pub(crate) fn names(user: &User, entry: &Entry) -> Vec<Option<UserName>> {
    if user.methods.user_name.is_some() {
        return vec![None];
    }
    let (first, last) = (&entry.first_name, &entry.last_name);
    let proposed = std::iter::once_with(|| UserName::proposed(first, last, entry.birth_date));
    let others = (0..DRAWS).map(|draw| UserName::another(first, last, draw, rentree_runtime::random()));
    proposed.chain(others).map(Some).collect()
}
