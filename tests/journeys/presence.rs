//! Who still comes: visits that are noted, access that is suspended, and the yearly review of the team.

use jiff::SignedDuration;
use rentree_domain::Uai;
use rentree_table::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, go, picture, see, sign_in};
use crate::support::campaigns::a_campaign;
use crate::support::clock::HandClock;
use crate::support::links::an_activation;
use crate::support::people::{Person, a_member, a_team, somebody};
use crate::support::{product, run_by};

const DAY: i64 = 24;

/// So many days later, everybody signs in again.
async fn later(clock: &HandClock, days: i64, people: &mut [&mut Person]) -> anyhow::Result<()> {
    clock.set(SignedDuration::from_hours(days * DAY));
    for person in people {
        person.open_session().await?;
    }
    Ok(())
}

async fn row(by: &Person, uai: Uai, of: &Person) -> anyhow::Result<Value> {
    let team = by.get(&format!("/schools/{uai}/team")).await?.expect(200)?;
    let rows = team["members"].as_array().cloned().unwrap_or_default();
    Ok(rows.into_iter().find(|row| row["id"] == json!(of.id)).expect("in the team"))
}

async fn logged(by: &Person, uai: Uai, action: &str) -> anyhow::Result<usize> {
    let log = by.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
    let entries = log["entries"].as_array().cloned().unwrap_or_default();
    Ok(entries.iter().filter(|entry| entry["action"] == action).count())
}

async fn leads_to(person: &Person) -> anyhow::Result<String> {
    let answer = person.request(Method::GET, "/").send().await?;
    Ok(answer.headers()["location"].to_str()?.to_owned())
}

/// Of the first members nobody knows when they came, nor of who joined before today and never did.
#[test]
fn who_never_came_is_told_as_that() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, mut head) = a_team().await?;
        let mut member = somebody().await?;
        member.post("/spaces/request", &json!({ "uai": uai })).await?.expect(202)?;
        let accept = format!("/schools/{uai}/access-requests/{}/accept", member.id);
        head.post(&accept, &json!({"role": "member"})).await?.expect(200)?;
        later(&CLOCK, 3, &mut [&mut head, &mut member]).await?;
        let team = format!("/schools/{uai}/team");
        for path in [team.clone(), format!("{team}/review")] {
            let page = head.page(&path).await?;
            assert!(page.contains("Aucune visite notée"), "{path}: {page}");
        }
        member.get(&format!("/schools/{uai}/learners")).await?.expect(200)?;
        let page = head.page(&team).await?;
        assert!(page.contains("Dernière visite le") && !page.contains("Aucune visite notée"), "{page}");
        Ok(())
    });
}

/// Thirteen months without a visit, whatever page it would have been, suspend an access until an administrator says yes; of
/// administrators who were all away, whoever comes first comes in.
#[test]
fn who_stayed_away_is_let_in_by_an_administrator() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, mut head) = a_team().await?;
        let mut second = a_member(uai, Role::Administrator).await?;
        let (mut away, mut regular) = (a_member(uai, Role::Member).await?, a_member(uai, Role::Member).await?);
        let path = |rest: &str| format!("/schools/{uai}{rest}");

        // Any page of the space is a visit, that of another function, too.
        later(&CLOCK, 200, &mut [&mut regular]).await?;
        regular.get(&path("/certifications")).await?.expect(200)?;

        later(&CLOCK, 398, &mut [&mut head, &mut second, &mut away, &mut regular]).await?;
        regular.get(&path("/learners")).await?.expect(200)?;
        // Nobody administers who was there of late: the first one comes in, and the others wait for a word.
        head.get(&path("")).await?.expect(200)?;
        for suspended in [&second, &away] {
            for page in ["", "/learners", "/campaigns", "/certifications", "/team"] {
                let refused = suspended.get(&path(page)).await?;
                assert_eq!((refused.status, refused.code()), (403, "suspended"), "{page}: {}", refused.body);
            }
        }
        let page = away.page(&path("/learners")).await?;
        assert!(page.contains("Votre accès à cet espace est suspendu") && page.contains("13 mois"), "{page}");
        assert!(!page.contains(&path("/campaigns")), "nothing of the space is around it");
        assert_eq!(leads_to(&away).await?, path(""), "and there they are told");

        let told = row(&head, uai, &away).await?;
        assert_eq!(told["is_suspended"], true, "{told}");
        assert!(told["came_at"].as_str().is_some(), "{told}");
        assert_eq!(row(&head, uai, &regular).await?["is_suspended"], false);
        let told = row(&regular, uai, &away).await?;
        assert_eq!(told["came_at"], Value::Null, "members are not told when a colleague came");
        let keep = path(&format!("/members/{}/keep", away.id));
        assert_eq!(regular.post(&keep, &json!({})).await?.status, 403);
        assert_eq!(second.post(&keep, &json!({})).await?.code(), "suspended");
        for _ in 0..2 {
            head.post(&keep, &json!({})).await?.expect(200)?;
        }
        assert_eq!(logged(&head, uai, "access_confirmed").await?, 1, "a second click says nothing new");
        away.get(&path("/learners")).await?.expect(200)?;
        assert_eq!(row(&head, uai, &away).await?["is_suspended"], false);

        // The school's mailbox says that somebody belongs there, too.
        let third = a_member(uai, Role::Administrator).await?;
        let mut recovered = third;
        CLOCK.set(SignedDuration::from_hours(2 * 398 * DAY));
        head.open_session().await?;
        second.open_session().await?;
        recovered.open_session().await?;
        head.get(&path("")).await?.expect(200)?;
        assert_eq!(recovered.get(&path("")).await?.code(), "suspended");
        let link = an_activation(uai, CLOCK.now()).await?;
        recovered.post(&link, &json!({"way": "signed_in"})).await?.expect(200)?;
        recovered.get(&path("")).await?.expect(200)?;
        recovered.post(&path("/leave"), &json!({})).await?.expect(200)?;

        // The only one who could let them in leaves: who is then the last administrator comes in.
        head.post(&path("/leave"), &json!({})).await?.expect(200)?;
        second.get(&path("/team")).await?.expect(200)?;
        Ok(())
    });
}

/// After 1 August an administrator who signs in is led to the review, until somebody did it; nothing is removed that was not chosen.
#[test]
fn the_team_is_reviewed_once_a_year() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, mut head) = a_team().await?;
        let mut teacher = a_member(uai, Role::Member).await?;
        let review = format!("/schools/{uai}/team/review");
        let answer = |decisions: &[(&str, &Person)], to: &str| {
            let decisions: Vec<_> = decisions.iter().map(|(what, who)| format!("{what}:{}", who.id)).collect();
            json!({"decisions": decisions, "campaigns_to": to})
        };
        head.post(&review, &answer(&[("keep", &teacher)], "")).await?.expect(200)?;
        assert_eq!(leads_to(&head).await?, format!("/schools/{uai}"));

        later(&CLOCK, 366, &mut [&mut head, &mut teacher]).await?;
        let mut left = a_member(uai, Role::Administrator).await?;
        left.open_session().await?;
        let campaign = a_campaign(uai, &left, "D’avant").await?;
        assert_eq!(leads_to(&head).await?, review);
        assert_eq!(leads_to(&teacher).await?, format!("/schools/{uai}"));
        assert_eq!(head.get(&format!("/schools/{uai}")).await?.expect(200)?["is_review_due"], true);
        assert_eq!(teacher.get(&format!("/schools/{uai}")).await?.expect(200)?["is_review_due"], false);
        let page = head.get(&review).await?.expect(200)?;
        assert_eq!(page["members"].as_array().map(Vec::len), Some(2), "everybody but oneself: {page}");

        // Nobody is decided about by silence, nor are campaigns given to who goes.
        let to_left = left.id.to_string();
        for wrong in [
            answer(&[], ""),
            answer(&[("keep", &teacher)], ""),
            answer(&[("keep", &teacher), ("drop", &left)], ""),
            answer(&[("keep", &teacher), ("remove", &left)], &to_left),
        ] {
            assert_eq!(head.post(&review, &wrong).await?.status, 422, "{wrong}");
        }
        assert_eq!(product().table.members(uai).await?.len(), 3);

        let done = answer(&[("keep", &teacher), ("remove", &left)], &teacher.id.to_string());
        let done = head.post(&review, &done).await?.expect(200)?;
        assert_eq!((&done["kept"], &done["removed"]), (&json!([teacher.id]), &json!([left.id])));
        assert_eq!(left.get(&format!("/schools/{uai}/team")).await?.status, 404);
        let passed_on = product().table.campaign(uai, campaign).await?.expect("a campaign");
        assert_eq!(passed_on.owner, Some(teacher.id));
        assert_eq!((logged(&head, uai, "team_reviewed").await?, logged(&head, uai, "removed").await?), (2, 1));
        assert_eq!(leads_to(&head).await?, format!("/schools/{uai}"));
        Ok(())
    });
}

/// The head comes back in September: the review before anything else, then the home.
async fn in_september(look: Look, name: &str, clock: &HandClock) -> anyhow::Result<()> {
    clock.set(SignedDuration::ZERO);
    let (uai, mut head) = a_team().await?;
    let away = a_member(uai, Role::Member).await?;
    a_campaign(uai, &away, "Évaluation de l’an dernier").await?;
    let review = format!("/schools/{uai}/team/review");
    let body = json!({"decisions": [format!("keep:{}", away.id)]});
    head.post(&review, &body).await?.expect(200)?;

    later(clock, 400, &mut [&mut head]).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-presence-{page}")).await;
    go(client, "/sign-in").await?;
    sign_in(client, &head).await?;
    // After thirty days administrators are asked for a second factor first, and may go on.
    see(client, "h1", "Validation en deux étapes").await?;
    go(client, "/").await?;
    see(client, "h1", "Vérifier l’équipe").await?;
    shot("01-review").await?;
    click(client, "main form .actions a").await?;
    see(client, "#tasks ~ ul, section[aria-labelledby=tasks]", "L’équipe est à vérifier").await?;
    shot("02-home").await?;
    go(client, &format!("/schools/{uai}/team")).await?;
    see(client, "main", "Accès suspendu").await?;
    shot("03-team").await?;

    let suspended = Browser::open(look).await?;
    go(&suspended.client, "/sign-in").await?;
    sign_in(&suspended.client, &away).await?;
    see(&suspended.client, "h1", "Votre accès à cet espace est suspendu").await?;
    picture(&suspended, look, &format!("{name}-presence-04-suspended")).await?;

    click(client, "form[action$='/keep'] button").await?;
    see(client, "[role=status]", "est rétabli").await?;
    suspended.client.goto(&format!("{}/schools/{uai}", product().url)).await?;
    see(&suspended.client, "h1", "Accueil").await?;
    suspended.close().await?;

    go(client, &review).await?;
    click(client, "select[name=decisions] option[value^=remove]").await?;
    click(client, "main form .actions button").await?;
    see(client, "[role=status]", "L’équipe est vérifiée").await?;
    go(client, "/").await?;
    see(client, "h1", "Accueil").await?;
    browser.close().await
}

#[test]
fn september_at_a_desk() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), in_september(DESKTOP, "desktop", &CLOCK));
}

#[test]
fn september_on_a_phone() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), in_september(PHONE, "phone", &CLOCK));
}

#[test]
fn september_without_scripts() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), in_september(WITHOUT_SCRIPTS, "no-scripts", &CLOCK));
}
