//! A campaign in a real browser: created, shown on the board, followed, exported, archived. With JavaScript and without, on a
//! desktop and on a phone.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{CampaignId, CourseTry};
use rentree_table::{JoinAttempt, JoinOutcome};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, fill, go, picture, property, see, text_of,
};
use crate::support::campaigns::{a_campaign, campaigns_of, course_token, join, token_of_try};
use crate::support::schools::{a_school_of, class};
use crate::support::{product, run};

/// Twelve classes of 25, from a class that nobody joined to one that is through.
const CLASSES: [&str; 12] = ["6A", "6B", "6C", "5A", "5B", "5C", "4A", "4B", "4C", "3A", "3B", "3 PREPA MET"];

async fn progress(uai: rentree_domain::Uai, campaign: CampaignId) -> anyhow::Result<()> {
    for (number, division) in CLASSES.iter().enumerate() {
        let class = class(uai, division).await?;
        let (joined, started, sent) = (number * 25 / 11, number * 22 / 11, number * number * 20 / 121);
        join(uai, campaign, &class[..joined]).await?;
        let now = Timestamp::now();
        for (place, pupil) in class[..started].iter().enumerate() {
            let event = if place < sent {
                let score = rentree_domain::Score::new(u8::try_from(30 + (place * 7 + number) % 70)?)?;
                rentree_domain::progress::ProgressEvent::Sent { at: now, score, profile: None }
            } else {
                rentree_domain::progress::ProgressEvent::Started { at: now }
            };
            product().table.record_progress(campaign, (pupil.id, CourseTry::default()), event).await?;
        }
    }
    let tied = class(uai, "6A").await?[3].id;
    for (minutes, outcome, learner) in
        [(90, JoinOutcome::Nobody, None), (40, JoinOutcome::TiedElsewhere, Some(tied)), (2, JoinOutcome::Limited, None)]
    {
        let at = Timestamp::now() - SignedDuration::from_mins(minutes);
        let attempt = JoinAttempt::new(at, rentree_runtime::random(), outcome, learner);
        product().table.note_join_attempt(campaign, &attempt).await?;
    }
    Ok(())
}

async fn a_campaign_in_a_browser(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let (uai, person, _) = a_school_of(&CLASSES.map(|division| (division, 25)), seed).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-campaigns-{page}")).await;
    enter(client, &person).await?;
    click(client, "nav a[href$='/campaigns']").await?;
    see(client, "main", "Aucune campagne pour l’instant").await?;
    shot("01-none").await?;

    // A mistake, then none; what was typed stays.
    click(client, "a[href$='/campaigns/new']").await?;
    see(client, "h1", "Créer une campagne").await?;
    shot("02-new").await?;
    fill(client, "#new-message", "Bonjour à toutes et à tous.").await?;
    click(client, "main form button").await?;
    see(client, "[role=alert]", "2 champs sont à corriger").await?;
    see(client, "#new-message", "Bonjour à toutes").await?;
    shot("03-refused").await?;
    fill(client, "#new-title", "Évaluation de rentrée, 6e à 3e").await?;
    click(client, "#new-course option[value=competences-numeriques-6e]").await?;
    click(client, "main form button").await?;
    see(client, "[role=status]", "La campagne est créée").await?;
    see(client, ".board", "/campagnes").await?;
    let (_, campaign) = &campaigns_of(uai).await?[0];
    let shown = text_of(client, fantoccini::Locator::Css(".board .code")).await?;
    let shown: String = shown.split_whitespace().collect();
    assert_eq!(shown, campaign.code.as_str());
    shot("04-created").await?;

    // Followed.
    let id = campaigns_of(uai).await?[0].0;
    progress(uai, id).await?;
    go(client, &format!("/schools/{uai}/campaigns/{id}")).await?;
    see(client, "table.numbers", "3 PREPA MET").await?;
    shot("05-followed").await?;
    if look.javascript {
        for (place, part) in [(".board", "board"), (".legend", "chart"), ("table.numbers", "classes")] {
            client.execute(&format!("document.querySelector('{place}').scrollIntoView()"), vec![]).await?;
            browser.screenshot(&format!("{name}-campaigns-05-followed-{part}")).await?;
        }
    }
    click(client, "main > details:last-of-type summary").await?;
    see(client, "main", "a déjà un compte").await?;
    shot("06-attempts").await?;
    click(client, "#division option[value='3A']").await?;
    click(client, "#state option[value=started]").await?;
    click(client, "form.filter button").await?;
    see(client, "main", "sur 300").await?;
    shot("07-filtered").await?;

    // The list, the archive, and back.
    click(client, "nav a[href$='/campaigns']").await?;
    see(client, "table", "Évaluation de rentrée").await?;
    shot("08-list").await?;
    click(client, "tbody a").await?;
    click(client, "main a[href$='/archive']").await?;
    see(client, "h1", "Archiver la campagne").await?;
    click(client, "button.grave").await?;
    see(client, "[role=status]", "La campagne est archivée").await?;
    shot("09-archived").await?;
    go(client, &format!("/schools/{uai}/campaigns?archived=true")).await?;
    see(client, "h1", "Campagnes archivées").await?;
    shot("10-archive").await?;
    click(client, "tbody a").await?;
    click(client, "form[action$='/restore'] button").await?;
    see(client, "[role=status]", "de nouveau active").await?;
    browser.close().await
}

#[test]
fn a_campaign_at_a_desk() {
    run(a_campaign_in_a_browser(DESKTOP, "desktop", 51));
}

#[test]
fn a_campaign_on_a_phone() {
    run(a_campaign_in_a_browser(PHONE, "phone", 52));
}

#[test]
fn a_campaign_without_scripts() {
    run(a_campaign_in_a_browser(WITHOUT_SCRIPTS, "no-scripts", 53));
}

/// The largest schools have forty classes: two drawings, each on a page of paper of its own.
#[test]
fn forty_classes_stay_readable() {
    run(async {
        let names: Vec<String> = (1..=40).map(|number| format!("{}E{number:02}", 3 + number % 4)).collect();
        let classes: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 2)).collect();
        let (uai, person, _) = a_school_of(&classes, 55).await?;
        let id = a_campaign(uai, &person, "Toutes les classes").await?;
        for name in names.iter().step_by(3) {
            join(uai, id, &class(uai, name).await?[..1]).await?;
        }
        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        enter(client, &person).await?;
        go(client, &format!("/schools/{uai}/campaigns/{id}")).await?;
        see(client, "table.numbers", "3E40").await?;
        see(client, "main > p a[href='#pupils']", "Aller à la liste des élèves").await?;
        picture(&browser, DESKTOP, "desktop-campaigns-11-forty").await?;
        client.execute("document.querySelector('.legend').scrollIntoView()", vec![]).await?;
        browser.screenshot("desktop-campaigns-11-forty-chart").await?;
        let count =
            "return [...document.querySelectorAll('svg[role=img]')].map((svg) => svg.querySelectorAll('.name').length)";
        assert_eq!(client.execute(count, vec![]).await?, serde_json::json!([20, 20]));
        // No letter of the drawing is smaller than what people read, and none lies over another row.
        let rows = "return [...document.querySelectorAll('svg[role=img] .name')].map((name) => name.getBoundingClientRect()).every((box, n, all) => box.height >= 12 && (n % 20 === 0 || box.top >= all[n - 1].bottom))";
        assert_eq!(client.execute(rows, vec![]).await?, true);
        browser.paper("desktop-campaigns-11-forty").await?;
        browser.close().await
    });
}

/// The platform of one machine tells the product, over HTTP and signed, what a pupil does.
#[test]
fn the_demo_course_tells_what_a_pupil_does() {
    run(async {
        for (look, name) in [(DESKTOP, "desktop"), (PHONE, "phone")] {
            let (uai, person, _) = a_school_of(&[("6A", 2)], 54).await?;
            let id = a_campaign(uai, &person, "Rentrée").await?;
            let class = class(uai, "6A").await?;
            join(uai, id, &class[..1]).await?;
            let (_, campaign) = &campaigns_of(uai).await?[0];
            let settings = product().stack.function_settings("CampaignsFunction")?;
            let catalogue = rentree_domain::Catalogue::parse(settings.required("COURSES")?)?;
            let link = catalogue.find(&campaign.course).unwrap().link(&course_token(id, class[0].id), &campaign.code);

            let browser = Browser::open(look).await?;
            let client = &browser.client;
            client.goto(&link).await?;
            see(client, "h1", "Parcours de démonstration").await?;
            picture(&browser, look, &format!("{name}-campaigns-20-course")).await?;
            click(client, "button[value=started]").await?;
            see(client, "[role=status]", "Vous avez commencé le parcours").await?;
            fill(client, "#score", "62").await?;
            click(client, "button[value=sent]").await?;
            let told = crate::support::eventually("the result is known", async || {
                let part = product().table.participation(id, class[0].id).await?.unwrap();
                Ok(part.score.map(|score| (score.per_cent(), part.progress())))
            })
            .await?;
            assert_eq!(told, (62, rentree_domain::Progress::Sent));

            // A later result holds.
            client.goto(&link).await?;
            fill(client, "#score", "63").await?;
            click(client, "button[value=sent]").await?;
            crate::support::eventually("the later result holds", async || {
                let part = product().table.participation(id, class[0].id).await?.unwrap();
                Ok(part.score.filter(|score| score.per_cent() == 63))
            })
            .await?;

            // What is no result is refused, and so is somebody who has not joined.
            client.goto(&link).await?;
            fill(client, "#score", "64").await?;
            fill(client, "#competences", "17").await?;
            fill(client, "#points", "320").await?;
            click(client, "button[value=sent]").await?;
            see(client, "[role=alert]", "a number of competences").await?;
            let typed = property(client, "#competences", "value").await?;
            assert_eq!(typed.as_deref(), Some("17"), "what was typed stays");
            picture(&browser, look, &format!("{name}-campaigns-21-course-refused")).await?;
            client.goto(&catalogue.courses()[0].link(&course_token(id, class[1].id), &campaign.code)).await?;
            click(client, "button[value=started]").await?;
            see(client, "[role=alert]", "n’a pas rejoint").await?;

            // A link that is over, or was changed, leads back.
            let over = token_of_try(id, class[0].id, 0, Timestamp::now() - SignedDuration::from_secs(1));
            for token in [over.as_str(), "a.b.c"] {
                client.goto(&catalogue.courses()[0].link(token, &campaign.code)).await?;
                see(client, "[role=status]", "Ce lien ne mène plus au parcours").await?;
            }
            browser.close().await?;
        }
        Ok(())
    });
}
