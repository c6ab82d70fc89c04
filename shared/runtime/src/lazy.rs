//! What is made when it is first wanted.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

/// Made when it is first wanted, once for all its clones.
pub struct Lazy<T>(Arc<LazyLock<T, Make<T>>>);

type Make<T> = Box<dyn FnOnce() -> T + Send>;

impl<T> Lazy<T> {
    /// What `make` makes.
    pub fn new(make: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }
}

impl<T: Send + 'static> From<T> for Lazy<T> {
    /// What is made already.
    fn from(made: T) -> Self {
        Self::new(move || made)
    }
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Lazy<T> {
    /// Without making it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lazy").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn made_when_it_is_wanted_and_once_for_all_clones() {
        let made = Arc::new(AtomicUsize::new(0));
        let counter = made.clone();
        let lazy = Lazy::new(move || counter.fetch_add(1, Ordering::Relaxed) + 41);
        let other = lazy.clone();
        assert_eq!((made.load(Ordering::Relaxed), format!("{lazy:?}").as_str()), (0, "Lazy { .. }"));
        assert_eq!((*lazy, *other, made.load(Ordering::Relaxed)), (41, 41, 1));
    }
}
