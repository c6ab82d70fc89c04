//! What is printed of honest people: how many were done, and how long it took them.

use std::fmt;
use std::time::Duration;

/// How long each took, by a real clock; `None` for who was not done.
pub(super) type Took = Vec<Option<Duration>>;

/// A row of the table.
pub(super) struct Honest {
    all: usize,
    /// In their order.
    took: Vec<Duration>,
}

impl Honest {
    pub(super) fn of(took: &Took) -> Self {
        let mut done: Vec<Duration> = took.iter().flatten().copied().collect();
        done.sort_unstable();
        Self { all: took.len(), took: done }
    }

    pub(super) fn is_all(&self) -> bool {
        self.all > 0 && self.took.len() == self.all
    }
}

impl fmt::Display for Honest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |took: Option<&Duration>| took.map(Duration::as_millis).unwrap_or_default();
        let (median, worst) = (ms(self.took.get(self.took.len() / 2)), ms(self.took.last()));
        write!(f, "{:>7} {:>7} {median:>12} {worst:>12}", self.all, self.took.len())
    }
}
