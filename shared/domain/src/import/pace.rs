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

/// The pace of one import: a bucket that empties at the rate, and may be filled once to half of what a second allows. Whoever was
/// idle has no more than that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    units_a_second: f64,
    /// What was used and has not run out yet.
    level: f64,
    /// When that was so.
    at: Duration,
}

/// So much of a second's units may be used at once. A transaction goes beyond that, by some hundred units: together they stay under
/// what the key takes.
const AT_ONCE: f64 = 0.5;

impl Pace {
    /// Nothing was used yet. A pace of nothing is none: every request may follow at once.
    pub fn new(units_a_second: u32) -> Self {
        Self { units_a_second: units_a_second.into(), level: 0.0, at: Duration::ZERO }
    }

    /// So many units were used, `since` the beginning.
    pub fn used(&mut self, units: f64, since: Duration) {
        self.level = self.level_at(since) + units;
        self.at = since;
    }

    /// How long the next request waits, `since` the beginning.
    pub fn pause(&self, since: Duration) -> Duration {
        if self.units_a_second == 0.0 {
            return Duration::ZERO;
        }
        let beyond = self.level_at(since) - self.units_a_second * AT_ONCE;
        Duration::from_secs_f64((beyond / self.units_a_second).max(0.0))
    }

    fn level_at(&self, since: Duration) -> f64 {
        let ran_out = self.units_a_second * since.saturating_sub(self.at).as_secs_f64();
        (self.level - ran_out).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_import_waits_for_nothing() {
        let mut pace = Pace::new(UNITS_A_SECOND);
        pace.used(390.0, Duration::ZERO);
        assert_eq!(pace.pause(Duration::ZERO), Duration::ZERO);
        pace.used(810.0, Duration::ZERO);
        assert_eq!(pace.pause(Duration::ZERO), Duration::from_secs(1));
        assert_eq!(pace.pause(Duration::from_secs(2)), Duration::ZERO);
    }

    #[test]
    fn whoever_was_idle_has_no_more_at_once() {
        let (mut pace, later) = (Pace::new(UNITS_A_SECOND), Duration::from_secs(30));
        pace.used(1_200.0, later);
        assert_eq!(pace.pause(later), Duration::from_secs(1));
    }

    proptest! {
        /// However large the requests, however long the table or the worker takes for them: in any span of time, an import uses what
        /// the span allows, and what it may use at once, but for one request.
        #[test]
        fn whoever_waits_keeps_the_pace(
            requests in proptest::collection::vec((1.0..400.0_f64, 0_u64..3_000), 1..100),
        ) {
            let rate = f64::from(UNITS_A_SECOND);
            let (mut pace, mut since, mut used) = (Pace::new(UNITS_A_SECOND), Duration::ZERO, Vec::new());
            for (units, busy_ms) in requests {
                since += Duration::from_millis(busy_ms) + pace.pause(since + Duration::from_millis(busy_ms));
                pace.used(units, since);
                used.push((since, units));
            }
            for (first, (from, _)) in used.iter().enumerate() {
                let mut sum = 0.0;
                for (to, units) in &used[first..] {
                    prop_assert!(sum <= rate * (to.saturating_sub(*from).as_secs_f64() + AT_ONCE) + 0.001);
                    sum += units;
                }
            }
        }
    }
}
