//! What comes of a sign-on by Médiacentre: a session of whom it knows, or a sign-on that waits until whoever it is says which account
//! is theirs. Request, assertion and outcome are one transaction: nothing of a sign-on counts twice.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::mediacentre::{Profile, SIGN_ON_WAITS};
use rentree_domain::{CampaignCode, EntityId, PersonName, SignOnId, Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, check, check_number, delete, delete_if, put_over, stored};
use crate::sign_on_request::{CameOf, answer, answer_again, use_assertion};
use crate::transaction::Cancelled;
use crate::{Key, MediacentreIds, Methods, Session, SessionHash, Table, TableError, User, mediacentre, session};

const ENTITY: &str = "WaitingSignOn";
const SET: &str = "SET mediacentre = :ids, first_name = :first, last_name = :last, epoch = :next";
const SET_WITH_BIRTH_DATE: &str =
    "SET mediacentre = :ids, first_name = :first, last_name = :last, epoch = :next, birth_date = :born";
const AS_READ: &str = "epoch = :epoch AND mediacentre = :before";
const AS_READ_WITHOUT: &str = "epoch = :epoch AND attribute_not_exists(mediacentre)";

/// An answer of an identity provider that was read and found true.
#[derive(Debug, Clone, Copy)]
pub struct SigningOn<'a> {
    /// The request that it answers.
    pub request: &'a str,
    /// What the browser keeps.
    pub nonce: &'a [u8; 32],
    /// Who answers.
    pub idp: &'a EntityId,
    /// The assertion's identifier.
    pub assertion: &'a str,
    /// Until when the assertion could be used.
    pub holds_until: Timestamp,
    /// The browser's former session, which ends.
    pub former: Option<&'a SessionHash>,
    /// When.
    pub now: Timestamp,
}

/// Somebody signed on whom no account knows yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingSignOn {
    /// Who, for which identity provider.
    #[serde(flatten)]
    pub id: SignOnId,
    /// First name, if it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<PersonName>,
    /// Last name, if it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<PersonName>,
    /// The school, if it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uai: Option<Uai>,
    /// Pupil or staff.
    pub profile: Profile,
    /// The campaign where the sign-on began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignCode>,
    /// Until when, in epoch seconds: the attribute that TTL watches.
    pub expires_at: i64,
}

impl WaitingSignOn {
    /// Until when a sign-on of `now` waits.
    pub fn until(now: Timestamp) -> i64 {
        (now + SIGN_ON_WAITS).as_second()
    }
}

/// A sign-on that waits, and is taken up with a tie: it opens the account from then on.
#[derive(Debug, Clone, Copy)]
pub struct TakingUp<'a> {
    /// Under what it waits.
    pub secret: &'a [u8; 32],
    /// Who, for which identity provider. An account that begins with it has it among its methods.
    pub id: &'a SignOnId,
    /// The account as it was read.
    pub user: &'a User,
}

/// Why a sign-on came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    /// The request was answered already, is too old, or is another browser's.
    #[error("the request does not hold any more")]
    Request,
    /// The assertion was used before.
    #[error("the assertion was used before")]
    Replayed,
    /// The account was changed meanwhile: look again.
    #[error("the account was changed meanwhile")]
    Moved,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Why an identifier was not added to an account.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The sign-on waits no more.
    #[error("the sign-on waits no more")]
    Gone,
    /// The account was changed meanwhile.
    #[error("the account was changed meanwhile")]
    Moved,
    /// The identifier is another account's.
    #[error("the identifier is another account's")]
    Taken,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// The account `id` as it was read, with `ids` in place of those it has, `names` in place of its own, the birth date as it was
/// `corrected`, and `epoch`: as part of a transaction.
fn account(
    table: &str,
    (id, user): (UserId, &User),
    ids: &MediacentreIds,
    (first_name, last_name): (&PersonName, &PersonName),
    (corrected, epoch): (Option<Date>, u64),
) -> Result<TransactWriteItem, TableError> {
    let had = &user.methods.mediacentre;
    let change = match corrected {
        None => Change::of(Key::user(id), SET),
        Some(birth_date) => Change::of(Key::user(id), SET_WITH_BIRTH_DATE).text(":born", birth_date.to_string()),
    };
    let change = change
        .number(":next", epoch)
        .value_of(":ids", ids)?
        .text(":first", first_name.as_str())
        .text(":last", last_name.as_str())
        .number(":epoch", user.epoch);
    let change = if had.is_empty() {
        change.only_if(AS_READ_WITHOUT)
    } else {
        change.only_if(AS_READ).value_of(":before", had)?
    };
    change.in_transaction(table)
}

/// Checks that the account `id` is as it was read, as far as signing on goes: as part of a transaction.
fn unchanged(table: &str, (id, user): (UserId, &User)) -> Result<TransactWriteItem, TableError> {
    let had = serde_dynamo::to_attribute_value(&user.methods.mediacentre).map_err(TableError::malformed("a value"))?;
    let epoch = AttributeValue::N(user.epoch.to_string());
    check(table, Key::user(id), AS_READ, [(":epoch", epoch), (":before", had)])
}

/// Ends the waiting of a sign-on, as part of a transaction: of two at the same moment, one fails.
pub(crate) fn take_up(table: &str, secret: &[u8; 32], now: Timestamp) -> Result<TransactWriteItem, TableError> {
    delete_if(table, Key::waiting_sign_on(secret), "#expires_at > :second", ":second", &now.as_second())
}

/// Adds the identifier `id` to the account as it was read, as parts of a transaction: the account first, then the identifier's marker,
/// then those of the identifiers that it takes the place of. A pupil has one for each provider, and staff may have several schools. It may
/// be the account's already: the same child signed on twice, on two devices. `epoch` is the account's from then on.
pub(crate) fn add(
    table: &str,
    (user_id, user): (UserId, &User),
    id: &SignOnId,
    (corrected, epoch): (Option<Date>, u64),
    now: Timestamp,
) -> Result<Vec<TransactWriteItem>, TableError> {
    let Methods { mediacentre: had, .. } = &user.methods;
    let ids = had.with(id, user.birth_date.is_some(), now);
    let marker = if had.at(now).any(|had| had.id == *id) { mediacentre::note_use } else { mediacentre::claim };
    let mut items = vec![
        account(table, (user_id, user), &ids, (&user.first_name, &user.last_name), (corrected, epoch))?,
        marker(table, id, user_id, now)?,
    ];
    for former in had.gone_in(&ids, now) {
        items.push(mediacentre::release(table, former, user_id)?);
    }
    Ok(items)
}

impl Table {
    /// Signs the owner of the account on, who is known as `id`: the session begins, the names are those that the identity provider told
    /// (`names`), and the use is noted.
    pub async fn sign_on(
        &self,
        signing_on: &SigningOn<'_>,
        (user_id, user): (UserId, &User),
        id: &SignOnId,
        names: (&PersonName, &PersonName),
        session: (&SessionHash, &Session),
    ) -> Result<(), SignOnError> {
        let (table, now) = (&self.name, signing_on.now);
        let mut items = self.answered(signing_on, &CameOf::Session(session.0.clone()))?;
        let noted = user.methods.mediacentre.noting(id, now);
        if noted.is_none() && names == (&user.first_name, &user.last_name) {
            items.push(unchanged(table, (user_id, user))?);
        } else {
            let ids = noted.as_ref().unwrap_or(&user.methods.mediacentre);
            items.push(account(table, (user_id, user), ids, names, (None, user.epoch))?);
        }
        items.push(session::open(table, session)?);
        if noted.is_some() {
            items.push(mediacentre::note_use(table, id, user_id, now)?);
        }
        self.end_former(signing_on, &mut items)?;
        self.transact(items).await.map_err(not_signed_on)
    }

    /// Opens `session` in place of `before`, which came of the same answer in the same browser and is open still; `false` when it is not
    /// any more. The browser may have left before the first answer came back.
    pub async fn sign_on_again(
        &self,
        signing_on: &SigningOn<'_>,
        before: &SessionHash,
        session: (&SessionHash, &Session),
    ) -> Result<bool, TableError> {
        let (SigningOn { request, nonce, now, .. }, user) = (*signing_on, session.1.user);
        let items = vec![
            answer_again(&self.name, request, nonce, (before, session.0), now)?,
            check_number(&self.name, Key::user(user), "epoch = :value", session.1.epoch)?,
            delete_if(&self.name, Key::session(before), "#user = :id", ":id", &user)?,
            session::open(&self.name, session)?,
        ];
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Keeps a sign-on that waits, under `secret`, which the caller drew at random.
    pub async fn wait_for_account(
        &self,
        signing_on: &SigningOn<'_>,
        secret: &[u8; 32],
        waiting: &WaitingSignOn,
    ) -> Result<(), SignOnError> {
        let mut items = self.answered(signing_on, &CameOf::Waiting)?;
        items.push(put_over(&self.name, stored(waiting, ENTITY, Key::waiting_sign_on(secret))?)?);
        self.end_former(signing_on, &mut items)?;
        self.transact(items).await.map_err(not_signed_on)
    }

    fn answered(&self, signing_on: &SigningOn<'_>, of_it: &CameOf) -> Result<Vec<TransactWriteItem>, TableError> {
        let SigningOn { request, nonce, idp, assertion, holds_until, now, .. } = *signing_on;
        Ok(vec![
            answer(&self.name, request, nonce, of_it, now)?,
            use_assertion(&self.name, idp, assertion, holds_until)?,
        ])
    }

    fn end_former(&self, signing_on: &SigningOn<'_>, items: &mut Vec<TransactWriteItem>) -> Result<(), TableError> {
        if let Some(former) = signing_on.former {
            items.push(delete(&self.name, Key::session(former))?);
        }
        Ok(())
    }

    /// The sign-on that waits under `secret`, unless its time is over (TTL deletes late).
    pub async fn waiting_sign_on(
        &self,
        secret: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<WaitingSignOn>, TableError> {
        let waiting: Option<WaitingSignOn> = self.get(Key::waiting_sign_on(secret), ENTITY).await?;
        Ok(waiting.filter(|waiting| waiting.expires_at > now.as_second()))
    }

    /// Ends the waiting of a sign-on whose identifier was found to be an account's already.
    pub async fn end_waiting_sign_on(&self, secret: &[u8; 32]) -> Result<(), TableError> {
        self.delete(Key::waiting_sign_on(secret)).await
    }

    /// Adds what waits under `secret` to an account, as it was read, whose owner said so.
    pub async fn add_mediacentre(
        &self,
        (secret, waiting): (&[u8; 32], &WaitingSignOn),
        (id, user): (UserId, &User),
        now: Timestamp,
    ) -> Result<(), AddError> {
        let mut items = vec![take_up(&self.name, secret, now)?];
        items.extend(add(&self.name, (id, user), &waiting.id, (None, user.epoch), now)?);
        match self.transact(items).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Table(error)) => Err(error.into()),
            Err(Cancelled::Conditions(failed)) => Err(match failed.iter().position(|failed| *failed) {
                Some(0) => AddError::Gone,
                Some(2) => AddError::Taken,
                _ => AddError::Moved,
            }),
        }
    }
}

/// The error of the first condition that failed, by position: the request, the assertion, what is kept of whom.
fn not_signed_on(cancelled: Cancelled) -> SignOnError {
    match cancelled {
        Cancelled::Table(error) => error.into(),
        Cancelled::Conditions(failed) => match failed.iter().position(|failed| *failed) {
            Some(0) => SignOnError::Request,
            Some(1) => SignOnError::Replayed,
            _ => SignOnError::Moved,
        },
    }
}
