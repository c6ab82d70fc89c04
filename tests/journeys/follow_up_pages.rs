//! The follow-up of a school year, as people see it in a browser.

use fantoccini::Locator;
use jiff::Timestamp;
use rentree_domain::paris;
use rentree_table::Role;

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, find, go, picture, see};
use crate::support::followed::{Followed, a_school_in_its_next_year, last_year};
use crate::support::people::a_member;
use crate::support::run;

async fn a_year_in_a_browser(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let Followed { uai, administrator, pupils } = a_school_in_its_next_year(&[("3A", 6), ("3B", 3)], seed).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| {
        picture(&browser, look, &format!("{name}-follow-up-{page}")).await?;
        for part in ["dl.counts", "table.numbers", "table.cards"] {
            if look.javascript && client.find(Locator::Css(part)).await.is_ok() {
                client.execute(&format!("document.querySelector('{part}').scrollIntoView()"), vec![]).await?;
                browser.screenshot(&format!("{name}-follow-up-{page}-{}", part.replace('.', "-"))).await?;
            }
        }
        anyhow::Ok(())
    };
    enter(client, &administrator).await?;
    click(client, "nav a[href$='/campaigns']").await?;
    click(client, "main a[href$='/follow-up']").await?;
    see(client, "h1", "Suivi de l’année").await?;
    see(client, "[role=status]", "8 élèves, 0 campagne rejointe").await?;
    // On a phone the list comes first, and its filter says what it is set to.
    let is_folded = look.width == PHONE.width;
    assert_eq!(find(client, Locator::Css("form.filter")).await?.is_displayed().await?, !is_folded);
    if is_folded {
        see(client, "details.fold", "Filtrer et télécharger : ").await?;
        see(client, "details.fold", ", toutes les classes").await?;
    }
    shot("01-present").await?;
    click(client, &format!("#year option[value='{}']", last_year().first())).await?;
    click(client, "form.filter button").await?;
    see(client, "[role=status]", "6 élèves, 2 campagnes rejointes").await?;
    see(client, "main", "Validée, le").await?;
    see(client, "main", "Pas encore, le").await?;
    shot("02-last-year").await?;
    click(client, "#division option[value='3A']").await?;
    click(client, "form.filter button").await?;
    see(client, "[role=status]", "6 élèves, 2 campagnes").await?;
    if look.width > PHONE.width {
        click(client, "button[formaction$='results.csv']").await?;
        let today = paris::date(Timestamp::now());
        let file = browser.download(&format!("suivi-{uai}-{}-{today}.csv", last_year())).await?;
        assert!(file.starts_with("\u{FEFF}Année scolaire;Classe;".as_bytes()), "not as Excel opens it");
        assert_eq!(String::from_utf8(file)?.lines().count(), 1 + 6);
    }
    see(client, "#of-whom", "Classe 3A, avec les anciens élèves").await?;
    see(client, "dl.counts", "6").await?;
    click(client, "#certifiable option[value='yes']").await?;
    click(client, "form.filter button").await?;
    see(client, "[role=status]", "1 élève sur 6").await?;
    see(client, "#of-whom", "Classe 3A").await?;
    if is_folded {
        see(client, "details.fold", &format!("{}, 3A, certifiables", last_year())).await?;
    }
    shot("03-certifiable").await?;
    go(client, &format!("/schools/{uai}/learners/{}", pupils[1].id)).await?;
    see(client, "#certifications ~ table", "Télécharger en PDF").await?;
    see(client, "dl.facts", "Oui, 5 compétences au niveau 1 ou plus").await?;
    shot("04-pupil").await?;
    browser.close().await?;

    let browser = Browser::open(look).await?;
    let member = a_member(uai, Role::Member).await?;
    enter(&browser.client, &member).await?;
    go(&browser.client, &format!("/schools/{uai}/follow-up")).await?;
    see(&browser.client, "main", "Un administrateur de l’espace peut télécharger").await?;
    anyhow::ensure!(
        browser.client.find_all(Locator::Css(".downloads")).await?.is_empty(),
        "a member is offered a file"
    );
    browser.close().await
}

#[test]
fn a_year_at_a_desk() {
    run(a_year_in_a_browser(DESKTOP, "desktop", 307));
}

#[test]
fn a_year_on_a_phone() {
    run(a_year_in_a_browser(PHONE, "phone", 308));
}

#[test]
fn a_year_without_scripts() {
    run(a_year_in_a_browser(WITHOUT_SCRIPTS, "no-js", 309));
}
