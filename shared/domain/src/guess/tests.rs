//! Somebody who guesses, and a class that joins, at the door of a school: what the counts come to, whatever is typed.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;

use super::*;
use crate::matching::{Match, Spelling, find};

/// What somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Found(LearnerId),
    NotFound,
    Refused(Held),
}

/// A school with its pupils, and what was counted there: by what, by whom, by when the window began.
struct School {
    pupils: Vec<(LearnerId, KnownAs)>,
    born: HashMap<LearnerId, Date>,
    counts: HashMap<(&'static str, String, Timestamp), u32>,
}

fn uai() -> Uai {
    Uai::parse("0990001N").unwrap()
}

fn monday() -> Timestamp {
    "2026-09-07T08:00:00Z".parse().unwrap()
}

impl School {
    fn of(pupils: &[(&str, &str, Date)]) -> Self {
        let mut school = Self { pupils: Vec::new(), born: HashMap::new(), counts: HashMap::new() };
        for ((given, family, born), number) in pupils.iter().zip(0_u8..) {
            let id = LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]);
            school.pupils.push((id, KnownAs::new(given.split(", "), family.split(", "))));
            school.born.insert(id, *born);
        }
        school
    }

    fn count(&mut self, limit: &Limit, subject: &Subject, at: Timestamp, many: i64) -> u32 {
        let key = (limit.what, subject.key(), limit.window_at(at).0);
        let count = self.counts.entry(key).or_default();
        *count = u32::try_from(i64::from(*count) + many).unwrap();
        *count
    }

    /// As the door does: who is found counts for nothing; who is not has counted for everybody who was meant.
    fn answer(&mut self, typed: &Typed, born: Date, at: Timestamp) -> Answer {
        let that_day: Vec<_> = self.pupils.iter().filter(|(id, _)| self.born[id] == born).cloned().collect();
        if let Ok(Match::Sure(id) | Match::Near(id)) = find(&that_day, typed, Spelling::Lenient) {
            let subject = Subject::Pupil(id);
            let (an_hour, a_day) = subject.limits();
            let in_hour = self.count(an_hour, &subject, at, 0) + 1;
            let in_day = self.count(a_day, &subject, at, 0) + 1;
            return match Refused::by(&[Tally { subject, in_hour, in_day }]) {
                Some(refused) => Answer::Refused(refused.held),
                None => Answer::Found(id),
            };
        }
        let mut tallies = Vec::new();
        for subject in subjects(uai(), typed, meant(&self.pupils, typed).collect::<Vec<_>>()) {
            let (an_hour, a_day) = subject.limits();
            let (in_hour, in_day) = (self.count(an_hour, &subject, at, 1), self.count(a_day, &subject, at, 1));
            tallies.push(Tally { subject, in_hour, in_day });
        }
        for tally in tallies.iter().filter(|tally| tally.gives_day_back()) {
            self.count(tally.subject.limits().1, &tally.subject, at, -1);
        }
        Refused::by(&tallies).map_or(Answer::NotFound, |refused| Answer::Refused(refused.held))
    }
}

/// Whether who types this finds the pupil at `place`, once the birth date is right.
fn tries(school: &School, place: usize, typed: &Typed) -> bool {
    find(&school.pupils[place..=place], typed, Spelling::Lenient).is_ok()
}

/// How a name is misspelt: where, how, and with which letter.
type Slip = (prop::sample::Index, u8, char);

fn a_slip() -> impl Strategy<Value = Slip> {
    (any::<prop::sample::Index>(), 0_u8..3, prop::char::range('a', 'z'))
}

/// One letter is another one, is missing, or is too many. `from`: letters before are as they should be.
fn misspelt(name: &str, from: usize, (place, how, letter): &Slip) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = from + place.index(letters.len() - from);
    match how {
        0 => letters[at] = *letter,
        1 => letters.insert(at, *letter),
        _ => drop(letters.remove(at)),
    }
    letters.into_iter().collect()
}

/// What somebody types who knows that a classmate is called Ophélie Victorine, DURAND LEMAIRE, Garcia by usage.
fn a_spelling() -> impl Strategy<Value = (String, String)> {
    let given = prop::sample::select(vec!["Ophélie", "Victorine", "OPHELIE-VICTORINE", "Amandine"]);
    let family = prop::sample::select(vec!["Durand Lemaire", "Garcia", "Lemaire", "Durand", "GARCÍA"]);
    (given, family, prop::collection::vec(a_slip(), 0..3), prop::collection::vec(a_slip(), 0..3), any::<bool>())
        .prop_map(|(given, family, in_given, in_family, swapped)| {
            let given = in_given.iter().fold(given.to_owned(), |name, slip| misspelt(&name, 0, slip));
            let family = in_family.iter().fold(family.to_owned(), |name, slip| misspelt(&name, 0, slip));
            if swapped { (family, given) } else { (given, family) }
        })
}

fn a_college() -> School {
    School::of(&[
        ("Ophélie, Victorine", "DURAND LEMAIRE, GARCIA", date(2013, 11, 23)),
        // A twin, a homonym, and others that are nearly called so.
        ("Amandine", "DURAND LEMAIRE", date(2013, 11, 23)),
        ("Ophélie", "DURAND LEMAIRE", date(2014, 5, 1)),
        ("Ophelia", "GARCIA", date(2013, 8, 2)),
        ("Victor", "DURAND", date(2014, 2, 3)),
        ("Emma", "MARTIN", date(2013, 3, 10)),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// **The attacker**: all spellings, the dates in order, at any pace, from as many places and with as many codes as wanted, for neither
    /// counts here. No pupil's birth date is tried more than ten times an hour and thirty times a day.
    #[test]
    fn nobody_goes_through_a_year(
        typed in prop::collection::vec((a_spelling(), 0_i64..400), 400..700),
    ) {
        let mut school = a_college();
        let (mut born, mut at) = (date(2013, 1, 1), monday());
        let mut tried: HashMap<(usize, Held, Timestamp), u32> = HashMap::new();
        for ((first_name, last_name), seconds) in typed {
            let typed = Typed::new(&first_name, &last_name);
            let tries: Vec<usize> = (0..school.pupils.len()).filter(|place| tries(&school, *place, &typed)).collect();
            // Who is found says nothing of those who were born on other days than this one, which is tried once.
            if school.answer(&typed, born, at) == Answer::NotFound {
                for place in tries {
                    let (hour, day) = (GUESSES_BY_PUPIL.window_at(at).0, GUESSES_BY_PUPIL_A_DAY.window_at(at).0);
                    for (held, window, most) in [(Held::AnHour, hour, 10), (Held::ADay, day, 30)] {
                        let count = tried.entry((place, held, window)).or_default();
                        *count += 1;
                        prop_assert!(*count <= most, "{:?} of {place}: {count}", held);
                    }
                }
            }
            (born, at) = (born.saturating_add(1.day()), at + SignedDuration::from_secs(seconds));
        }
    }

    /// **An honest class** of 35, of which a third slips once or twice, or does not know how the school writes a name: all join, beside
    /// somebody who guesses at one of them. Only that one is held up.
    #[test]
    fn a_class_joins(
        names in prop::collection::vec(("[A-Z][a-z]{3,9}", "[A-Z]{4,10}", 0_i16..365), 35),
        slips in prop::collection::vec((0_u8..100, 0_u8..4, a_slip(), 1_usize..3), 35),
        guesses in prop::collection::vec((a_slip(), a_slip()), 60),
    ) {
        let birthday = |day: i16| date(2014, 1, 1).saturating_add(i64::from(day).days());
        let pupils: Vec<_> =
            names.iter().map(|(given, family, day)| (given.as_str(), family.as_str(), birthday(*day))).collect();
        let mut school = School::of(&pupils);
        let mut at = monday();
        let mut guessed = BTreeSet::new();
        for (place, (percent, kind, slip, times)) in slips.iter().enumerate() {
            let (given, family, born) = pupils[place];
            // The first one is guessed at all the time.
            for (in_given, in_family) in guesses.iter().skip(place % 30).take(2) {
                let typed = Typed::new(&misspelt(pupils[0].0, 0, in_given), &misspelt(pupils[0].1, 0, in_family));
                guessed.extend(meant(&school.pupils, &typed));
                school.answer(&typed, date(2012, 1, 1), at);
            }
            for _ in 0..if *percent < 30 { *times } else { 0 } {
                let (typed, born) = match kind {
                    0 => (Typed::new(&misspelt(given, 0, slip), family), born),
                    1 => (Typed::new(given, &misspelt(family, 0, slip)), born),
                    2 => (Typed::new("Surnom", family), born),
                    _ => (Typed::new(given, family), born.saturating_add(30.days())),
                };
                school.answer(&typed, born, at);
            }
            at += SignedDuration::from_secs(20);
            let id = school.pupils[place].0;
            let told = school.answer(&Typed::new(given, family), born, at);
            // Two of one name who were born on one day are nobody.
            let is_alone = pupils.iter().filter(|other| (other.0, other.1) == (given, family)).count() == 1;
            prop_assert!(guessed.contains(&id) || told == Answer::Found(id) || !is_alone, "{given} {family}: {told:?}");
        }
    }

    /// **A refusal does not tell that there is such a pupil**: whoever misspells a name, and begins it as it begins, gets the same answers
    /// where it is nobody's.
    #[test]
    fn a_name_that_is_nobodys_is_answered_alike(
        typed in prop::collection::vec((a_slip(), a_slip(), any::<bool>(), 0_i64..900), 20..200),
    ) {
        let others = [("Emma", "MARTIN", date(2013, 3, 10)), ("Olivier", "DUPONT", date(2013, 4, 1))];
        let mut without = School::of(&others);
        let mut with = School::of(&[others[0], others[1], ("Ophélie", "DURAND", date(2013, 11, 23))]);
        let mut at = monday();
        let mut refused = 0;
        for (in_given, in_family, swapped, seconds) in typed {
            let (given, family) = (misspelt("Ophelie", 1, &in_given), misspelt("Durand", 1, &in_family));
            let typed = if swapped { Typed::new(&family, &given) } else { Typed::new(&given, &family) };
            let told = without.answer(&typed, date(2013, 1, 1), at);
            prop_assert_eq!(with.answer(&typed, date(2013, 1, 1), at), told);
            refused += u32::from(told != Answer::NotFound);
            at += SignedDuration::from_secs(seconds);
        }
        // Nobody types twenty in an hour and is answered.
        prop_assert!(refused > 0 || at > monday() + SignedDuration::from_hours(1));
    }
}

/// The try that began it: a name misspelt anew each time, one day after the other.
#[test]
fn the_eleventh_is_refused() {
    let mut school = School::of(&[("Ophélie", "DURAND", date(2014, 2, 20))]);
    let told: Vec<Answer> = ('a'..='z')
        .chain('a'..='y')
        .zip(0..)
        .map(|(letter, day)| {
            let name = if day < 26 { format!("Dur{letter}nd") } else { format!("Dura{letter}d") };
            let born = date(2014, 1, 1).saturating_add(i64::from(day).days());
            school.answer(&Typed::new("Ophelie", &name), born, monday())
        })
        .collect();
    assert_eq!(told.len(), 51);
    assert!(told[..10].iter().all(|told| *told == Answer::NotFound));
    assert!(told[10..].iter().all(|told| *told == Answer::Refused(Held::AnHour)), "{told:?}");
}

/// Whoever insists is refused for the hour, and not for the day; thirty of three hours are refused for the day, also with the right date.
#[test]
fn a_day_ends_after_thirty() {
    let right = date(2014, 2, 20);
    let mut school = School::of(&[("Ophélie", "DURAND", right)]);
    let typed = Typed::new("Ophelie", "Durand");
    for hour in 0..3 {
        let at = monday() + SignedDuration::from_hours(hour);
        for tried in 0..50 {
            let told = school.answer(&typed, date(2013, 1, 1), at);
            assert_eq!(told == Answer::NotFound, tried < 10, "{tried}: {told:?}");
        }
    }
    let later = monday() + SignedDuration::from_hours(4);
    assert_eq!(school.answer(&typed, right, later), Answer::Refused(Held::ADay));
    let tomorrow = monday() + SignedDuration::from_hours(24);
    assert!(matches!(school.answer(&typed, right, tomorrow), Answer::Found(_)));
}

/// The first refusal is told; a guess that is refused counts for where it came from only if it was a guess at somebody.
#[test]
fn what_a_refusal_says() {
    let tally = |number: Option<u8>, in_hour, in_day| Tally {
        subject: number.map_or(Subject::CoarseName("a".to_owned()), |number| {
            Subject::Pupil(LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]))
        }),
        in_hour,
        in_day,
    };
    assert_eq!(Refused::by(&[tally(None, 10, 30), tally(Some(1), 10, 30)]), None);
    let by = |tallies: &[Tally]| Refused::by(tallies).map(|refused| (refused.held, refused.tried_somebody));
    assert_eq!(by(&[tally(None, 11, 11)]), Some((Held::AnHour, false)));
    assert_eq!(by(&[tally(None, 11, 11), tally(Some(1), 11, 11)]), Some((Held::AnHour, false)));
    assert_eq!(by(&[tally(None, 11, 11), tally(Some(1), 3, 3)]), Some((Held::AnHour, true)));
    assert_eq!(by(&[tally(Some(1), 11, 31), tally(Some(2), 11, 12)]), Some((Held::ADay, false)));
    let first = [(10, 10), (11, 11), (12, 11), (1, 31), (2, 32), (11, 40)]
        .map(|(in_hour, in_day)| tally(Some(1), in_hour, in_day));
    assert_eq!(first.map(|tally| tally.is_first_refused()), [false, true, false, true, false, true]);
    assert_eq!(Held::AnHour.ends(monday()), monday() + SignedDuration::from_hours(1));
    assert_eq!(Held::ADay.ends(monday()), monday() + SignedDuration::from_hours(16));
}

/// Whoever may be let try again has the coarse names of all that finds them, in either order.
#[test]
fn coarse_names_of_a_pupil() {
    let karine = KnownAs::new(["Karine Maya", "Aude"].into_iter(), ["DA SILVA LEBRUN"].into_iter());
    let names = coarse_names(uai(), &karine);
    for (first, last) in [("Karine", "Da Silva Lebrun"), ("Lebrun", "Karine"), ("AUDE", "silva"), ("Karine", "Dasilva")]
    {
        assert!(names.contains(&Subject::coarse_name(uai(), &Typed::new(first, last))), "{first} {last}");
    }
    assert_eq!(names.len(), 6, "{names:?}");
}
