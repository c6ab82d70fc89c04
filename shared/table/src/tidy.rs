//! Tidying up after an undo: what the undone import wrote is nobody's to see, but the index of births follows what was
//! written last. Until it is overwritten, a pupil whose date of birth the undone import changed is found by no date.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use rentree_domain::import::lease::{Tries, Turn, turn};
use rentree_domain::import::plan;
use rentree_domain::{ImportId, Listing, RosterYears, SchoolYear, Uai, paris};

use crate::held::{FENCE, Held};
use crate::learner::write_item;
use crate::transaction::{Cancelled, MAX_ITEMS};
use crate::{LeaseTerms, RunError, Table, TableError};

/// What came of tidying up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tidied {
    /// So many pupils were written; none: there was nothing to do.
    Done {
        /// How many.
        written: usize,
    },
    /// A worker has the lease, and may be at work.
    Busy {
        /// When to come back, as SQS wants it.
        delay_seconds: i32,
    },
}

impl Table {
    /// Overwrites what the undone import `id`, or one that crashed, left behind, under a lease of its own. Readers see
    /// nothing of it, whatever it comes to.
    pub async fn tidy(
        &self,
        uai: Uai,
        id: ImportId,
        terms: impl Into<LeaseTerms>,
        clock: impl Fn() -> Timestamp,
    ) -> Result<Tidied, RunError> {
        let Some(school) = self.school(uai).await? else { return Ok(Tidied::Done { written: 0 }) };
        if let Turn::GiveWay { delay_seconds } = turn(school.lease, id, Tries::default(), clock()) {
            return Ok(Tidied::Busy { delay_seconds });
        }
        let (mut held, take) = Held::take(self, (uai, &school), id, terms.into(), clock())?;
        match self.transact(vec![take]).await {
            Ok(()) => {}
            // Somebody was faster: the next look tells who.
            Err(Cancelled::Conditions(_)) => return Ok(Tidied::Busy { delay_seconds: 0 }),
            Err(Cancelled::Table(error)) => return Err(error.into()),
        }
        let known = self.all_learners(uai, &mut held.reads).await?;
        let writes = plan::tidy(&known, school.roster_version);
        // What is written again is what readers see.
        let of_roster = school.roster_year().unwrap_or_else(|| SchoolYear::of(paris::date(clock())));
        let years = RosterYears { of_file: of_roster, before: of_roster };
        let (written, listing) = (writes.len(), Listing::after(&known, &writes, held.fence));
        let mut transaction = vec![held.begin_to_write(clock())?];
        for write in writes {
            if transaction.len() == MAX_ITEMS {
                let renewal = held.renewal(clock())?;
                let full = std::mem::replace(&mut transaction, vec![renewal]);
                held.transact(full).await.map_err(|cancelled| RunError::of_pupils(cancelled, 1))?;
            }
            transaction.push(write_item(&self.name, uai, (held.fence, years), write)?);
        }
        if written == 0 {
            self.transact(vec![TransactWriteItem::builder().update(held.release()?).build()]).await?;
            return Ok(Tidied::Done { written });
        }
        held.transact(transaction).await.map_err(|cancelled| RunError::of_pupils(cancelled, 1))?;
        let snapshot = self.write_snapshot(uai, held.fence, &listing, &mut held.pace, clock()).await?;
        let flip = held
            .school_update()
            .condition_expression(FENCE)
            .update_expression("SET roster_version = :fence REMOVE lease")
            .build()
            .map_err(TableError::malformed("School"))?;
        let mut items = vec![TransactWriteItem::builder().update(flip).build()];
        items.extend(self.kept(snapshot)?);
        held.transact(items).await?;
        // Nothing leads back from here.
        self.end_snapshots(uai, held.fence, held.fence, &mut held.pace).await?;
        Ok(Tidied::Done { written })
    }
}
