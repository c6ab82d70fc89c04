//! Requests of somebody with an account to be let into a school's space. Written alike for every UAI, whether it is a school's with a
//! space or nobody's: whoever asks learns nothing. One waits for each person and school; administrators accept it or refuse it, and
//! whoever asked may take it back.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{EmailAddress, Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, delete_if, put_if, put_new, stored};
use crate::join::known;
use crate::keys::{ACCESS_REQUESTS, GSI1, id_in_sk, school_pk, user};
use crate::presence::keep_as_read;
use crate::transaction::Cancelled;
use crate::{AsPupil, AuditEntry, Item, Key, Member, Role, Table, TableError, User, audit, is_in, member};

const ENTITY: &str = "AccessRequest";
/// How long a request waits; and how long, from then on, one that was refused keeps its person from asking that school again.
const KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);

/// A request to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRequest {
    /// First and last name, as the account has them.
    pub name: String,
    /// The address of the account, confirmed.
    pub email: EmailAddress,
    /// When.
    pub asked_at: Timestamp,
    /// Where it stands.
    pub state: AccessRequestState,
    expires_at: i64,
}

/// Where a request stands. One that is accepted is a place in the team, and no request any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessRequestState {
    /// Nobody has answered it.
    Pending,
    /// An administrator refused it.
    Refused,
}

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AccessRequestError {
    /// Somebody answered it, its person took it back, or it is too old.
    #[error("the request is not pending any more")]
    Settled,
    /// Its person is in the team already.
    #[error("its person is a member already")]
    AlreadyIn,
    /// The account got a new password meanwhile.
    #[error("the account was changed meanwhile")]
    AccountMoved,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl AccessRequest {
    /// A request of now.
    pub fn new(name: impl Into<String>, email: EmailAddress, now: Timestamp) -> Self {
        let expires_at = (now + KEPT).as_second();
        Self { name: name.into(), email, asked_at: now, state: AccessRequestState::Pending, expires_at }
    }

    /// Whether it waits for an answer at `now`.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        self.state == AccessRequestState::Pending && self.is_kept(now)
    }

    /// When it was refused, and until when that keeps its person from asking the school again; `None` when nothing does at `now`.
    pub fn refusal(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let until = Timestamp::from_second(self.expires_at).ok()?;
        (self.state == AccessRequestState::Refused && self.is_kept(now)).then(|| (until - KEPT, until))
    }

    /// DynamoDB deletes what is too old some time later.
    fn is_kept(&self, now: Timestamp) -> bool {
        self.expires_at > now.as_second()
    }
}

/// Those that want an answer: whoever has a place in `team` by now, which lets them in, needs none.
pub fn unanswered(
    mut requests: Vec<(UserId, AccessRequest)>,
    team: &[(UserId, Member)],
    now: Timestamp,
) -> Vec<(UserId, AccessRequest)> {
    requests.retain(|(id, _)| !is_in(*id, team, now));
    requests
}

fn item(uai: Uai, id: UserId, request: &AccessRequest) -> Result<Item, TableError> {
    let mut item = stored(request, ENTITY, Key::access_request(uai, id))?;
    item.insert(GSI1.0.to_owned(), AttributeValue::S(user(id)));
    item.insert(GSI1.1.to_owned(), AttributeValue::S(format!("{ACCESS_REQUESTS}{uai}")));
    Ok(item)
}

impl Table {
    /// Notes that `id` asks to be let in. `false` when a request of theirs is kept there, answered or not.
    pub async fn ask_access(&self, uai: Uai, id: UserId, request: &AccessRequest) -> Result<bool, TableError> {
        const NONE_IS_KEPT: &str = "attribute_not_exists(PK) OR expires_at <= :now";
        let now = AttributeValue::N(request.asked_at.as_second().to_string());
        let put = put_if(&self.name, item(uai, id, request)?, NONE_IS_KEPT, Some((":now", now)))?;
        // In a transaction, which knows itself again when its answer is lost.
        match self.transact(vec![put]).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// The request of `id`, as of now.
    pub async fn access_request(&self, uai: Uai, id: UserId) -> Result<Option<AccessRequest>, TableError> {
        self.get(Key::access_request(uai, id), ENTITY).await
    }

    /// The requests to a school that wait for an answer, the oldest first.
    pub async fn access_requests(&self, uai: Uai, now: Timestamp) -> Result<Vec<(UserId, AccessRequest)>, TableError> {
        let read = |item: Item| {
            let id = id_in_sk(&item, ACCESS_REQUESTS)
                .ok_or("no identifier in its key")
                .map_err(TableError::malformed(ENTITY))?;
            Ok((id, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        let found = self.items(school_pk(uai), ACCESS_REQUESTS).await?.into_iter().map(read);
        let mut requests: Vec<(UserId, AccessRequest)> = found.collect::<Result<_, TableError>>()?;
        requests.retain(|(_, request)| request.is_pending(now));
        requests.sort_by_key(|(id, request)| (request.asked_at, *id));
        Ok(requests)
    }

    /// The requests of somebody that are kept, by school. Read from an index: one of this second may be missing.
    pub async fn access_requests_of(
        &self,
        id: UserId,
        now: Timestamp,
    ) -> Result<Vec<(Uai, AccessRequest)>, TableError> {
        let read = |item: Item| {
            let uai = item.get(GSI1.1).and_then(|sk| sk.as_s().ok()?.strip_prefix(ACCESS_REQUESTS)?.parse().ok());
            let uai = uai.ok_or("no UAI in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((uai, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        let found = self.of_user(id, ACCESS_REQUESTS).await?.into_iter().map(read);
        let mut requests: Vec<(Uai, AccessRequest)> = found.collect::<Result<_, TableError>>()?;
        requests.retain(|(_, request)| request.is_kept(now));
        Ok(requests)
    }

    /// Gives whoever asked, `user` as the account was read, a place in the team as `role`; `entry` tells it. A pupil's account follows the
    /// rules of staff from then on.
    pub async fn accept_access_request(
        &self,
        uai: Uai,
        (id, user): (UserId, &User),
        role: Role,
        entry: &AuditEntry,
        now: Timestamp,
    ) -> Result<(), AccessRequestError> {
        let member = Member { role, name: user.full_name(), joined_at: now, came_at: None, kept_at: None, invited: 0 };
        let table = &self.name;
        let mut items = vec![
            delete_if(table, Key::access_request(uai, id), "#state = :state", ":state", &AccessRequestState::Pending)?,
            put_new(table, member::item(uai, id, &member)?)?,
            known(table, id, user.epoch, AsPupil::of(user))?,
            audit::write(table, uai, entry)?,
        ];
        if role == Role::Administrator {
            items.push(member::one_administrator_more(uai).in_transaction(table)?);
        }
        self.transact(items).await.map_err(|cancelled| match cancelled {
            Cancelled::Table(error) => error.into(),
            Cancelled::Conditions(failed) if failed[0] => AccessRequestError::Settled,
            Cancelled::Conditions(failed) if failed[1] => AccessRequestError::AlreadyIn,
            Cancelled::Conditions(_) => AccessRequestError::AccountMoved,
        })
    }

    /// Lets whoever asked in again, who has a place that did not any more, `member` as it was read; `entry` tells it. `false`: the request
    /// waits no more, or somebody let them in since.
    pub async fn accept_absent(
        &self,
        uai: Uai,
        (id, member): (UserId, &Member),
        entry: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        let (table, key) = (&self.name, Key::access_request(uai, id));
        let items = vec![
            delete_if(table, key, "#state = :state", ":state", &AccessRequestState::Pending)?,
            keep_as_read(uai, (id, member), now).in_transaction(table)?,
            audit::write(table, uai, entry)?,
        ];
        self.written(items).await
    }

    /// Takes the request of `id` back, if it waits. `false`: somebody answered it, or there is none any more.
    pub async fn withdraw_access_request(&self, uai: Uai, id: UserId) -> Result<bool, TableError> {
        let key = Key::access_request(uai, id);
        let gone = delete_if(&self.name, key, "#state = :state", ":state", &AccessRequestState::Pending)?;
        // In a transaction, which knows itself again when its answer is lost.
        self.written(vec![gone]).await
    }

    /// Refuses a request; `entry` tells it. Its person cannot ask that school again for sixty days from now.
    pub async fn refuse_access_request(
        &self,
        uai: Uai,
        id: UserId,
        entry: &AuditEntry,
        now: Timestamp,
    ) -> Result<(), AccessRequestError> {
        let refused = Change::of(Key::access_request(uai, id), "SET #state = :state, expires_at = :expires")
            .only_if("#state = :pending")
            .number(":expires", (now + KEPT).as_second())
            .value_of(":state", &AccessRequestState::Refused)?
            .value_of(":pending", &AccessRequestState::Pending)?;
        let items = vec![refused.in_transaction(&self.name)?, audit::write(&self.name, uai, entry)?];
        self.transact(items).await.map_err(|cancelled| match cancelled {
            Cancelled::Table(error) => error.into(),
            Cancelled::Conditions(_) => AccessRequestError::Settled,
        })
    }
}
