//! A near match and its two answers, and a personal code that a teacher gives, prints and a pupil types: in a real browser, at a desk,
//! on a phone, and without scripts.

use fantoccini::{Client, Locator};
use rentree_table::Role;
use serde_json::json;

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, click_on, fill, go, picture, see, text_of,
};
use crate::support::classes::{PUPIL_PASSWORD, a_class, a_device, a_first_name};
use crate::support::people::{PASSWORD, a_member};
use crate::support::{product, run};

/// As the issue asks: a wide screen and a small phone.
const WIDE: Look = Look { width: 1280, ..DESKTOP };
const SMALL: Look = Look { width: 360, ..PHONE };
const PLAIN: Look = Look { width: 1280, ..WITHOUT_SCRIPTS };
const SMALL_PLAIN: Look = Look { width: 360, ..WITHOUT_SCRIPTS };

async fn tell(client: &Client, first_name: &str, last_name: &str, birth_date: &str) -> anyhow::Result<()> {
    fill(client, "#who-first_name", first_name).await?;
    fill(client, "#who-last_name", last_name).await?;
    fill(client, "#who-birth_date", birth_date).await?;
    click(client, "form[action$='/identity'] button").await
}

async fn sign_out(client: &Client) -> anyhow::Result<()> {
    click(client, "form[action='/sign-out'] button").await?;
    see(client, "h1", "Connectez-vous").await
}

async fn make_account(client: &Client) -> anyhow::Result<()> {
    fill(client, "#new-password", PUPIL_PASSWORD).await?;
    click(client, "button[value=user_name]").await?;
    see(client, "[role=status]", "Vous avez rejoint la campagne").await
}

#[expect(clippy::too_many_lines, reason = "one story, in its order")]
async fn an_hour(look: Look, name: &str) -> anyhow::Result<()> {
    let emma = a_first_name("Emma");
    let emmy = emma.replacen("Emma", "Emmy", 1);
    let lea = a_first_name("Léa");
    let long = a_first_name("Marie-Emmanuelle");
    let class = a_class(&[
        (&emmy, "MARTIN", "12/05/2013"),
        (&lea, "PETIT", "13/05/2013"),
        (&lea, "PETIT", "13/05/2013"),
        (&long, "DE LA ROCHEFOUCAULD-MONTBEL", "14/05/2013"),
    ])
    .await?;
    let teacher = a_member(class.uai, Role::Member).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-asking-{page}")).await;

    // Emma is not in the list; Emmy is.
    go(client, &class.path("")).await?;
    shot("01-who").await?;
    tell(client, &emma, "Martin", "12/05/13").await?;
    see(client, "h2", &format!("Êtes-vous {emmy} MARTIN, {}", class.sample.pupils[0].division)).await?;
    shot("02-ask").await?;
    click(client, "button[value=no]").await?;
    see(client, "[role=status]", "Demandez à votre enseignant").await?;
    shot("03-no").await?;
    assert!(class.joined().await?.is_empty());

    // Emmy, who mistyped.
    click_on(client, Locator::LinkText("Recommencer avec mon nom")).await?;
    tell(client, &emma, "Martin", "12/05/2013").await?;
    see(client, "h2", "Êtes-vous").await?;
    click(client, "button[value=yes]").await?;
    see(client, "main", &format!("Bonjour {emmy}")).await?;
    shot("04-yes").await?;
    // A refused password does not ask again.
    fill(client, "#new-password", "velours").await?;
    click(client, "button[value=user_name]").await?;
    see(client, "[role=alert]", "est trop court (8 caractères au moins) et n’a ni majuscule ni chiffre").await?;
    make_account(client).await?;
    sign_out(client).await?;

    // As long as names come.
    go(client, &class.path("")).await?;
    tell(client, &long, "de la Rochefoucauld Montbell", "14/05/2013").await?;
    see(client, "h2", "DE LA ROCHEFOUCAULD-MONTBEL").await?;
    shot("05-ask-long").await?;

    // Homonyms: to the teacher.
    go(client, &class.path("")).await?;
    tell(client, &lea, "Petit", "13/05/2013").await?;
    see(client, "[role=alert]", "demandez à votre enseignant un code personnel").await?;
    shot("06-several").await?;

    // The teacher gives a code.
    go(client, "/sign-in").await?;
    fill(client, "#known-login", teacher.email().as_str()).await?;
    fill(client, "#known-password", PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await?;
    see(client, "h1", "Accueil").await?;
    let pupil = product().table.roster(class.uai).await?.expect("a school").learners;
    let pupil = pupil.into_iter().find(|pupil| pupil.entry.first_name == lea).expect("one of both").id;
    go(client, &format!("/schools/{}/learners/{pupil}", class.uai)).await?;
    see(client, "main", "un homonyme né le même jour").await?;
    shot("07-pupil").await?;
    click(client, "form[action$='/personal-code'] button").await?;
    see(client, "h1", "Code personnel").await?;
    see(client, "main", if look.javascript { "Imprimer l’étiquette" } else { "la commande « Imprimer »" }).await?;
    shot("08-code").await?;
    let code = text_of(client, Locator::Css(".keep code")).await?;
    assert_eq!(browser.paper(&format!("{name}-asking-09-slip")).await?, 1);
    sign_out(client).await?;

    // The pupil mistypes it, then types it as it was read aloud.
    go(client, &class.path("")).await?;
    click(client, "summary").await?;
    fill(client, "#personal-personal_code", "nadu").await?;
    click(client, "details button").await?;
    see(client, "[role=alert]", "trois petits mots").await?;
    shot("10-code-misspelt").await?;
    fill(client, "#personal-personal_code", "nadu-reka-veta-473").await?;
    click(client, "details button").await?;
    see(client, "[role=alert]", "Ce code personnel n’est pas valable").await?;
    see(client, "[role=alert]", "la page « Se connecter avec un code »").await?;
    shot("11-code-wrong").await?;
    fill(client, "#personal-personal_code", &code.to_uppercase().replace('-', " ")).await?;
    click(client, "details button").await?;
    see(client, "main", &format!("Bonjour {lea}")).await?;
    shot("12-account").await?;
    make_account(client).await?;
    assert!(class.joined().await?.contains(&pupil));
    sign_out(client).await?;

    // The code was used.
    go(client, &class.path("")).await?;
    click(client, "summary").await?;
    fill(client, "#personal-personal_code", &code).await?;
    click(client, "details button").await?;
    see(client, "[role=status]", "Vous avez déjà un compte").await?;

    // Emma of another school is signed in, and asked.
    let college = a_class(&[(&emma, "MARTIN", "12/05/2013")]).await?;
    let lycee = a_class(&[(&emmy, "MARTIN", "12/05/2013")]).await?;
    let joined = a_device().create(&college, &college.identity(0), &json!({})).await?.expect(201)?;
    go(client, &format!("/sign-in?next={}", lycee.path(""))).await?;
    fill(client, "#known-login", joined["user_name"].as_str().unwrap_or_default()).await?;
    fill(client, "#known-password", PUPIL_PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await?;
    see(client, "main", "Qui êtes-vous").await?;
    tell(client, &emma, "Martin", "12/05/2013").await?;
    see(client, "h2", "Êtes-vous").await?;
    see(client, "main", "Vous êtes connecté(e) :").await?;
    shot("13-ask-signed-in").await?;
    click(client, "button[value=no]").await?;
    see(client, "[role=status]", "Demandez à votre enseignant").await?;
    assert!(lycee.pupil(&emmy).await?.user.is_none());
    sign_out(client).await?;

    // What staff see of it.
    go(client, "/sign-in").await?;
    fill(client, "#known-login", teacher.email().as_str()).await?;
    fill(client, "#known-password", PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await?;
    see(client, "h1", "Accueil").await?;
    go(client, &format!("/schools/{}/campaigns/{}", class.uai, class.campaign)).await?;
    click(client, "main > details:not(.fold):last-of-type summary").await?;
    see(client, "main > details:not(.fold):last-of-type", "Quelqu’un a saisi un nom proche").await?;
    see(client, "main > details:not(.fold):last-of-type", "Un code personnel faux").await?;
    shot("14-attempts").await?;
    browser.close().await
}

#[test]
fn an_hour_at_a_desk() {
    run(an_hour(WIDE, "desktop"));
}

#[test]
fn an_hour_on_a_phone() {
    run(an_hour(SMALL, "phone"));
}

#[test]
fn an_hour_without_scripts() {
    run(an_hour(PLAIN, "plain"));
}

#[test]
fn an_hour_on_a_phone_without_scripts() {
    run(an_hour(SMALL_PLAIN, "plain-phone"));
}
