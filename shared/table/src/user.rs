//! People with an account: staff, and pupils.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{EmailAddress, Holder, Method, PersonName, UserId, UserName};
use serde::{Deserialize, Serialize};

use crate::item::{Change, apart, put_new, stored};
use crate::keys::{SessionHash, user};
use crate::transaction::Cancelled;
use crate::{Item, Key, Methods, Session, Table, TableError, link, methods};

const ENTITY: &str = "User";

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// How they sign in.
    #[serde(flatten)]
    pub methods: Methods,
    /// Whether a link sent to their address was followed.
    #[serde(default)]
    pub email_confirmed: bool,
    /// Argon2id, in the PHC string format. Who signs in by Médiacentre alone has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// Why the password must be changed before anything else; `None` when it need not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_to_change: Option<PasswordToChange>,
    /// Of a pupil, as the school's file had it when the account began; `None` for staff. Decides on the e-mail method and, until its
    /// owner joins a team, on the rules for passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Whether the owner of an account that began as a pupil's joined a team: passwords follow the rules of staff from then on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joined_a_team: bool,
    /// Since when a code is asked beside the password, in epoch milliseconds; `None` when none is.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub second_factor: Option<Timestamp>,
    /// Counted up with each new password, each confirmed address, and when all other sessions are ended: sessions and links of
    /// another epoch are over.
    pub epoch: u64,
    /// The terms of use that were accepted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// Since when.
    pub created_at: Timestamp,
}

/// Why a password must be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum PasswordToChange {
    /// Staff read it aloud.
    Temporary {
        /// Nobody signs in with it from then on.
        until: Timestamp,
    },
    /// It was chosen by the rules of pupils, and its owner joined a team.
    ChosenAsPupil,
}

impl PasswordToChange {
    /// Until when staff's password lets its owner in, if it is one.
    pub fn temporary_until(self) -> Option<Timestamp> {
        match self {
            Self::Temporary { until } => Some(until),
            Self::ChosenAsPupil => None,
        }
    }
}

/// Terms of use, accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Which version.
    pub version: u32,
    /// When.
    pub at: Timestamp,
}

/// What every request reads of a person: nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Person {
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// See [`User::epoch`].
    pub epoch: u64,
    /// The terms of use that were accepted last.
    #[serde(default)]
    pub terms: Option<Terms>,
    /// See [`User::password_to_change`].
    #[serde(default)]
    pub password_to_change: Option<PasswordToChange>,
    /// See [`User::birth_date`].
    #[serde(default)]
    pub birth_date: Option<Date>,
    /// See [`User::joined_a_team`].
    #[serde(default)]
    pub joined_a_team: bool,
}

impl Person {
    /// `Camille Le Goff`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// Whose sessions theirs are.
    pub fn holder(&self) -> Holder {
        Holder::of(self.birth_date.is_some() && !self.joined_a_team)
    }
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        Self {
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            epoch: user.epoch,
            terms: user.terms,
            password_to_change: user.password_to_change,
            birth_date: user.birth_date,
            joined_a_team: user.joined_a_team,
        }
    }
}

impl User {
    /// `Camille Le Goff`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// Their address, if a link sent there was followed: what is mailed elsewhere may reach a stranger.
    pub fn confirmed_email(&self) -> Option<&EmailAddress> {
        self.methods.email.as_ref().filter(|_| self.email_confirmed)
    }

    /// Whether passwords follow the rules of pupils.
    pub fn follows_rules_of_pupils(&self) -> bool {
        self.birth_date.is_some() && !self.joined_a_team
    }

    /// Whether a school names them: an account that began as a pupil's has the name of the ENT, or else of the school's list when they last
    /// joined a campaign, until they join a team. Colleagues know whoever is in one by the name that they give themselves.
    pub fn is_named_by_a_school(&self) -> bool {
        self.follows_rules_of_pupils()
    }

    /// Until when the password lets its owner in, if staff gave it.
    pub fn temporary_until(&self) -> Option<Timestamp> {
        self.password_to_change.and_then(PasswordToChange::temporary_until)
    }

    /// Whose sessions theirs are.
    pub fn holder(&self) -> Holder {
        Holder::of(self.follows_rules_of_pupils())
    }

    /// Whether nothing but the Médiacentre opens the account at `now`, and there is no password.
    pub fn has_mediacentre_alone(&self, now: Timestamp) -> bool {
        self.password_hash.is_none() && self.methods.all(now) == [Method::Mediacentre]
    }

    /// What makes no password of theirs.
    pub fn about(&self) -> Vec<&str> {
        let email = self.methods.email.as_ref().map(EmailAddress::as_str);
        let name = self.methods.user_name.as_ref().map(UserName::as_str);
        [self.first_name.as_str(), self.last_name.as_str()].into_iter().chain(email).chain(name).collect()
    }
}

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The link was used or expired meanwhile.
    #[error("the link does not hold any more")]
    Link,
    /// The address is another account's.
    #[error("the address is another account's")]
    AddressTaken,
    /// The account changed meanwhile.
    #[error("the account was changed meanwhile")]
    Moved,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// The item of a user.
pub(crate) fn item(id: UserId, user: &User) -> Result<Item, TableError> {
    stored(user, ENTITY, Key::user(id))
}

impl Table {
    /// A person with everything, the hash of the password included.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, TableError> {
        self.get(Key::user(id), ENTITY).await
    }

    /// What every request reads of a person.
    pub async fn person(&self, id: UserId) -> Result<Option<Person>, TableError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(Key::user(id).into_item()))
            .projection_expression("first_name, last_name, epoch, terms, password_to_change, birth_date, joined_a_team")
            .consistent_read(true);
        let found = apart(get.send()).await.map_err(TableError::request("GetItem"))?.item;
        found.map(serde_dynamo::from_item).transpose().map_err(TableError::malformed(ENTITY))
    }

    /// Creates an account whose address the link `secret` confirmed, and opens its first session.
    pub async fn create_user(
        &self,
        secret: &[u8; 32],
        (id, user): (UserId, &User),
        session: (&SessionHash, &Session),
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let items = vec![
            link::consume(&self.name, secret, now)?,
            put_new(&self.name, item(id, user)?)?,
            crate::session::open(&self.name, session)?,
        ];
        let markers = methods::claim_all(&self.name, &user.methods, id, user.email_confirmed)?;
        let errors = [AccountError::Link, AccountError::Moved, AccountError::Moved, AccountError::AddressTaken];
        self.transact(items.into_iter().chain(markers).collect()).await.map_err(|cancelled| told(cancelled, &errors))
    }

    /// Notes that `id` accepted the terms of use.
    pub async fn accept_terms(&self, id: UserId, terms: Terms) -> Result<(), TableError> {
        let change = Change::of(Key::user(id), "SET terms = :terms")
            .only_if("attribute_exists(PK)")
            .value_of(":terms", &terms)?;
        change.alone(self).await?;
        Ok(())
    }

    /// Ends every session of `id` but `session`, which begins.
    pub async fn end_other_sessions(
        &self,
        id: UserId,
        epoch: u64,
        session: (&SessionHash, &Session),
    ) -> Result<(), AccountError> {
        let items = vec![
            Change::of(Key::user(id), "SET epoch = :next")
                .only_if("epoch = :epoch")
                .number(":next", epoch + 1)
                .number(":epoch", epoch)
                .in_transaction(&self.name)?,
            crate::session::open(&self.name, session)?,
        ];
        self.transact(items).await.map_err(|cancelled| told(cancelled, &[AccountError::Moved]))
    }

    /// Ends every session of `id`, because an operator said so at `said`. The same word again, or one that was said before, ends nothing:
    /// whoever signed in since goes on.
    pub async fn end_all_sessions(&self, id: UserId, said: Timestamp) -> Result<(), TableError> {
        const SAID_SINCE: &str =
            "attribute_exists(PK) AND (attribute_not_exists(sessions_ended_at) OR sessions_ended_at < :said)";
        Change::of(Key::user(id), "SET epoch = epoch + :one, sessions_ended_at = :said")
            .only_if(SAID_SINCE)
            .number(":one", 1)
            .number(":said", said.as_millisecond())
            .alone(self)
            .await?;
        Ok(())
    }

    /// What the index knows of a user, under keys that begin with `prefix`.
    pub(crate) async fn of_user(&self, id: UserId, prefix: &str) -> Result<Vec<Item>, TableError> {
        self.indexed(user(id), prefix).await
    }
}

/// The error of the first condition that failed, by position.
pub(crate) fn told(cancelled: Cancelled, by_position: &[AccountError]) -> AccountError {
    match cancelled {
        Cancelled::Table(error) => error.into(),
        Cancelled::Conditions(failed) => {
            match failed.iter().position(|failed| *failed).and_then(|at| by_position.get(at)) {
                Some(AccountError::Link) => AccountError::Link,
                Some(AccountError::AddressTaken) => AccountError::AddressTaken,
                _ => AccountError::Moved,
            }
        }
    }
}
