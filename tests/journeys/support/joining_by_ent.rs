//! The steps of a pupil who joins a campaign from the Médiacentre, as a program takes them.

use jiff::Timestamp;
use rentree_domain::{UserId, UserName};
use rentree_local::idp::{self, Person};
use rentree_table::Methods;
use serde_json::{Value, json};

use crate::support::classes::{Class, PUPIL_PASSWORD};
use crate::support::ent::{Computer, Reply, a_computer, a_pupil_of_the_ent, id_of, leads};
use crate::support::{clock, product};

/// The pupil at `index`, as the ENT knows them this year.
pub(crate) fn in_the_ent(class: &Class, index: usize) -> Person {
    let pupil = &class.sample.pupils[index];
    Person {
        first_names: vec![pupil.first_name.clone()],
        last_names: vec![pupil.last_name.clone()],
        school: class.uai.to_string(),
        ..a_pupil_of_the_ent()
    }
}

/// By the Médiacentre alone, as `person`, this year.
pub(crate) fn by(person: &Person) -> anyhow::Result<Methods> {
    Ok(Methods::of_mediacentre(id_of(person)?, Timestamp::now()))
}

/// The same, last year and not since.
pub(crate) fn by_last_year(person: &Person) -> anyhow::Result<Methods> {
    Ok(Methods::of_mediacentre(id_of(person)?, clock::last_year()))
}

pub(crate) fn a_user_name(first_name: &str) -> anyhow::Result<Methods> {
    Ok(Methods::of_user_name(UserName::parse(&format!("{}.ent1003", rentree_domain::name::fold(first_name)))?))
}

pub(crate) async fn owner(person: &Person) -> anyhow::Result<Option<UserId>> {
    Ok(product().table.user_of_sign_on(&id_of(person)?, Timestamp::now()).await?)
}

/// The birth date alone: the names are the Médiacentre's.
pub(crate) fn born(class: &Class, index: usize) -> Value {
    json!({"birth_date": class.sample.pupils[index].birth_date, "mediacentre": true})
}

/// Signs on at the campaign, with what the provider answers at `now`.
pub(crate) async fn sign_on_at(
    computer: &mut Computer,
    class: &Class,
    person: &Person,
    now: Timestamp,
) -> anyhow::Result<Reply> {
    let request = computer.click(&format!("/mediacentre?code={}", class.code)).await?;
    let answer = idp::Answer { issuer: idp::ENTITY_ID, request: &request, person, now };
    computer.deliver(&answer.encoded()?).await
}

/// A computer where `person` has come to the campaign by the Médiacentre, which knows no account of theirs.
pub(crate) async fn arrived(class: &Class, person: &Person) -> anyhow::Result<Computer> {
    let mut computer = a_computer();
    let reply = sign_on_at(&mut computer, class, person, Timestamp::now()).await?;
    anyhow::ensure!(leads(&reply, &class.path("")), "{} {}", reply.status, reply.text);
    anyhow::ensure!(waits(&computer), "the sign-on waits");
    Ok(computer)
}

/// Whether a sign-on waits in the browser.
pub(crate) fn waits(computer: &Computer) -> bool {
    computer.cookies.contains_key("__Host-signon")
}

pub(crate) async fn tell(computer: &mut Computer, class: &Class, identity: &Value) -> anyhow::Result<Reply> {
    computer.post(&class.path("/identity"), identity).await
}

/// Begins the account that the Médiacentre opens.
pub(crate) async fn begin(computer: &mut Computer, class: &Class, identity: &Value) -> anyhow::Result<Reply> {
    let mut fields = identity.clone();
    fields["way"] = "mediacentre".into();
    computer.post(&class.path("/account"), &fields).await
}

pub(crate) async fn sign_in(computer: &mut Computer, methods: &Methods) -> anyhow::Result<()> {
    let login = methods.user_name.as_ref().expect("a user name").to_string();
    let reply = computer.post("/sign-in", &json!({"login": login, "password": PUPIL_PASSWORD})).await?;
    ok(&reply, 200)
}

pub(crate) fn ok(reply: &Reply, status: u16) -> anyhow::Result<()> {
    anyhow::ensure!(reply.status == status, "{status} expected: {} {}", reply.status, reply.text);
    Ok(())
}

/// The code of a refusal.
pub(crate) fn refused(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["code"].as_str().unwrap_or_default().to_owned())
}

/// Who is signed in at a computer.
pub(crate) async fn user(computer: &Computer) -> anyhow::Result<Option<UserId>> {
    Ok(computer.session().await?.map(|session| session.user))
}
