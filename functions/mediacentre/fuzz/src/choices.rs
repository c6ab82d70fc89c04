//! Decisions out of bytes: the same bytes decide the same, so that what was found can be tried again.

/// Bytes that decide. When they are used up, everything is decided by the first possibility.
pub struct Choices<'a>(std::slice::Iter<'a, u8>);

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        let [high, low] = [0, 1].map(|_| usize::from(self.0.next().copied().unwrap_or_default()));
        (high * 256 + low) % bound.max(1)
    }

    /// One of them.
    pub fn of<'b, T>(&mut self, items: &'b [T]) -> Option<&'b T> {
        let at = self.below(items.len());
        items.get(at)
    }
}
