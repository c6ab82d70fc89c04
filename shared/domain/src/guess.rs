//! Birth dates that somebody tries, who knows the name of a pupil: **who was meant counts, not what was typed.** `docs/joining.md` has
//! the rule and its reasons.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::limit::{GUESSES_BY_COARSE_NAME, GUESSES_BY_COARSE_NAME_A_DAY, GUESSES_BY_PUPIL, GUESSES_BY_PUPIL_A_DAY};
use crate::matching::{KnownAs, Typed};
use crate::{LearnerId, Limit, Uai};

/// What a guess counts for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A pupil who was meant.
    Pupil(LearnerId),
    /// What was typed, coarsely.
    CoarseName(String),
}

impl Subject {
    /// The coarse form of a name in a school.
    pub fn coarse_name(uai: Uai, typed: &Typed) -> Self {
        Self::CoarseName(format!("{uai} {}", typed.initials()))
    }

    /// Its limits in an hour and in a day.
    pub fn limits(&self) -> (&'static Limit, &'static Limit) {
        match self {
            Self::Pupil(_) => (&GUESSES_BY_PUPIL, &GUESSES_BY_PUPIL_A_DAY),
            Self::CoarseName(_) => (&GUESSES_BY_COARSE_NAME, &GUESSES_BY_COARSE_NAME_A_DAY),
        }
    }

    /// What stands for it where it is counted.
    pub fn key(&self) -> String {
        match self {
            Self::Pupil(id) => id.to_string(),
            Self::CoarseName(name) => name.clone(),
        }
    }

    /// The pupil, if it is one.
    pub fn pupil(&self) -> Option<LearnerId> {
        match self {
            Self::Pupil(id) => Some(*id),
            Self::CoarseName(_) => None,
        }
    }
}

/// What a guess that failed counts for: everybody whom it would have found, had the birth date been theirs, and always the coarse name,
/// so that a name that is nobody's is refused after as many tries as one that is somebody's.
pub fn subjects(uai: Uai, typed: &Typed, meant: impl IntoIterator<Item = LearnerId>) -> Vec<Subject> {
    let mut subjects = vec![Subject::coarse_name(uai, typed)];
    subjects.extend(meant.into_iter().map(Subject::Pupil));
    subjects
}

/// The coarse names by which a pupil may have been meant: what staff let be tried again.
pub fn coarse_names(uai: Uai, names: &KnownAs) -> Vec<Subject> {
    let given = names.given.iter().filter(|name| !name.is_empty());
    let family = || names.family.iter().chain(&names.family_parts);
    let both = given.flat_map(|first| family().map(move |last| Subject::coarse_name(uai, &Typed::new(first, last))));
    let all: BTreeSet<_> = both.collect();
    all.into_iter().collect()
}

/// Those of a school's pupils whom somebody may mean who typed these names, well or badly.
pub fn meant<'a, T: Copy + 'a>(
    names: impl IntoIterator<Item = &'a (T, KnownAs)>,
    typed: &Typed,
) -> impl Iterator<Item = T> {
    names.into_iter().filter(|(_, names)| names.may_be_meant(typed)).map(|(who, _)| *who)
}

/// What a guess made of the counts of one subject. Each guess has numbers of its own, also of those at the same moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Whose counts.
    pub subject: Subject,
    /// How many in this hour, with this guess.
    pub in_hour: u32,
    /// How many in this day, with this guess.
    pub in_day: u32,
}

/// For how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Held {
    /// Until the next hour.
    AnHour,
    /// Until the next day.
    ADay,
}

impl Tally {
    /// Whether the guess was one too many, and until when all others are.
    pub fn held(&self) -> Option<Held> {
        let (an_hour, a_day) = self.subject.limits();
        if self.in_day > a_day.count {
            Some(Held::ADay)
        } else if self.in_hour > an_hour.count {
            Some(Held::AnHour)
        } else {
            None
        }
    }

    /// Whether the day gets it back: whoever insists within an hour has tried no further birth date, and is not held up for the day.
    pub fn gives_day_back(&self) -> bool {
        self.in_hour > self.subject.limits().0.count
    }

    /// Whether it is the first one that is refused: who is to know is told once.
    pub fn is_first_refused(&self) -> bool {
        let (an_hour, a_day) = self.subject.limits();
        let is_first_of_day = self.in_day == a_day.count + 1 && self.in_hour <= an_hour.count;
        self.in_hour == an_hour.count + 1 || is_first_of_day
    }
}

impl Held {
    /// When what is refused at `now` may be tried again. Whoever was meant, and whether anybody was, windows are the same: it tells nothing.
    pub fn ends(self, now: Timestamp) -> Timestamp {
        let limit = match self {
            Self::AnHour => &GUESSES_BY_PUPIL,
            Self::ADay => &GUESSES_BY_PUPIL_A_DAY,
        };
        limit.window_at(now).1
    }
}

/// Why a guess is refused, whatever it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// For how long.
    pub held: Held,
    /// Whether somebody was meant who is not held up: then it was a guess at them, and counts as one wherever it came from. Otherwise it
    /// was a guess at nobody, and counts for nothing else: who hammers one name shuts nobody out who sits beside.
    pub tried_somebody: bool,
}

impl Refused {
    /// Whether a guess is refused that came to these counts.
    pub fn by(tallies: &[Tally]) -> Option<Self> {
        let held = tallies.iter().filter_map(Tally::held).max()?;
        let tried_somebody = tallies.iter().any(|tally| tally.subject.pupil().is_some() && tally.held().is_none());
        Some(Self { held, tried_somebody })
    }
}

#[cfg(test)]
mod tests;
