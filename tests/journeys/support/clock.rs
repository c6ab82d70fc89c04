//! Clocks of one's own: what is about time waits for no machine, and no machine is too slow for it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

static STILL: LazyLock<Timestamp> = LazyLock::new(|| Timestamp::now() + SignedDuration::from_hours(1));
static BEGINNING: LazyLock<Timestamp> = LazyLock::new(Timestamp::now);

/// Always the same moment, an hour from now: the local cloud deletes what expires by its own clock, and must not delete what is
/// counted within a window of this one.
pub(crate) fn still() -> Timestamp {
    *STILL
}

/// A clock that stands still until it is moved by hand.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    /// At the moment when the first one was looked at.
    pub(crate) const fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    pub(crate) fn now(&self) -> Timestamp {
        *BEGINNING + SignedDuration::from_millis(self.0.load(Ordering::SeqCst))
    }

    /// Moves it to so long after its beginning.
    pub(crate) fn set(&self, since_the_beginning: SignedDuration) {
        let ms = i64::try_from(since_the_beginning.as_millis()).expect("some minutes");
        self.0.store(ms, Ordering::SeqCst);
    }
}
