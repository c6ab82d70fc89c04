//! What the service tells everybody: the guides, and the pages that a service must have. Their footer stands under every page.

use fantoccini::Locator;

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, find, go, picture, see};
use crate::support::people::{a_stranger, a_team};
use crate::support::{product, run};

const PAGES: [&str; 10] = [
    "/aide",
    "/aide/chefs-d-etablissement",
    "/aide/enseignants",
    "/aide/eleves",
    "/aide/fichier-des-eleves",
    "/service/contact",
    "/service/mentions-legales",
    "/service/confidentialite",
    "/service/cookies",
    "/service/accessibilite",
];

/// Nobody has to sign in; nothing is left to be filled in by a machine; every address that they name leads somewhere.
#[test]
fn every_address_in_them_leads_somewhere() {
    run(async {
        let stranger = a_stranger();
        for page in PAGES {
            let html = stranger.0.get(format!("{}{page}", product().url)).header("accept", "text/html").send().await?;
            assert_eq!(html.status(), 200, "{page}");
            let html = html.text().await?;
            assert!(!html.contains("{support}") && !html.contains("{publi") && !html.contains("{host}"), "{page}");
            for part in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert_eq!(html.matches(&format!(" id=\"{part}\"")).count(), 1, "{page} leads to #{part}");
            }
            for link in html.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()) {
                let address = format!("{}/{link}", product().url);
                let there = stranger.0.get(&address).header("accept", "text/html").send().await?.status().as_u16();
                // Where one has to sign in first, one is led there.
                assert!([200, 303].contains(&there), "{page} leads to /{link}: {there}");
            }
        }
        assert_eq!(stranger.get("/aide/parents").await?.status, 404);
        assert_eq!(stranger.get("/service/etat").await?.expect(200)?["has_data"], true);
        // Nobody takes what one machine says of its publisher for true.
        let notice = stranger.get("/service/mentions-legales").await?.expect(200)?;
        let notice = notice["markdown"].as_str().unwrap();
        assert!(notice.matches("inventé").count() == 6 && !notice.contains("à préciser"), "{notice}");
        let told = stranger.get("/service/cookies").await?.expect(200)?;
        assert!(told["title"] == "Cookies" && told["markdown"].as_str().unwrap().contains("__Host-session"));
        // What a pupil sees who is found, and what is asked of who nearly is.
        let told = stranger.get("/aide/eleves").await?.expect(200)?;
        let told = told["markdown"].as_str().unwrap().replace('\u{A0}', " ");
        for words in ["« Bonjour » et votre prénom", "« Ce n’est pas vous ? Recommencer »", "« Êtes-vous… ? »"]
        {
            assert!(told.contains(words), "{words}: {told}");
        }
        Ok(())
    });
}

async fn read(look: Look, name: &str) -> anyhow::Result<()> {
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    for page in PAGES.into_iter().chain(["/service/etat"]) {
        go(client, page).await?;
        find(client, Locator::Css("main h1")).await?;
        picture(&browser, look, &format!("{name}-guides{}", page.replace('/', "-"))).await?;
    }
    // From any page, by its footer; who is signed in stays so.
    let (uai, head) = a_team().await?;
    enter(client, &head).await?;
    click(client, "footer a[href='/aide']").await?;
    see(client, "h1", "Aide").await?;
    click(client, "main a[href='/aide/enseignants']").await?;
    find(client, Locator::Css("form[action='/sign-out']")).await?;
    // From where the file is asked for, to where it comes from.
    go(client, &format!("/schools/{uai}/imports")).await?;
    click(client, "form[action$='/imports'] button").await?;
    find(client, Locator::Css("#file")).await?;
    click(client, "main a[href='/aide/fichier-des-eleves']").await?;
    see(client, "h1", "Obtenir le fichier des élèves").await?;
    find(client, Locator::Css("main li svg")).await?;
    browser.close().await
}

#[test]
fn at_a_desk() {
    run(read(DESKTOP, "desktop"));
}

#[test]
fn on_a_phone() {
    run(read(PHONE, "phone"));
}

#[test]
fn without_scripts() {
    run(read(WITHOUT_SCRIPTS, "no-scripts"));
}
