//! What AWS documents of a partition: 1,000 write and 3,000 read units a second for one partition key, and no two
//! transactions on one item at the same moment.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Instant;

use super::ask::{ItemKey, Kind, Request};

/// Write units that one partition key takes in a second.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
const WRITE_UNITS_A_SECOND: f64 = 1_000.0;
/// Read units that one partition key gives in a second.
const READ_UNITS_A_SECOND: f64 = 3_000.0;

/// Units, and since when, by partition key and whether they are for reads.
type Left = HashMap<(String, bool), (f64, Instant)>;

/// What each partition key has left.
#[derive(Default)]
pub(super) struct Partitions {
    left: Mutex<Option<Left>>,
}

impl Partitions {
    /// Limits are on where they are the subject.
    pub(super) fn set(&self, on: bool) {
        *self.left.lock().expect("nobody panics holding it") = on.then(HashMap::new);
    }

    pub(super) fn on(&self) -> bool {
        self.left.lock().expect("nobody panics holding it").is_some()
    }

    /// Whether every partition of a request still has something to give. What a call costs is known when it was
    /// answered, so a partition may go below zero, and is refused until it has come back.
    pub(super) fn give(&self, request: &Request, now: Instant) -> bool {
        let mut left = self.left.lock().expect("nobody panics holding it");
        let Some(left) = left.as_mut() else { return true };
        let reads = request.kind() == Kind::Read;
        let most = if reads { READ_UNITS_A_SECOND } else { WRITE_UNITS_A_SECOND };
        shares(request).into_keys().all(|partition| {
            let (units, since) = left.entry((partition, reads)).or_insert((most, now));
            *units = (*units + now.duration_since(*since).as_secs_f64() * most).min(most);
            *since = now;
            *units > 0.0
        })
    }

    /// Takes what a request cost from its partitions.
    pub(super) fn take(&self, request: &Request, units: f64) {
        let mut left = self.left.lock().expect("nobody panics holding it");
        let Some(left) = left.as_mut() else { return };
        let reads = request.kind() == Kind::Read;
        for (partition, share) in shares(request) {
            if let Some((units_left, _)) = left.get_mut(&(partition, reads)) {
                *units_left -= units * share;
            }
        }
    }
}

/// Which part of a request concerns which partition.
fn shares(request: &Request) -> HashMap<String, f64> {
    let mut shares: HashMap<String, f64> = HashMap::new();
    let partitions = request.items.iter().map(|(partition, _)| partition).chain(&request.partition);
    let count = request.items.len() + usize::from(request.partition.is_some());
    for partition in partitions {
        *shares.entry(partition.clone()).or_default() += 1.0 / f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    }
    shares
}

/// The items that transactions under way hold.
#[derive(Default)]
pub(super) struct Held(Mutex<HashSet<ItemKey>>);

/// What happens to a write.
pub(super) enum Entry<'a> {
    /// It goes on; a transaction holds its items until this is dropped.
    Free(#[expect(dead_code, reason = "held, not read")] Hold<'a>),
    /// A transaction is on these of its items, by position.
    Taken(Vec<bool>),
}

/// Items that a transaction holds.
pub(super) struct Hold<'a> {
    held: &'a Held,
    items: Vec<ItemKey>,
}

impl Held {
    /// A write begins.
    pub(super) fn enter(&self, request: &Request) -> Entry<'_> {
        if request.kind() == Kind::Read {
            return Entry::Free(Hold { held: self, items: Vec::new() });
        }
        let mut held = self.0.lock().expect("nobody panics holding it");
        let taken: Vec<bool> = request.items.iter().map(|item| held.contains(item)).collect();
        if taken.contains(&true) {
            return Entry::Taken(taken);
        }
        let items = if request.kind() == Kind::Transaction { request.items.clone() } else { Vec::new() };
        held.extend(items.iter().cloned());
        Entry::Free(Hold { held: self, items })
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        let mut held = self.held.0.lock().expect("nobody panics holding it");
        self.items.iter().for_each(|item| {
            held.remove(item);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn request(operation: &str, items: &[(&str, &str)]) -> Request {
        Request {
            service: "dynamodb".to_owned(),
            operation: operation.to_owned(),
            asks: Vec::new(),
            items: items.iter().map(|(pk, sk)| ((*pk).to_owned(), (*sk).to_owned())).collect(),
            partition: None,
        }
    }

    #[test]
    fn a_partition_gives_a_thousand_writes_a_second() {
        let partitions = Partitions::default();
        partitions.set(true);
        let (write, start) = (request("TransactWriteItems", &[("SCHOOL#1", "A"), ("SCHOOL#1", "B")]), Instant::now());
        assert!(partitions.give(&write, start));
        partitions.take(&write, 1_500.0);
        assert!(!partitions.give(&write, start + Duration::from_millis(400)));
        assert!(partitions.give(&write, start + Duration::from_millis(600)));
        assert!(partitions.give(&request("PutItem", &[("SCHOOL#2", "A")]), start));
        assert!(partitions.give(&request("GetItem", &[("SCHOOL#1", "A")]), start), "reads are counted apart");
    }

    #[test]
    fn one_item_is_in_one_transaction() {
        let held = Held::default();
        let transaction = request("TransactWriteItems", &[("SCHOOL#1", "A"), ("SCHOOL#1", "B")]);
        let first = held.enter(&transaction);
        assert!(matches!(first, Entry::Free(_)));
        let other = request("TransactWriteItems", &[("SCHOOL#1", "C"), ("SCHOOL#1", "B")]);
        assert!(matches!(held.enter(&other), Entry::Taken(taken) if taken == [false, true]));
        assert!(matches!(held.enter(&request("PutItem", &[("SCHOOL#1", "A")])), Entry::Taken(_)));
        assert!(matches!(held.enter(&request("GetItem", &[("SCHOOL#1", "A")])), Entry::Free(_)));
        drop(first);
        assert!(matches!(held.enter(&other), Entry::Free(_)));
    }
}
