//! Writes at the pace of an import: `rentree_domain::import::pace` says how fast that is.

use aws_sdk_dynamodb::types::ConsumedCapacity;
use rentree_domain::import::Pace;
use tokio::time::Instant;

/// What a lease is taken for.
#[derive(Debug, Clone, Copy)]
pub struct LeaseTerms {
    /// How long it lasts when it is not renewed.
    pub lasts: jiff::SignedDuration,
    /// How many write units a second are used at most; 0: as many as the table takes.
    pub write_units_a_second: u32,
}

impl From<jiff::SignedDuration> for LeaseTerms {
    /// A lease without a pace.
    fn from(lasts: jiff::SignedDuration) -> Self {
        Self { lasts, write_units_a_second: 0 }
    }
}

/// The pace of one import, on the clock of the machine.
#[derive(Debug)]
pub(crate) struct Paced {
    pace: Pace,
    since: Instant,
}

impl Paced {
    pub(crate) fn new(write_units_a_second: u32) -> Self {
        Self { pace: Pace::new(write_units_a_second), since: Instant::now() }
    }

    /// Waits until it is time for the next write.
    pub(crate) async fn turn(&self) {
        let pause = self.pace.pause(self.since.elapsed());
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// A write was taken for so many units.
    pub(crate) fn used(&mut self, units: f64) {
        self.pace.used(units, self.since.elapsed());
    }
}

/// What a write cost the table itself. Its indexes are other partitions.
pub(crate) fn units_of(consumed: Option<&ConsumedCapacity>) -> f64 {
    consumed.and_then(|consumed| consumed.table()?.capacity_units()).unwrap_or_default()
}
