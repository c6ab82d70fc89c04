//! Bytes decide how a signed response is changed: ours takes no forged value, and saml-rs none that ours does not explain.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mediacentre_fuzz::{Choices, Judge, change};

static JUDGE: LazyLock<Judge> = LazyLock::new(Judge::new);

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let seed = choices.of(&JUDGE.seeds.sound).expect("seeds");
    let verdict = JUDGE.judge(&change(seed, &JUDGE.seeds.others, &mut choices));
    assert!(!verdict.differ, "both took it, with different values");
});
