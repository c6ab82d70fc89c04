//! So many a second, of what others would refuse or suffer from: mails by SES, writes that a whole académie causes at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Spaces what shares it out evenly.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    interval: Duration,
    next: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    /// So many a second; 0 is taken as 1.
    pub(crate) fn new(a_second: u32) -> Self {
        Self { interval: Duration::from_secs(1) / a_second.max(1), next: Arc::default() }
    }

    /// Waits for one's turn.
    pub(crate) async fn wait(&self) {
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or_else(Instant::now, |next| next.max(Instant::now()));
            *next = Some(turn + self.interval);
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ten_at_five_a_second_take_nearly_two_seconds() {
        let (pace, started) = (Pace::new(5), Instant::now());
        for _ in 0..5 {
            let (one, other) = (pace.clone(), pace.clone());
            tokio::join!(one.wait(), other.wait());
        }
        assert_eq!(started.elapsed().as_millis() / 10, 180);
        // A pause saves nothing up.
        tokio::time::sleep(Duration::from_secs(10)).await;
        let resumed = Instant::now();
        pace.wait().await;
        pace.wait().await;
        assert_eq!(resumed.elapsed().as_millis() / 10, 20);
    }
}
