//! The name of an account, corrected by its owner: wherever colleagues are shown it, once in the log, and not of pupils.

use fantoccini::Locator;
use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_domain::limit::NAMES_BY_ACCOUNT;
use rentree_table::{AccessRequest, Role};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, click_on, enter, fill, go, picture, property, see,
};
use crate::support::campaigns::a_campaign;
use crate::support::forms::PageForm;
use crate::support::links::an_invitation;
use crate::support::people::{Person, a_client, a_member, a_team};
use crate::support::pupils::{a_class, by_mediacentre, by_user_name};
use crate::support::{a_uai, product, run, run_while_time_stands_still};

const PAGE: &str = "/account/name";

async fn call(person: &Person, first_name: &str, last_name: &str) -> anyhow::Result<Value> {
    let name = json!({"first_name": first_name, "last_name": last_name});
    person.post(PAGE, &name).await?.expect(200)
}

/// The names of the team.
async fn team(person: &Person, uai: Uai) -> anyhow::Result<Vec<String>> {
    let team = person.get(&format!("/schools/{uai}/team")).await?.expect(200)?;
    let names = team["members"].as_array().into_iter().flatten();
    Ok(names.map(|member| member["name"].as_str().unwrap_or_default().to_owned()).collect())
}

/// What the log tells of names: who it was, and who it was before.
async fn renamings(person: &Person, uai: Uai) -> anyhow::Result<Vec<(Value, Value)>> {
    let log = person.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
    let entries = log["entries"].as_array().into_iter().flatten().filter(|entry| entry["action"] == "renamed");
    Ok(entries.map(|entry| (entry["by"].clone(), entry["subject"].clone())).collect())
}

#[test]
fn a_corrected_name_is_shown_everywhere() {
    run(async {
        let (uai, head) = a_team().await?;
        let colleague = a_member(uai, Role::Member).await?;
        let (mine, other) = (a_campaign(uai, &head, "La mienne").await?, a_campaign(uai, &colleague, "L’autre").await?);
        let (invitation, link) = an_invitation(&head, uai, Timestamp::now()).await?;
        let elsewhere = a_uai();
        let request = AccessRequest::new(head.user.full_name(), head.email().clone(), Timestamp::now());
        assert!(product().table.ask_access(elsewhere, head.id, &request).await?, "asks");

        let told = call(&head, " Camille ", "Le  Goff").await?;
        assert_eq!((&told["first_name"], &told["last_name"]), (&json!("Camille"), &json!("Le Goff")));
        assert_eq!(head.get("/account").await?.expect(200)?["name"], "Camille Le Goff");
        let mut names = team(&colleague, uai).await?;
        names.sort_unstable();
        assert_eq!(names, ["Camille Le Goff", "Dominique Essai"]);
        for (id, owner) in [(mine, "Camille Le Goff"), (other, "Dominique Essai")] {
            assert_eq!(product().table.campaign(uai, id).await?.expect("it is there").owner_name, owner);
        }
        let invited = product().table.invitation(uai, invitation).await?.expect("it waits");
        assert_eq!(invited.invited_by, "Camille Le Goff");
        let page = a_client().get(format!("{}{link}", product().url)).header(ACCEPT, "text/html").send().await?;
        assert!(page.text().await?.contains("Camille Le Goff vous invite"));
        let asks = product().table.access_request(elsewhere, head.id).await?.expect("it waits");
        assert_eq!(asks.name, "Camille Le Goff");

        // Told once, with the name of before; what was done before keeps it.
        call(&head, "Camille", "Le Goff").await?;
        assert_eq!(renamings(&head, uai).await?, [(json!("Camille Le Goff"), json!("Dominique Essai"))]);
        let page = head.page(&format!("/schools/{uai}/audit")).await?;
        assert!(page.contains("Camille Le Goff a corrigé son nom, qui était Dominique Essai"), "{page}");
        assert!(page.contains("Dominique Essai a créé la campagne La mienne"), "{page}");
        Ok(())
    });
}

/// What was interrupted after the account had its name goes on with the same name given again; two clicks tell it once.
#[test]
fn the_same_name_again_mends_and_changes_nothing_else() {
    run(async {
        let (uai, head) = a_team().await?;
        let [first, last] = ["Camille", "Le Goff"].map(|name| rentree_domain::PersonName::parse(name).unwrap());
        product().table.rename(head.id, &first, &last).await?;
        assert_eq!(team(&head, uai).await?, ["Dominique Essai"]);
        let form = PageForm::on(&head, PAGE, PAGE).await?;
        let typed = [("first_name", "Camille"), ("last_name", "Le Goff")];
        let (one, two) = tokio::try_join!(form.send(&head, &typed), form.send(&head, &typed))?;
        assert_eq!((&one, &two), (&(303, "/account?done=name".to_owned()), &one));
        assert!(head.page("/account?done=name").await?.contains("Ouvrir mon espace"), "the way back");
        assert_eq!(team(&head, uai).await?, ["Camille Le Goff"]);
        assert_eq!(renamings(&head, uai).await?.len(), 1);
        Ok(())
    });
}

/// Each is told in every space: five a day, and the same again as often as it takes.
#[test]
fn a_few_names_a_day_are_enough() {
    run_while_time_stands_still(async {
        let (uai, head) = a_team().await?;
        for number in 0..NAMES_BY_ACCOUNT.count {
            let first_name = if number % 2 == 0 { "Camille" } else { "Claude" };
            for _ in 0..2 {
                call(&head, first_name, "Le Goff").await?;
            }
        }
        let refused = head.post(PAGE, &json!({"first_name": "Alix", "last_name": "Le Goff"})).await?;
        assert_eq!((refused.status, refused.code()), (429, "too_many"));
        assert_eq!(team(&head, uai).await?, ["Camille Le Goff"]);
        assert_eq!(renamings(&head, uai).await?.len(), NAMES_BY_ACCOUNT.count as usize);
        // What it has is given again all the same; and whoever works beside them is not held up.
        call(&head, "Camille", "Le Goff").await?;
        call(&a_member(uai, Role::Member).await?, "Alix", "Le Goff").await?;
        Ok(())
    });
}

/// The rules are those of a new account, each error at its field.
#[test]
fn what_is_no_name_is_refused() {
    run(async {
        let (uai, head) = a_team().await?;
        let long = "é".repeat(61);
        let refused: [(&str, &str, &[&str]); 3] = [
            ("", "Le Goff", &["first_name"]),
            ("Camille", "exemple.fr", &["last_name"]),
            ("  ", &long, &["first_name", "last_name"]),
        ];
        for (first_name, last_name, wrong) in refused {
            let name = json!({"first_name": first_name, "last_name": last_name});
            let refused = head.post(PAGE, &name).await?.expect(422)?;
            let errors = refused["errors"].as_array().into_iter().flatten();
            let fields: Vec<_> = errors.map(|error| error["field"].as_str().unwrap_or_default()).collect();
            assert_eq!(fields, wrong);
        }
        assert_eq!(team(&head, uai).await?, ["Dominique Essai"]);
        // No form of another site.
        let forged = a_client().post(format!("{}{PAGE}", product().url)).header(COOKIE, &head.cookie);
        let forged = forged.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body("first_name=A&last_name=B");
        assert_eq!(forged.send().await?.status(), 403);
        Ok(())
    });
}

/// A pupil's name is the school's to correct, until they join a team.
#[test]
fn pupils_are_named_by_their_school() {
    run(async {
        let class = a_class(2).await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let person = Person::new(pupil.id, pupil.user.clone()).await?;
        assert_eq!(person.get(PAGE).await?.expect(200)?["is_named_by_a_school"], true);
        let page = person.page(PAGE).await?;
        assert!(page.contains("dites-le à un enseignant") && !page.contains("<button>Enregistrer"), "{page}");
        let account = person.page("/account").await?;
        assert!(account.contains("Dites-le à un enseignant") && !account.contains("Corriger mon nom"), "{account}");
        let name = json!({"first_name": "Camille", "last_name": "Le Goff"});
        let told = person.post(PAGE, &name).await?;
        assert_eq!(told.status, 409);
        assert!(told.body["detail"].as_str().unwrap().contains("dites-le à un enseignant"), "{}", told.body);
        assert_eq!(pupil.now().await?.first_name, pupil.user.first_name);

        // By the Médiacentre: no other password is to be chosen first.
        let pupil = class.tie(1, by_mediacentre()).await?;
        let person = Person::new(pupil.id, pupil.user.clone()).await?;
        let (uai, administrator) = a_team().await?;
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        person.post(&link, &json!({"way": "signed_in"})).await?.expect(200)?;
        let page = person.page("/account").await?;
        assert!(page.contains(PAGE) && !page.contains("Dites-le à un enseignant"), "{page}");
        Ok(())
    });
}

/// Somebody finds a slip in their name on the page of the account, corrects it, after a mistake, and is told.
async fn a_correction(look: Look, name: &str) -> anyhow::Result<()> {
    let (uai, person) = a_team().await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &person).await?;
    go(client, "/account").await?;
    click_on(client, Locator::LinkText("Corriger mon nom")).await?;
    see(client, "h1", "Corriger votre nom").await?;
    assert_eq!(property(client, "#name-last_name", "value").await?.as_deref(), Some("Essai"));
    picture(&browser, look, &format!("{name}-own-name")).await?;
    fill(client, "#name-first_name", "Camille").await?;
    fill(client, "#name-last_name", "Le Goff 2").await?;
    click(client, "form[action='/account/name'] button").await?;
    see(client, "[role=alert]", "comporte des signes qui ne sont pas acceptés").await?;
    assert_eq!(property(client, "#name-first_name", "value").await?.as_deref(), Some("Camille"));
    picture(&browser, look, &format!("{name}-own-name-refused")).await?;
    fill(client, "#name-last_name", "Le Goff").await?;
    click(client, "form[action='/account/name'] button").await?;
    see(client, "[role=status]", "Votre nom est maintenant Camille Le Goff.").await?;
    picture(&browser, look, &format!("{name}-own-name-corrected")).await?;
    go(client, &format!("/schools/{uai}/team")).await?;
    see(client, "main", "Camille Le Goff").await?;
    browser.close().await
}

#[test]
fn a_name_is_corrected_at_a_desk() {
    run(a_correction(DESKTOP, "desktop"));
}

#[test]
fn a_name_is_corrected_on_a_phone() {
    run(a_correction(PHONE, "phone"));
}

#[test]
fn a_name_is_corrected_without_scripts() {
    run(a_correction(WITHOUT_SCRIPTS, "no-scripts"));
}
