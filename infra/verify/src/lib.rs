//! What `cargo verify` and `cargo dev deploy` must agree upon. No dependency, as all of `cargo verify`.

pub mod deployed;
