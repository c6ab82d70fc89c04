//! What AWS may do to any call at any time: refuse it for a moment, lose its answer, give only a part, deliver twice.

use std::collections::HashMap;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::ask::{Kind, Request};

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// Refused: too much at once.
    Throttled,
    /// Refused: a fault of AWS's own.
    Internal,
    /// A transaction, or a write, met another transaction.
    Conflict,
    /// It took effect, and the connection broke before the answer.
    AnswerLost,
    /// A batch was answered in part.
    Unprocessed,
    /// A message was taken, and will be handed out twice.
    Twice,
    /// A message was taken, and will come later.
    Late,
}

/// One call in so many meets a mishap, drawn by a seed; the same call only so often in a row.
#[derive(Debug)]
pub(super) struct Refusals {
    seed: u64,
    one_in: u64,
    in_a_row: u8,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    in_a_row: HashMap<[u8; 32], u8>,
}

impl Refusals {
    pub(super) fn new(seed: u64, one_in: u64, in_a_row: u8) -> Self {
        Self { seed, one_in: one_in.max(1), in_a_row, state: Mutex::default() }
    }

    /// What happens to this call.
    pub(super) fn draw(&self, function: &str, request: &Request, body: &[u8]) -> Option<Mishap> {
        let mishaps = possible(request);
        let call = identity(function, request, body);
        let mut state = self.state.lock().expect("nobody panics holding it");
        state.calls += 1;
        let drawn = scatter(self.seed ^ scatter(state.calls));
        let before = state.in_a_row.get(&call).copied().unwrap_or_default();
        if mishaps.is_empty() || !drawn.is_multiple_of(self.one_in) || before >= self.in_a_row {
            state.in_a_row.remove(&call);
            return None;
        }
        let choice = usize::try_from(scatter(drawn) % mishaps.len() as u64).unwrap_or_default();
        state.in_a_row.insert(call, before + 1);
        Some(mishaps[choice])
    }
}

/// What AWS documents for this call.
fn possible(request: &Request) -> &'static [Mishap] {
    use Mishap::{AnswerLost, Conflict, Internal, Late, Throttled, Twice, Unprocessed};
    match (request.kind(), request.operation.as_str()) {
        (Kind::Read, "BatchGetItem") => &[Throttled, Internal, AnswerLost, Unprocessed],
        (Kind::Read, _) | (Kind::Elsewhere, "GetObject") => &[Throttled, Internal, AnswerLost],
        (Kind::Write | Kind::Transaction, _) => &[Throttled, Internal, AnswerLost, Conflict],
        (Kind::Elsewhere, "SendMessage") => &[Throttled, Internal, AnswerLost, Twice, Late],
        // A mail whose answer is lost is uncertain for good, which is a test of its own.
        (Kind::Elsewhere, "SendEmail") => &[Throttled],
        _ => &[],
    }
}

/// The same call once more: whatever the token says that the SDK draws for a transaction.
fn identity(function: &str, request: &Request, body: &[u8]) -> [u8; 32] {
    const TOKEN: &[u8] = b"\"ClientRequestToken\":\"";
    let mut hash = Sha256::new();
    hash.update(function);
    hash.update(&request.operation);
    match body.windows(TOKEN.len()).position(|window| window == TOKEN) {
        Some(at) => {
            hash.update(&body[..at]);
            let rest = &body[at + TOKEN.len()..];
            let after = rest.iter().position(|byte| *byte == b'"').unwrap_or_default();
            hash.update(&rest[after..]);
        }
        None => hash.update(body),
    }
    hash.finalize().into()
}

/// Spreads a number over all of its bits (the finaliser of `SplitMix64`).
fn scatter(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get() -> Request {
        Request {
            service: "dynamodb".to_owned(),
            operation: "GetItem".to_owned(),
            asks: Vec::new(),
            items: Vec::new(),
            partition: None,
        }
    }

    #[test]
    fn one_call_in_ten_and_the_same_one_never_thrice() {
        let refusals = Refusals::new(1, 10, 2);
        let refused = (0..10_000_u32).filter(|call| refusals.draw("f", &get(), &call.to_le_bytes()).is_some()).count();
        assert!((800..1_200).contains(&refused), "{refused}");
        let always = Refusals::new(1, 1, 2);
        let drawn: Vec<bool> = (0..6).map(|_| always.draw("f", &get(), b"same").is_some()).collect();
        assert_eq!(drawn, [true, true, false, true, true, false]);
    }

    #[test]
    fn a_seed_draws_the_same_again() {
        let draw = || {
            let refusals = Refusals::new(7, 3, 2);
            (0..50_u8).map(|call| refusals.draw("f", &get(), &[call])).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn another_token_makes_no_other_call() {
        let identity = |token: &str| {
            let body = format!(r#"{{"A":1,"ClientRequestToken":"{token}","B":2}}"#);
            identity("f", &get(), body.as_bytes())
        };
        assert_eq!(identity("one"), identity("two"));
    }
}
