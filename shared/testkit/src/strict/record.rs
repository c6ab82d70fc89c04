//! Every call that functions make: who, for which request of a browser, what, at which price, and who waited for whom.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::body::Bytes;

use super::ask::Kind;

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The function, by its logical name.
    pub function: String,
    /// The request of a browser that it belongs to, if it was the only one under way: `GET /schools/{uai}/learners`.
    pub route: Option<String>,
    /// The operation, `dynamodb:Query`.
    pub operation: String,
    /// What kind of call.
    pub kind: Kind,
    /// Units as AWS bills them.
    pub units: f64,
    /// Those of the table alone, without its indexes.
    pub table_units: f64,
    /// Bytes sent and received.
    pub bytes: usize,
    /// When it arrived.
    pub began: Instant,
    /// When it was answered.
    pub ended: Instant,
    /// What was sent.
    pub body: Bytes,
}

/// Where calls are written down.
#[derive(Default)]
pub(super) struct Record {
    calls: Mutex<Option<Vec<Call>>>,
    under_way: Mutex<Vec<String>>,
}

impl Record {
    /// Whether somebody wants to know.
    pub(super) fn on(&self) -> bool {
        self.calls.lock().expect("nobody panics holding it").is_some()
    }

    pub(super) fn begin(&self) {
        *self.calls.lock().expect("nobody panics holding it") = Some(Vec::new());
    }

    pub(super) fn end(&self) -> Vec<Call> {
        self.calls.lock().expect("nobody panics holding it").take().unwrap_or_default()
    }

    pub(super) fn push(&self, call: Call) {
        if let Some(calls) = self.calls.lock().expect("nobody panics holding it").as_mut() {
            calls.push(call);
        }
    }

    pub(super) fn enter(&self, route: String) {
        self.under_way.lock().expect("nobody panics holding it").push(route);
    }

    pub(super) fn leave(&self, route: &str) {
        let mut under_way = self.under_way.lock().expect("nobody panics holding it");
        if let Some(position) = under_way.iter().position(|other| other == route) {
            under_way.swap_remove(position);
        }
    }

    pub(super) fn route(&self) -> Option<String> {
        match self.under_way.lock().expect("nobody panics holding it").as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }
}

/// How many of `calls` waited one for the other, at the most: a call waited for another if it began after that had ended.
pub fn longest_chain(calls: &[Call]) -> usize {
    chain(calls, |_| 1)
}

/// How long the calls take at a distance, if nothing else took any time.
pub fn time_at(calls: &[Call], distance: impl Fn(Kind) -> Duration) -> Duration {
    let micros = chain(calls, |call| usize::try_from(distance(call.kind).as_micros()).unwrap_or(usize::MAX));
    Duration::from_micros(micros as u64)
}

fn chain(calls: &[Call], weight: impl Fn(&Call) -> usize) -> usize {
    let mut by_beginning: Vec<&Call> = calls.iter().collect();
    by_beginning.sort_by_key(|call| call.began);
    let mut until: Vec<usize> = Vec::with_capacity(calls.len());
    for (at, call) in by_beginning.iter().enumerate() {
        let before = by_beginning[..at].iter().zip(&until).filter(|(other, _)| other.ended <= call.began);
        let longest = before.map(|(_, length)| *length).max().unwrap_or_default();
        until.push(longest + weight(call));
    }
    until.into_iter().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_side_by_side_are_one_link() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let call = |began: u64, ended: u64, kind| Call {
            function: String::new(),
            route: None,
            operation: String::new(),
            kind,
            units: 0.0,
            table_units: 0.0,
            bytes: 0,
            began: at(began),
            ended: at(ended),
            body: Bytes::new(),
        };
        let calls = [
            call(0, 5, Kind::Read),
            call(6, 11, Kind::Read),
            call(6, 12, Kind::Read),
            call(7, 22, Kind::Transaction),
            call(13, 18, Kind::Read),
        ];
        assert_eq!(longest_chain(&calls), 3);
        let distance = |kind| Duration::from_millis(if kind == Kind::Transaction { 15 } else { 5 });
        assert_eq!(time_at(&calls, distance), Duration::from_millis(20));
        assert_eq!(longest_chain(&[]), 0);
    }
}
