//! The terms of use.

/// Their version. Whoever accepted an older one is asked again before they go on.
pub const VERSION: u32 = 9;
