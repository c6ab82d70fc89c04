//! Staff see on the campaign's page which pupil is held up, and let the pupil try: in a real browser, at a desk, on a phone, and without
//! scripts.

use rentree_domain::limit::GUESSES_BY_PUPIL;
use rentree_table::{AuditAction, Role};
use serde_json::json;

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, picture, see};
use crate::support::classes::{a_class, a_device, a_first_name, step};
use crate::support::people::a_member;
use crate::support::{product, run};

async fn staff_let_a_pupil_try(look: Look, name: &str) -> anyhow::Result<()> {
    let (first, second) = (a_first_name("Ophelie"), a_first_name("Bartholomé"));
    let class = a_class(&[
        (&first, "DURAND", "20/02/2014"),
        (&second, "DE LA ROCHEFOUCAULD-MONTBEL", "11/03/2014"),
        (&a_first_name("Victor"), "DURAND", "11/03/2014"),
    ])
    .await?;
    // Twice as many as a window allows: one may end meanwhile.
    for tried in 0..=2 * GUESSES_BY_PUPIL.count {
        for (first_name, last_name) in [(&first, "Durant"), (&second, "De La Rochefoucauld")] {
            let born = format!("{:02}/05/2014", 1 + tried);
            a_device()
                .tell(&class, &json!({"first_name": first_name, "last_name": last_name, "birth_date": born}))
                .await?;
        }
    }
    let teacher = a_member(class.uai, Role::Member).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &teacher).await?;
    go(client, &format!("/schools/{}/campaigns/{}", class.uai, class.campaign)).await?;
    see(client, "#held-up", "2 élèves ne peuvent pas rejoindre").await?;
    let panel = "section[aria-labelledby=held-up]";
    see(client, panel, &format!("DURAND {first}")).await?;
    picture(&browser, look, &format!("{name}-guessing-01-held-up")).await?;
    if look.javascript {
        client.execute("document.querySelector('#held-up').scrollIntoView()", vec![]).await?;
        browser.screenshot(&format!("{name}-guessing-01-held-up-panel")).await?;
    }

    let id = class.pupil(&first).await?.id;
    click(client, &format!("form[action$='/{id}/unblock'] button")).await?;
    see(client, "[role=status]", &format!("DURAND {first} peut réessayer tout de suite")).await?;
    see(client, "#held-up", "1 élève ne peut pas rejoindre").await?;
    picture(&browser, look, &format!("{name}-guessing-02-let-try")).await?;
    assert_eq!(step(&a_device().tell(&class, &class.identity(0)).await?.expect(200)?), "new_account");
    let log = product().table.audit_page(class.uai, None, 20).await?;
    assert!(log.entries.iter().any(|entry| entry.action == AuditAction::Unblocked));

    // The other one, from the pupil's own page.
    click(client, &format!("{panel} a")).await?;
    see(client, "h1", "ROCHEFOUCAULD").await?;
    // The page says so itself, and what is to be done stands open.
    see(client, ".panel.careful", "les essais sont refusés jusqu’au").await?;
    see(client, ".panel.careful", "Avec un code personnel, l’élève rejoint tout de suite").await?;
    picture(&browser, look, &format!("{name}-guessing-03-pupil")).await?;
    click(client, "form[action*='/unblock'] button").await?;
    see(client, "[role=status]", "ROCHEFOUCAULD").await?;
    see(client, "[role=status]", "peut réessayer tout de suite de rejoindre une campagne").await?;
    assert!(client.find_all(fantoccini::Locator::Css(".panel.careful")).await?.is_empty(), "held up no more");
    go(client, &format!("/schools/{}/campaigns/{}", class.uai, class.campaign)).await?;
    see(client, "h2", "Code de la campagne").await?;
    assert!(client.find_all(fantoccini::Locator::Id("held-up")).await?.is_empty());
    browser.close().await
}

#[test]
fn a_pupil_is_let_try_at_a_desk() {
    run(staff_let_a_pupil_try(DESKTOP, "desktop"));
}

#[test]
fn a_pupil_is_let_try_on_a_phone() {
    run(staff_let_a_pupil_try(PHONE, "phone"));
}

#[test]
fn a_pupil_is_let_try_without_scripts() {
    run(staff_let_a_pupil_try(WITHOUT_SCRIPTS, "plain"));
}
