//! How far away AWS is.

use std::time::Duration;

use super::ask::Kind;

/// How long a call waits before it is carried out, by its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Distance {
    /// Before a read.
    pub read: Duration,
    /// Before a single write.
    pub write: Duration,
    /// Before a transaction.
    pub transaction: Duration,
}

impl Distance {
    /// What was seen within one region.
    pub const OF_A_REGION: Self = Self {
        read: Duration::from_millis(5),
        write: Duration::from_millis(8),
        transaction: Duration::from_millis(15),
    };

    /// The delay of a kind of call. Another service is as far as a write.
    pub fn of(&self, kind: Kind) -> Duration {
        match kind {
            Kind::Read => self.read,
            Kind::Write | Kind::Elsewhere => self.write,
            Kind::Transaction => self.transaction,
        }
    }
}
