//! How many people of a school signed on by Médiacentre, day by day, and how many were refused: staff see whether it works. Counts, and
//! when somebody signed on last; nothing says who.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{Uai, paris};
use serde::Deserialize;

use crate::item::{Change, all};
use crate::keys::{SK, sign_ons_pk};
use crate::{Item, Key, Table, TableError};

const ENTITY: &str = "SignOnDay";
/// Longer than the holidays of summer, so that the last sign-on before them is known after them.
const KEPT: SignedDuration = SignedDuration::from_hours(120 * 24);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignOnCount {
    /// Somebody whom an account knows.
    Known,
    /// Somebody whom no account knew: the sign-on waits.
    Unknown,
    /// Refused: not confirmed.
    NotConfirmed,
    /// Refused: too late.
    TooLate,
    /// Refused: used before.
    UsedBefore,
    /// Refused: begun in another browser.
    Elsewhere,
}

impl SignOnCount {
    /// Counts; somebody who signed on is also the last who did.
    fn expression(self) -> &'static str {
        match self {
            Self::Known => "SET entity = :entity, expires_at = :until, last_at = :now ADD known :many",
            Self::Unknown => "SET entity = :entity, expires_at = :until, last_at = :now ADD #unknown :many",
            Self::NotConfirmed => "SET entity = :entity, expires_at = :until ADD not_confirmed :many",
            Self::TooLate => "SET entity = :entity, expires_at = :until ADD too_late :many",
            Self::UsedBefore => "SET entity = :entity, expires_at = :until ADD used_before :many",
            Self::Elsewhere => "SET entity = :entity, expires_at = :until ADD elsewhere :many",
        }
    }

    fn is_of_a_sign_on(self) -> bool {
        matches!(self, Self::Known | Self::Unknown)
    }
}

/// What was counted on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOnDay {
    /// The day, in Paris.
    pub date: Date,
    /// When somebody signed on last.
    pub last_at: Option<Timestamp>,
    counts: Counts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct Counts {
    known: i64,
    unknown: i64,
    not_confirmed: i64,
    too_late: i64,
    used_before: i64,
    elsewhere: i64,
}

#[derive(Deserialize)]
struct Stored {
    #[serde(default)]
    last_at: Option<Timestamp>,
    #[serde(flatten)]
    counts: Counts,
}

impl SignOnDay {
    /// How many of `what`.
    pub fn count(&self, what: SignOnCount) -> usize {
        let Counts { known, unknown, not_confirmed, too_late, used_before, elsewhere } = self.counts;
        let count = match what {
            SignOnCount::Known => known,
            SignOnCount::Unknown => unknown,
            SignOnCount::NotConfirmed => not_confirmed,
            SignOnCount::TooLate => too_late,
            SignOnCount::UsedBefore => used_before,
            SignOnCount::Elsewhere => elsewhere,
        };
        usize::try_from(count).unwrap_or_default()
    }

    fn read(item: Item) -> Result<Self, TableError> {
        let date = item.get(SK).and_then(|sk| sk.as_s().ok()?.parse().ok());
        let date = date.ok_or("no date in its key").map_err(TableError::malformed(ENTITY))?;
        let Stored { last_at, counts } = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
        Ok(Self { date, last_at, counts })
    }
}

impl Table {
    /// Counts one more of `what` in the school today.
    pub async fn count_sign_on(&self, uai: Uai, what: SignOnCount, now: Timestamp) -> Result<(), TableError> {
        self.add_sign_ons(uai, what, 1, now).await
    }

    /// Counts one less of `what`: it came to something else.
    pub async fn take_sign_on_back(&self, uai: Uai, what: SignOnCount, now: Timestamp) -> Result<(), TableError> {
        self.add_sign_ons(uai, what, -1, now).await
    }

    /// The item is nobody's but these counts', so there is no condition that could fail.
    async fn add_sign_ons(&self, uai: Uai, what: SignOnCount, many: i64, now: Timestamp) -> Result<(), TableError> {
        let change = Change::of(Key::sign_on_day(uai, paris::date(now)), what.expression())
            .text(":entity", ENTITY)
            .number(":until", (now + KEPT).as_second())
            .number(":many", many);
        let change = if what.is_of_a_sign_on() { change.text(":now", now.to_string()) } else { change };
        change.alone(self).await.map(|_| ())
    }

    /// The days of a school on which anybody signed on or was refused, the latest first. Some may have expired already.
    pub async fn sign_on_days(&self, uai: Uai) -> Result<Vec<SignOnDay>, TableError> {
        let query = self
            .query()
            .key_condition_expression("PK = :school")
            .expression_attribute_values(":school", AttributeValue::S(sign_ons_pk(uai)))
            .scan_index_forward(false)
            .consistent_read(true);
        all(query).await?.into_iter().map(SignOnDay::read).collect()
    }
}
