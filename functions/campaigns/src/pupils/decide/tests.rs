use jiff::civil::date;
use rentree_domain::{EmailAddress, EntityId, Ido, PersonName, SignOnId, UserName};

use super::*;

const TODAY: Date = date(2026, 9, 7);
const UNDER: Date = date(2012, 3, 10);
const OVER: Date = date(2010, 3, 10);

fn pupil(number: u8) -> LearnerId {
    LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10])
}

fn user(number: u8) -> UserId {
    UserId::new(Timestamp::UNIX_EPOCH, [number; 10])
}

fn by_name() -> Methods {
    Methods::of_user_name(UserName::parse("karine.dunord1003").unwrap())
}

fn by_email() -> Methods {
    Methods::of_email(EmailAddress::parse("karine@exemple.fr").unwrap())
}

fn sign_on_id(idp: &str, ido: &str) -> SignOnId {
    SignOnId { idp: EntityId::parse(idp).unwrap(), ido: Ido::parse(ido).unwrap() }
}

fn by_mediacentre(idp: &str, ido: &str) -> Methods {
    Methods::of_mediacentre(sign_on_id(idp, ido), Timestamp::UNIX_EPOCH)
}

fn account(number: u8, methods: Methods, birth_date: Option<Date>) -> Account {
    let name = Typed::new("Karine", "Dunord");
    Account { id: user(number), epoch: 0, birth_date, name, methods, pupil: None }
}

fn owner(number: u8, methods: Methods) -> Owner {
    let user_of = User {
        first_name: PersonName::parse("Karine").unwrap(),
        last_name: PersonName::parse("Dunord").unwrap(),
        methods,
        email_confirmed: false,
        password_hash: None,
        password_to_change: None,
        birth_date: Some(UNDER),
        joined_a_team: false,
        second_factor: None,
        epoch: 0,
        terms: None,
        created_at: Timestamp::UNIX_EPOCH,
    };
    Owner::new(user(number), user_of, Timestamp::UNIX_EPOCH)
}

/// The account goes on as it is: no sign-on waits.
fn tie(account: Account) -> Next {
    Next::Tie { account, adds: false }
}

fn karine(birth_date: Date) -> Found {
    let names = KnownAs::new(["Karine", "Marie"].into_iter(), ["DUNORD"].into_iter());
    Found { id: pupil(1), birth_date, names, is_sure: true }
}

const DESPITE: Said = Said { despite: true, confirmed: false };
const CONFIRMED: Said = Said { despite: false, confirmed: true };

fn next(born: Date, signed_in: Option<Account>, here: Option<Owner>, elsewhere: Option<Owner>) -> Next {
    decide(&karine(born), signed_in, (here, elsewhere), None, Said::default(), TODAY)
}

#[test]
fn nobody_is_signed_in() {
    assert_eq!(next(UNDER, None, None, None), Next::NewAccount);
    for methods in [by_name(), by_email(), by_mediacentre("gar", "5e")] {
        let theirs = owner(1, methods);
        let has = |elsewhere| Next::HasAccount { owner: theirs.clone(), elsewhere };
        assert_eq!(next(UNDER, None, Some(theirs.clone()), Some(owner(2, by_name()))), has(false));
        assert_eq!(next(UNDER, None, None, Some(theirs.clone())), has(true));
    }
    let other = || Some(owner(2, by_name()));
    assert_eq!(decide(&karine(UNDER), None, (None, other()), None, DESPITE, TODAY), Next::NewAccount);
    let here = decide(&karine(UNDER), None, (other(), None), None, DESPITE, TODAY);
    assert!(matches!(here, Next::HasAccount { elsewhere: false, .. }), "a tie of this school is for good");
}

#[test]
fn somebody_is_signed_in() {
    let mine = || account(1, by_name(), Some(UNDER));
    let me = || Some(owner(1, by_name()));
    assert_eq!(next(UNDER, Some(mine()), None, None), tie(mine()));
    assert_eq!(next(UNDER, Some(mine()), me(), None), tie(mine()));
    assert_eq!(next(UNDER, Some(mine()), None, me()), tie(mine()));
    for (here, elsewhere) in [(Some(owner(2, by_email())), None), (None, Some(owner(2, by_email())))] {
        let in_another_school = elsewhere.is_some();
        let told = next(UNDER, Some(mine()), here, elsewhere);
        assert_eq!(told, Next::HasAccount { owner: owner(2, by_email()), elsewhere: in_another_school });
    }
    let despite = decide(&karine(UNDER), Some(mine()), (None, Some(owner(2, by_email()))), None, DESPITE, TODAY);
    assert_eq!(despite, tie(mine()), "the other account is lost");
}

/// On a computer of the school, who did not sign out.
#[test]
fn who_sat_here_before_is_not_tied() {
    let refused = |account, why| {
        assert_eq!(next(UNDER, Some(account), None, None), Next::Refused(why));
    };
    let other_day = account(1, by_name(), Some(OVER));
    refused(other_day.clone(), Refusal::OtherPerson);
    let twin = Account { name: Typed::new("Nadia", "Dunord"), ..account(1, by_name(), Some(UNDER)) };
    refused(twin, Refusal::OtherPerson);
    let teacher = Account { name: Typed::new("Camille", "Le Goff"), ..account(1, by_email(), None) };
    refused(teacher, Refusal::OtherPerson);
    let parent = Account { name: Typed::new("Paul", "Dunord"), ..account(1, by_email(), None) };
    refused(parent, Refusal::OtherPerson);
    let others = Account { pupil: Some(Mine { id: pupil(2), is_active: true }), ..account(1, by_name(), Some(UNDER)) };
    refused(others, Refusal::OtherPupil);
    // The school had a wrong birth date once: the INE says that it is the same child.
    assert_eq!(next(UNDER, Some(other_day.clone()), None, Some(owner(1, by_name()))), tie(other_day));
    // A family name changes, and the given name is the second one.
    let renamed = Account { name: Typed::new("Marie", "Nouveau"), ..account(1, by_name(), Some(UNDER)) };
    assert_eq!(next(UNDER, Some(renamed.clone()), None, None), tie(renamed));
}

/// A near match: nothing is done, and nothing told, before the question is answered; then all goes on as with an exact one.
#[test]
fn a_near_match_asks_first() {
    let nearly = || Found { is_sure: false, ..karine(UNDER) };
    let accounts = [None, Some(account(1, by_name(), Some(UNDER))), Some(account(1, by_name(), Some(OVER)))];
    let owners = [(None, None), (Some(owner(2, by_name())), None), (None, Some(owner(2, by_name())))];
    for account in &accounts {
        for owners in &owners {
            for despite in [false, true] {
                let (asked, confirmed) = (Said { despite, confirmed: false }, Said { despite, confirmed: true });
                assert_eq!(
                    decide(&nearly(), account.clone(), owners.clone(), None, asked, TODAY),
                    Next::Ask(Doubt::Typed)
                );
                let sure = decide(&karine(UNDER), account.clone(), owners.clone(), None, asked, TODAY);
                assert_eq!(decide(&nearly(), account.clone(), owners.clone(), None, confirmed, TODAY), sure);
            }
        }
    }
    let mine = account(1, by_name(), Some(UNDER));
    let again = decide(&nearly(), Some(mine.clone()), (Some(owner(1, by_name())), None), None, Said::default(), TODAY);
    assert_eq!(again, tie(mine), "the account is this pupil's already");
}

/// Twins at one computer: Carine did not sign out, and Karine types her own name.
#[test]
fn an_account_of_a_near_name_asks_first() {
    let twin = Account { name: Typed::new("Carine", "Dunord"), ..account(1, by_name(), Some(UNDER)) };
    assert_eq!(next(UNDER, Some(twin.clone()), None, None), Next::Ask(Doubt::Account));
    let confirmed = decide(&karine(UNDER), Some(twin.clone()), (None, None), None, CONFIRMED, TODAY);
    assert_eq!(confirmed, tie(twin.clone()));
    // Saying so makes nobody of another name, or born on another day, the pupil.
    for other in [
        Account { name: Typed::new("Nadia", "Dunord"), ..twin.clone() },
        Account { birth_date: Some(OVER), ..twin.clone() },
    ] {
        let told = decide(&karine(UNDER), Some(other), (None, None), None, CONFIRMED, TODAY);
        assert_eq!(told, Next::Refused(Refusal::OtherPerson));
    }
    // The INE says that it is the same child.
    assert_eq!(next(UNDER, Some(twin.clone()), None, Some(owner(1, by_name()))), tie(twin));
}

/// The file lists a child anew when the INE changes: the entry before is inactive then.
#[test]
fn a_pupil_listed_anew_keeps_the_account() {
    let former = Account { pupil: Some(Mine { id: pupil(2), is_active: false }), ..account(1, by_name(), Some(UNDER)) };
    assert_eq!(next(UNDER, Some(former.clone()), None, None), tie(former));
}

#[test]
fn no_address_before_fifteen() {
    let adult = account(1, by_email(), None);
    assert_eq!(next(UNDER, Some(adult.clone()), None, None), Next::Refused(Refusal::UnderFifteen));
    assert_eq!(next(OVER, Some(adult.clone()), None, None), tie(adult));
}

/// What the GAR tells of this year's identifier, whose names are so near to the pupil's.
fn told(likeness: Option<Closeness>) -> Told {
    Told { id: sign_on_id("gar", "6e"), likeness, is_of_another_school: false }
}

fn exactly() -> Told {
    told(Some(Closeness::Exact))
}

fn by(told: &Told, signed_in: Option<Account>, owners: (Option<Owner>, Option<Owner>), said: Said) -> Next {
    decide(&karine(UNDER), signed_in, owners, Some(told), said, TODAY)
}

#[test]
fn a_sign_on_that_waits_begins_an_account() {
    for told in [exactly(), told(None)] {
        assert_eq!(by(&told, None, (None, None), Said::default()), Next::NewAccount);
    }
}

/// Twins: Emma signs on, and the list has Emmy alone. Whatever follows, it is asked first; then all goes on as with an exact name.
#[test]
fn a_name_that_is_told_nearly_asks_first() {
    let nearly = told(Some(Closeness::Near));
    let last_year = || owner(1, by_mediacentre("gar", "5e"));
    let mine = || account(1, by_name(), Some(UNDER));
    for (signed_in, owners) in [
        (None, (None, None)),
        (None, (Some(last_year()), None)),
        (None, (None, Some(last_year()))),
        (None, (Some(owner(1, by_name())), None)),
        (Some(mine()), (None, None)),
        (Some(mine()), (Some(owner(1, by_name())), None)),
    ] {
        let asked = by(&nearly, signed_in.clone(), owners.clone(), Said::default());
        assert_eq!(asked, Next::Ask(Doubt::Mediacentre), "also of the account's own pupil");
        // A twin says "oui", too: no account that is there is opened by it.
        let has = |owner: Owner, elsewhere| Next::HasAccount { owner, elsewhere };
        let sure = match by(&exactly(), signed_in.clone(), owners.clone(), Said::default()) {
            Next::Enter { owner, elsewhere } => has(owner, elsewhere),
            next => next,
        };
        assert_eq!(by(&nearly, signed_in, owners, CONFIRMED), sure);
    }
}

/// A personal code leads to somebody whom the Médiacentre calls quite otherwise: the school may write the name so. It is asked, and opens
/// no account that is there.
#[test]
fn another_name_is_asked_and_opens_nothing() {
    let another = told(Some(Closeness::Another));
    assert_eq!(by(&another, None, (None, None), Said::default()), Next::Ask(Doubt::Mediacentre));
    assert_eq!(by(&another, None, (None, None), CONFIRMED), Next::NewAccount);
    let last_year = owner(1, by_mediacentre("gar", "5e"));
    let has = |elsewhere| Next::HasAccount { owner: last_year.clone(), elsewhere };
    assert_eq!(by(&another, None, (Some(last_year.clone()), None), CONFIRMED), has(false));
    assert_eq!(by(&another, None, (None, Some(last_year.clone())), CONFIRMED), has(true));
}

#[test]
fn the_identifier_of_last_year_is_replaced() {
    let last_year = owner(1, by_mediacentre("gar", "5e"));
    let enter = |elsewhere| Next::Enter { owner: last_year.clone(), elsewhere };
    assert_eq!(by(&exactly(), None, (Some(last_year.clone()), None), Said::default()), enter(false));
    assert_eq!(by(&exactly(), None, (None, Some(last_year.clone())), Said::default()), enter(true));
    assert_eq!(by(&exactly(), None, (None, Some(last_year.clone())), DESPITE), enter(true), "it can be opened");
    // A namesake of the class, known by another identifier this very year, who knows the birth date. In another school, the child is.
    let used = Timestamp::from_second(1_788_600_000).unwrap();
    assert_eq!(paris::date(used), date(2026, 9, 5));
    let mut classmate = last_year.clone();
    classmate.user.methods = Methods::of_mediacentre(sign_on_id("gar", "5e"), used);
    let classmate = Owner::new(classmate.id, *classmate.user, used);
    let has = Next::HasAccount { owner: classmate.clone(), elsewhere: false };
    assert_eq!(by(&exactly(), None, (Some(classmate.clone()), None), Said::default()), has);
    let moved = Next::Enter { owner: classmate.clone(), elsewhere: true };
    assert_eq!(by(&exactly(), None, (None, Some(classmate)), Said::default()), moved);
    // The very same identifier, from another device: also where the ENT tells of another school.
    let this_year = owner(1, by_mediacentre("gar", "6e"));
    let known = Told { is_of_another_school: true, ..exactly() };
    let told = by(&known, None, (Some(this_year.clone()), None), Said::default());
    assert_eq!(told, Next::Enter { owner: this_year, elsewhere: false });
}

#[test]
fn what_opens_no_account_that_is_there() {
    let has = |told: &Told, owner: Owner, signed_in: Option<Account>| {
        for (here, elsewhere) in [(Some(owner.clone()), None), (None, Some(owner.clone()))] {
            let in_another_school = elsewhere.is_some();
            let next = by(told, signed_in.clone(), (here, elsewhere), Said::default());
            assert_eq!(next, Next::HasAccount { owner: owner.clone(), elsewhere: in_another_school });
        }
    };
    let last_year = || owner(1, by_mediacentre("gar", "5e"));
    // Other methods only, or another provider, which may know other people by any identifier: their owner signs in once.
    for methods in [by_name(), by_email(), by_mediacentre("ent", "6e")] {
        has(&exactly(), owner(1, methods), None);
    }
    has(&told(None), last_year(), None);
    // A homonym of another school, who was told the code and knows the birth date.
    has(&Told { is_of_another_school: true, ..exactly() }, last_year(), None);
    // Somebody else is signed in.
    has(&exactly(), last_year(), Some(account(2, by_name(), Some(UNDER))));
    // Staff, whom several schools may know.
    let mut staff = last_year();
    staff.user.birth_date = None;
    has(&exactly(), staff, None);
}

/// An INE that is somebody else's in the file of another school opens nobody's account.
#[test]
fn an_account_elsewhere_must_say_nothing_else() {
    let last_year = || owner(1, by_mediacentre("gar", "5e"));
    let (mut other_name, mut other_day) = (last_year(), last_year());
    other_name.user.first_name = PersonName::parse("Nadia").unwrap();
    other_day.user.birth_date = Some(OVER);
    for another in [other_name, other_day] {
        let elsewhere = by(&exactly(), None, (None, Some(another.clone())), Said::default());
        assert_eq!(elsewhere, Next::HasAccount { owner: another.clone(), elsewhere: true });
        // Whoever is tied here is this pupil, whatever the account was called when it began.
        let here = by(&exactly(), None, (Some(another.clone()), None), Said::default());
        assert_eq!(here, Next::Enter { owner: another, elsewhere: false });
    }
}

#[test]
fn a_sign_on_is_added_to_the_account_that_is_signed_in() {
    let mine = || account(1, by_name(), Some(UNDER));
    let added = || Next::Tie { account: mine(), adds: true };
    let me = || Some(owner(1, by_name()));
    for owners in [(None, None), (me(), None), (None, me())] {
        assert_eq!(by(&exactly(), Some(mine()), owners.clone(), Said::default()), added());
        // Nobody can say whose it is, or it is somebody else's: it goes on waiting, whatever is answered.
        for other in [told(None), told(Some(Closeness::Another))] {
            for said in [Said::default(), CONFIRMED] {
                assert_eq!(by(&other, Some(mine()), owners.clone(), said), tie(mine()));
            }
        }
    }
    // Who sat here before is not tied, nor known by the Médiacentre of who sits here now.
    let other = Account { name: Typed::new("Nadia", "Dunord"), ..mine() };
    assert_eq!(by(&exactly(), Some(other), (None, None), Said::default()), Next::Refused(Refusal::OtherPerson));
}
