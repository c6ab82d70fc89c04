use jiff::Timestamp;
use rentree_table::Methods;

use super::*;

const ORIGIN: &str = "https://rentree.example";

fn user(password_hash: &str) -> User {
    User {
        first_name: rentree_domain::PersonName::parse("Karine").unwrap(),
        last_name: rentree_domain::PersonName::parse("Dunord").unwrap(),
        methods: Methods::default(),
        email_confirmed: false,
        password_hash: Some(password_hash.to_owned()),
        password_to_change: None,
        birth_date: None,
        joined_a_team: false,
        second_factor: None,
        epoch: 0,
        terms: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn id(byte: u8) -> UserId {
    UserId::new(Timestamp::UNIX_EPOCH, [byte; 10])
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn typed(text: &str) -> Typed {
    Typed { at: 0, action: "/a".to_owned(), fields: vec![("title".to_owned(), vec![text.to_owned()])] }
}

#[test]
fn what_was_typed_opens_for_the_same_account_alone_and_for_half_an_hour() {
    let sealed = typed("Rentrée").sealed((id(1), &user("hash")), at(0)).unwrap();
    assert!(!sealed.contains("Rent"));
    let opened = |id, hash: &str, minutes| Typed::opened(&sealed, (id, &user(hash)), at(minutes));
    assert_eq!(opened(id(1), "hash", 29), Some(typed("Rentrée")));
    assert_eq!(opened(id(1), "hash", 30), None);
    assert_eq!(opened(id(2), "hash", 0), None, "another account");
    assert_eq!(opened(id(1), "another", 0), None, "another password");
    assert_eq!(Typed::opened("x", (id(1), &user("hash")), at(0)), None);
    assert_eq!(typed(&"x".repeat(LONGEST)).sealed((id(1), &user("hash")), at(0)), None, "too long");
}

/// As many as a list shows unless it is asked for more.
#[test]
fn fifty_pupils_who_were_ticked_are_kept() {
    let pupils: Vec<String> = (0..50).map(|byte| id(byte).to_string()).collect();
    let ticked = Typed { fields: vec![("learners".to_owned(), pupils)], ..typed("") };
    assert!(ticked.sealed((id(1), &user("hash")), at(0)).is_some());
}

#[test]
fn only_forms_of_ours_are_kept_and_no_password() {
    let secret = [7; 32];
    let cookie = SESSION.value(&secret);
    let headers = HeaderMap::from_iter([(header::COOKIE, cookie.split(';').next().unwrap().parse().unwrap())]);
    let kept = |body: String| Sent { action: "/a".to_owned(), body: body.into() }.typed(&headers, at(0));
    let csrf = form_token(&secret);
    assert_eq!(kept(format!("csrf={csrf}&title=Rentr%C3%A9e&current_password=x")), Some(typed("Rentrée")));
    let ticked = kept(format!("csrf={csrf}&day=1&title=x&day=2")).unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(ticked.pairs(), [pair("day", "1"), pair("day", "2"), pair("title", "x")]);
    assert_eq!(kept("csrf=forged&title=x".to_owned()), None);
    assert_eq!(kept("title=x".to_owned()), None);
    assert_eq!(kept(format!("csrf={csrf}&password=x")), None, "nothing is left");
}

#[test]
fn the_page_of_a_form_is_one_of_ours() {
    let page = |referer: &str| page_of(&HeaderMap::from_iter([(header::REFERER, referer.parse().unwrap())]), ORIGIN);
    let long = format!("/a?division={}", "A".repeat(2_000));
    for (from, back) in [
        ("/schools/0990001N/team?done=x", "/schools/0990001N/team"),
        ("/learners?division=3EME+A&page=2", "/learners?division=3EME+A&page=2"),
        ("/learners?division=3EME+A&done=untied&page=2", "/learners?division=3EME+A&page=2"),
        ("/spaces/request?withdrawn=0990001N", "/spaces/request"),
        ("/learners?", "/learners"),
        (&long, "/a"),
    ] {
        assert_eq!(page(&format!("{ORIGIN}{from}")).map(String::from).as_deref(), Some(back));
    }
    for other in
        ["https://evil.example/a", "https://rentree.example.evil.example/a", "https://rentree.example//evil", "/a"]
    {
        assert_eq!(page(other), None, "{other}");
    }
}
