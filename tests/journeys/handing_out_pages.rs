//! Handing out in a real browser: asked, done once, shown once. With JavaScript and without, on a desktop and on a phone.

use fantoccini::{Client, Locator};
use jiff::{SignedDuration, Timestamp};
use learners::Learners;
use rentree_runtime::Settings;
use rentree_table::Role;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::json;

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, in_sight, picture, see, text_of,
};
use crate::support::clock::HandClock;
use crate::support::faults::{Faults, watched};
use crate::support::people::{a_client, a_member};
use crate::support::pupils::{Tied, a_class, by_mediacentre, by_user_name, sign_in};
use crate::support::{product, run};

/// The passwords in the table of the page.
async fn shown(client: &Client) -> anyhow::Result<Vec<String>> {
    let mut shown = Vec::new();
    for code in client.find_all(Locator::Css("tbody td:last-child code")).await? {
        shown.push(code.text().await?);
    }
    Ok(shown)
}

/// The button; with scripts, as a finger does that taps twice: the second request overtakes the answer to the first, and the browser
/// follows its own answer alone.
async fn confirm(client: &Client, look: Look) -> anyhow::Result<()> {
    if look.javascript {
        let twice = "const form = document.querySelector(\"main form[action*='/passwords/']\");
            form.submit(); setTimeout(() => form.submit(), 100);";
        client.execute(twice, vec![]).await?;
    } else {
        click(client, "main form[action*='/passwords/'] button").await?;
    }
    see(client, "h1", "Mots de passe provisoires").await?;
    while let Ok(again) = client.find(Locator::LinkText("Afficher le résultat")).await {
        again.click().await?;
        see(client, "h1", "Mots de passe provisoires").await?;
    }
    Ok(())
}

async fn handing_out(look: Look, name: &str) -> anyhow::Result<()> {
    let class = a_class(14).await?;
    let mut tied: Vec<Tied> = Vec::new();
    for place in 0..10 {
        tied.push(class.tie(place, if place < 4 { by_mediacentre() } else { by_user_name() }).await?);
    }
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-handing-out-{page}")).await;
    let list = class.path("?division=3EME%20A");

    // A class is chosen; the page says what would happen, and one way leads back.
    enter(client, &class.administrator).await?;
    go(client, &list).await?;
    click(client, "button[name=division]").await?;
    see(client, "h1", "Distribuer").await?;
    for told in ["10 élèves", "3EME A", "ne fonctionneront plus", "déconnectés", "4 élèves sans nouveau mot de passe"]
    {
        see(client, "main", told).await?;
    }
    for pupil in &class.learners[..10] {
        let receivers = format!("section[aria-labelledby=receivers] a[href*='/learners/{}']", pupil.id);
        see(client, &receivers, &pupil.entry.last_name).await?;
    }
    shot("01-asked").await?;
    in_sight(&browser, look, "main form button", &format!("{name}-handing-out-02-button")).await?;
    let address = client.current_url().await?.path().to_owned();
    client.refresh().await?;
    see(client, "main", "ne fonctionneront plus").await?;
    click(client, "main form a").await?;
    see(client, "h1", "Élèves").await?;
    assert_eq!(client.current_url().await?.query(), Some("division=3EME+A"), "the list as it was filtered");
    for pupil in &tied {
        assert_eq!(pupil.now().await?, pupil.user, "nothing is changed yet");
    }

    // The button, sent twice.
    client.back().await?;
    see(client, "main", "ne fonctionneront plus").await?;
    confirm(client, look).await?;
    see(client, "[role=status]", "10 mots de passe, affichés une seule fois").await?;
    assert_eq!(client.current_url().await?.path(), address);
    let passwords = shown(client).await?;
    assert_eq!(passwords.len(), 10);
    for pupil in &tied {
        assert_eq!(pupil.now().await?.epoch, pupil.user.epoch + 1, "each has one new password");
    }
    shot("03-shown").await?;

    // A pupil's page opens beside; here the passwords are still there.
    click(client, "section .report a").await?;
    assert_eq!(client.windows().await?.len(), 2);
    assert_eq!(shown(client).await?, passwords);

    // Reload, away and back, back to the question: it was done, and the passwords that were printed hold.
    let user_name = text_of(client, Locator::Css("tbody code")).await?;
    client.refresh().await?;
    see(client, "main", "ne sont plus affichés").await?;
    shot("04-reloaded").await?;
    go(client, &list).await?;
    client.back().await?;
    see(client, "main", "ne sont plus affichés").await?;
    assert!(shown(client).await?.is_empty());
    go(client, &address).await?;
    for told in ["10 mots de passe", class.administrator.user.first_name.as_str(), "4 élèves sans nouveau mot de passe"]
    {
        see(client, "main", told).await?;
    }
    sign_in(&user_name, &passwords[0]).await?.expect(200)?;

    // A colleague at another browser sees as much.
    let colleague = a_member(class.uai, Role::Member).await?;
    let other = Browser::open(look).await?;
    enter(&other.client, &colleague).await?;
    go(&other.client, &address).await?;
    see(&other.client, "main", "10 mots de passe").await?;
    assert!(shown(&other.client).await?.is_empty());
    other.close().await?;
    browser.close().await
}

static MINUTES: HandClock = HandClock::new();

fn minutes() -> Timestamp {
    MINUTES.now()
}

/// Who was called away between the button and the page comes back too late.
#[test]
fn after_ten_minutes_no_password_is_shown() {
    run(async {
        let class = a_class(12).await?;
        let pupil = class.tie(4, by_user_name()).await?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = product().url.rsplit_once(':').expect("a port").0.to_owned();
        let url = format!("{url}:{}", listener.local_addr()?.port());
        let stack = &product().stack;
        let settings: Settings = stack.function_settings("LearnersFunction")?.with([("ORIGIN", url.as_str())]);
        let dynamodb = watched(&stack.aws_of("LearnersFunction")?, Faults::default());
        let function = Learners::new(&settings, dynamodb, minutes)?;
        let server = tokio::spawn(async move { axum::serve(listener, function.router()).await });

        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        enter(client, &class.administrator).await?;
        // Asked in the browser; confirmed with its cookies, while it does not look.
        for (minutes, seen) in [(9, 1), (10, 0)] {
            MINUTES.set(SignedDuration::ZERO);
            client.goto(&format!("{url}{}", class.path(&format!("/{}", pupil.learner)))).await?;
            click(client, "form[action*='/passwords'] button").await?;
            see(client, "main", "Donner un mot de passe provisoire à").await?;
            let address = client.current_url().await?;
            let cookies = client.get_all_cookies().await?;
            let cookies: Vec<String> =
                cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
            let post = a_client().post(address.as_str()).header(COOKIE, cookies.join("; ")).header(ACCEPT, "text/html");
            assert_eq!(post.json(&json!({})).send().await?.status(), StatusCode::SEE_OTHER);
            MINUTES.set(SignedDuration::from_mins(minutes));
            client.goto(address.as_str()).await?;
            see(client, "main", "1 mot de passe").await?;
            assert_eq!(shown(client).await?.len(), seen, "after {minutes} minutes");
        }
        see(client, "main", "n’est plus affiché").await?;
        server.abort();
        browser.close().await
    });
}

#[test]
fn once_at_a_desk() {
    run(handing_out(DESKTOP, "desktop"));
}

#[test]
fn once_on_a_phone() {
    run(handing_out(PHONE, "phone"));
}

#[test]
fn once_without_scripts() {
    run(handing_out(WITHOUT_SCRIPTS, "no-scripts"));
}
