use axum::http::header;
use jiff::SignedDuration;
use proptest::prelude::*;
use rentree_domain::{EmailAddress, PersonName, UserName};

use super::*;

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2Vs$aGFjaGU";

fn now() -> Timestamp {
    "2026-09-07T08:00:00Z".parse().unwrap()
}

fn pupil(number: usize) -> Login {
    UserName::parse(&format!("eleve.martin{number:04}")).unwrap().into()
}

fn id(number: u8) -> UserId {
    UserId::new(Timestamp::UNIX_EPOCH, [number; 10])
}

fn account(login: &Login, hash: &str) -> User {
    let methods = match login {
        Login::Email(address) => Methods::of_email(address.clone()),
        Login::UserName(name) => Methods::of_user_name(name.clone()),
    };
    User {
        first_name: PersonName::of_file("Léa"),
        last_name: PersonName::of_file("Martin"),
        methods,
        email_confirmed: false,
        password_hash: Some(hash.to_owned()),
        password_to_change: None,
        birth_date: None,
        joined_a_team: false,
        second_factor: None,
        epoch: 0,
        terms: None,
        created_at: now(),
    }
}

fn entry(number: u8) -> DeviceEntry {
    DeviceEntry::new([number; NUMBER])
}

/// The device as it comes back with the next request.
fn back(device: &Device) -> Device {
    let response = device.on(Response::default());
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    Device::of(&HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]))
}

#[test]
fn it_holds_for_that_login_of_that_account_with_that_password_for_half_a_year() {
    let login = pupil(1);
    let device = back(&Device::default().with(&login, (id(1), HASH), entry(7), now()));
    let user = account(&login, HASH);
    let mine = Some((id(1), &user));
    assert_eq!(device.entry(&login, mine, now()), Some(entry(7)));
    assert_eq!(device.entry(&login, mine, now() + DEVICE_LASTS - SignedDuration::from_secs(1)), Some(entry(7)));
    assert_eq!(device.entry(&login, mine, now() + DEVICE_LASTS), None);
    assert_eq!(device.entry(&pupil(2), mine, now()), None, "of another login");
    assert_eq!(device.entry(&login, Some((id(2), &user)), now()), None, "of another account");
    assert_eq!(device.entry(&login, Some((id(1), &account(&login, "$other"))), now()), None, "another password");
    let none = User { password_hash: None, ..account(&login, HASH) };
    assert_eq!(device.entry(&login, Some((id(1), &none)), now()), None);
    assert_eq!(device.entry(&login, None, now()), None);
}

/// Somebody whose account has no password, or no account at all, must not have entries that anybody can make.
#[test]
fn an_entry_that_is_keyed_with_nothing_is_nobodys() {
    let (login, nobody) = (pupil(1), UserId::new(Timestamp::UNIX_EPOCH, [0; 10]));
    let device = Device::default().with(&login, (nobody, ""), entry(7), now());
    assert_eq!(device.entry(&login, None, now()), None);
    let none = User { password_hash: None, ..account(&login, HASH) };
    assert_eq!(device.entry(&login, Some((nobody, &none)), now()), None);
}

#[test]
fn of_41_logins_the_oldest_goes() {
    let mut device = Device::default();
    for number in 0..41 {
        device = back(&device.with(&pupil(number), (id(1), HASH), DeviceEntry::new(rentree_runtime::random()), now()));
    }
    let knows = |number: usize| device.entry(&pupil(number), Some((id(1), &account(&pupil(number), HASH))), now());
    assert_eq!(knows(0), None);
    assert!((1..41).all(|number| knows(number).is_some()));
    // Who signs in again goes to the front, and takes no second place.
    let again = device.with(&pupil(1), (id(1), HASH), knows(1).unwrap(), now());
    assert_eq!(again.kept.len(), MOST);
    let longest = again.on(Response::default()).headers()[header::SET_COOKIE].len();
    assert!(longest < 4_096, "{longest}");
}

#[test]
fn a_password_that_is_chosen_here_is_known_by_each_login() {
    let email = EmailAddress::parse("lea@exemple.fr").unwrap();
    let name = UserName::parse("lea.martin1003").unwrap();
    let methods = Methods { user_name: Some(name.clone()), ..Methods::of_email(email.clone()) };
    let user = User { methods: methods.clone(), ..account(&email.clone().into(), HASH) };
    let device = Device::default().with_new_password(&methods, (id(1), HASH), now());
    for login in [Login::from(email), name.into()] {
        assert!(device.entry(&login, Some((id(1), &user)), now()).is_some());
    }
}

#[test]
fn it_says_nothing_of_whom_it_keeps_something() {
    let login = pupil(1);
    let texts = [1, 2].map(|number| Device::default().with(&login, (id(1), HASH), entry(number), now()).text());
    let tail = |text: &String| text[text.len() - 20..].to_owned();
    assert_ne!(tail(&texts[0]), tail(&texts[1]), "the same login on two devices looks the same");
}

proptest! {
    #[test]
    fn what_is_changed_on_the_way_is_nothing(at in 0..ENTRY, bit in 0..8_u32) {
        let login = pupil(1);
        let mut device = Device::default().with(&login, (id(1), HASH), entry(7), now());
        let mut bytes: Vec<u8> = device.kept[0].bytes().collect();
        bytes[at] ^= 1 << bit;
        device.kept[0] = Kept::read(bytes.as_slice().try_into().unwrap()).unwrap();
        prop_assert_eq!(back(&device).entry(&login, Some((id(1), &account(&login, HASH))), now()), None);
    }

    #[test]
    fn anything_may_stand_in_the_cookie(text in "[ -:<-~]{0,3000}") {
        let cookie = format!("__Host-device={text}");
        let device = Device::of(&HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]));
        prop_assert!(device.entry(&pupil(1), Some((id(1), &account(&pupil(1), HASH))), now()).is_none());
    }
}
