//! "Back" and "reload" where a form was answered in place: no browser asks to send it again, and a page of ours is there.

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::{Client, Locator};
use jiff::SignedDuration;
use rentree_table::{Role, School};
use reqwest::Method;
use reqwest::header::{ACCEPT, LOCATION};
use serde_json::json;

use crate::contracts::every_route;
use crate::support::browser::{Browser, Look, WHOLE, click, enter, fill, find, go, see, sign_in};
use crate::support::classes::{PUPIL_PASSWORD, a_campaign, a_class, a_first_name};
use crate::support::clock::HandClock;
use crate::support::desk::Desk;
use crate::support::ent::{Reply, a_computer};
use crate::support::mails::{mail_to, mails_to, no_mail_is_pending};
use crate::support::people::{PASSWORD, a_client, a_member, a_team, an_email};
use crate::support::{a_uai, product, pupils, run, run_by};

/// The page is one of the product, whatever the browser would like to say instead.
async fn is_ours(client: &Client, heading: &str) -> anyhow::Result<()> {
    see(client, "h1", heading).await?;
    see(client, "footer", "Mentions légales").await
}

/// A child who joins, goes back as far as it goes, and forward again; with scripts, one who is told of a mistake first: going back to a form
/// with errors brings the question of a browser that has none.
async fn a_pupil_goes_back(look: Look) -> anyhow::Result<()> {
    let karine = a_first_name("Karine");
    let class = a_class(&[(&karine, "DUNORD", "10/03/2014")]).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let tell = async |birth_date: &str| {
        fill(client, "#who-first_name", &karine).await?;
        fill(client, "#who-last_name", "Dunord").await?;
        fill(client, "#who-birth_date", birth_date).await?;
        click(client, "form[action$='/identity'] button").await
    };
    go(client, &class.path("")).await?;
    if look.javascript {
        tell("11/03/2014").await?;
        see(client, "[role=alert]", "n’a ces nom, prénom et date de naissance").await?;
        client.refresh().await?;
        is_ours(client, "Évaluation de rentrée").await?;
    }
    tell("10/03/2014").await?;
    see(client, "main", "Il ne reste qu’à créer votre compte").await?;
    client.back().await?;
    find(client, Locator::Css("#who-first_name")).await?;
    client.forward().await?;
    see(client, "main", "Il ne reste qu’à créer votre compte").await?;
    client.refresh().await?;
    see(client, "main", "Il ne reste qu’à créer votre compte").await?;
    let address = client.current_url().await?;
    let account = format!("{}?{}", address.path(), address.query().unwrap_or_default());
    assert!(!account.contains(&karine) && !account.to_lowercase().contains("dunord"), "{account}");
    if look.javascript {
        fill(client, "#new-password", "velours").await?;
        click(client, "button[value=user_name]").await?;
        see(client, "[role=alert]", "n’a ni majuscule ni chiffre").await?;
    }
    fill(client, "#new-password", PUPIL_PASSWORD).await?;
    click(client, "button[value=user_name]").await?;
    see(client, "[role=status]", "Vous avez rejoint la campagne").await?;
    let pages = if look.javascript { 3 } else { 2 };
    for _ in 0..pages {
        client.back().await?;
        is_ours(client, "Évaluation de rentrée").await?;
    }
    see(client, "main", "Vous avez rejoint la campagne").await?;
    assert_eq!(class.joined().await?.len(), 1);

    // The next child takes the tablet, and finds nothing of the one before.
    click(client, "main form[action='/sign-out'] button").await?;
    find(client, Locator::Css("#who-first_name")).await?;
    see(client, "[role=status]", "Vous êtes déconnecté(e).").await?;
    assert_eq!(client.current_url().await?.path(), class.path(""));
    go(client, &account).await?;
    see(client, "[role=alert]", "Indiquez à nouveau qui vous êtes").await?;
    find(client, Locator::Css("#who-first_name")).await?;
    browser.close().await
}

#[test]
fn a_pupil_goes_back_while_joining() {
    run(a_pupil_goes_back(WHOLE));
}

#[test]
fn a_pupil_goes_back_while_joining_without_scripts() {
    run(a_pupil_goes_back(Look { javascript: false, ..WHOLE }));
}

/// A question that was answered by "no" is behind who answered it, also without scripts.
#[test]
fn a_pupil_goes_back_after_a_no() {
    run(async {
        let emma = a_first_name("Emma");
        let class = a_class(&[(&emma.replacen("Emma", "Emmy", 1), "MARTIN", "12/05/2013")]).await?;
        let browser = Browser::open(Look { javascript: false, ..WHOLE }).await?;
        let client = &browser.client;
        go(client, &class.path("")).await?;
        fill(client, "#who-first_name", &emma).await?;
        fill(client, "#who-last_name", "Martin").await?;
        fill(client, "#who-birth_date", "12/05/2013").await?;
        click(client, "form[action$='/identity'] button").await?;
        see(client, "h2", "Êtes-vous").await?;
        // A wrong letter is mended: what was typed is there again.
        click(client, "main a[href*='correct=true']").await?;
        let typed = find(client, Locator::Css("#who-first_name")).await?.prop("value").await?;
        assert_eq!(typed, Some(emma.clone()));
        client.back().await?;
        see(client, "h2", "Êtes-vous").await?;
        click(client, "button[value=no]").await?;
        see(client, "[role=status]", "Demandez à votre enseignant").await?;
        client.refresh().await?;
        see(client, "[role=status]", "Demandez à votre enseignant").await?;
        client.back().await?;
        see(client, "h2", "Êtes-vous").await?;
        client.forward().await?;
        see(client, "[role=status]", "Demandez à votre enseignant").await?;
        browser.close().await
    });
}

/// Two children on one tablet, in two tabs; another campaign; another browser; ten minutes; an account; the next child.
#[test]
fn what_came_of_saying_who_one_is_is_shown_again_for_a_while() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let names = [a_first_name("Karine"), a_first_name("Nina")];
        let class = a_class(&[(&names[0], "DUNORD", "10/03/2014"), (&names[1], "ROY", "12/03/2014")]).await?;
        let (_, other) = a_campaign(class.uai).await?;
        let mut tablet = a_computer();
        let mut led_to = Vec::new();
        for index in [0, 1] {
            let led = tablet.page_after(&class.path("/identity"), &class.identity(index)).await?;
            assert_eq!(led.status, 303, "{}", led.text);
            led_to.push(led.location().to_owned());
        }
        for _ in 0..2 {
            for (address, name) in led_to.iter().zip(&names) {
                let page = tablet.page(address).await?;
                assert!(page.text.contains(&format!("Bonjour {name}")), "{}: {}", page.status, page.text);
                assert!(!address.contains(name) && !address.to_lowercase().contains("dunord"), "{address}");
            }
        }

        let is_past = |page: &Reply| {
            let is_kind =
                page.text.contains("Indiquez à nouveau qui vous êtes") && page.text.contains("name=\"birth_date\"");
            page.status == 200 && is_kind && !page.text.contains("Bonjour")
        };
        let elsewhere = led_to[0].replace(&class.code.to_string(), &other.to_string());
        for page in [tablet.page(&elsewhere).await?, a_computer().page(&led_to[0]).await?] {
            assert!(is_past(&page), "{}: {}", page.status, page.text);
        }
        CLOCK.set(SignedDuration::from_mins(10));
        for address in &led_to {
            let page = tablet.page(address).await?;
            assert!(is_past(&page), "{}: {}", page.status, page.text);
        }

        // Who is in finds the campaign there; after signing out, nobody finds anything, however soon.
        let led = tablet.page_after(&class.path("/identity"), &class.identity(0)).await?;
        let address = led.location().to_owned();
        let mut fields = class.identity(0);
        fields["password"] = PUPIL_PASSWORD.into();
        assert_eq!(tablet.post(&class.path("/account"), &fields).await?.status, 201);
        let page = tablet.page(&address).await?;
        assert_eq!((page.status, page.location()), (303, class.path("").as_str()));
        assert!(tablet.post("/sign-out", &json!({})).await?.status < 400);
        let page = tablet.page(&address).await?;
        assert!(is_past(&page), "{}: {}", page.status, page.text);
        // A form with errors that is loaded again leads to the campaign.
        let page = tablet.page(&class.path("/identity")).await?;
        assert_eq!((page.status, page.location()), (303, class.path("").as_str()));
        Ok(())
    });
}

/// A child who finds the step of the one before begins anew: "back" then shows nothing of that one, and no form hands it on.
#[test]
fn whoever_begins_anew_ends_what_another_child_left() {
    run(async {
        let karine = a_first_name("Karine");
        let class = a_class(&[(&karine, "DUNORD", "10/03/2014")]).await?;
        let mut tablet = a_computer();
        let led = tablet.page_after(&class.path("/identity"), &class.identity(0)).await?;
        let (left, anew) = (led.location().to_owned(), class.path("/identity?anew=true"));
        let page = tablet.page(&left).await?;
        assert!(page.text.contains(&karine) && page.text.contains(&format!("href=\"{anew}\"")), "{}", page.text);

        let led = tablet.page(&anew).await?;
        assert_eq!((led.status, led.location()), (303, class.path("").as_str()));
        let page = tablet.page(&left).await?;
        assert!(page.text.contains("Indiquez à nouveau qui vous êtes"), "{}: {}", page.status, page.text);
        assert!(!page.text.contains(&karine) && !page.text.contains("10/03/2014"), "{}", page.text);

        // The next child goes on from there.
        let led = tablet.page_after(&class.path("/identity"), &class.identity(0)).await?;
        assert!(tablet.page(led.location()).await?.text.contains("Il ne reste qu’à créer votre compte"));
        Ok(())
    });
}

/// Staff who mistype at the sign-in, in an invitation and in a campaign, and go back afterwards.
#[test]
fn staff_go_back_after_mistakes() {
    run(async {
        let (uai, head) = a_team().await?;
        let browser = Browser::open(WHOLE).await?;
        let client = &browser.client;
        go(client, "/sign-in").await?;
        fill(client, "#known-login", head.email().as_str()).await?;
        fill(client, "#known-password", "pas le bon mot").await?;
        click(client, "form[action='/sign-in'] button").await?;
        see(client, "[role=alert]", "incorrect").await?;
        sign_in(client, &head).await?;
        see(client, "h1", "Accueil").await?;
        client.back().await?;
        see(client, "footer", "Mentions légales").await?;

        go(client, &format!("/schools/{uai}/team")).await?;
        fill(client, "#invite-emails", "camille").await?;
        click(client, "form[action$='/invitations'] button").await?;
        see(client, "[role=alert]", "camille").await?;
        client.refresh().await?;
        is_ours(client, "Équipe").await?;
        fill(client, "#invite-emails", "camille").await?;
        click(client, "form[action$='/invitations'] button").await?;
        see(client, "[role=alert]", "camille").await?;
        fill(client, "#invite-emails", an_email().as_str()).await?;
        click(client, "#invite-role option[value=member]").await?;
        click(client, "form[action$='/invitations'] button").await?;
        see(client, "[role=status]", "l’invitation part").await?;
        client.back().await?;
        is_ours(client, "Équipe").await?;

        go(client, &format!("/schools/{uai}/campaigns/new")).await?;
        click(client, "main form button").await?;
        see(client, "[role=alert]", "corriger").await?;
        client.refresh().await?;
        is_ours(client, "Créer une campagne").await?;
        click(client, "main form button").await?;
        see(client, "[role=alert]", "corriger").await?;
        go(client, &format!("/schools/{uai}/team")).await?;
        client.back().await?;
        is_ours(client, "Créer une campagne").await?;
        assert_eq!(product().table.invitations(uai).await?.len(), 1);
        browser.close().await
    });
}

/// Two clicks, one after the other as fast as a hand can.
async fn click_twice(client: &Client, css: &str) -> anyhow::Result<()> {
    let button = find(client, Locator::Css(css)).await?;
    let there = MouseActions::new("hand".to_owned()).then(PointerAction::MoveToElement {
        element: button,
        duration: None,
        x: 0.0,
        y: 0.0,
    });
    let down = PointerAction::Down { button: MOUSE_BUTTON_LEFT };
    let up = PointerAction::Up { button: MOUSE_BUTTON_LEFT };
    let twice = there.then(down.clone()).then(up.clone()).then(down).then(up);
    Ok(client.perform_actions(twice).await?)
}

/// Forms of staff, sent by a double click: each does once what it does.
#[test]
fn a_double_click_is_one() {
    run(async {
        let (uai, head) = a_team().await?;
        let browser = Browser::open(WHOLE).await?;
        let client = &browser.client;
        go(client, "/sign-in").await?;
        fill(client, "#known-login", head.email().as_str()).await?;
        fill(client, "#known-password", PASSWORD).await?;
        click_twice(client, "form[action='/sign-in'] button").await?;
        see(client, "h1", "Accueil").await?;

        let guest = an_email();
        go(client, &format!("/schools/{uai}/team")).await?;
        fill(client, "#invite-emails", guest.as_str()).await?;
        click(client, "#invite-role option[value=member]").await?;
        click_twice(client, "form[action$='/invitations'] button").await?;
        see(client, "[role=status]", "l’invitation part").await?;
        assert_eq!(product().table.invitations(uai).await?.len(), 1);
        mail_to(guest.as_str(), 1).await?;

        go(client, &format!("/schools/{uai}/campaigns/new")).await?;
        fill(client, "#new-title", "Rentrée").await?;
        click(client, "#new-course option[value=competences-numeriques-6e]").await?;
        click_twice(client, "main form button:not([type=button])").await?;
        see(client, "[role=status]", "La campagne est créée").await?;
        let (campaigns, _) = product().table.campaigns(uai, &School::new("")).await?;
        assert_eq!(campaigns.len(), 1);

        click(client, "main a[href$='/archive']").await?;
        click_twice(client, "button.grave").await?;
        see(client, "main", "archivée").await?;
        go(client, "/spaces/request").await?;
        fill(client, "#ask-uai", a_uai().as_str()).await?;
        click_twice(client, "main form button").await?;
        see(client, "h1", "Rejoindre l’espace").await?;
        assert_eq!(head.get("/spaces").await?.expect(200)?["access_requests"].as_array().map(Vec::len), Some(1));
        no_mail_is_pending().await?;
        assert_eq!(mails_to(guest.as_str()).await?.len(), 1);
        browser.close().await
    });
}

/// Somebody who signs out in another tab, types on, and signs in again stands before the form, not before an error.
#[test]
fn signed_out_beside_a_form_leads_back_to_it() {
    run(async {
        let (uai, head) = a_team().await?;
        let browser = Browser::open(WHOLE).await?;
        let client = &browser.client;
        enter(client, &head).await?;
        go(client, &format!("/schools/{uai}/team")).await?;
        fill(client, "#invite-emails", "camille").await?;
        click(client, "form[action$='/invitations'] button").await?;
        see(client, "[role=alert]", "camille").await?;
        client.delete_all_cookies().await?;
        click(client, "form[action$='/invitations'] button").await?;
        see(client, "main", "Me connecter").await?;
        click(client, "main a[href^='/sign-in']").await?;
        sign_in(client, &head).await?;
        is_ours(client, "Équipe").await?;

        go(client, &format!("/schools/{uai}/campaigns/new")).await?;
        click(client, "main form button").await?;
        see(client, "[role=alert]", "corriger").await?;
        client.delete_all_cookies().await?;
        click(client, "main form button").await?;
        see(client, "main", "Me connecter").await?;
        click(client, "main a[href^='/sign-in']").await?;
        sign_in(client, &head).await?;
        is_ours(client, "Créer une campagne").await?;
        browser.close().await
    });
}

/// The address of a sign-in code shows one to whoever was led there. Where it was refused in place, it leads back to the pupil.
#[test]
fn a_sign_in_code_that_was_refused_leads_back_to_the_pupil() {
    run(async {
        let class = pupils::a_class(12).await?;
        let pupil = class.tie(0, pupils::by_user_name()).await?;
        let desk = Desk::of(&class.administrator);
        let page = class.path(&format!("/{}", pupil.learner));
        let asked = format!("{page}/sign-in-code?division=3EME+A");
        let refused = desk.send(Method::POST, &asked, Some(json!({}))).await?;
        assert!(refused.status == 409 && refused.text.contains("Aucune séance n’est ouverte"), "{}", refused.text);
        let again = desk.get(&asked).await?;
        assert_eq!((again.status, again.location), (303, format!("{page}?division=3EME+A")));
        assert_eq!(class.administrator.get(&asked).await?.code(), "too_late", "a program is told");
        Ok(())
    });
}

/// Every address where forms are sent leads browsers to a page, in one step or two.
#[test]
fn every_address_of_a_form_leads_to_a_page() {
    run(async {
        let uai = a_uai();
        product().table.create_school(uai, &School::new("Collège")).await?;
        let head = a_member(uai, Role::Administrator).await?;
        let routes: Vec<_> = every_route().into_iter().map(|(_, route)| route).collect();
        let is_read = |path: &str| routes.iter().any(|route| route.path == path && route.method == "GET");
        let sent = routes.iter().filter(|route| route.method == "POST" && !is_read(route.path));
        let of_programs = ["/api/token", "/certifications", "/participations/progress", "/mediacentre/acs"];
        for route in sent.filter(|route| !of_programs.contains(&route.path)) {
            let path = route.path.replace("{uai}", uai.as_str());
            let url = format!("{}{path}", product().url);
            let asked = a_client().request(Method::GET, url).header(ACCEPT, "text/html");
            let answer = asked.header("cookie", &head.cookie).send().await?;
            assert_eq!(answer.status(), 303, "{path}");
            let above = answer.headers()[LOCATION].to_str()?.to_owned();
            let pattern = above.replace(uai.as_str(), "{uai}").replace("%7B", "{").replace("%7D", "}");
            assert!(is_read(&pattern), "{path} leads to {above}, which is no page");
        }
        // Programs are told what the address takes.
        let told = head.get(&format!("/schools/{uai}/invitations")).await?;
        assert_eq!((told.status, told.code()), (405, "method_not_allowed"), "{}", json!(told.body));
        Ok(())
    });
}
