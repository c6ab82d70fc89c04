//! A school's afternoon in a real browser, with JavaScript and without, on a desktop and on a phone.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use encoding_rs::UTF_8;
use fantoccini::{Client, Locator};
use rentree_domain::Uai;
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD};
use rentree_samples::{Fault, Sample};
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, attribute, click, click_on, find, open_filter, picture, put, see,
    text_of,
};
use crate::support::{a_uai, eventually, product, run};

const WIDE: Look = Look { width: 1280, ..DESKTOP };
const PLAIN: Look = Look { width: 1280, ..WITHOUT_SCRIPTS };

/// Enters a school's space as the demo administrator, who has yet to sign in.
async fn enter(client: &Client, uai: Uai) -> anyhow::Result<()> {
    client.goto(&format!("{}/demo", product().url)).await?;
    put(client, "#uai", uai.as_str()).await?;
    click(client, "section[aria-labelledby=other] button").await?;
    see(client, "h1", "Connectez-vous").await?;
    put(client, "#known-login", DEMO_EMAIL).await?;
    put(client, "#known-password", DEMO_PASSWORD).await?;
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
async fn upload(client: &Client, file: &Path, result: &str) -> anyhow::Result<()> {
    click(client, "form[action$='/imports'] button").await?;
    put(client, "#file", &file.to_string_lossy()).await?;
    click(client, "#upload button").await?;
    see(client, "main h2", result).await
}

/// From the page "Importer des élèves" to what the import would do.
async fn preview(client: &Client, file: &Path) -> anyhow::Result<()> {
    click(client, "#preview").await?;
    upload(client, file, "Rien n’a encore été changé : à vous de confirmer").await
}

/// Makes the line of the window so, or as it was.
async fn line(browser: &Browser, is_cut: bool, bytes_up_per_second: Option<u32>) -> anyhow::Result<()> {
    // What a page fetches knows of it only then.
    browser.devtools("Network.enable", &json!({})).await?;
    let up = bytes_up_per_second.map_or(json!(-1), Value::from);
    let conditions = json!({"offline": is_cut, "latency": 0, "downloadThroughput": -1, "uploadThroughput": up});
    browser.devtools("Network.emulateNetworkConditions", &conditions).await?;
    Ok(())
}

/// Lets a file of so many bytes fall on the page.
async fn drop_file(client: &Client, name: &str, bytes: usize) -> anyhow::Result<()> {
    const DROP: &str = "const [name, bytes] = arguments;
        const dropped = new DataTransfer();
        dropped.items.add(new File([new Uint8Array(bytes)], name));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true }));";
    client.execute(DROP, vec![json!(name), json!(bytes)]).await?;
    Ok(())
}

/// The button of a file that is not being sent.
const NOT_ON_ITS_WAY: Locator<'_> = Locator::Css("#upload:has(#upload-progress[hidden]) button:not(:disabled)");

/// What is dropped is looked at as what is chosen, and what would be refused later is not sent.
async fn looked_at_before_it_is_sent(client: &Client) -> anyhow::Result<()> {
    // As if a megabyte were too much: this machine has better to do than to hold the real limit.
    client.execute("document.getElementById('upload').dataset.maxBytes = 1048576", vec![]).await?;
    for (name, bytes, told) in [
        ("Liste.pdf", 5, "Ce fichier n’est ni un XML, ni un zip, ni un CSV."),
        ("Vide.xml", 0, "Ce fichier est vide. Merci de refaire l’export."),
        ("Annuaire.xml", 1_048_577, "Ce fichier est trop volumineux (1 Mo au plus)."),
    ] {
        drop_file(client, name, bytes).await?;
        see(client, "#upload-error", told).await?;
        click(client, "#upload button").await?;
        client.find(NOT_ON_ITS_WAY).await.context("nothing is sent")?;
        see(client, "main h2", "Choisir le fichier").await?;
        see(client, "#upload-error", told).await?;
    }
    client.refresh().await?;
    see(client, "#drop-hint", "déposez-le sur cette page").await
}

/// The file stays chosen, and may be sent again.
async fn not_sent(client: &Client, name: &str) -> anyhow::Result<()> {
    click(client, "#upload button").await?;
    see(client, "#upload-error", "Vérifiez votre connexion, puis réessayez. Rien n’a été changé.").await?;
    find(client, NOT_ON_ITS_WAY).await?;
    let kept = client.execute("return document.getElementById('file').files[0].name", vec![]).await?;
    assert_eq!(kept, name);
    Ok(())
}

/// Where the line is cut, and where only the bucket cannot be reached.
async fn a_cut_line_loses_nothing(browser: &Browser) -> anyhow::Result<()> {
    let client = &browser.client;
    let bucket = attribute(client, "#upload", "action").await?.context("where the file goes")?;
    drop_file(client, "Classe.xml", 5).await?;
    line(browser, true, None).await?;
    not_sent(client, "Classe.xml").await?;
    line(browser, false, None).await?;
    browser.devtools("Network.setBlockedURLs", &json!({"urls": [format!("{bucket}*")]})).await?;
    not_sent(client, "Classe.xml").await?;
    browser.devtools("Network.setBlockedURLs", &json!({"urls": []})).await?;
    Ok(())
}

/// The same as [`preview`], on a line on which one sees the bar move.
async fn preview_on_a_slow_line(browser: &Browser, file: &Path) -> anyhow::Result<()> {
    const WRITTEN: &str =
        "const bar = document.querySelector('#upload-progress:not([hidden]) #bar'); return bar?.value";
    let client = &browser.client;
    click(client, "#preview").await?;
    click(client, "form[action$='/imports'] button").await?;
    put(client, "#file", &file.to_string_lossy()).await?;
    line(browser, false, Some(10_000)).await?;
    click(client, "#upload button").await?;
    eventually("the bar moves", async || {
        let written = client.execute(WRITTEN, vec![]).await?.as_f64();
        anyhow::ensure!(written.is_some() || client.find(Locator::Css("#upload")).await.is_ok(), "sent without a bar");
        Ok(written.filter(|written| *written > 0.0))
    })
    .await?;
    line(browser, false, None).await?;
    see(client, "main h2", "Rien n’a encore été changé : à vous de confirmer").await
}

/// The files of an afternoon.
struct Files {
    sample: Sample,
    good: PathBuf,
    bad: PathBuf,
    gone: PathBuf,
    nearly_all: PathBuf,
    paper: PathBuf,
}

fn files(folder: &tempfile::TempDir, uai: Uai) -> anyhow::Result<Files> {
    let sample = Sample::new(uai, 120, 21);
    let mut spoilt = sample.clone();
    spoilt.spoil(12, Fault::IneMissing);
    (30..44).for_each(|place| spoilt.spoil(place, Fault::SexMissing));
    let first = |count: usize| {
        let mut some = sample.clone();
        some.pupils.truncate(count);
        some.siecle(UTF_8).bytes
    };
    Ok(Files {
        good: on_disk(folder, "ElevesSansAdresses.xml", &sample.siecle(UTF_8).bytes)?,
        bad: on_disk(folder, "Élèves de l’année.csv", &spoilt.fregata(UTF_8).bytes)?,
        gone: on_disk(folder, "Classe.xml", &first(20))?,
        paper: on_disk(folder, "Liste des élèves.pdf", b"%PDF-1.7")?,
        nearly_all: on_disk(folder, "ElevesSansAdresses-2.xml", &first(115))?,
        sample,
    })
}

/// The log of the space says what became of each import, and leads there.
async fn the_log_leads_to_imports(client: &Client, uai: Uai) -> anyhow::Result<()> {
    client.goto(&format!("{}/schools/{uai}/audit", product().url)).await?;
    see(client, "h1", "Journal de l’espace").await?;
    let link = "a[starts-with(., 'voir cet import')]";
    for outcome in ["Réussi", "En erreur", "Annulé après coup", "Abandonné"] {
        let badge = format!("//li[.//{link}]//span[@class='badge'][.='{outcome}']");
        find(client, Locator::XPath(&badge)).await?;
    }
    let undone = format!("//li[contains(., 'a annulé un import')]//{link}");
    click_on(client, Locator::XPath(&undone)).await?;
    see(client, "main h2", "Import annulé").await
}

#[expect(clippy::too_many_lines, reason = "one story, in its order")]
async fn an_afternoon(look: Look, name: &str) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let uai = a_uai();
    let Files { sample, good, bad, gone, nearly_all, paper } = files(&folder, uai)?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-{page}")).await;
    // On a phone, a table is below what the picture shows.
    let shot_of_table = async |page: &str| {
        if look.javascript {
            client.execute("document.querySelector('main table').scrollIntoView()", vec![]).await?;
        }
        shot(page).await
    };
    enter(client, uai).await?;
    see(client, "section[aria-labelledby=what]", "Désactiver, c’est retirer de la liste un élève").await?;
    shot("01-imports").await?;

    // Nothing is sent.
    click(client, "form[action$='/imports'] button").await?;
    see(client, "main h2", "Choisir le fichier").await?;
    shot("02-choose").await?;
    let hint = text_of(client, Locator::Css("#hint")).await?;
    assert_eq!(hint.contains("déposez-le sur cette page"), look.javascript, "a script takes what is dropped: {hint}");
    if look.javascript {
        put(client, "#file", &paper.to_string_lossy()).await?;
        see(client, "#upload-error", "Ce fichier n’est ni un XML, ni un zip, ni un CSV.").await?;
        shot("02-refused-at-once").await?;
        click(client, "#upload button").await?;
        see(client, "main h2", "Choisir le fichier").await?;
    }
    let at_a_desk_with_scripts = look.javascript && !look.dark;
    if at_a_desk_with_scripts {
        looked_at_before_it_is_sent(client).await?;
        a_cut_line_loses_nothing(&browser).await?;
    }
    click(client, "form[action$='/cancel'] button").await?;
    see(client, "main h2", "Import abandonné").await?;
    see(client, "main .panel", "Cet import a été abandonné par Camille Démonstration le ").await?;
    see(client, "main .panel", "Aucun fichier n’avait été envoyé, et rien n’a été changé.").await?;
    shot("03-abandoned").await?;
    click(client, ".panel .button").await?;

    // Errors, by kind; on paper; as a list.
    upload(client, &bad, "Le contenu du fichier comporte des erreurs.").await?;
    see(client, "main", "Ligne 14 : champ INE vide (").await?;
    see(client, "main", "Ligne 32 : champ sexe vide (").await?;
    // What is wrong stands first, then what to do about it.
    see(client, "main section ul.report + .remedy", "Que faire, pour ces 14 lignes").await?;
    see(client, "main", "Fichier : Élèves de l’année.csv").await?;
    shot("04-errors").await?;
    browser.paper(&format!("{name}-04-errors")).await?;
    click(client, "main a[href$='/report.csv']").await?;
    let day = rentree_domain::paris::date(jiff::Timestamp::now());
    let sheet = String::from_utf8(browser.download(&format!("import-{uai}-{day}.csv")).await?)?;
    assert_eq!(sheet.lines().filter(|line| line.starts_with("Erreur;")).count(), 15, "{sheet}");
    click(client, "main a[href$='/report?kind=problem']").await?;
    see(client, "[role=status]", "15 lignes").await?;
    see(client, "main tbody [data-label=Nature]", "Erreur").await?;
    shot_of_table("05-errors-report").await?;
    browser.paper(&format!("{name}-05-errors-report")).await?;
    click(client, "main p a").await?;

    see(client, "form[action$='/set-aside'] button", "Importer les 105 autres, laisser 15 de côté").await?;
    click(client, "form[action$='/set-aside'] button").await?;
    see(client, "main h2", "La liste a été importée avec succès").await?;
    see(client, "main", "15 élèves mis de côté").await?;
    see(client, "#added", "Élèves ajoutés (105)").await?;
    shot("06-set-aside").await?;

    // A preview, with names.
    click(client, "nav a[href$='/imports']").await?;
    if at_a_desk_with_scripts {
        preview_on_a_slow_line(&browser, &good).await?;
    } else {
        preview(client, &good).await?;
    }
    see(client, "#added", "Élèves à ajouter (15)").await?;
    let told = text_of(client, Locator::Css("main .counts")).await?;
    assert!(told.contains("Ajouts") && told.contains("Désactivations"), "{told}");
    assert!(!told.to_lowercase().contains("réactiv"), "{told}");
    let shown = text_of(client, Locator::Css("main .names")).await?;
    let left_aside = std::iter::once(12).chain(30..44).filter(|place| shown.contains(&sample.pupils[*place].last_name));
    assert!(left_aside.count() >= 10, "ten of those who were set aside are named: {shown}");
    see(client, "form[action$='/confirm'] button", "Ajouter 15 élèves").await?;
    shot("07-preview").await?;
    click(client, "form[action$='/confirm'] button").await?;
    see(client, "main h2", "La liste a été importée avec succès").await?;
    see(client, "main .counts", "Ajouts").await?;
    shot("08-succeeded").await?;

    click(client, ".panel .button").await?;
    see(client, "[role=status]", "120 élèves").await?;
    shot("09-learners").await?;
    open_filter(client).await?;
    put(client, "#q", "loetitia herouville").await?;
    click(client, ".filter button").await?;
    see(client, "[role=status]", "1 élève sur 120").await?;

    // The brake: never out of sight, and every name behind its count.
    click(client, "nav a[href$='/imports']").await?;
    upload(client, &gone, "Rien n’a encore été changé : à vous de confirmer").await?;
    see(client, "#deactivated", "Élèves à désactiver (100)").await?;
    see(client, "form[action$='/confirm'] button", "Désactiver 100 élèves").await?;
    find(client, Locator::Css("form[action$='/cancel'] button")).await?;
    shot("10-confirm").await?;
    click(client, "nav a[href$='/learners']").await?;
    see(client, ".notice", "Un import attend votre décision").await?;
    shot("11-notice").await?;
    click(client, ".notice a").await?;
    click(client, "main a[href$='/report']").await?;
    see(client, "[role=status]", "100 lignes").await?;
    shot_of_table("12-report").await?;
    click(client, "main button[name=whole]").await?;
    see(client, "main", if look.javascript { "Imprimer cette liste" } else { "la commande « Imprimer »" }).await?;
    assert!(browser.paper(&format!("{name}-12-report")).await? >= 2, "a hundred lines take two sheets");
    let somebody = &sample.pupils[60];
    find(client, Locator::Css("#q"))
        .await?
        .send_keys(&format!("{} {}", somebody.first_name, somebody.last_name))
        .await?;
    click(client, ".filter button").await?;
    see(client, "main table", "Désactivation").await?;
    click(client, "main p a").await?;
    see(client, "form[action$='/confirm'] button", "Désactiver 100 élèves").await?;

    // Another tab is faster: what this one shows is not what confirming would do now, and it asks again.
    let first = client.window().await?;
    let second = browser.second_window().await?;
    client.goto(&format!("{}/schools/{uai}/imports", product().url)).await?;
    upload(client, &nearly_all, "La liste a été importée avec succès").await?;
    see(client, "main .counts", "Désactivations").await?;
    client.switch_to_window(first).await?;
    click(client, "form[action$='/confirm'] button").await?;
    see(client, "main", "La liste des élèves a changé depuis que ces changements vous ont été montrés").await?;
    see(client, "#deactivated", "Élèves à désactiver (95)").await?;
    shot("13-asked-again").await?;
    click(client, "form[action$='/confirm'] button").await?;
    see(client, "main h2", "La liste a été importée avec succès").await?;

    // What the second tab still offers is over: the page says so within the space, and leads back.
    client.switch_to_window(second).await?;
    click(client, "main a[href$='/undo']").await?;
    see(client, "h1", "Cette action n’est plus possible").await?;
    find(client, Locator::Css("nav a[href$='/imports']")).await?;
    shot("14-too-late").await?;
    click(client, "main .button").await?;
    see(client, ".notice", "Un autre import a été appliqué depuis").await?;
    shot("15-superseded").await?;
    click(client, ".notice a").await?;
    see(client, "#deactivated", "Élèves désactivés (95)").await?;

    // Who left, and when.
    click(client, "main a[href*='/learners/former']").await?;
    see(client, "[role=status]", "95 anciens élèves sur 100").await?;
    click(client, "main a[href$='/learners/former']").await?;
    see(client, "[role=status]", "100 anciens élèves").await?;
    shot_of_table("16-former").await?;
    click(client, "main a[download]").await?;
    let sheet = String::from_utf8(browser.download(&format!("anciens-eleves-{uai}-{day}.csv")).await?)?;
    assert_eq!(sheet.lines().count(), 1 + 100, "{sheet}");
    find(client, Locator::Css("#q"))
        .await?
        .send_keys(&format!("{} {}", somebody.first_name, somebody.last_name))
        .await?;
    click(client, ".filter button").await?;
    see(client, "main table", &somebody.last_name).await?;
    click(client, "main td a").await?;

    // Undone, by whom and when.
    click(client, "main a[href$='/undo']").await?;
    see(client, "h1", "Annuler l’import du").await?;
    shot("16-undo").await?;
    click(client, "button.grave").await?;
    see(client, "main h2", "Import annulé").await?;
    see(client, "main .panel", "Cet import a été annulé par Camille Démonstration le ").await?;
    see(client, "#deactivated", "Élèves que cet import avait désactivés (95)").await?;
    shot("17-undone").await?;
    click(client, "nav a[href$='/imports']").await?;
    see(client, "main table", "Annulé après coup").await?;
    see(client, "main table", "Élèves de l’année.csv").await?;
    shot_of_table("18-history").await?;
    the_log_leads_to_imports(client, uai).await?;

    // Within the space, a page that is none keeps its header; of another school nothing is told.
    let nobody = "0199a1b2-c3d4-7000-8000-000000000001";
    client.goto(&format!("{}/schools/{uai}/imports/{nobody}", product().url)).await?;
    see(client, "h1", "Cette page n’existe pas").await?;
    see(client, "main .button", "Revenir aux imports").await?;
    see(client, "main", "Vérifiez l’adresse de la page.").await?;
    assert!(
        !text_of(client, Locator::Css("main")).await?.contains("accueil"),
        "the text leads where the button does not"
    );
    shot("19-missing").await?;
    client.goto(&format!("{}/schools/{}/learners", product().url, a_uai())).await?;
    see(client, "h1", "Cette page n’existe pas, ou vous n’y avez pas accès").await?;
    see(client, "main .button", "Voir mes espaces").await?;
    shot("20-missing-elsewhere").await?;
    browser.close().await
}

#[test]
fn an_afternoon_at_a_desk() {
    run(an_afternoon(WIDE, "desktop"));
}

#[test]
fn an_afternoon_on_a_phone() {
    run(an_afternoon(PHONE, "phone"));
}

#[test]
fn an_afternoon_without_scripts() {
    run(an_afternoon(PLAIN, "no-scripts"));
}

/// Every journey without scripts stands on this: there are none, in a second window neither. The box that shows a password is hidden until
/// a script uncovers it.
#[test]
fn without_scripts_there_are_none() {
    run(async {
        for look in [WIDE, PLAIN, Look { whole: true, ..PLAIN }] {
            let browser = Browser::open(look).await?;
            let client = &browser.client;
            for window in ["first", "second"] {
                if window == "second" {
                    browser.second_window().await?;
                }
                client.goto(&format!("{}/sign-in", product().url)).await?;
                if look.javascript {
                    see(client, "label.show", "Afficher").await?;
                } else {
                    let shown = find(client, Locator::Css("label.show")).await?.is_displayed().await?;
                    assert!(!shown, "{look:?}: a script ran in the {window} window");
                }
            }
            browser.close().await?;
        }
        Ok(())
    });
}
