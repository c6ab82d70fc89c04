//! New passwords: each ends every session and every link that holds the epoch before it. Chosen by their owner, or handed out to a
//! pupil by staff.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use rentree_domain::{LearnerId, Uai, UserId, UserName};

use crate::item::{Change, check_text, delete};
use crate::transaction::Cancelled;
use crate::user::told;
use crate::{
    AccountError, AuditEntry, Key, Methods, PasswordToChange, Session, SessionHash, Table, TableError, User, audit,
    link, methods,
};

/// The condition that an account is as it was read. Joining a team counts no epoch up, and yet changes who may set the password, and by
/// which rules; so does a name that was given, if there was none.
fn as_read(user: &User, is_to_be_named: bool) -> &'static str {
    match (user.joined_a_team, is_to_be_named) {
        (false, false) => "epoch = :epoch AND attribute_not_exists(joined_a_team)",
        (false, true) => "epoch = :epoch AND attribute_not_exists(joined_a_team) AND attribute_not_exists(user_name)",
        (true, false) => "epoch = :epoch",
        (true, true) => "epoch = :epoch AND attribute_not_exists(user_name)",
    }
}

/// Why a pupil got no temporary password.
#[derive(Debug, thiserror::Error)]
pub enum HandOutError {
    /// The account is not (any more) the one of this pupil.
    #[error("the account is not this pupil's any more")]
    Untied,
    /// The account was changed meanwhile.
    #[error("the account was changed meanwhile")]
    Moved,
    /// The user name is another account's.
    #[error("the user name is another account's")]
    NameTaken,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Forgets the failed sign-ins with every login of an account, as parts of a transaction.
pub(crate) fn unblock(table: &str, methods: &Methods) -> Result<Vec<TransactWriteItem>, TableError> {
    methods.logins().iter().map(|login| delete(table, Key::attempts(login))).collect()
}

impl Table {
    /// Sets a new password: every open session ends, and `session` begins.
    pub async fn change_password(
        &self,
        (id, user): (UserId, &User),
        password_hash: &str,
        session: (&SessionHash, &Session),
    ) -> Result<(), AccountError> {
        let items = vec![self.new_password((id, user), password_hash)?, crate::session::open(&self.name, session)?];
        self.transact(items).await.map_err(|cancelled| told(cancelled, &[AccountError::Moved]))
    }

    /// Sets a new password by a link that was mailed: the account is unblocked, too. `session` begins, if nothing more is asked.
    pub async fn reset_password(
        &self,
        secret: &[u8; 32],
        (id, user): (UserId, &User),
        password_hash: &str,
        session: Option<(&SessionHash, &Session)>,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let mut items = vec![link::consume(&self.name, secret, now)?, self.new_password((id, user), password_hash)?];
        if let Some(session) = session {
            items.push(crate::session::open(&self.name, session)?);
        }
        let unblocked = unblock(&self.name, &user.methods)?;
        self.transact(items.into_iter().chain(unblocked).collect())
            .await
            .map_err(|cancelled| told(cancelled, &[AccountError::Link, AccountError::Moved]))
    }

    /// By the rules that were read with the account.
    fn new_password(&self, (id, user): (UserId, &User), password_hash: &str) -> Result<TransactWriteItem, TableError> {
        Change::of(Key::user(id), "SET password_hash = :hash, epoch = :next REMOVE password_to_change")
            .only_if(as_read(user, false))
            .text(":hash", password_hash)
            .number(":next", user.epoch + 1)
            .number(":epoch", user.epoch)
            .in_transaction(&self.name)
    }

    /// Gives the account `user` of a pupil a temporary password, of which only the hash comes here, and the user name `name` if it
    /// has none: the account is unblocked, its sessions end, and the password, which holds `until` then, must be changed at the first
    /// sign-in.
    pub async fn hand_out(
        &self,
        (uai, learner): (Uai, LearnerId),
        (id, user): (UserId, &User),
        name: Option<&UserName>,
        (password_hash, until): (&str, Timestamp),
    ) -> Result<(), HandOutError> {
        const PASSWORD: &str = "SET password_hash = :hash, password_to_change = :temporary, epoch = :next";
        const PASSWORD_AND_NAME: &str =
            "SET password_hash = :hash, password_to_change = :temporary, epoch = :next, user_name = :name";
        let account = match name {
            None => Change::of(Key::user(id), PASSWORD),
            Some(name) => Change::of(Key::user(id), PASSWORD_AND_NAME).text(":name", name.as_str()),
        };
        let account = account
            .only_if(as_read(user, name.is_some()))
            .text(":hash", password_hash)
            .value_of(":temporary", &PasswordToChange::Temporary { until })?
            .number(":next", user.epoch + 1)
            .number(":epoch", user.epoch);
        let mut items = vec![tied(&self.name, (uai, learner), id)?, account.in_transaction(&self.name)?];
        if let Some(name) = name {
            items.push(methods::claim_user_name(&self.name, name, id)?);
        }
        items.extend(unblock(&self.name, &user.methods)?);
        self.transact(items).await.map_err(not_handed_out)
    }

    /// Gives the account `user` of a pupil, which has a password of its owner's and no user name, the user name `name`: the password
    /// and the sessions stay. `entry` tells it.
    pub async fn give_user_name(
        &self,
        (uai, learner): (Uai, LearnerId),
        (id, user): (UserId, &User),
        name: &UserName,
        entry: &AuditEntry,
    ) -> Result<(), HandOutError> {
        let account = Change::of(Key::user(id), "SET user_name = :name")
            .only_if(as_read(user, true))
            .text(":name", name.as_str())
            .number(":epoch", user.epoch);
        let items = vec![
            tied(&self.name, (uai, learner), id)?,
            account.in_transaction(&self.name)?,
            methods::claim_user_name(&self.name, name, id)?,
            audit::write(&self.name, uai, entry)?,
        ];
        self.transact(items).await.map_err(not_handed_out)
    }

    /// Forgets the failed sign-ins with every login of a pupil's account; `entry` tells it. `false` when the account is not (any
    /// more) this pupil's.
    pub async fn unblock(
        &self,
        (uai, learner): (Uai, LearnerId),
        (id, methods): (UserId, &Methods),
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let mut items = vec![tied(&self.name, (uai, learner), id)?, audit::write(&self.name, uai, entry)?];
        items.extend(unblock(&self.name, methods)?);
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }
}

/// Checks that the account `id` is this pupil's, as part of a transaction.
pub(crate) fn tied(table: &str, (uai, learner): (Uai, LearnerId), id: UserId) -> Result<TransactWriteItem, TableError> {
    check_text(table, Key::tie(id, uai), "learner = :value", &learner.to_string())
}

/// The error of the first condition that failed, by position: the tie, the account, the user name.
fn not_handed_out(cancelled: Cancelled) -> HandOutError {
    match cancelled {
        Cancelled::Table(error) => error.into(),
        Cancelled::Conditions(failed) => match failed.iter().position(|failed| *failed) {
            Some(0) => HandOutError::Untied,
            Some(1) => HandOutError::Moved,
            _ => HandOutError::NameTaken,
        },
    }
}
