//! Sessions in a real browser: one that nobody used for too long, those of other devices, and what stays after signing out.

use fantoccini::Client;
use fantoccini::cookies::Cookie;
use jiff::SignedDuration;
use rentree_domain::Uai;
use rentree_table::School;
use serde_json::json;

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, attribute, click, enter, fill, go, in_sight, picture, property,
    see, sign_in,
};
use crate::support::clock::HandClock;
use crate::support::devices::DEVICE;
use crate::support::people::{PASSWORD, a_team};
use crate::support::{eventually, product, run_by};

async fn names(client: &Client) -> anyhow::Result<Vec<String>> {
    let cookies: Vec<Cookie<'static>> = client.get_all_cookies().await?;
    Ok(cookies.iter().map(|cookie| cookie.name().to_owned()).collect())
}

async fn campaigns(uai: Uai) -> anyhow::Result<usize> {
    Ok(product().table.campaigns(uai, &School::new("")).await?.0.len())
}

/// Staff leave the desk, come back, go on, find another device still signed in, end it, and leave for good.
async fn a_day(look: Look, name: &str, clock: &HandClock) -> anyhow::Result<()> {
    clock.set(SignedDuration::ZERO);
    let (uai, person) = a_team().await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &person).await?;
    let team = format!("/schools/{uai}/team");
    go(client, &team).await?;
    see(client, "h1", "Équipe").await?;

    clock.set(SignedDuration::from_mins(121));
    go(client, &team).await?;
    see(client, "[role=status]", "après deux heures sans activité").await?;
    picture(&browser, look, &format!("{name}-session-left")).await?;
    sign_in(client, &person).await?;
    see(client, "h1", "Équipe").await?;
    assert!(client.current_url().await?.path().ends_with("/team"));

    // A form that is typed, left, and sent too late.
    go(client, &format!("/schools/{uai}/campaigns/new")).await?;
    fill(client, "#new-title", "Évaluation « de rentrée »").await?;
    click(client, "#new-course option[value=competences-numeriques-6e]").await?;
    clock.set(SignedDuration::from_mins(121 + 121));
    click(client, "main form button").await?;
    see(client, "[role=status]", "n’a pas été envoyé").await?;
    picture(&browser, look, &format!("{name}-session-left-at-a-form")).await?;
    sign_in(client, &person).await?;
    see(client, "[role=status]", "Rien n’a encore été envoyé").await?;
    picture(&browser, look, &format!("{name}-form-again")).await?;
    assert_eq!(campaigns(uai).await?, 0);
    let title = property(client, "#new-title", "value").await?;
    assert_eq!(title.as_deref(), Some("Évaluation « de rentrée »"));
    click(client, "main form button").await?;
    see(client, "[role=status]", "La campagne est créée").await?;
    assert_eq!(campaigns(uai).await?, 1);

    let other = Browser::open(look).await?;
    go(&other.client, "/sign-in").await?;
    sign_in(&other.client, &person).await?;
    see(&other.client, "h1", "Accueil").await?;
    go(client, "/account").await?;
    in_sight(&browser, look, "form[action='/account/sessions'] button", &format!("{name}-end-sessions")).await?;
    fill(client, "#ending-current_password", "pas le bon mot").await?;
    click(client, "#ending-session option[value=others]").await?;
    click(client, "form[action='/account/sessions'] button").await?;
    see(client, "[role=alert]", "Le mot de passe actuel est incorrect").await?;
    picture(&browser, look, &format!("{name}-end-sessions-refused")).await?;
    fill(client, "#ending-current_password", PASSWORD).await?;
    click(client, "form[action='/account/sessions'] button").await?;
    see(client, "[role=status]", "Déconnexion effectuée").await?;
    go(&other.client, &team).await?;
    see(&other.client, "h1", "Connectez-vous").await?;
    other.close().await?;

    assert!(names(client).await?.iter().any(|cookie| cookie == "__Host-session"));
    click(client, "form[action='/sign-out'] button").await?;
    see(client, "h1", "Connectez-vous").await?;
    let left = names(client).await?;
    assert!(left.iter().any(|cookie| cookie == DEVICE), "{left:?}");
    assert!(left.iter().all(|cookie| cookie == DEVICE || cookie == "__Host-form"), "{left:?}");
    browser.close().await
}

#[test]
fn a_day_at_a_desk() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), a_day(DESKTOP, "desktop", &CLOCK));
}

#[test]
fn a_day_on_a_phone() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), a_day(PHONE, "phone", &CLOCK));
}

#[test]
fn a_day_without_scripts() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), a_day(WITHOUT_SCRIPTS, "no-scripts", &CLOCK));
}

/// A page that nobody touches says that the session ends soon, and a click goes on with it.
#[test]
fn a_session_that_ends_soon_says_so() {
    static CLOCK: HandClock = HandClock::new();
    // The page's own clock is ahead when the test says so, and it looks at it often.
    const CLOCK_OF_PAGES: &str = "const now = Date.now; Date.now = () => now() + (window.ahead ?? 0);
        const every = setInterval; window.setInterval = (what) => every(what, 50);";
    const LATER: &str = "window.ahead = 111 * 60_000";
    run_by(|| CLOCK.now(), async {
        let (uai, person) = a_team().await?;
        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": CLOCK_OF_PAGES })).await?;
        enter(client, &person).await?;
        go(client, &format!("/schools/{uai}/team")).await?;
        client.execute(LATER, vec![]).await?;
        see(client, "#ends-soon", "votre session se termine dans quelques minutes").await?;
        picture(&browser, DESKTOP, "desktop-session-ends-soon").await?;

        CLOCK.set(SignedDuration::from_mins(115));
        click(client, "#ends-soon button").await?;
        eventually("the page waits anew", async || {
            let hidden = attribute(client, "#ends-soon", "hidden").await?;
            Ok(hidden.map(drop))
        })
        .await?;
        CLOCK.set(SignedDuration::from_mins(115 + 115));
        go(client, &format!("/schools/{uai}/team")).await?;
        see(client, "h1", "Équipe").await?;
        CLOCK.set(SignedDuration::from_mins(115 + 115 + 121));
        client.execute(LATER, vec![]).await?;
        see(client, "#ends-soon", "votre session se termine dans quelques minutes").await?;
        click(client, "#ends-soon button").await?;
        see(client, "[role=status]", "après deux heures sans activité").await?;
        browser.close().await
    });
}
