//! What may stand in the imports' queue besides the bucket's own events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ImportId, Uai};

/// "Take this import up (again)": a person confirmed it, or wants the pupils without problems imported. Also what a message
/// becomes that gives way to a worker at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "resume", rename = "import")]
pub struct Resume {
    /// The school.
    pub uai: Uai,
    /// The import.
    pub id: ImportId,
    /// Whether the brake was overruled, for this import alone.
    pub confirmed: bool,
    /// When the first message of the chain was sent; a message that gives way is a new one to the queue. `None`: by this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sent_at: Option<Timestamp>,
    /// Of a person's word: when that was asked which they confirmed. A copy that comes late confirms nothing that was asked since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// When a message that has given way comes back, by which it is told from copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comes_back_at: Option<Timestamp>,
}

impl Resume {
    /// Whether this may be forgotten `now`, because another message about the import comes back `waiting_until`, no later than this one
    /// would, `comes_back_at`.
    ///
    /// The message that comes back is never taken for its own copy, however its worker's clock differs from the one before. A
    /// person's word is no copy of what the bucket said.
    pub fn is_copy(&self, waiting_until: Option<Timestamp>, comes_back_at: Timestamp, now: Timestamp) -> bool {
        let comes_in_time = waiting_until.is_some_and(|at| now < at && at <= comes_back_at);
        comes_in_time && waiting_until != self.comes_back_at && !self.confirmed
    }
}

/// "Put right what an undone import left behind": nobody sees it, but the index of births.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tidy", rename = "roster")]
pub struct Tidy {
    /// The school.
    pub uai: Uai,
    /// The import that was undone.
    pub id: ImportId,
    /// See [`Resume::first_sent_at`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sent_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    /// What may happen to messages about an import that waits.
    #[derive(Debug, Clone)]
    enum Event {
        /// The bucket tells of the file once more.
        Copy,
        /// A message is delivered, if its time has come, to a worker whose clock is so many milliseconds off, and which finds a lease of so many
        /// seconds.
        Deliver { place: prop::sample::Index, off_ms: i64, delay_s: i64 },
        /// The same, and the worker dies when the new message is sent, or before it is noted.
        DeliverInVain { place: prop::sample::Index, is_sent: bool },
        /// Time goes by, in milliseconds.
        Wait(i64),
    }

    fn event() -> impl Strategy<Value = Event> {
        let place = any::<prop::sample::Index>;
        prop_oneof![
            1 => Just(Event::Copy),
            4 => (place(), -500_i64..500, prop::sample::select(vec![0, 10, 131]))
                .prop_map(|(place, off_ms, delay_s)| Event::Deliver { place, off_ms, delay_s }),
            1 => (place(), any::<bool>()).prop_map(|(place, is_sent)| Event::DeliverInVain { place, is_sent }),
            3 => (0_i64..12_000).prop_map(Event::Wait),
        ]
    }

    const DELAY: SignedDuration = SignedDuration::from_secs(10);

    proptest! {
        /// However often a message comes while its import waits, one is left that will ask again, and a person's word, too.
        #[test]
        fn something_always_comes_back(events in prop::collection::vec(event(), 1..100), confirmed in any::<bool>()) {
            let id = ImportId::new(Timestamp::UNIX_EPOCH, [1; 10]);
            let uai = Uai::parse("0350760L").unwrap();
            let first = Resume { uai, id, confirmed: false, first_sent_at: None, asked_at: None, comes_back_at: None };
            let mut now = Timestamp::from_second(1_800_000_000).unwrap();
            // Messages, with when the queue hands them out.
            let mut queue = vec![(now, Resume { confirmed, ..first })];
            let mut waiting_until = None;
            for event in events {
                match event {
                    Event::Copy => queue.push((now, first)),
                    Event::Wait(ms) => now += SignedDuration::from_millis(ms),
                    Event::Deliver { place, off_ms, delay_s } => {
                        let place = place.index(queue.len());
                        let ((visible_at, message), clock) = (queue[place], now + SignedDuration::from_millis(off_ms));
                        if visible_at > now {
                            continue;
                        }
                        let delay = SignedDuration::from_secs(delay_s);
                        if !message.is_copy(waiting_until, clock + delay, clock) {
                            let comes_back_at = (!message.confirmed).then_some(clock + delay);
                            queue.push((now + delay, Resume { comes_back_at, ..message }));
                            waiting_until = comes_back_at.or(waiting_until);
                        }
                        queue.swap_remove(place);
                    }
                    Event::DeliverInVain { place, is_sent } => {
                        let (visible_at, message) = queue[place.index(queue.len())];
                        if is_sent && visible_at <= now && !message.is_copy(waiting_until, now + DELAY, now) {
                            let comes_back_at = (!message.confirmed).then_some(now + DELAY);
                            queue.push((now + DELAY, Resume { comes_back_at, ..message }));
                        }
                    }
                }
                prop_assert!(queue.iter().any(|(_, message)| message.confirmed == confirmed), "nobody asks again");
            }
        }
    }

    #[test]
    fn copies_are_forgotten_until_the_one_that_waits_comes_back() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let (later, id) = (Some(now + DELAY), ImportId::new(now, [1; 10]));
        let uai = Uai::parse("0350760L").unwrap();
        let message = Resume { uai, id, confirmed: false, first_sent_at: None, asked_at: None, comes_back_at: None };
        let is_copy = |message: Resume, waiting| message.is_copy(waiting, now + DELAY, now);
        assert!(is_copy(message, later));
        assert!(!is_copy(message, None) && !is_copy(message, Some(now)));
        assert!(!is_copy(message, Some(now + DELAY * 2)), "this one comes earlier");
        assert!(!is_copy(Resume { comes_back_at: later, ..message }, later), "the one that comes back");
        assert!(!is_copy(Resume { confirmed: true, ..message }, later), "a person's word");
    }
}
