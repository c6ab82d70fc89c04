//! The list for record books in a real browser: an administrator downloads it, and finds in the log who else read it; a member sees nothing of it.

use fantoccini::Locator;
use jiff::Timestamp;
use rentree_domain::{Scope, paris};
use rentree_table::Role;
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, open_filter, picture, see, text_of,
};
use crate::support::certifications::{a_number, a_school, ago, state, statement, this_year};
use crate::support::people::a_member;
use crate::support::record_books::{Program, of_kind};
use crate::support::run;

async fn a_list_in_a_browser(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let school = a_school(2, seed).await?;
    let uai = school.uai;
    of_kind(uai, "Collège").await?;
    for pupil in &school.pupils {
        anyhow::ensure!(state(&statement(a_number(), uai, pupil.id, "validated", ago(5))).await?.0 == 200);
    }
    let mut nobody = statement(a_number(), uai, school.pupils[0].id, "validated", ago(5));
    (nobody["learner"], nobody["ine"], nobody["birth_date"]) = (Value::Null, json!("2401234567Y"), json!("2012-03-10"));
    (nobody["last_name"], nobody["first_name"]) = (json!("D’HÉROUVILLE"), json!("Lætitia"));
    anyhow::ensure!(state(&nobody).await?.0 == 200);
    let (program, other) = (Program::new(Scope::Lsu).await?, Program::new(Scope::Lsl).await?);
    anyhow::ensure!(program.read(uai, "").await?.status == 200 && other.read(uai, "").await?.status == 403);

    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &school.administrator).await?;
    click(client, "nav a[href$='/certifications']").await?;
    open_filter(client).await?;
    see(client, ".downloads", "Livret scolaire (LSU / LSL)").await?;
    see(client, "main", "lisent ces résultats d’eux-mêmes").await?;
    see(client, "#of-no-pupil", "Sans élève retrouvé").await?;
    picture(&browser, look, &format!("{name}-record-books-01-results")).await?;
    if look.javascript {
        // A picture shows a screen; the page is longer.
        client.execute("document.querySelector('form.filter').scrollIntoView()", vec![]).await?;
        browser.screenshot(&format!("{name}-record-books-01-results-downloads")).await?;
    }
    if look.width > PHONE.width {
        click(client, "button[formaction$='record-books.csv']").await?;
        let today = paris::date(Timestamp::now());
        let file = browser.download(&format!("livret-scolaire-{uai}-{}-{today}.csv", this_year())).await?;
        let text = String::from_utf8(file)?;
        assert!(text.starts_with("\u{FEFF}Année scolaire;Classe;Nom;Prénom;"), "not as Excel opens it: {text}");
        assert_eq!(text.lines().count(), 1 + 3, "{text}");
        for pupil in &school.pupils {
            assert!(text.contains(pupil.entry.ine.as_str()), "{text}");
        }
        assert!(text.contains(";D’HÉROUVILLE;Lætitia;"), "{text}");
    }
    go(client, &format!("/schools/{uai}/audit")).await?;
    see(client, "main", &format!("{} a lu les certifications pour le livret scolaire", program.name)).await?;
    see(client, "main", &format!("{} s’est vu refuser les certifications", other.name)).await?;
    picture(&browser, look, &format!("{name}-record-books-02-log")).await?;
    browser.close().await?;

    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let member = a_member(uai, Role::Member).await?;
    enter(client, &member).await?;
    go(client, &format!("/schools/{uai}/certifications")).await?;
    see(client, "#of-no-pupil", "Sans élève retrouvé").await?;
    let page = text_of(client, Locator::Css("main")).await?;
    anyhow::ensure!(!page.to_lowercase().contains("livret"), "a member is told of it: {page}");
    picture(&browser, look, &format!("{name}-record-books-03-member")).await?;
    go(client, &format!("/schools/{uai}/certifications/record-books.csv")).await?;
    see(client, "main", "Réservé aux administrateurs").await?;
    // What is about certifications leads back to them, wherever its address stands.
    for path in ["certificates", "certificates.pdf", "certifications/results.csv"] {
        go(client, &format!("/schools/{uai}/{path}")).await?;
        see(client, "main .button", "Revenir aux certifications").await?;
    }
    go(client, &format!("/schools/{uai}/follow-up/results.csv")).await?;
    see(client, "main .button", "Revenir aux campagnes").await?;
    browser.close().await
}

#[test]
fn at_a_desk() {
    run(a_list_in_a_browser(DESKTOP, "desktop", 320));
}

#[test]
fn on_a_phone() {
    run(a_list_in_a_browser(PHONE, "phone", 321));
}

#[test]
fn without_scripts() {
    run(a_list_in_a_browser(WITHOUT_SCRIPTS, "no-js", 322));
}
