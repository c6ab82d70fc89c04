//! What the platform states at one moment, and what holds after many statements.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CertificationStatus, JuryComment, Levels, Points, SessionName, VerificationCode};
use crate::id::LearnerId;
use crate::ine::Ine;
use crate::school_year::SchoolYear;
use crate::uai::Uai;

/// Whom a certification is about: a pupil by our identifier, or by INE and birth date. The names are the platform's, and decide nothing:
/// they are for people, where no pupil of ours is meant. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct About {
    /// Our identifier of the pupil.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learner: Option<LearnerId>,
    /// INE véritable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ine: Option<Ine>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Nom de famille.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_name: String,
    /// Prénom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub first_name: String,
}

impl About {
    /// Whether it says enough to find a pupil by.
    pub fn is_enough(&self) -> bool {
        self.learner.is_some() || self.by_ine().is_some()
    }

    /// INE and birth date, where both are told.
    pub fn by_ine(&self) -> Option<(Ine, Date)> {
        self.ine.zip(self.birth_date)
    }
}

impl fmt::Debug for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("About").field("learner", &self.learner).finish_non_exhaustive()
    }
}

/// What the platform states of a certification at one moment. The greater of two statements holds: the later one, and of one moment the one
/// that is greater in the order of the fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Statement {
    /// When the platform stated it.
    pub at: Timestamp,
    /// How the examination ended.
    pub status: CertificationStatus,
    /// What was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Points>,
    /// The same by competence.
    #[serde(default, skip_serializing_if = "Levels::is_empty")]
    pub levels: Levels,
    /// The school that gets the result.
    pub uai: Uai,
    /// The pupil.
    pub about: About,
    /// In which session.
    pub session: SessionName,
    /// The day of the examination.
    pub taken_on: Date,
    /// What proves the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<VerificationCode>,
    /// What the jury tells the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<JuryComment>,
}

impl Statement {
    /// The school year that the certification counts for.
    pub fn year(&self) -> SchoolYear {
        SchoolYear::of(self.taken_on)
    }

    /// The code by which anybody verifies the certificate; `None` unless the examination was passed.
    pub fn proven_by(&self) -> Option<&VerificationCode> {
        self.code.as_ref().filter(|_| self.status == CertificationStatus::Validated)
    }
}

/// What a statement said of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// When the platform stated it.
    pub at: Timestamp,
    /// How the examination ended.
    pub status: CertificationStatus,
    /// What was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Points>,
}

impl Told {
    fn of(statement: &Statement) -> Self {
        Self { at: statement.at, status: statement.status, score: statement.score }
    }
}

/// How many results a trace keeps.
const TRACE: usize = 20;

/// What holds of a certification, and what was stated before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The statement that holds.
    pub latest: Statement,
    /// The latest results that were stated, each once, from the oldest.
    pub trace: BTreeSet<Told>,
}

impl Standing {
    /// After the first statement.
    pub fn new(statement: Statement) -> Self {
        Self { trace: BTreeSet::from([Told::of(&statement)]), latest: statement }
    }

    /// After one more. The greatest of all statements holds, and the greatest results of all are kept: whatever the order in which they
    /// came, and however often.
    #[must_use]
    pub fn after(mut self, statement: Statement) -> Self {
        self.trace.insert(Told::of(&statement));
        while self.trace.len() > TRACE {
            self.trace.pop_first();
        }
        self.latest = self.latest.max(statement);
        self
    }

    /// The last result that was stated before and says otherwise: a rejected certification that became validated shows it, and so does a
    /// score that was corrected.
    pub fn formerly(&self) -> Option<Told> {
        let holds = Told::of(&self.latest);
        self.trace.iter().rev().find(|told| (told.status, told.score) != (holds.status, holds.score)).copied()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn a_statement()(second in 0_i64..40, status in 0_usize..5, score in prop::option::of(0_u16..3), school in any::<bool>(),
                         learner in prop::option::of(0_u8..3), day in 1_i8..4, comment in prop::option::of("[ab]{1,2}")) -> Statement {
            Statement {
                at: Timestamp::from_second(second).unwrap(),
                status: CertificationStatus::ALL[status],
                score: score.map(|score| Points::try_from(score).unwrap()),
                levels: Levels::new(),
                uai: Uai::parse(if school { "0350760L" } else { "0750654D" }).unwrap(),
                about: About {
                    learner: learner.map(|number| LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10])),
                    ..About::default()
                },
                session: SessionName::parse("s").unwrap(),
                taken_on: date(2027, 7, 29 + day - 1),
                code: None,
                comment: comment.map(|text| JuryComment::parse(&text).unwrap()),
            }
        }
    }

    fn all(statements: &[Statement]) -> Standing {
        let (first, rest) = statements.split_first().unwrap();
        rest.iter().cloned().fold(Standing::new(first.clone()), Standing::after)
    }

    proptest! {
        #[test]
        fn any_order_and_any_repetition_end_in_the_same_state(
            (statements, other) in prop::collection::vec(a_statement(), 1..40).prop_flat_map(|statements| {
                (Just(statements.clone()), Just(statements).prop_shuffle())
            }),
            again in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            let mut other = other;
            for index in again {
                other.push(statements[index.index(statements.len())].clone());
            }
            let (one, two) = (all(&statements), all(&other));
            prop_assert!(one.trace.contains(&Told::of(&one.latest)), "what holds is in its trace");
            prop_assert_eq!(one, two);
        }
    }

    #[test]
    fn a_rejected_one_that_becomes_validated_shows_so() {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let of = |second, status, runner: &mut _| {
            let any = proptest::strategy::ValueTree::current(&a_statement().new_tree(runner).unwrap());
            Statement { at: Timestamp::from_second(second).unwrap(), status, ..any }
        };
        let rejected = of(1, CertificationStatus::Rejected, &mut runner);
        let validated = of(2, CertificationStatus::Validated, &mut runner);
        for order in [[&rejected, &validated], [&validated, &rejected]] {
            let standing = all(&order.map(Clone::clone));
            assert_eq!(standing.latest, validated);
            assert_eq!(standing.formerly().map(|told| told.status), Some(CertificationStatus::Rejected));
        }
        let points = |points: u16| Some(Points::try_from(points).unwrap());
        let corrected = Statement { at: Timestamp::from_second(3).unwrap(), score: points(700), ..validated.clone() };
        let wrong = Statement { score: points(300), ..validated.clone() };
        assert_eq!(all(&[corrected, wrong]).formerly().map(|told| told.score), Some(points(300)));
        assert_eq!(all(&[validated]).formerly(), None);
    }

    #[test]
    fn nobody_is_printed() {
        let about = About { last_name: "Quatremarque".to_owned(), ..About::default() };
        assert!(!format!("{about:?}").contains("Quatremarque"));
    }
}
