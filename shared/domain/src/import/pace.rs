//! How fast an import may read and write: what one partition key gives and takes in a second, less a fifth for those who join the same school
//! at the same time.

use std::time::Duration;

/// Write units that DynamoDB takes for one partition key in a second.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
const UNITS_OF_A_KEY: u32 = 1_000;
/// Of those, what an import leaves to others.
const LEFT_TO_OTHERS: u32 = UNITS_OF_A_KEY / 5;
/// What an import writes a second, unless it is told otherwise.
pub const UNITS_A_SECOND: u32 = UNITS_OF_A_KEY - LEFT_TO_OTHERS;

/// A key gives three times as many read units as it takes write units: 3,000 a second.
pub const READS_FOR_A_WRITE: u32 = 3;

/// The pace of one import. It may begin with what a second allows, so that small imports wait for nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    units_a_second: f64,
    used: f64,
}

impl Pace {
    /// Nothing was written yet. A pace of nothing is none: every write may follow at once.
    pub fn new(units_a_second: u32) -> Self {
        Self { units_a_second: units_a_second.into(), used: 0.0 }
    }

    /// So many write units were used.
    pub fn used(&mut self, units: f64) {
        self.used += units;
    }

    /// How long the next write waits, `since` the first one began.
    pub fn pause(&self, since: Duration) -> Duration {
        if self.units_a_second == 0.0 {
            return Duration::ZERO;
        }
        let allowed_after = self.used / self.units_a_second - 1.0;
        Duration::from_secs_f64((allowed_after - since.as_secs_f64()).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_import_waits_for_nothing() {
        let mut pace = Pace::new(UNITS_A_SECOND);
        pace.used(790.0);
        assert_eq!(pace.pause(Duration::ZERO), Duration::ZERO);
        pace.used(810.0);
        assert_eq!(pace.pause(Duration::ZERO), Duration::from_secs(1));
        assert_eq!(pace.pause(Duration::from_secs(2)), Duration::ZERO);
    }

    proptest! {
        /// However large the transactions, and however fast the table: from its second second on, an import keeps to its
        /// pace, and is never slower than that by more than what one transaction takes.
        #[test]
        fn whoever_waits_keeps_the_pace(units in proptest::collection::vec(1.0..400.0_f64, 1..200)) {
            let mut pace = Pace::new(UNITS_A_SECOND);
            let (mut since, mut used) = (Duration::ZERO, 0.0);
            for units in units {
                since += pace.pause(since);
                prop_assert!(used <= f64::from(UNITS_A_SECOND) * (since.as_secs_f64() + 1.0) + 0.001);
                pace.used(units);
                used += units;
            }
            prop_assert!(since.as_secs_f64() <= (used / f64::from(UNITS_A_SECOND)).max(0.0) + 0.001);
        }
    }
}
