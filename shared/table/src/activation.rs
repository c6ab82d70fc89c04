//! Requests of a school's space: who asked, when. One year, then TTL.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{ActivationId, PersonName, Uai};
use serde::{Deserialize, Serialize};

use crate::item::{Change, put_if, stored};
use crate::transaction::Cancelled;
use crate::{Key, Link, Table, TableError, link};

const ENTITY: &str = "ActivationRequest";
const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivationRequest {
    /// First name of who asked, as typed in the public form.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// When.
    pub requested_at: Timestamp,
    /// When the link was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    expires_at: i64,
}

impl ActivationRequest {
    /// A request made at `requested_at`.
    pub fn new(first_name: PersonName, last_name: PersonName, requested_at: Timestamp) -> Self {
        let expires_at = (requested_at + KEPT).as_second();
        Self { first_name, last_name, requested_at, accepted_at: None, expires_at }
    }
}

impl Table {
    /// Stores a request and its link under `secret`; `false` when the request was accepted already: the message came again
    /// after its mail.
    pub async fn create_activation(
        &self,
        uai: Uai,
        id: ActivationId,
        request: &ActivationRequest,
        (secret, link): (&[u8; 32], &Link),
    ) -> Result<bool, TableError> {
        let items = vec![
            put_if(
                &self.name,
                stored(request, ENTITY, Key::activation(uai, id))?,
                "attribute_not_exists(accepted_at)",
                None,
            )?,
            link::make(&self.name, secret, link)?,
        ];
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// A request.
    pub async fn activation(&self, uai: Uai, id: ActivationId) -> Result<Option<ActivationRequest>, TableError> {
        self.get(Key::activation(uai, id), ENTITY).await
    }
}

/// Notes that a request was accepted, once.
pub(crate) fn accept(uai: Uai, id: ActivationId, now: Timestamp) -> Change {
    Change::of(Key::activation(uai, id), "SET accepted_at = :now")
        .only_if("attribute_exists(PK) AND attribute_not_exists(accepted_at)")
        .text(":now", now.to_string())
}
