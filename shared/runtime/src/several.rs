//! Many things to do, a few at a time.

use std::future::Future;

use tokio::task::JoinSet;

/// What `of` gives for each of `items`, in their order, `at_once` at a time; `None` where it panicked.
pub async fn several<T, R, F>(items: impl IntoIterator<Item = T>, at_once: usize, of: impl Fn(T) -> F) -> Vec<Option<R>>
where
    R: Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let mut results = Vec::new();
    let mut at_work = JoinSet::new();
    for (place, item) in items.into_iter().enumerate() {
        results.push(None);
        if at_work.len() >= at_once {
            settle(&mut results, at_work.join_next().await);
        }
        let work = of(item);
        at_work.spawn(async move { (place, work.await) });
    }
    while let Some(done) = at_work.join_next().await {
        settle(&mut results, Some(done));
    }
    results
}

fn settle<R>(results: &mut [Option<R>], done: Option<Result<(usize, R), tokio::task::JoinError>>) {
    match done {
        Some(Ok((place, result))) => results[place] = Some(result),
        Some(Err(error)) => tracing::error!(%error, "one of several panicked"),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn in_their_order_and_never_too_many() {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let results = several(0..20_usize, 3, |number| {
            let (running, most) = (running.clone(), most.clone());
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // Those that come first take longest.
                for _ in 0..20 - number {
                    tokio::task::yield_now().await;
                }
                running.fetch_sub(1, Ordering::SeqCst);
                number * 2
            }
        });
        let expected: Vec<_> = (0..20).map(|number| Some(number * 2)).collect();
        assert_eq!(results.await, expected);
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn one_that_panics_takes_nobody_along() {
        let results = several([1, 0, 4], 2, |number| async move { 8_i32.checked_div(number).expect("a divisor") });
        assert_eq!(results.await, [Some(8), None, Some(2)]);
    }
}
