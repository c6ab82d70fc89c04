//! Somebody who tries passwords, owners who mistype theirs, and a class: what the counts come to, in whatever order they come.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::limit::FAILURES_BY_CLIENT;
use crate::{EmailAddress, UserName};

/// What somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    In,
    Wrong,
    Refused,
}

/// What a device keeps of the logins that signed in there.
type Cookie = HashMap<String, u32>;

/// A door at which all come from one address, and what was counted there.
#[derive(Default)]
struct Door {
    by_client: HashMap<Timestamp, u32>,
    by_login: HashMap<String, Attempts>,
    by_entry: HashMap<u32, Attempts>,
    entries: u32,
}

fn monday() -> Timestamp {
    "2026-09-07T08:00:00Z".parse().unwrap()
}

fn pupil() -> Login {
    UserName::parse("lea.martin1003").unwrap().into()
}

fn head() -> Login {
    EmailAddress::parse("camille@exemple.fr").unwrap().into()
}

fn name(login: &Login) -> String {
    match login {
        Login::Email(address) => address.to_string(),
        Login::UserName(name) => name.as_str().to_owned(),
    }
}

impl Door {
    /// As `shared/identity` does: a device's own count first; a stranger counts by client, then by login.
    fn answer(&mut self, cookie: &mut Cookie, login: &Login, is_right: bool, now: Timestamp) -> Answer {
        let who = name(login);
        let kept = cookie.get(&who).copied();
        if let Some(entry) = kept
            && let Some(counted) = self.by_entry.get(&entry).copied().unwrap_or_default().attempt_on_device()
        {
            if is_right {
                self.by_entry.remove(&entry);
                return Answer::In;
            }
            self.by_entry.insert(entry, counted);
            return Answer::Wrong;
        }
        let of_client = self.by_client.entry(FAILURES_BY_CLIENT.window_at(now).0).or_default();
        if *of_client >= FAILURES_BY_CLIENT.count {
            return Answer::Refused;
        }
        let before = self.by_login.get(&who).copied().unwrap_or_default();
        let Ok(counted) = before.attempt(Rule::of(login), now) else { return Answer::Refused };
        if is_right {
            self.by_login.remove(&who);
            self.entries += 1;
            cookie.insert(who, self.entries);
            return Answer::In;
        }
        *of_client += 1;
        self.by_login.insert(who, counted);
        Answer::Wrong
    }
}

#[test]
fn ten_wait_two_minutes_then_doubling_to_an_hour() {
    let (mut now, mut attempts, mut waits) = (monday(), Attempts::default(), Vec::new());
    for tried in 1..=90 {
        attempts = attempts.attempt(Rule::Waits, now).unwrap_or_else(|locked| {
            let Locked::Until(until) = locked else { panic!("an address is never blocked") };
            waits.push((attempts.failures, until.duration_since(now).as_mins()));
            now = until;
            attempts.attempt(Rule::Waits, now).unwrap()
        });
        assert_eq!(attempts.failures, tried);
    }
    assert_eq!(waits, [(10, 2), (20, 4), (30, 8), (40, 16), (50, 32), (60, 60), (70, 60), (80, 60)]);
    assert_eq!(wait_after(u32::MAX - u32::MAX % 10), Some(LONGEST_WAIT));
}

#[test]
fn thirty_block_a_user_name_for_good() {
    let (mut now, mut attempts) = (monday(), Attempts::default());
    for _ in 0..30 {
        now = attempts.locked_until.unwrap_or(now);
        attempts = attempts.attempt(Rule::Blocks, now).unwrap();
    }
    let a_year_later = now + SignedDuration::from_hours(24 * 365);
    assert_eq!(attempts.attempt(Rule::Blocks, a_year_later), Err(Locked::Blocked));
}

/// What an attacker does next: waits so many minutes, then tries on a device of their own, or on one of a classmate, where only
/// others signed in.
fn steps(most: usize) -> impl Strategy<Value = Vec<(i64, bool)>> {
    prop::collection::vec((prop_oneof![3 => Just(0_i64), 1 => 0..90_i64], any::<bool>()), 0..most)
}

proptest! {
    /// Who never signed in with a user name tries thirty passwords, wherever from; with an address, about ten an hour.
    #[test]
    fn strangers_try_few_passwords(steps in steps(600)) {
        for (login, most) in [(pupil(), BLOCK), (head(), u32::MAX)] {
            let (mut door, mut now, mut tried) = (Door::default(), monday(), Vec::new());
            let mut cookies = [Cookie::new(), Cookie::new()];
            door.answer(&mut cookies[1], &UserName::parse("hugo.petit0101").unwrap().into(), true, now);
            for (minutes, on_classmates) in &steps {
                now += SignedDuration::from_mins(*minutes);
                if door.answer(&mut cookies[usize::from(*on_classmates)], &login, false, now) == Answer::Wrong {
                    tried.push(now);
                }
            }
            prop_assert!(u32::try_from(tried.len()).unwrap() <= most, "{}", tried.len());
            let within_an_hour = |from: &Timestamp| {
                tried.iter().filter(|at| *at >= from && **at < *from + SignedDuration::from_hours(1)).count()
            };
            // Six rounds of ten end within 62 minutes at the beginning; later, a round an hour.
            prop_assert!(tried.iter().map(within_an_hour).max().unwrap_or_default() <= 60);
            let late = tried.get(60).map(within_an_hour).unwrap_or_default();
            prop_assert!(late <= 20, "{late}");
        }
    }

    /// Whatever strangers do with a login, and whatever else comes from the address: its owner signs in where they did before, also
    /// after nine slips.
    #[test]
    fn owners_are_let_in_where_they_were_before(
        steps in prop::collection::vec((0..3_i64, 0..40_u32, 0..10_u32), 1..40), by_name in any::<bool>(),
    ) {
        let login = if by_name { pupil() } else { head() };
        let (mut door, mut own, mut now) = (Door::default(), Cookie::new(), monday());
        prop_assert_eq!(door.answer(&mut own, &login, true, now), Answer::In);
        for (minutes, strangers, slips) in steps {
            now += SignedDuration::from_mins(minutes);
            for number in 0..strangers {
                let nonsense = EmailAddress::parse(&format!("inconnu{number}@exemple.fr")).unwrap().into();
                door.answer(&mut Cookie::new(), &login, false, now);
                door.answer(&mut Cookie::new(), &nonsense, false, now);
            }
            for _ in 0..slips {
                prop_assert_eq!(door.answer(&mut own, &login, false, now), Answer::Wrong);
            }
            prop_assert_eq!(door.answer(&mut own, &login, true, now), Answer::In);
        }
    }

    /// A cookie that is copied and put back gives ten tries in all; what comes then is a stranger's.
    #[test]
    fn a_copied_cookie_gives_ten_tries(copies in prop::collection::vec(0..5_usize, 0..200)) {
        let (mut door, mut own, now) = (Door::default(), Cookie::new(), monday());
        door.answer(&mut own, &pupil(), true, now);
        let mut tried = 0;
        for _ in copies {
            // Each time the cookie as it was.
            tried += u32::from(door.answer(&mut own.clone(), &pupil(), false, now) == Answer::Wrong);
        }
        prop_assert!(tried <= PATIENCE + PATIENCE, "{tried}");
        // The owner, who gets in as a stranger once it is void, has a count that no copy reaches.
        let later = now + SignedDuration::from_mins(2);
        if tried >= PATIENCE {
            prop_assert_eq!(door.answer(&mut own, &pupil(), true, later), Answer::In);
            prop_assert_eq!(door.answer(&mut own, &pupil(), false, later), Answer::Wrong);
            prop_assert_eq!(door.answer(&mut own, &pupil(), true, later), Answer::In);
        }
    }

    /// 35 behind one address, 15 of them on devices that know nobody, a slip here and there, while somebody sends 300 wrong ones with
    /// logins of nobody and of those who sit at their own devices.
    #[test]
    fn a_class_signs_in(
        order in Just((0..335_usize).collect::<Vec<_>>()).prop_shuffle(),
        slips in prop::collection::vec(0..3_u32, 35),
        aimed in prop::collection::vec(0..40_usize, 300),
    ) {
        let (mut door, now) = (Door::default(), monday());
        let login = |number: usize| -> Login { UserName::parse(&format!("eleve.martin{number:04}")).unwrap().into() };
        let mut cookies = vec![Cookie::new(); 35];
        for (number, cookie) in cookies.iter_mut().enumerate().take(20) {
            door.answer(cookie, &login(number), true, now);
        }
        for turn in order {
            if let Some(aim) = turn.checked_sub(35) {
                let whose = if aimed[aim] < 20 { aimed[aim] } else { 1_000 + aim };
                prop_assert_ne!(door.answer(&mut Cookie::new(), &login(whose), false, now), Answer::In);
                continue;
            }
            for _ in 0..slips[turn] {
                prop_assert_eq!(door.answer(&mut cookies[turn], &login(turn), false, now), Answer::Wrong);
            }
            prop_assert_eq!(door.answer(&mut cookies[turn], &login(turn), true, now), Answer::In);
        }
    }
}
