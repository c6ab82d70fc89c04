//! The school's lease while we hold it: what every transaction checks and renews.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::import::{Lease, Progress, pace};
use rentree_domain::{ImportId, Uai};

use crate::import::number;
use crate::paced::{LeaseTerms, Paced};
use crate::transaction::Cancelled;
use crate::{Key, School, Table, TableError, Waiting};

/// What holds as long as the lease is ours.
pub(crate) const FENCE: &str = "fence = :fence AND attribute_exists(lease)";

/// A lease that is ours.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) table: Table,
    pub(crate) uai: Uai,
    /// The import that the lease is about.
    pub(crate) id: ImportId,
    /// Also the version that is written under it.
    pub(crate) fence: u64,
    pub(crate) lease_for: SignedDuration,
    /// What everybody who looks at the school is told.
    pub(crate) progress: Option<Progress>,
    pub(crate) pace: Paced,
    pub(crate) reads: Paced,
}

impl Held {
    /// The update that takes the lease of `school`, as we saw it: nobody has taken it since. Nor has whoever held the one that we saw
    /// expired renewed it, or come to an end after all: that may have made another roster than the one we would plan for.
    pub(crate) fn take(
        table: &Table,
        (uai, school): (Uai, &School),
        id: ImportId,
        terms: LeaseTerms,
        now: Timestamp,
    ) -> Result<(Self, TransactWriteItem), TableError> {
        let writes = terms.write_units_a_second;
        let held = Self {
            table: table.clone(),
            uai,
            id,
            fence: school.fence + 1,
            lease_for: terms.lasts,
            progress: None,
            pace: Paced::new(writes),
            reads: Paced::new(writes * pace::READS_FOR_A_WRITE),
        };
        // It waits no longer.
        let was_waiting = school.waiting.is_some_and(|waiting| waiting.import == id);
        let mut update = held.school_update();
        if let Some(expired) = school.lease {
            update = update.expression_attribute_values(":seen", AttributeValue::N(expired.expires_ms.to_string()));
        }
        let update = update
            .condition_expression(match school.lease {
                Some(_) => "fence = :before AND lease.expires_ms = :seen",
                None => "fence = :before AND attribute_not_exists(lease)",
            })
            .update_expression(format!(
                "SET fence = :fence, lease = :lease{}",
                if was_waiting { " REMOVE waiting" } else { "" }
            ))
            .expression_attribute_values(":before", number(school.fence))
            .expression_attribute_values(":lease", held.lease(now)?)
            .build()
            .map_err(TableError::malformed("School"))?;
        Ok((held, TransactWriteItem::builder().update(update).build()))
    }

    /// An update of the school that knows `:fence`.
    pub(crate) fn school_update(&self) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table.name)
            .set_key(Some(Key::school(self.uai).into_item()))
            .expression_attribute_values(":fence", number(self.fence))
    }

    /// The lease, from `now` on.
    pub(crate) fn lease(&self, now: Timestamp) -> Result<AttributeValue, TableError> {
        let lease = Lease { progress: self.progress, ..Lease::new(self.id, now, self.lease_for) };
        serde_dynamo::to_attribute_value(lease).map_err(TableError::malformed("School"))
    }

    /// Checks that the lease is ours, and renews it.
    pub(crate) fn renewal(&self, now: Timestamp) -> Result<TransactWriteItem, TableError> {
        self.renewal_that("SET lease = :lease", now)
    }

    /// The same before the first pupil of an apply is written: from here on the import before cannot be undone.
    pub(crate) fn begin_to_write(&self, now: Timestamp) -> Result<TransactWriteItem, TableError> {
        self.renewal_that("SET begun_version = :fence, lease = :lease", now)
    }

    fn renewal_that(&self, expression: &str, now: Timestamp) -> Result<TransactWriteItem, TableError> {
        let renew = self
            .school_update()
            .condition_expression(FENCE)
            .update_expression(expression)
            .expression_attribute_values(":lease", self.lease(now)?)
            .build()
            .map_err(TableError::malformed("School"))?;
        Ok(TransactWriteItem::builder().update(renew).build())
    }

    /// Sends a transaction when it is time for it.
    pub(crate) async fn transact(&mut self, items: Vec<TransactWriteItem>) -> Result<(), Cancelled> {
        self.pace.turn().await;
        let units = self.table.transact_at_a_price(items).await?;
        self.pace.used(units);
        Ok(())
    }

    /// Frees the lease, and notes that the import waits for a person's word.
    pub(crate) fn release_waiting(&self, now: Timestamp) -> Result<Update, TableError> {
        let waiting = Waiting { import: self.id, since: now };
        let waiting = serde_dynamo::to_attribute_value(waiting).map_err(TableError::malformed("School"))?;
        self.school_update()
            .condition_expression(FENCE)
            .update_expression("SET waiting = :waiting REMOVE lease")
            .expression_attribute_values(":waiting", waiting)
            .build()
            .map_err(TableError::malformed("School"))
    }

    /// Frees the lease.
    pub(crate) fn release(&self) -> Result<Update, TableError> {
        self.school_update()
            .condition_expression(FENCE)
            .update_expression("REMOVE lease")
            .build()
            .map_err(TableError::malformed("School"))
    }
}
