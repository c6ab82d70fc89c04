//! Single-use links, sent by mail. Only the hash of the secret is stored; used and expired ones are kept for a while, so that
//! their page can say what happened.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{ActivationId, EmailAddress, InvitationId, Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, put_over, stored};
use crate::{Key, Table, TableError};

const ENTITY: &str = "Link";
/// How long the page of a link that does not hold any more can say why.
const KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// Until when it can be used, in epoch seconds, so that DynamoDB can compare.
    pub valid_until: i64,
    /// When it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    expires_at: i64,
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Purpose {
    /// Become administrator of a school's space.
    Activation {
        /// The school.
        uai: Uai,
        /// The request.
        id: ActivationId,
    },
    /// Join a school's team.
    Invitation {
        /// The school.
        uai: Uai,
        /// The invitation.
        id: InvitationId,
    },
    /// Create an account with an address.
    SignUp {
        /// The address, which the link confirms.
        email: EmailAddress,
    },
    /// Choose a new password.
    NewPassword {
        /// Whose.
        user: UserId,
        /// [`User::epoch`](crate::User::epoch) when it was asked for: another epoch ends it.
        epoch: u64,
    },
    /// Confirm the address of an account.
    Address {
        /// Whose.
        user: UserId,
        /// [`User::epoch`](crate::User::epoch) when it was asked for: another epoch ends it.
        epoch: u64,
        /// The address, which the link confirms.
        email: EmailAddress,
    },
}

/// How long whoever did not ask for a link can use it: they may not read their mails each day.
pub(crate) const FOR_A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether a link can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It can.
    Usable,
    /// It was.
    Used,
    /// It is too old.
    Expired,
}

impl Purpose {
    /// Into the team of which school it leads, if it leads into one.
    pub fn team(&self) -> Option<Uai> {
        match self {
            Self::Activation { uai, .. } | Self::Invitation { uai, .. } => Some(*uai),
            Self::SignUp { .. } | Self::NewPassword { .. } | Self::Address { .. } => None,
        }
    }
}

impl Link {
    /// A link that can be used for as long as its purpose allows (`docs/domain.md`).
    pub fn new(purpose: Purpose, now: Timestamp) -> Self {
        let valid = match purpose {
            Purpose::Activation { .. } | Purpose::Invitation { .. } | Purpose::Address { .. } => FOR_A_WEEK,
            Purpose::SignUp { .. } | Purpose::NewPassword { .. } => SignedDuration::from_hours(1),
        };
        let valid_until = now + valid;
        Self {
            purpose,
            valid_until: valid_until.as_second(),
            used_at: None,
            expires_at: (valid_until + KEPT).as_second(),
        }
    }

    /// Whether it can be used now.
    pub fn state(&self, now: Timestamp) -> LinkState {
        match self.used_at {
            Some(_) => LinkState::Used,
            None if self.valid_until <= now.as_second() => LinkState::Expired,
            None => LinkState::Usable,
        }
    }
}

/// Makes a link, as part of a transaction.
pub(crate) fn make(table: &str, secret: &[u8; 32], link: &Link) -> Result<TransactWriteItem, TableError> {
    put_over(table, stored(link, ENTITY, Key::link(secret))?)
}

/// Uses a link up, as part of a transaction: of two at the same moment, one fails.
pub(crate) fn consume(table: &str, secret: &[u8; 32], now: Timestamp) -> Result<TransactWriteItem, TableError> {
    Change::of(Key::link(secret), "SET used_at = :now")
        .only_if("attribute_exists(PK) AND attribute_not_exists(used_at) AND valid_until > :second")
        .text(":now", now.to_string())
        .number(":second", now.as_second())
        .in_transaction(table)
}

impl Table {
    /// Makes a link under `secret`, which the caller drew at random.
    pub async fn create_link(&self, secret: &[u8; 32], link: &Link) -> Result<(), TableError> {
        self.put(stored(link, ENTITY, Key::link(secret))?).await
    }

    /// The link of `secret`, whatever its state. Reading it changes nothing: mail scanners open links.
    pub async fn link(&self, secret: &[u8; 32]) -> Result<Option<Link>, TableError> {
        self.get(Key::link(secret), ENTITY).await
    }
}
