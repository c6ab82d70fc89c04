//! Clocks of one's own: what is about time waits for no machine, and no machine is too slow for it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, OnceLock};

use jiff::{SignedDuration, Timestamp};

/// Ahead at first: a form for an upload holds for an hour of this clock, and the bucket's own goes on. A slow machine is still at it
/// after that hour.
static STILL: LazyLock<Timestamp> = LazyLock::new(|| Timestamp::now() + SignedDuration::from_mins(45));

/// Always the same moment. (The local cloud in memory deletes nothing that expires: its own clock would go on.)
pub(crate) fn still() -> Timestamp {
    *STILL
}

/// A day of the school year before this one.
pub(crate) fn last_year() -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(366 * 24)
}

/// A clock that stands still until it is moved by hand.
pub(crate) struct HandClock {
    began: OnceLock<Timestamp>,
    ahead_ms: AtomicI64,
}

impl HandClock {
    /// It begins when it is first looked at.
    pub(crate) const fn new() -> Self {
        Self { began: OnceLock::new(), ahead_ms: AtomicI64::new(0) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::SeqCst));
        *self.began.get_or_init(Timestamp::now) + ahead
    }

    /// Moves it to so long after its beginning.
    pub(crate) fn set(&self, since_the_beginning: SignedDuration) {
        let ms = i64::try_from(since_the_beginning.as_millis()).expect("some minutes");
        self.ahead_ms.store(ms, Ordering::SeqCst);
    }
}
