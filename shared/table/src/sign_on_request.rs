//! Requests that an identity provider is asked to answer. Each is used up once, by the browser that it was made for; assertions are
//! kept until they hold no more, so that none counts twice.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use rentree_domain::mediacentre::REQUEST_HOLDS;
use rentree_domain::{CampaignCode, EntityId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, put_new, stored};
use crate::keys::hash;
use crate::{Key, SessionHash, Table, TableError};

const ENTITY: &str = "SignOnRequest";

/// A request, as it is kept while the browser is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOnRequest {
    /// Who was asked.
    pub idp: EntityId,
    /// The hash of what its browser keeps in a cookie.
    nonce: String,
    /// The campaign where the sign-on began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignCode>,
    /// The session that the browser had then: whoever signs on takes its place. (The answer comes from another site, without that cookie.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<SessionHash>,
    /// What came of it, once it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_of_it: Option<CameOf>,
    expires_at: i64,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameOf {
    /// A session.
    Session(SessionHash),
    /// A sign-on that waits for an account.
    Waiting,
}

impl SignOnRequest {
    /// A request to `idp` for the browser that keeps `nonce`.
    pub fn new(
        idp: EntityId,
        nonce: &[u8; 32],
        campaign: Option<CampaignCode>,
        former: Option<SessionHash>,
        now: Timestamp,
    ) -> Self {
        let expires_at = (now + REQUEST_HOLDS).as_second();
        Self { idp, nonce: hash(nonce), campaign, former, came_of_it: None, expires_at }
    }

    /// Whether `nonce` is what its browser keeps.
    pub fn is_of(&self, nonce: &[u8; 32]) -> bool {
        self.nonce == hash(nonce)
    }

    /// Whether it can be answered at `now`, as far as time goes.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.expires_at > now.as_second()
    }
}

/// Uses a request up, as part of a transaction: of two answers at the same moment, one fails, and so does another browser's.
pub(crate) fn answer(
    table: &str,
    id: &str,
    nonce: &[u8; 32],
    came_of_it: &CameOf,
    now: Timestamp,
) -> Result<TransactWriteItem, TableError> {
    Change::of(Key::sign_on_request(id), "SET came_of_it = :it")
        .only_if("nonce = :nonce AND expires_at > :second AND attribute_not_exists(came_of_it)")
        .value_of(":it", came_of_it)?
        .text(":nonce", hash(nonce))
        .number(":second", now.as_second())
        .in_transaction(table)
}

/// Notes that the session `after` came of a request in place of `before`, as part of a transaction: of two at the same moment, one fails.
pub(crate) fn answer_again(
    table: &str,
    id: &str,
    nonce: &[u8; 32],
    (before, after): (&SessionHash, &SessionHash),
    now: Timestamp,
) -> Result<TransactWriteItem, TableError> {
    Change::of(Key::sign_on_request(id), "SET came_of_it = :after")
        .only_if("nonce = :nonce AND expires_at > :second AND came_of_it = :before")
        .value_of(":after", &CameOf::Session(after.clone()))?
        .value_of(":before", &CameOf::Session(before.clone()))?
        .text(":nonce", hash(nonce))
        .number(":second", now.as_second())
        .in_transaction(table)
}

/// An assertion that was used.
#[derive(Debug, Serialize)]
struct Used {
    expires_at: i64,
}

/// Keeps an assertion until it holds no more, as part of a transaction, if it was not used before.
pub(crate) fn use_assertion(
    table: &str,
    idp: &EntityId,
    id: &str,
    holds_until: Timestamp,
) -> Result<TransactWriteItem, TableError> {
    let used = Used { expires_at: holds_until.as_second() };
    put_new(table, stored(&used, "UsedAssertion", Key::assertion(idp, id))?)
}

impl Table {
    /// Keeps a request under `id`, which the caller drew at random.
    pub async fn ask_sign_on(&self, id: &str, request: &SignOnRequest) -> Result<(), TableError> {
        self.put(stored(request, ENTITY, Key::sign_on_request(id))?).await
    }

    /// The request `id`, also one that was answered or holds no more: its page says what happened.
    pub async fn sign_on_request(&self, id: &str) -> Result<Option<SignOnRequest>, TableError> {
        self.get(Key::sign_on_request(id), ENTITY).await
    }
}
