//! People with an account, and whose an e-mail address is: a marker item makes it one person's only.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::{EmailAddress, PersonName, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, delete, delete_if, put_if, put_new, stored};
use crate::keys::{SessionHash, user};
use crate::link;
use crate::transaction::Cancelled;
use crate::{Item, Key, Session, Table, TableError};

const ENTITY: &str = "User";
const IDENTITY: &str = "Identity";

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// What they sign in with.
    pub email: EmailAddress,
    /// Whether a link sent there was followed.
    pub email_confirmed: bool,
    /// Argon2id, in the PHC string format.
    pub password_hash: String,
    /// Counted up with each new password, each confirmed address, and when all other sessions are ended: sessions and links of
    /// another epoch are over.
    pub epoch: u64,
    /// The terms of use that were accepted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// Since when.
    pub created_at: Timestamp,
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
}

impl Person {
    /// `Camille Le Goff`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

impl User {
    /// `Camille Le Goff`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Whose an address is.
#[derive(Debug, Serialize, Deserialize)]
struct Identity {
    user: UserId,
    /// Whether a link sent there was followed. Until then the address may be somebody else's, who may take it.
    #[serde(default)]
    confirmed: bool,
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

/// Makes an address `id`'s, as part of a transaction, if it is nobody's. `confirmed`: also if it is somebody's who never confirmed
/// it.
pub(crate) fn claim_address(
    table: &str,
    address: &EmailAddress,
    id: UserId,
    confirmed: bool,
) -> Result<TransactWriteItem, TableError> {
    let marker = stored(&Identity { user: id, confirmed }, IDENTITY, Key::email_identity(address))?;
    if confirmed {
        return put_if(
            table,
            marker,
            "attribute_not_exists(PK) OR confirmed = :no",
            Some((":no", AttributeValue::Bool(false))),
        );
    }
    put_new(table, marker)
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
            .projection_expression("first_name, last_name, epoch, terms")
            .consistent_read(true);
        let found = get.send().await.map_err(TableError::request("GetItem"))?.item;
        found.map(serde_dynamo::from_item).transpose().map_err(TableError::malformed(ENTITY))
    }

    /// Whose an address is.
    pub async fn user_of_email(&self, address: &EmailAddress) -> Result<Option<(UserId, User)>, TableError> {
        let Some(Identity { user: id, .. }) = self.get(Key::email_identity(address), IDENTITY).await? else {
            // An unknown address takes as long as a known one.
            self.user(UserId::new(Timestamp::UNIX_EPOCH, [0; 10])).await?;
            return Ok(None);
        };
        Ok(self.user(id).await?.map(|user| (id, user)))
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
            claim_address(&self.name, &user.email, id, user.email_confirmed)?,
            put_new(&self.name, item(id, user)?)?,
            crate::session::open(&self.name, session)?,
        ];
        self.transact(items)
            .await
            .map_err(|cancelled| told(cancelled, &[AccountError::Link, AccountError::AddressTaken]))
    }

    /// Notes that `id` accepted the terms of use.
    pub async fn accept_terms(&self, id: UserId, terms: Terms) -> Result<(), TableError> {
        let change = Change::of(Key::user(id), "SET terms = :terms")
            .only_if("attribute_exists(PK)")
            .value_of(":terms", &terms)?;
        change.alone(self).await?;
        Ok(())
    }

    /// Sets a new password: every open session ends, and `session` begins.
    pub async fn change_password(
        &self,
        id: UserId,
        epoch: u64,
        password_hash: &str,
        session: (&SessionHash, &Session),
    ) -> Result<(), AccountError> {
        let items = vec![self.new_password(id, epoch, password_hash)?, crate::session::open(&self.name, session)?];
        self.transact(items).await.map_err(|cancelled| told(cancelled, &[AccountError::Moved]))
    }

    /// Sets a new password by a link that was mailed: the account is unblocked, too.
    pub async fn reset_password(
        &self,
        secret: &[u8; 32],
        (id, user): (UserId, &User),
        password_hash: &str,
        session: (&SessionHash, &Session),
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let items = vec![
            link::consume(&self.name, secret, now)?,
            self.new_password(id, user.epoch, password_hash)?,
            delete(&self.name, Key::attempts(&user.email))?,
            crate::session::open(&self.name, session)?,
        ];
        self.transact(items).await.map_err(|cancelled| told(cancelled, &[AccountError::Link, AccountError::Moved]))
    }

    fn new_password(&self, id: UserId, epoch: u64, password_hash: &str) -> Result<TransactWriteItem, TableError> {
        Change::of(Key::user(id), "SET password_hash = :hash, epoch = :next")
            .only_if("epoch = :epoch")
            .text(":hash", password_hash)
            .number(":next", epoch + 1)
            .number(":epoch", epoch)
            .in_transaction(&self.name)
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

    /// Gives `id` the address `to`, which the link `secret` confirmed, also when it is theirs already; returns the former one.
    /// Every open session and every link that holds the epoch is over, as with a new password, and `session` begins.
    pub async fn confirm_address(
        &self,
        secret: &[u8; 32],
        (id, epoch): (UserId, u64),
        to: &EmailAddress,
        session: (&SessionHash, &Session),
        now: Timestamp,
    ) -> Result<EmailAddress, AccountError> {
        let user = self.user(id).await?.ok_or(AccountError::Moved)?;
        let mut items = vec![
            link::consume(&self.name, secret, now)?,
            Change::of(Key::user(id), "SET email = :to, email_confirmed = :yes, epoch = :next")
                .only_if("email = :from AND epoch = :epoch")
                .text(":to", to.as_str())
                .text(":from", user.email.as_str())
                .truth(":yes")
                .number(":epoch", epoch)
                .number(":next", epoch + 1)
                .in_transaction(&self.name)?,
        ];
        if user.email == *to {
            // Unless its owner has taken it meanwhile.
            let own = Change::of(Key::email_identity(to), "SET confirmed = :yes").only_if("#user = :id");
            items.push(own.truth(":yes").text(":id", id.to_string()).in_transaction(&self.name)?);
        } else {
            items.push(claim_address(&self.name, to, id, true)?);
        }
        items.push(crate::session::open(&self.name, session)?);
        if user.email != *to && self.address_is_of(&user.email, id).await? {
            let former = Key::email_identity(&user.email);
            items.push(delete_if(&self.name, former, "#user = :id", ":id", &id)?);
        }
        let errors = [AccountError::Link, AccountError::Moved, AccountError::AddressTaken];
        self.transact(items).await.map_err(|cancelled| told(cancelled, &errors))?;
        Ok(user.email)
    }

    /// Whether an address is `id`'s.
    async fn address_is_of(&self, address: &EmailAddress, id: UserId) -> Result<bool, TableError> {
        let marker: Option<Identity> = self.get(Key::email_identity(address), IDENTITY).await?;
        Ok(marker.is_some_and(|marker| marker.user == id))
    }

    /// What the index knows of a user, under keys that begin with `prefix`.
    pub(crate) async fn of_user(&self, id: UserId, prefix: &str) -> Result<Vec<Item>, TableError> {
        self.indexed(user(id), prefix).await
    }
}

/// The error of the first condition that failed, by position.
fn told(cancelled: Cancelled, by_position: &[AccountError]) -> AccountError {
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
