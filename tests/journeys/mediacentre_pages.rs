//! Signing on from the Médiacentre, in a real browser and from an identity provider that we did not write: what goes well, and what
//! browsers do to it.

use anyhow::Context;
use fantoccini::{Client, Locator};
use jiff::{SignedDuration, Timestamp};
use rentree_local::ent::{Ent, Person};
use rentree_samples::Pupil;
use rentree_table::Methods;
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, find, go, open_menu, picture, see,
};
use crate::support::classes::{Class, a_class, a_first_name};
use crate::support::mediacentre::{be_late, click_the_tile, ent, known, pupil_of_the_ent, sign_on_id, tile};
use crate::support::people::a_client;
use crate::support::{a_uai, product, run_late_with_ent, run_with_ent};

const ACS: &str = "/mediacentre/acs";
/// The cookie of a session, which no other site's form may bring along.
const SESSION: &str = "__Host-session";
/// The cookie that binds a request to its browser, which must come along.
const NONCE: &str = "__Host-mediacentre";

/// A class of two pupils.
async fn a_class_of_two() -> anyhow::Result<Class> {
    let [zoe, max] = ["Zoe", "Max"].map(a_first_name);
    a_class(&[(&zoe, "BLANC", "10/03/2014"), (&max, "VERT", "11/03/2014")]).await
}

/// Somebody who signed on before, in a browser that has just clicked the tile.
async fn clicked(look: Look) -> anyhow::Result<(Person, Browser)> {
    let zoe = known(&a_class_of_two().await?, 0).await?;
    let browser = Browser::open(look).await?;
    click_the_tile(&browser.client, &zoe).await?;
    Ok((zoe, browser))
}

/// Whose own page this is: the page of the account says the name.
async fn see_the_account_of(client: &Client, person: &Person) -> anyhow::Result<()> {
    see(client, "h1", "Mes campagnes").await?;
    open_menu(client).await?;
    see(client, ".visitor", &person.first_name).await
}

/// A POST as the browser sent it.
struct Post {
    headers: Value,
    /// Each cookie that it has for that site, and why it was kept back.
    cookies: Vec<(String, Vec<String>)>,
}

/// The POST to `path`, by the log of the network.
fn post_to(events: &[Value], path: &str) -> anyhow::Result<Post> {
    let of = |method: &'static str| events.iter().filter(move |event| event["method"] == method).map(|e| &e["params"]);
    let post = of("Network.requestWillBeSent")
        .find(|sent| {
            sent["request"]["method"] == "POST" && sent["request"]["url"].as_str().is_some_and(|u| u.ends_with(path))
        })
        .with_context(|| format!("no POST to {path}"))?;
    let extra = of("Network.requestWillBeSentExtraInfo")
        .find(|extra| extra["requestId"] == post["requestId"])
        .context("what was sent with it")?;
    let cookies = extra["associatedCookies"].as_array().context("its cookies")?;
    let reasons = |cookie: &Value| {
        let reasons = cookie["blockedReasons"].as_array().into_iter().flatten();
        reasons.filter_map(|reason| reason.as_str().map(ToOwned::to_owned)).collect()
    };
    let named = |cookie: &Value| cookie["cookie"]["name"].as_str().unwrap_or_default().to_owned();
    let cookies = cookies.iter().map(|cookie| (named(cookie), reasons(cookie))).collect();
    Ok(Post { headers: extra["headers"].clone(), cookies })
}

/// The two names are two sites: unless a session's cookie stays behind at the POST from the identity provider, nothing here shows what
/// happens in life.
#[test]
fn a_lax_cookie_stays_behind_at_the_post() {
    run_with_ent(async {
        let class = a_class_of_two().await?;
        let (zoe, max) = (known(&class, 0).await?, known(&class, 1).await?);
        let browser = Browser::open_watched(DESKTOP).await?;
        click_the_tile(&browser.client, &zoe).await?;
        see_the_account_of(&browser.client, &zoe).await?;
        browser.network().await?;

        click_the_tile(&browser.client, &max).await?;
        see_the_account_of(&browser.client, &max).await?;
        let Post { headers, cookies } = post_to(&browser.network().await?, ACS)?;
        assert_eq!(headers["Sec-Fetch-Site"], "cross-site");
        let sent = headers["Cookie"].as_str().unwrap_or_default();
        assert!(sent.contains(NONCE) && !sent.contains(SESSION), "{sent}");
        let reasons =
            |name: &str| cookies.iter().find(|(cookie, _)| cookie == name).map(|(_, reasons)| reasons.join(" "));
        // Chromium calls it `SchemefulSameSiteLax`.
        assert!(reasons(SESSION).is_some_and(|why| why.ends_with("SameSiteLax")), "{cookies:?}");
        assert_eq!(reasons(NONCE).as_deref(), Some(""), "{cookies:?}");
        browser.close().await
    });
}

/// A child who did not sign out leaves nothing to the next one, whether the product knows that one or not.
#[test]
fn a_shared_computer() {
    run_with_ent(async {
        let class = a_class_of_two().await?;
        let zoe = known(&class, 0).await?;
        let newcomer = pupil_of_the_ent(class.uai, &class.sample.pupils[1]).await?;
        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        click_the_tile(client, &zoe).await?;
        see_the_account_of(client, &zoe).await?;

        click_the_tile(client, &newcomer).await?;
        see(client, "main", &newcomer.first_name).await?;
        go(client, "/mes-campagnes").await?;
        see(client, "h1", "Connectez-vous").await?;

        class.tie(&newcomer.first_name, Methods::of_mediacentre(sign_on_id(&newcomer)?, Timestamp::now())).await?;
        click_the_tile(client, &zoe).await?;
        see_the_account_of(client, &zoe).await?;
        click_the_tile(client, &newcomer).await?;
        see_the_account_of(client, &newcomer).await?;
        browser.close().await
    });
}

/// The identity provider's page has a button for who has no scripts.
#[test]
fn without_scripts() {
    run_with_ent(async {
        let (zoe, browser) = clicked(WITHOUT_SCRIPTS).await?;
        see(&browser.client, "h1", "Le Médiacentre ouvre Rentrée").await?;
        click(&browser.client, "#continue").await?;
        see_the_account_of(&browser.client, &zoe).await?;
        picture(&browser, WITHOUT_SCRIPTS, "plain-mediacentre-01-own").await?;
        browser.close().await
    });
}

/// A sign-on that begins at the product asks at the identity provider who one is, and who is known there goes on at once.
#[test]
fn from_the_products_own_address() {
    run_with_ent(async {
        let class = a_class_of_two().await?;
        let zoe = known(&class, 0).await?;
        let browser = Browser::open(PHONE).await?;
        let client = &browser.client;
        go(client, "/mediacentre").await?;
        see(client, "h1", "Ouvrir Rentrée depuis le Médiacentre").await?;
        picture(&browser, PHONE, "phone-mediacentre-01-ent").await?;
        click(client, &tile(&zoe)).await?;
        see_the_account_of(client, &zoe).await?;
        click(client, "form[action='/sign-out'] button").await?;
        see(client, "h1", "Connectez-vous").await?;
        go(client, "/mediacentre").await?;
        see_the_account_of(client, &zoe).await?;
        browser.close().await
    });
}

/// The response that waits on the identity provider's page of a browser without scripts.
async fn response_on_the_page(client: &Client) -> anyhow::Result<String> {
    let field = find(client, Locator::Css("input[name=SAMLResponse]")).await?;
    field.attr("value").await?.context("a response")
}

/// Posts `response` to the product, from a page of the identity provider.
async fn post_from_the_ent(client: &Client, response: &str) -> anyhow::Result<()> {
    client.goto(ent().url()).await?;
    let post = "
        const form = document.createElement('form');
        form.method = 'post';
        form.action = arguments[0];
        const field = document.createElement('input');
        field.name = 'SAMLResponse';
        field.value = arguments[1];
        form.append(field);
        document.body.append(form);
        form.submit();";
    client.execute(post, vec![json!(format!("{}{ACS}", product().url)), json!(response)]).await?;
    Ok(())
}

/// Whoever gets somebody else's response posted into their browser is not signed in as them: neither in a browser that never asked,
/// nor in one that has asked itself. Who gets the refusal can reload it, and stays whoever they were.
#[test]
fn another_browsers_response_is_refused() {
    run_with_ent(async {
        let class = a_class_of_two().await?;
        let (zoe, max) = (known(&class, 0).await?, known(&class, 1).await?);
        let begun = Browser::open(WITHOUT_SCRIPTS).await?;
        let other = Browser::open(DESKTOP).await?;
        for has_asked in [false, true] {
            click_the_tile(&begun.client, &max).await?;
            let response = response_on_the_page(&begun.client).await?;
            if has_asked {
                click_the_tile(&other.client, &zoe).await?;
                see_the_account_of(&other.client, &zoe).await?;
            }
            post_from_the_ent(&other.client, &response).await?;
            see(&other.client, "h1", "Cette connexion n’a pas commencé ici").await?;
            picture(&other, DESKTOP, &format!("desktop-mediacentre-0{}-refused", 1 + u8::from(has_asked))).await?;
            // Reloaded, it is not sent again: the way begins anew, where the other's response is worth nothing.
            other.client.refresh().await?;
            anyhow::ensure!(other.client.current_url().await?.path() != "/mediacentre/acs", "sent again");
        }
        // Whoever was signed in there still is.
        go(&other.client, "/mes-campagnes").await?;
        see_the_account_of(&other.client, &zoe).await?;
        // Whom the response was meant for still gets in by it.
        click(&begun.client, "#continue").await?;
        see_the_account_of(&begun.client, &max).await?;
        begun.close().await?;
        other.close().await
    });
}

/// Going back, to a page that sends its form again by itself, and reloading where the form was sent to, lead on.
#[test]
fn back_and_reload_frighten_nobody() {
    // A browser that keeps its pages goes back to one without asking for it again; the small one does not.
    let look = Look { whole: true, ..WITHOUT_SCRIPTS };
    run_with_ent(async {
        let (zoe, browser) = clicked(look).await?;
        let client = &browser.client;
        let response = response_on_the_page(client).await?;
        click(client, "#continue").await?;
        see_the_account_of(client, &zoe).await?;
        client.back().await?;
        // The very same response: the identity provider is not asked again.
        assert_eq!(response_on_the_page(client).await?, response);
        click(client, "#continue").await?;
        see_the_account_of(client, &zoe).await?;
        client.refresh().await?;
        see_the_account_of(client, &zoe).await?;
        browser.close().await
    });
}

/// Who takes longer than ten minutes at the identity provider begins again. Its response would still hold.
#[test]
fn ten_minutes_too_late() {
    run_late_with_ent(async {
        let (zoe, browser) = clicked(WITHOUT_SCRIPTS).await?;
        let client = &browser.client;
        see(client, "h1", "Le Médiacentre ouvre Rentrée").await?;
        be_late(SignedDuration::from_mins(11));
        click(client, "#continue").await?;
        see(client, "h1", "Il s’est passé trop de temps").await?;
        picture(&browser, WITHOUT_SCRIPTS, "plain-mediacentre-02-too-late").await?;
        be_late(SignedDuration::ZERO);
        click_the_tile(client, &zoe).await?;
        click(client, "#continue").await?;
        see_the_account_of(client, &zoe).await?;
        browser.close().await
    });
}

/// Two ENTs at once share nothing, and one that is stopped leaves nothing behind.
#[test]
fn two_ents_at_once() {
    run_with_ent(async {
        let somebody = pupil_of_the_ent(a_uai(), &Pupil::invent(1, 1)).await?;
        let other = Ent::start("http://localhost:1", &[]).await?;
        assert_ne!(other.certificate(), ent().certificate());
        let tiles = async |url: &str| anyhow::Ok(a_client().get(url).send().await?.error_for_status()?.text().await?);
        assert!(tiles(ent().url()).await?.contains(&somebody.name));
        assert!(!tiles(other.url()).await?.contains(&somebody.name));
        let url = other.url().to_owned();
        other.stop().await?;
        assert!(tiles(&url).await.is_err(), "ended");
        tiles(ent().url()).await?;
        Ok(())
    });
}

/// A child who clicks the tile twice, and so has two requests under way, is let in by each.
#[test]
fn twice_in_two_tabs() {
    run_with_ent(async {
        let (zoe, browser) = clicked(WITHOUT_SCRIPTS).await?;
        let client = &browser.client;
        see(client, "h1", "Le Médiacentre ouvre Rentrée").await?;
        let first = client.window().await?;
        browser.second_window().await?;
        click_the_tile(client, &zoe).await?;
        see(client, "h1", "Le Médiacentre ouvre Rentrée").await?;
        client.switch_to_window(first).await?;
        click(client, "#continue").await?;
        see_the_account_of(client, &zoe).await?;
        client.switch_to_window(client.windows().await?.pop().context("two windows")?).await?;
        click(client, "#continue").await?;
        see_the_account_of(client, &zoe).await?;
        browser.close().await
    });
}
