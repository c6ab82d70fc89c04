//! The ENT beside the product, from which people sign on in a browser.

use std::sync::atomic::{AtomicI64, Ordering};

use fantoccini::Client;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{EntityId, Ido, SignOnId, Uai};
use rentree_local::ent::{Ent, Person};
use rentree_samples::Pupil;
use rentree_table::Methods;

use super::browser::click;
use super::classes::Class;
use super::product;

/// How many seconds one product's clock is ahead of the ENT's, which has the machine's.
static LATE: AtomicI64 = AtomicI64::new(0);

/// The time of the product that [`be_late`] is about.
pub(crate) fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(LATE.load(Ordering::SeqCst))
}

/// Time goes by.
pub(crate) fn be_late(by: SignedDuration) {
    LATE.store(by.as_secs(), Ordering::SeqCst);
}

/// The ENT of the product of this test.
pub(crate) fn ent() -> &'static Ent {
    product().ent.as_ref().expect("the product of this test has an ENT")
}

/// Somebody of the ENT, whom nobody has signed on as.
pub(crate) async fn somebody_of_the_ent(
    uai: Uai,
    (first_name, last_name): (&str, &str),
    profile: &str,
) -> anyhow::Result<Person> {
    let drawn: [u8; 64] = rentree_runtime::random();
    let ido: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
    let person = Person {
        name: ido[..16].to_owned(),
        ido,
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        uai: uai.to_string(),
        profile: profile.to_owned(),
        note: "Invité(e) d’un essai".to_owned(),
    };
    ent().add(std::slice::from_ref(&person)).await?;
    Ok(person)
}

/// A pupil, as the ENT of the school `uai` knows them this year: with an identifier of their own.
pub(crate) async fn pupil_of_the_ent(uai: Uai, pupil: &Pupil) -> anyhow::Result<Person> {
    somebody_of_the_ent(uai, (&pupil.first_name, &pupil.last_name), "National_elv").await
}

/// A pupil of a class who has signed on before, and how the ENT knows them.
pub(crate) async fn known(class: &Class, index: usize) -> anyhow::Result<Person> {
    let pupil = &class.sample.pupils[index];
    let person = pupil_of_the_ent(class.uai, pupil).await?;
    let methods = Methods::of_mediacentre(sign_on_id(&person)?, Timestamp::now());
    class.tie(&pupil.first_name, methods).await?;
    Ok(person)
}

/// By what the product knows somebody who signed on.
pub(crate) fn sign_on_id(person: &Person) -> anyhow::Result<SignOnId> {
    Ok(SignOnId { idp: EntityId::parse(ent().entity_id())?, ido: Ido::parse(&person.ido)? })
}

/// Opens the Médiacentre as `person`, and clicks the tile of the product.
pub(crate) async fn click_the_tile(client: &Client, person: &Person) -> anyhow::Result<()> {
    client.goto(ent().url()).await?;
    click(client, &tile(person)).await
}

/// The tile of `person`.
pub(crate) fn tile(person: &Person) -> String {
    format!("button[name=person][value='{}']", person.name)
}
