//! A request that is held until something comes to its end, so that a browser without scripts sees it at once.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rentree_table::{Place, Table, TableError};

use crate::Visitor;

/// API Gateway gives up after 30 seconds.
const LONGEST_SECONDS: u64 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The wait of the one request of a session that is held.
#[derive(Debug)]
pub struct Wait {
    table: Table,
    place: Place,
    end: Instant,
}

impl Wait {
    /// Begins to wait for so many seconds, twenty at most; `None` when none are asked for, or another request of the visitor's session
    /// waits: this one is answered at once.
    pub async fn begin(
        table: &Table,
        visitor: &Visitor,
        seconds: u64,
        now: Timestamp,
    ) -> Result<Option<Self>, TableError> {
        let seconds = seconds.min(LONGEST_SECONDS);
        if seconds == 0 {
            return Ok(None);
        }
        let until = now + SignedDuration::from_secs(i64::try_from(seconds).unwrap_or_default());
        let place = table.take_place(&visitor.session, until, now).await?;
        let end = Instant::now() + Duration::from_secs(seconds);
        Ok(place.map(|place| Self { table: table.clone(), place, end }))
    }

    /// Waits until it is time to look again; whether there is time for it.
    pub async fn goes_on(&self) -> bool {
        let goes_on = Instant::now() < self.end;
        if goes_on {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        goes_on
    }

    /// Another request may wait.
    pub async fn end(self) -> Result<(), TableError> {
        self.table.give_place_back(self.place).await
    }
}
