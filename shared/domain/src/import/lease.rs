//! Whose turn it is: one import at a time writes the pupils of a school, for as long as its lease is alive.
//!
//! A queue delivers messages twice, late and while the first delivery is still at work. The decision here keeps two
//! deliveries from becoming two workers: whoever meets a living lease gives way, even if the lease is its own import's.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ImportId;

/// How often an import is begun before it fails for a technical reason. A person's confirmation counts anew.
pub const MAX_TRIES: u32 = 3;
/// How many workers may die of an import before it fails, and is not tried blindly. One may die of a bad day.
pub const MAX_DEATHS: u32 = 2;
/// How long a message waits before it asks again whether another import of its school has ended. Imports take seconds,
/// so that the rest of a lease, which is made for a worker that died, would be too long.
const ANOTHER_IMPORT_SECONDS: i64 = 10;
/// The longest delay that SQS gives a message.
const LONGEST_DELAY_SECONDS: i64 = 900;

/// The right of one import to write pupils, for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The import.
    pub import: ImportId,
    /// Epoch milliseconds, so that DynamoDB can compare.
    pub expires_ms: i64,
    /// How far its worker is, once pupils are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Pupils written so far.
    pub written: u32,
    /// Pupils to be written in all.
    pub of: u32,
}

/// How an import was tried, since it was asked for or a person confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// How often a worker has begun it.
    pub begun: u32,
    /// How often that ended with an error, and the worker lived to give the lease back.
    pub failed: u32,
}

impl Tries {
    /// How many workers have died of it, where none is at work: whoever took a lease and never gave it back.
    pub fn deaths(self) -> u32 {
        self.begun.saturating_sub(self.failed)
    }
}

/// What a message about an import may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Take the lease and carry the import out.
    Begin,
    /// Come back later, as a new message: a worker has the lease, and may be at work.
    GiveWay {
        /// When to come back, as SQS wants it: from 0 to 900 seconds.
        delay_seconds: i32,
    },
    /// Begin no more: every try failed, or died.
    Spent,
    /// Begin no more: worker after worker died of it.
    Deadly,
}

impl Lease {
    /// A lease of `import` from `now` on.
    pub fn new(import: ImportId, now: Timestamp, duration: SignedDuration) -> Self {
        Self { import, expires_ms: (now + duration).as_millisecond(), progress: None }
    }

    /// Whether its worker may still be at work.
    pub fn is_alive(self, now: Timestamp) -> bool {
        self.expires_ms >= now.as_millisecond()
    }

    /// How long a message about `import` waits for this lease to end. A message that comes then finds it expired.
    pub fn delay_seconds(self, import: ImportId, now: Timestamp) -> i32 {
        let rest = (self.expires_ms - now.as_millisecond()).div_euclid(1000) + 1;
        let longest = if self.import == import { LONGEST_DELAY_SECONDS } else { ANOTHER_IMPORT_SECONDS };
        i32::try_from(rest.clamp(0, longest)).unwrap_or_default()
    }
}

/// Whose turn it is `now`: `lease` is the school's, `tries` says how `import` was tried before.
pub fn turn(lease: Option<Lease>, import: ImportId, tries: Tries, now: Timestamp) -> Turn {
    match lease.filter(|lease| lease.is_alive(now)) {
        Some(lease) => Turn::GiveWay { delay_seconds: lease.delay_seconds(import, now) },
        None if tries.deaths() >= MAX_DEATHS => Turn::Deadly,
        None if tries.begun >= MAX_TRIES => Turn::Spent,
        None => Turn::Begin,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIMEOUT_MS: i64 = 120_000;
    const LEASE: SignedDuration = SignedDuration::from_secs(130);

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    fn import(number: u8) -> ImportId {
        ImportId::new(at(0), [number; 10])
    }

    #[test]
    fn a_living_lease_is_given_way_to_whosever_it_is() {
        let lease = Lease::new(import(1), at(0), LEASE);
        let (never, once) = (Tries::default(), Tries { begun: 1, failed: 0 });
        assert_eq!(turn(Some(lease), import(1), once, at(0)), Turn::GiveWay { delay_seconds: 131 });
        assert_eq!(turn(Some(lease), import(1), once, at(130_000)), Turn::GiveWay { delay_seconds: 1 });
        assert_eq!(turn(Some(lease), import(2), never, at(0)), Turn::GiveWay { delay_seconds: 10 });
        assert_eq!(turn(Some(lease), import(2), never, at(128_500)), Turn::GiveWay { delay_seconds: 2 });
        assert_eq!(turn(Some(lease), import(1), once, at(130_001)), Turn::Begin);
        assert_eq!(turn(None, import(1), never, at(0)), Turn::Begin);
        let long = Lease::new(import(1), at(0), SignedDuration::from_mins(16));
        assert_eq!(turn(Some(long), import(1), once, at(0)), Turn::GiveWay { delay_seconds: 900 });
    }

    #[test]
    fn a_worker_at_work_is_never_spent() {
        let lease = Lease::new(import(1), at(0), LEASE);
        for failed in 0..=MAX_TRIES {
            let tries = Tries { begun: MAX_TRIES, failed };
            assert!(matches!(turn(Some(lease), import(1), tries, at(0)), Turn::GiveWay { .. }));
            let end = if failed < 2 { Turn::Deadly } else { Turn::Spent };
            assert_eq!(turn(Some(lease), import(1), tries, at(131_000)), end);
            assert_eq!(turn(None, import(1), tries, at(0)), end);
        }
    }

    #[test]
    fn what_has_killed_two_workers_kills_no_third_one() {
        let tried = |begun, failed| turn(None, import(1), Tries { begun, failed }, at(0));
        assert_eq!((tried(1, 0), tried(2, 1), tried(2, 2)), (Turn::Begin, Turn::Begin, Turn::Begin));
        assert_eq!((tried(2, 0), tried(3, 1)), (Turn::Deadly, Turn::Deadly));
        assert_eq!((tried(3, 2), tried(3, 3)), (Turn::Spent, Turn::Spent));
    }

    /// What may happen to the imports of a school.
    #[derive(Debug, Clone)]
    enum Event {
        /// A message about an import is delivered.
        Deliver(u8),
        /// A worker, by its place among those that began, writes some pupils.
        Write(prop::sample::Index),
        /// A worker writes the last of its pupils, and flips.
        Flip(prop::sample::Index),
        /// A worker dies without a word.
        Die(prop::sample::Index),
        /// Time goes by, in milliseconds.
        Wait(i64),
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            4 => (1_u8..3).prop_map(Event::Deliver),
            3 => any::<prop::sample::Index>().prop_map(Event::Write),
            1 => any::<prop::sample::Index>().prop_map(Event::Flip),
            1 => any::<prop::sample::Index>().prop_map(Event::Die),
            3 => (0_i64..60_000).prop_map(Event::Wait),
        ]
    }

    /// A worker that began.
    struct Worker {
        import: ImportId,
        fence: u64,
        began_ms: i64,
        is_dead: bool,
    }

    proptest! {
        /// Deliver as often as you like, kill whom you like: a worker that is alive within its timeout is alone, and
        /// every write that it sends holds. So two workers on one import never undo each other's progress.
        #[test]
        fn a_worker_within_its_timeout_is_never_fenced_out(events in prop::collection::vec(event(), 1..80)) {
            let (mut now_ms, mut fence, mut lease, mut workers) = (0, 0_u64, None::<Lease>, Vec::<Worker>::new());
            // The fences of the writes that were accepted, in their order.
            let mut written = Vec::new();
            for event in events {
                match event {
                    Event::Wait(ms) => now_ms += ms,
                    Event::Deliver(number) => {
                        let begun = workers.iter().filter(|worker| worker.import == import(number)).count();
                        let tries = Tries { begun: u32::try_from(begun).unwrap(), failed: 0 };
                        match turn(lease, import(number), tries, at(now_ms)) {
                            Turn::Begin => {
                                for worker in workers.iter().filter(|worker| !worker.is_dead) {
                                    prop_assert!(now_ms - worker.began_ms > TIMEOUT_MS, "two at work");
                                }
                                fence += 1;
                                lease = Some(Lease::new(import(number), at(now_ms), LEASE));
                                workers.push(Worker { import: import(number), fence, began_ms: now_ms, is_dead: false });
                            }
                            Turn::GiveWay { delay_seconds } => prop_assert!((0..=131).contains(&delay_seconds)),
                            Turn::Spent | Turn::Deadly => prop_assert!(begun >= MAX_DEATHS as usize),
                        }
                    }
                    Event::Write(index) | Event::Flip(index) | Event::Die(index) if !workers.is_empty() => {
                        let worker = index.get(&workers);
                        let is_at_work = !worker.is_dead && now_ms - worker.began_ms <= TIMEOUT_MS;
                        // The condition of every transaction that writes pupils.
                        let holds = worker.fence == fence && lease.is_some();
                        prop_assert!(!is_at_work || holds, "a worker at work lost its fence");
                        let (number, its_fence, place) = (worker.import, worker.fence, index.index(workers.len()));
                        // Who is late, or thought dead, writes as well: what it had sent may arrive at any time.
                        match event {
                            Event::Write(_) if holds => {
                                written.push(its_fence);
                                lease = Some(Lease::new(number, at(now_ms), LEASE));
                            }
                            Event::Flip(_) if holds => {
                                written.push(its_fence);
                                (lease, workers[place].is_dead) = (None, true);
                            }
                            Event::Die(_) => workers[place].is_dead = true,
                            _ => {}
                        }
                    }
                    Event::Write(_) | Event::Flip(_) | Event::Die(_) => {}
                }
            }
            prop_assert!(written.is_sorted(), "an earlier worker wrote after a later one: {written:?}");
        }
    }
}
