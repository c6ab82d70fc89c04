//! Until when a request has to be answered. Lambda ends a function at its timeout, and the gateway then answers in words of its own:
//! a bare error, without our headers. So we give up shortly before, and say so ourselves.

use std::time::Duration;

use tokio::time::Instant;

/// What is kept back for our own page and its way out.
const FOR_OUR_PAGE: Duration = Duration::from_secs(1);

/// The moment at which Lambda ends the function, beside the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// The moment that is `left` away.
    pub(crate) fn after(left: Duration) -> Self {
        Self(Instant::now() + left)
    }

    /// What `work` gives, unless it is given up for our own page. It may be dropped at any point: that is no worse than Lambda's end of
    /// the function, or a crash, which every handler survives.
    pub(crate) async fn keeps<T>(deadline: Option<Self>, work: impl Future<Output = T>) -> Option<T> {
        match deadline {
            Some(Self(end)) => tokio::time::timeout_at(end - FOR_OUR_PAGE, work).await.ok(),
            None => Some(work.await),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_never_ends_is_given_up_a_second_before() {
        let began = Instant::now();
        let deadline = Some(Deadline::after(Duration::from_secs(29)));
        assert_eq!(Deadline::keeps(deadline, std::future::pending::<()>()).await, None);
        assert_eq!(began.elapsed(), Duration::from_secs(28));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_ends_in_time_is_kept() {
        let deadline = Some(Deadline::after(Duration::from_secs(29)));
        let slow = async { tokio::time::sleep(Duration::from_secs(27)).await };
        assert_eq!(Deadline::keeps(deadline, slow).await, Some(()));
        // No deadline, as on one machine; one that is two hundred years away, as in tests.
        assert_eq!(Deadline::keeps(None, async { 1 }).await, Some(1));
        assert_eq!(Deadline::keeps(Some(Deadline::after(Duration::from_hours(2_000_000))), async { 1 }).await, Some(1));
    }
}
