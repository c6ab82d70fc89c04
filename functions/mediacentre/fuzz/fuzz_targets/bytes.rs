//! Any bytes at all: the reading ends, without a panic, and nothing that is not signed is taken.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mediacentre::response::{IdentityProvider, decode, read};
use mediacentre_fuzz::Seeds;

static SEEDS: LazyLock<Seeds> = LazyLock::new(Seeds::read);

fuzz_target!(|bytes: &[u8]| {
    let now = "2026-09-01T08:00:00Z".parse().expect("a time");
    let _ = IdentityProvider::from_metadata(bytes);
    let xml = decode(bytes).unwrap_or_else(|_| bytes.to_vec());
    if let Ok(sign_on) = read(&xml, &SEEDS.provider, &SEEDS.settings, "_request-1", now) {
        assert!(!format!("{:?}", sign_on.attributes).contains("evil"));
    }
});
