//! The Médiacentre of a school in a real browser, as staff see it: its page, and taking it off a pupil. With JavaScript and without, on a
//! desktop and on a phone.

use fantoccini::Client;
use jiff::Timestamp;
use rentree_domain::GarId;
use rentree_table::{InMediacentre, SignOnCount};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, fill, go, open_menu, picture, see,
};
use crate::support::people::{PASSWORD, Person};
use crate::support::pupils::{a_class, by_mediacentre, by_user_name};
use crate::support::{product, run};

async fn enter(client: &Client, person: &Person) -> anyhow::Result<()> {
    go(client, "/sign-in").await?;
    see(client, "main", "Passer par le Médiacentre").await?;
    fill(client, "#known-login", person.email().as_str()).await?;
    fill(client, "#known-password", PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await?;
    see(client, "h1", "Accueil").await
}

async fn as_staff(look: Look, name: &str) -> anyhow::Result<()> {
    let class = a_class(4).await?;
    let alone = class.tie(0, by_mediacentre()).await?;
    class.tie(1, by_user_name()).await?;
    let (uai, now, table) = (class.uai, Timestamp::now(), &product().table);
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-mediacentre-{page}")).await;

    // Off, and nobody has come.
    enter(client, &class.administrator).await?;
    click(client, "nav a[href$='/mediacentre']").await?;
    see(client, "main", "Vos campagnes ne proposent pas encore le Médiacentre").await?;
    see(client, "main", "Aucune connexion récente par le Médiacentre").await?;
    open_menu(client).await?;
    see(client, "nav a[aria-current]", "Médiacentre").await?;
    shot("01-off").await?;

    // On, with a week behind it.
    let known = InMediacentre { id_etab: GarId::parse("0750654D")?, id_ent: None };
    assert!(table.set_mediacentre(uai, Some(&known)).await?);
    let counted =
        [(SignOnCount::Known, 41), (SignOnCount::Unknown, 7), (SignOnCount::TooLate, 2), (SignOnCount::Elsewhere, 3)];
    for (what, many) in counted {
        for _ in 0..many {
            table.count_sign_on(uai, what, now).await?;
        }
    }
    go(client, &format!("/schools/{uai}/mediacentre")).await?;
    see(client, "main", "Le Médiacentre est activé pour votre établissement").await?;
    see(client, ".counts", "41").await?;
    see(client, "table", "Autre navigateur, ou cookies refusés").await?;
    shot("02-on").await?;

    // Taken off a pupil who has nothing else.
    go(client, &class.path(&format!("/{}", alone.learner))).await?;
    see(client, "main", "noté une fois par mois").await?;
    shot("03-pupil").await?;
    click(client, "main a[href$='/mediacentre']").await?;
    see(client, "h1", "Retirer le Médiacentre à").await?;
    see(client, ".careful", "L’élève n’aura plus aucune méthode de connexion").await?;
    shot("04-remove").await?;
    click(client, "form[action$='/mediacentre'] button").await?;
    let whom = class.learners[0].entry.full_name();
    see(client, "[role=status]", &format!("{whom} n’entre plus par le Médiacentre")).await?;
    see(client, "main", "Ce compte n’a plus de méthode de connexion").await?;
    shot("05-removed").await?;
    go(client, &class.path("")).await?;
    see(client, "table", "Aucune").await?;
    shot("06-list").await?;

    // The log tells it, by a class.
    go(client, &format!("/schools/{uai}/audit")).await?;
    see(client, "main", "a retiré le Médiacentre à").await?;

    // A user name opens the account again.
    go(client, &class.path(&format!("/{}", alone.learner))).await?;
    click(client, "form[action$='/user-name'] button").await?;
    see(client, "h1", "Donner un mot de passe provisoire à").await?;
    click(client, "main form button.danger").await?;
    see(client, "h1", "Mot de passe provisoire").await?;
    go(client, "/terms").await?;
    see(client, "main", "appelé IDO").await?;
    shot("07-terms").await?;
    browser.close().await
}

#[test]
fn staff_on_a_desktop() {
    run(as_staff(DESKTOP, "desktop"));
}

#[test]
fn staff_on_a_phone() {
    run(as_staff(PHONE, "phone"));
}

#[test]
fn staff_without_scripts() {
    run(as_staff(WITHOUT_SCRIPTS, "without-scripts"));
}
