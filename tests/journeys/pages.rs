//! A school's afternoon in a real browser, with JavaScript and without, on a desktop and on a phone.

use std::path::PathBuf;

use encoding_rs::UTF_8;
use fantoccini::{Client, Locator};
use rentree_domain::Uai;
use rentree_samples::{Fault, Sample};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS};
use crate::support::{a_uai, product, run};

/// Enters a school's space as the demo form does.
async fn enter(client: &Client, uai: Uai) -> anyhow::Result<()> {
    client.goto(&product().url).await?;
    // The demo form opens the demo school; a school of one's own has its session handed over.
    let cookie = rentree_local::client::School::enter(&product().url, uai).await?;
    let (name, value) = cookie.session_cookie();
    let mut cookie = fantoccini::cookies::Cookie::new(name.to_owned(), value.to_owned());
    cookie.set_secure(true);
    cookie.set_http_only(true);
    cookie.set_path("/");
    client.add_cookie(cookie).await?;
    client.goto(&format!("{}/schools/{uai}/imports", product().url)).await?;
    Ok(())
}

/// A file on disk, as a person would choose it.
fn on_disk(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> anyhow::Result<PathBuf> {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes)?;
    Ok(path)
}

async fn heading(client: &Client) -> anyhow::Result<String> {
    Ok(client.find(Locator::Css("main h2")).await?.text().await?)
}

/// From the page "Importer des élèves" to the result.
async fn upload(client: &Client, file: &std::path::Path) -> anyhow::Result<()> {
    client.find(Locator::Css("main form button")).await?.click().await?;
    client.wait().for_element(Locator::Css("#file")).await?.send_keys(&file.to_string_lossy()).await?;
    client.find(Locator::Css("#upload button")).await?.click().await?;
    client.wait().at_most(std::time::Duration::from_secs(30)).for_element(Locator::Css(".panel.good, .panel.bad, .panel.careful")).await?;
    Ok(())
}

async fn an_afternoon(look: Look, name: &str) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let uai = a_uai();
    let sample = Sample::new(uai, 120, 21);
    let mut spoilt = sample.clone();
    spoilt.spoil(12, Fault::IneMissing);
    spoilt.spoil(30, Fault::SexMissing);
    spoilt.spoil(31, Fault::LeftSchool);
    let good = on_disk(&folder, "ElevesSansAdresses.xml", &sample.siecle(UTF_8).bytes)?;
    let bad = on_disk(&folder, "Eleves.csv", &spoilt.fregata(UTF_8).bytes)?;
    let gone = on_disk(&folder, "Classe.xml", &{
        let mut class = sample.clone();
        class.pupils.truncate(20);
        class.siecle(UTF_8).bytes
    })?;

    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, uai).await?;
    browser.screenshot(&format!("{name}-1-imports")).await?;

    client.find(Locator::Css("main form button")).await?.click().await?;
    client.wait().for_element(Locator::Css("#file")).await?;
    browser.screenshot(&format!("{name}-2-choose")).await?;
    client.goto(&format!("{}/schools/{uai}/imports", product().url)).await?;

    upload(client, &bad).await?;
    assert_eq!(heading(client).await?, "Le contenu du fichier comporte des erreurs.");
    let text = client.find(Locator::Css("main")).await?.text().await?;
    assert!(text.contains("Ligne 14 : champ INE vide (") && text.contains("Ligne 32 : champ sexe vide ("), "{text}");
    browser.screenshot(&format!("{name}-3-errors")).await?;

    client.find(Locator::Css("form[action$='/set-aside'] button")).await?.click().await?;
    client.wait().at_most(std::time::Duration::from_secs(30)).for_element(Locator::Css(".panel.good")).await?;
    let text = client.find(Locator::Css("main")).await?.text().await?;
    assert!(text.contains("2 élèves mis de côté"), "{text}");
    browser.screenshot(&format!("{name}-4-set-aside")).await?;

    client.goto(&format!("{}/schools/{uai}/imports", product().url)).await?;
    upload(client, &good).await?;
    assert_eq!(heading(client).await?, "La liste a été importée avec succès");
    browser.screenshot(&format!("{name}-5-succeeded")).await?;

    client.find(Locator::Css(".panel .button")).await?.click().await?;
    client.wait().for_element(Locator::Css("table")).await?;
    assert!(client.find(Locator::Css("[role=status]")).await?.text().await?.starts_with("120 élèves"));
    browser.screenshot(&format!("{name}-6-learners")).await?;
    client.find(Locator::Css("#q")).await?.send_keys("loetitia herouville").await?;
    client.find(Locator::Css(".filter button")).await?.click().await?;
    assert!(client.find(Locator::Css("[role=status]")).await?.text().await?.starts_with("1 élève sur 120"));

    client.goto(&format!("{}/schools/{uai}/imports", product().url)).await?;
    upload(client, &gone).await?;
    assert_eq!(heading(client).await?, "Rien n’a encore été changé : à vous de confirmer");
    browser.screenshot(&format!("{name}-7-confirm")).await?;
    client.find(Locator::Css("form[action$='/confirm'] button")).await?.click().await?;
    client.wait().at_most(std::time::Duration::from_secs(30)).for_element(Locator::Css(".panel.good")).await?;
    client.find(Locator::Css("form[action$='/undo'] button")).await?.click().await?;
    client.wait().for_element(Locator::Css("a[aria-current]")).await?;
    assert_eq!(heading(client).await?, "Import annulé");

    client.goto(&format!("{}/schools/{uai}/imports", product().url)).await?;
    browser.screenshot(&format!("{name}-8-history")).await?;
    if look.javascript {
        let width = client.execute("return [document.documentElement.scrollWidth, window.innerWidth]", vec![]).await?;
        assert!(width[0].as_i64() <= width[1].as_i64(), "the page is wider than the screen: {width}");
    }
    client.goto(&format!("{}/schools/{}/learners", product().url, a_uai())).await?;
    assert_eq!(client.find(Locator::Css("h1")).await?.text().await?, "Cette page n’existe pas");
    browser.screenshot(&format!("{name}-9-missing")).await?;
    browser.close().await
}

#[test]
fn an_afternoon_at_a_desk() {
    run(an_afternoon(DESKTOP, "desktop"));
}

#[test]
fn an_afternoon_on_a_phone() {
    run(an_afternoon(PHONE, "phone"));
}

#[test]
fn an_afternoon_without_scripts() {
    run(an_afternoon(WITHOUT_SCRIPTS, "no-scripts"));
}

#[test]
fn the_demo_form_opens_the_demo_space() {
    run(async {
        let browser = Browser::open(DESKTOP).await?;
        browser.client.goto(&product().url).await?;
        browser.screenshot("desktop-0-home").await?;
        browser.client.find(Locator::Css("form button")).await?.click().await?;
        browser.client.wait().for_element(Locator::Css("a[aria-current]")).await?;
        assert_eq!(browser.client.find(Locator::Css("h1")).await?.text().await?, "Importer des élèves");
        browser.close().await
    });
}
