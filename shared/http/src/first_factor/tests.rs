use axum::http::header;
use proptest::prelude::*;
use rentree_domain::{EmailAddress, PersonName};
use rentree_table::Methods;

use super::*;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_788_249_600_000 + ms).unwrap()
}

fn somebody(password_hash: Option<&str>, epoch: u64) -> User {
    User {
        first_name: PersonName::parse("Camille").unwrap(),
        last_name: PersonName::parse("Essai").unwrap(),
        methods: Methods::of_email(EmailAddress::parse("camille@exemple.fr").unwrap()),
        email_confirmed: true,
        password_hash: password_hash.map(ToOwned::to_owned),
        password_to_change: None,
        birth_date: None,
        joined_a_team: false,
        second_factor: Some(at(0)),
        epoch,
        terms: None,
        created_at: at(0),
    }
}

/// What a browser keeps that gave the password.
fn kept(account: (UserId, &User), now: Timestamp) -> String {
    let problem = Problem::second_factor(account, &Next::default(), now);
    let (name, value) = *problem.header.unwrap();
    assert_eq!(name, header::SET_COOKIE);
    value.to_str().unwrap().split(';').next().unwrap().to_owned()
}

fn with(cookie: &str) -> HeaderMap {
    HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())])
}

#[test]
fn it_is_the_accounts_whose_password_was_given() {
    let (id, other) = (UserId::new(at(0), [7; 10]), UserId::new(at(0), [8; 10]));
    let user = somebody(Some("$argon2id$a"), 4);
    let claimed = FirstFactor::claimed(&with(&kept((id, &user), at(0))), at(1)).unwrap();
    assert_eq!((claimed.user, claimed.typed), (id, at(0)));
    assert!(claimed.is_of(&user));
    assert!(!claimed.is_of(&somebody(Some("$argon2id$b"), 4)), "another password");
    assert!(!claimed.is_of(&somebody(Some("$argon2id$a"), 5)), "all sessions were ended");
    assert!(!claimed.is_of(&somebody(None, 4)), "no password");
    assert!(!FirstFactor { user: other, ..claimed.clone() }.is_of(&user));
    assert!(!FirstFactor { typed: at(1), ..claimed }.is_of(&user));
}

#[test]
fn without_a_password_none_is_given() {
    let problem = Problem::second_factor((UserId::new(at(0), [7; 10]), &somebody(None, 4)), &Next::default(), at(0));
    assert!(problem.header.is_none());
}

proptest! {
    #[test]
    fn it_holds_ten_minutes(ms in -100_000_i64..2_000_000) {
        let cookie = kept((UserId::new(at(0), [7; 10]), &somebody(Some("$argon2id$a"), 4)), at(0));
        let claimed = FirstFactor::claimed(&with(&cookie), at(ms));
        prop_assert_eq!(claimed.is_some(), (0..600_000).contains(&ms));
    }

    /// Whatever a browser sends, and whatever is changed of what it got.
    #[test]
    fn nobody_makes_one(text in "[A-Za-z0-9_-]{0,90}", place in 0_usize..74, sign in "[A-Za-z0-9_-]") {
        let user = somebody(Some("$argon2id$a"), 4);
        let cookie = kept((UserId::new(at(0), [7; 10]), &user), at(0));
        let (name, value) = cookie.split_once('=').unwrap();
        let mut changed = value.to_owned();
        changed.replace_range(place..=place, &sign);
        for value in [text, changed].into_iter().filter(|other| other != value) {
            let claimed = FirstFactor::claimed(&with(&format!("{name}={value}")), at(0));
            prop_assert!(claimed.is_none_or(|claimed| !claimed.is_of(&user)));
        }
    }
}
