//! How an account signs in: its connection methods, and the marker items that make each of them one account's only.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::{EmailAddress, Ine, Login, Method, SignOnId, UserId, UserName};
use serde::{Deserialize, Serialize};

use crate::item::{put_if, put_new, put_over, stored};
use crate::{Item, Key, MediacentreIds, Table, TableError, User, mediacentre};

const ENTITY: &str = "Identity";

/// The connection methods of an account, cumulative: see `docs/domain.md`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Methods {
    /// Adresse e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Identifiant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<UserName>,
    /// Médiacentre, by each identifier that an identity provider knows the owner by.
    #[serde(default, skip_serializing_if = "MediacentreIds::is_empty")]
    pub mediacentre: MediacentreIds,
}

impl Methods {
    /// An e-mail address alone.
    pub fn of_email(email: EmailAddress) -> Self {
        Self { email: Some(email), ..Self::default() }
    }

    /// A user name alone.
    pub fn of_user_name(name: UserName) -> Self {
        Self { user_name: Some(name), ..Self::default() }
    }

    /// Médiacentre alone, by `id`, with which its owner has signed on at `now`.
    pub fn of_mediacentre(id: SignOnId, now: Timestamp) -> Self {
        Self { mediacentre: MediacentreIds::one(id, now), ..Self::default() }
    }

    /// Which they are at `now`, in the order that pages show.
    pub fn all(&self, now: Timestamp) -> Vec<Method> {
        Method::ALL.into_iter().filter(|method| self.has(*method, now)).collect()
    }

    /// Whether `method` is one of them at `now`: Médiacentre is forgotten when nobody used it for two years.
    pub fn has(&self, method: Method, now: Timestamp) -> bool {
        match method {
            Method::Mediacentre => self.mediacentre.any(now),
            Method::UserName => self.user_name.is_some(),
            Method::Email => self.email.is_some(),
        }
    }

    /// Each with what its owner knows it again by, and nobody else learns: `k***.d***1003`. Médiacentre shows nothing.
    pub fn masked(&self, now: Timestamp) -> Vec<(Method, Option<String>)> {
        let masked = |method| match method {
            Method::Mediacentre => None,
            Method::UserName => self.user_name.as_ref().map(UserName::masked),
            Method::Email => self.email.as_ref().map(EmailAddress::masked),
        };
        self.all(now).into_iter().map(|method| (method, masked(method))).collect()
    }

    /// What can be typed to sign in: failures are counted by each.
    pub fn logins(&self) -> Vec<Login> {
        let names = self.user_name.iter().cloned().map(Login::UserName);
        self.email.iter().cloned().map(Login::Email).chain(names).collect()
    }
}

/// Whose an address, a user name or an INE is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) user: UserId,
    /// Of an address: whether a link sent there was followed. Until then it may be somebody else's, who may take it.
    #[serde(default)]
    pub(crate) confirmed: bool,
}

/// Makes an address `id`'s, as part of a transaction, if it is nobody's. `confirmed`: also if it is somebody's who never confirmed
/// it.
pub(crate) fn claim_address(
    table: &str,
    address: &EmailAddress,
    id: UserId,
    confirmed: bool,
) -> Result<TransactWriteItem, TableError> {
    let marker = stored(&Identity { user: id, confirmed }, ENTITY, Key::email_identity(address))?;
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

/// Makes a user name `id`'s, as part of a transaction, if it is nobody's.
pub(crate) fn claim_user_name(table: &str, name: &UserName, id: UserId) -> Result<TransactWriteItem, TableError> {
    put_new(table, stored(&Identity { user: id, confirmed: true }, ENTITY, Key::user_name_identity(name))?)
}

/// Notes that the child with this INE has the account `id`, as part of a transaction: the last one that the child signed in
/// with.
pub(crate) fn claim_ine(table: &str, ine: Ine, id: UserId) -> Result<TransactWriteItem, TableError> {
    put_over(table, ine_marker(ine, id)?)
}

fn ine_marker(ine: Ine, id: UserId) -> Result<Item, TableError> {
    stored(&Identity { user: id, confirmed: true }, ENTITY, Key::ine_identity(ine))
}

/// Every marker of `methods`, as parts of a transaction.
pub(crate) fn claim_all(
    table: &str,
    methods: &Methods,
    id: UserId,
    email_confirmed: bool,
) -> Result<Vec<TransactWriteItem>, TableError> {
    let mut items = Vec::new();
    if let Some(email) = &methods.email {
        items.push(claim_address(table, email, id, email_confirmed)?);
    }
    if let Some(name) = &methods.user_name {
        items.push(claim_user_name(table, name, id)?);
    }
    for known in methods.mediacentre.all() {
        items.push(mediacentre::claim(table, &known.id, id, known.used_at)?);
    }
    Ok(items)
}

impl Table {
    /// Whose a login is, by name alone.
    pub async fn owner_of(&self, login: &Login) -> Result<Option<UserId>, TableError> {
        let key = match login {
            Login::Email(address) => Key::email_identity(address),
            Login::UserName(name) => Key::user_name_identity(name),
        };
        Ok(self.get::<Identity>(key, ENTITY).await?.map(|identity| identity.user))
    }

    /// The account of whose a login is: nobody's takes as long as somebody's.
    pub async fn account_of(&self, owner: Option<UserId>) -> Result<Option<(UserId, User)>, TableError> {
        let id = owner.unwrap_or_else(|| UserId::new(Timestamp::UNIX_EPOCH, [0; 10]));
        Ok(self.user(id).await?.map(|user| (id, user)).filter(|_| owner.is_some()))
    }

    /// Whose a login is.
    pub async fn user_of(&self, login: &Login) -> Result<Option<(UserId, User)>, TableError> {
        self.account_of(self.owner_of(login).await?).await
    }

    /// Whose an address is.
    pub async fn user_of_email(&self, address: &EmailAddress) -> Result<Option<(UserId, User)>, TableError> {
        self.user_of(&Login::Email(address.clone())).await
    }

    /// Whether a user name is nobody's yet.
    pub async fn is_free(&self, name: &UserName) -> Result<bool, TableError> {
        Ok(self.get::<Identity>(Key::user_name_identity(name), ENTITY).await?.is_none())
    }

    /// The account of the child with this INE, if it was tied to a pupil of any school.
    pub async fn user_of_ine(&self, ine: Ine) -> Result<Option<UserId>, TableError> {
        Ok(self.get::<Identity>(Key::ine_identity(ine), ENTITY).await?.map(|identity| identity.user))
    }

    /// Notes that the child with this INE has the account `id`: the INE of a pupil who is tied may change.
    pub async fn note_ine(&self, ine: Ine, id: UserId) -> Result<(), TableError> {
        self.put(ine_marker(ine, id)?).await
    }
}
