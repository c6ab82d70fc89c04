//! The second factor in a real browser: asked, added, its recovery codes shown once, used at the door, ended.

use fantoccini::{Client, Locator};
use jiff::SignedDuration;
use rentree_local::phone;

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, attribute, click, click_on, fill, go, in_sight, picture, see,
    text_of,
};
use crate::support::clock::HandClock;
use crate::support::people::{PASSWORD, Person, a_team};
use crate::support::run_by;

async fn sign_in(client: &Client, person: &Person) -> anyhow::Result<()> {
    fill(client, "#known-login", person.email().as_str()).await?;
    fill(client, "#known-password", PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await
}

/// An administrator of a month adds it on the way in, and signs in by it on another device.
async fn a_day(look: Look, name: &str, clock: &HandClock) -> anyhow::Result<()> {
    clock.set(SignedDuration::ZERO);
    let (_, person) = a_team().await?;
    clock.set(SignedDuration::from_hours(31 * 24));
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    go(client, "/sign-in").await?;
    sign_in(client, &person).await?;
    see(client, "h1", "Validation en deux étapes").await?;
    see(client, "[role=status]", "depuis plus de trente jours").await?;
    picture(&browser, look, &format!("{name}-second-factor-asked")).await?;
    let secret = text_of(client, Locator::Css("#secret")).await?;
    let opens = attribute(client, "#open-application", "href").await?.unwrap_or_default();
    let key = format!("?secret={}&issuer=", secret.replace(' ', ""));
    assert!(opens.starts_with("otpauth://totp/") && opens.contains(&key), "what the QR code says: {opens}");
    fill(client, "#add-current_password", PASSWORD).await?;
    fill(client, "#add-one_time_code", "000 000").await?;
    click(client, "form[action='/account/second-factor'] button").await?;
    see(client, "[role=alert]", "n’est pas celui de votre application").await?;
    picture(&browser, look, &format!("{name}-second-factor-refused")).await?;
    assert_eq!(text_of(client, Locator::Css("#secret")).await?, secret);
    fill(client, "#add-current_password", PASSWORD).await?;
    fill(client, "#add-one_time_code", &phone::code(&secret, clock.now())?).await?;
    click(client, "form[action='/account/second-factor'] button").await?;
    see(client, "[role=status]", "est activée").await?;
    let code = text_of(client, Locator::Css("section[aria-labelledby=recovery-codes] code")).await?;
    let shown = text_of(client, Locator::Css("main")).await?;
    assert!(
        !shown.contains("Désactiver") && !shown.contains("Créer de nouveaux codes"),
        "nothing but the codes: {shown}"
    );
    picture(&browser, look, &format!("{name}-recovery-codes")).await?;
    // On to where the sign-in led.
    click_on(client, Locator::LinkText("Je les ai gardés")).await?;
    see(client, "h1", "Accueil").await?;
    go(client, "/account").await?;
    in_sight(&browser, look, "#second-factor", &format!("{name}-second-factor-on")).await?;
    see(client, "main", "Activée depuis").await?;

    let other = Browser::open(look).await?;
    go(&other.client, "/sign-in?next=/spaces").await?;
    sign_in(&other.client, &person).await?;
    see(&other.client, "h1", "Saisissez votre code").await?;
    picture(&other, look, &format!("{name}-code")).await?;
    fill(&other.client, "#code-one_time_code", "123 456").await?;
    click(&other.client, "form[action='/sign-in/second-factor'] button").await?;
    see(&other.client, "[role=alert]", "n’est pas valable").await?;
    picture(&other, look, &format!("{name}-code-refused")).await?;
    clock.set(SignedDuration::from_hours(31 * 24) + SignedDuration::from_secs(60));
    fill(&other.client, "#code-one_time_code", &phone::code(&secret, clock.now())?).await?;
    click(&other.client, "form[action='/sign-in/second-factor'] button").await?;
    see(&other.client, "h1", "Mes espaces").await?;
    other.close().await?;

    go(client, "/account/second-factor").await?;
    see(client, "main", "Il vous reste 10 codes de secours").await?;
    picture(&browser, look, &format!("{name}-second-factor")).await?;
    fill(client, "#end-current_password", PASSWORD).await?;
    fill(client, "#end-one_time_code", &code).await?;
    click(client, "form[action='/account/second-factor/end'] button").await?;
    see(client, "[role=status]", "est désactivée").await?;
    browser.close().await
}

#[test]
fn a_second_factor_at_a_desk() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), a_day(DESKTOP, "desktop", &CLOCK));
}

#[test]
fn a_second_factor_on_a_phone() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), a_day(PHONE, "phone", &CLOCK));
}

#[test]
fn a_second_factor_without_scripts() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), a_day(WITHOUT_SCRIPTS, "no-scripts", &CLOCK));
}
