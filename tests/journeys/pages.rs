//! A school's afternoon in a real browser, with JavaScript and without, on a desktop and on a phone.

use std::path::PathBuf;

use encoding_rs::UTF_8;
use fantoccini::{Client, Locator};
use rentree_domain::Uai;
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD};
use rentree_samples::{Fault, Sample};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, find, picture, see};
use crate::support::{a_uai, product, run};

/// Enters a school's space as the demo administrator, who has yet to sign in.
async fn enter(client: &Client, uai: Uai) -> anyhow::Result<()> {
    client.goto(&format!("{}/demo", product().url)).await?;
    client.find(Locator::Css("#uai")).await?.send_keys(uai.as_str()).await?;
    client.find(Locator::Css("section[aria-labelledby=other] button")).await?.click().await?;
    see(client, "h1", "Connectez-vous").await?;
    client.find(Locator::Css("#known-login")).await?.send_keys(DEMO_EMAIL).await?;
    client.find(Locator::Css("#known-password")).await?.send_keys(DEMO_PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await?;
    see(client, "h1", "Importer des élèves").await
}

/// A file on disk, as a person would choose it.
fn on_disk(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> anyhow::Result<PathBuf> {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes)?;
    Ok(path)
}

/// From the page "Importer des élèves" to the result.
async fn upload(client: &Client, file: &std::path::Path, result: &str) -> anyhow::Result<()> {
    click(client, "form[action$='/imports'] button").await?;
    find(client, Locator::Css("#file")).await?.send_keys(&file.to_string_lossy()).await?;
    click(client, "#upload button").await?;
    see(client, "main h2", result).await
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
    picture(&browser, look, &format!("{name}-1-imports")).await?;

    click(client, "form[action$='/imports'] button").await?;
    see(client, "main h2", "Choisir le fichier").await?;
    picture(&browser, look, &format!("{name}-2-choose")).await?;
    click(client, "form[action$='/cancel'] button").await?;
    see(client, "main h2", "Import abandonné").await?;
    click(client, ".panel .button").await?;

    upload(client, &bad, "Le contenu du fichier comporte des erreurs.").await?;
    see(client, "main", "Ligne 14 : champ INE vide (").await?;
    see(client, "main", "Ligne 32 : champ sexe vide (").await?;
    picture(&browser, look, &format!("{name}-3-errors")).await?;

    see(client, "form[action$='/set-aside'] button", "Importer les 118 autres, laisser 2 de côté").await?;
    click(client, "form[action$='/set-aside'] button").await?;
    see(client, "main h2", "La liste a été importée avec succès").await?;
    see(client, "main", "2 élèves mis de côté").await?;
    see(client, "#added", "Élèves ajoutés (118)").await?;
    picture(&browser, look, &format!("{name}-4-set-aside")).await?;

    click(client, "nav a[href$='/imports']").await?;
    upload(client, &good, "La liste a été importée avec succès").await?;
    picture(&browser, look, &format!("{name}-5-succeeded")).await?;

    click(client, ".panel .button").await?;
    see(client, "[role=status]", "120 élèves").await?;
    picture(&browser, look, &format!("{name}-6-learners")).await?;
    client.find(Locator::Css("#q")).await?.send_keys("loetitia herouville").await?;
    click(client, ".filter button").await?;
    see(client, "[role=status]", "1 élève sur 120").await?;

    click(client, "nav a[href$='/imports']").await?;
    upload(client, &gone, "Rien n’a encore été changé : à vous de confirmer").await?;
    see(client, "#deactivated", "Élèves désactivés (100)").await?;
    see(client, "form[action$='/confirm'] button", "Désactiver 100 élèves").await?;
    picture(&browser, look, &format!("{name}-7-confirm")).await?;
    // It is never out of sight.
    click(client, "nav a[href$='/learners']").await?;
    see(client, ".notice", "Un import attend votre décision").await?;
    picture(&browser, look, &format!("{name}-7-notice")).await?;
    click(client, ".notice a").await?;
    click(client, "main a[href$='/report']").await?;
    see(client, "[role=status]", "100 lignes").await?;
    picture(&browser, look, &format!("{name}-7-report")).await?;
    let somebody = &sample.pupils[60];
    find(client, Locator::Css("#q"))
        .await?
        .send_keys(&format!("{} {}", somebody.first_name, somebody.last_name))
        .await?;
    click(client, ".filter button").await?;
    see(client, "main table", "Élèves désactivés").await?;
    click(client, "main p a").await?;
    click(client, "form[action$='/confirm'] button").await?;
    see(client, "main h2", "La liste a été importée avec succès").await?;
    click(client, "form[action$='/undo'] button").await?;
    see(client, "main h2", "Import annulé").await?;

    click(client, "nav a[href$='/imports']").await?;
    see(client, "main table", "Annulé après coup").await?;
    picture(&browser, look, &format!("{name}-8-history")).await?;
    client.goto(&format!("{}/schools/{}/learners", product().url, a_uai())).await?;
    see(client, "h1", "Cette page n’existe pas").await?;
    picture(&browser, look, &format!("{name}-9-missing")).await?;
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
