//! A lesson in a real browser: a teacher opens it and shows a pupil a code; the pupil, elsewhere, signs in by it. At a desk, on a phone, and
//! without scripts.

use serde_json::json;

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, fill, find, go, in_sight, picture, see, text_of,
};
use crate::support::pupils::{a_class, by_user_name};
use crate::support::{eventually, run};

async fn a_lesson(look: Look, name: &str) -> anyhow::Result<()> {
    let class = a_class(12).await?;
    let pupil = class.tie(0, by_user_name()).await?;
    let campaign = format!("/schools/{}/campaigns/{}", class.uai, class.campaign);
    let (teacher, child) = (Browser::open(look).await?, Browser::open(look).await?);
    let (desk, seat) = (&teacher.client, &child.client);
    let shot = async |browser: &Browser, page: &str| picture(browser, look, &format!("{name}-lesson-{page}")).await;

    enter(desk, &class.administrator).await?;
    // Whoever reserves a campaign is told, on each page that offers it, who goes on nevertheless.
    let go_on = "Les élèves qui l’ont déjà rejointe continuent";
    go(desk, &format!("/schools/{}/campaigns/new", class.uai)).await?;
    see(desk, "#new-only_in_lessons-hint", go_on).await?;
    go(desk, &campaign).await?;
    see(desk, "section[aria-labelledby=lesson]", "On peut rejoindre cette campagne à tout moment").await?;
    see(desk, "section[aria-labelledby=lesson] form[action$='/joining']", go_on).await?;
    click(desk, "form[action$='/joining'] button").await?;
    see(desk, "[role=status]", "La campagne est réservée aux séances").await?;
    see(desk, "section[aria-labelledby=lesson]", "Personne ne peut rejoindre la campagne").await?;
    see(desk, "section[aria-labelledby=lesson]", go_on).await?;
    shot(&teacher, "01-bound").await?;
    let code = class.code().await?;
    go(seat, &format!("/campagnes/{code}")).await?;
    see(seat, "h2", "Aucune séance n’est ouverte").await?;
    shot(&child, "02-outside").await?;

    // The board says it, too, and opens a lesson without showing the class the names of the campaign's page.
    go(desk, &format!("{campaign}/board")).await?;
    see(desk, ".screen h2", "Aucune séance n’est ouverte").await?;
    shot(&teacher, "02-board").await?;
    click(desk, "form[action$='/lesson'] button").await?;
    find(desk, fantoccini::Locator::Css(".screen:not(:has(h2)) .code")).await?;
    see(desk, ".screen [role=status]", "La séance est ouverte jusqu’au").await?;
    class.administrator.post(&format!("{campaign}/lesson"), &json!({"act": "end"})).await?.expect(200)?;

    go(desk, &campaign).await?;
    click(desk, "form[action$='/lesson'] button").await?;
    see(desk, "[role=status]", "La séance est ouverte jusqu’au").await?;
    see(desk, "section[aria-labelledby=lesson]", "Une séance est ouverte jusqu’au").await?;
    see(desk, "section[aria-labelledby=lesson] a[href='#pupils']", "la liste des élèves").await?;
    shot(&teacher, "03-open").await?;
    let panel = "section[aria-labelledby=lesson]";
    in_sight(&teacher, look, panel, &format!("{name}-lesson-03-panel")).await?;
    click(seat, "main a.button").await?;
    see(seat, "h2", "Qui êtes-vous").await?;
    click(desk, "section[aria-labelledby=code] summary").await?;
    click(desk, "form[action$='/code'] button").await?;
    see(desk, "[role=status]", "La campagne a un nouveau code").await?;
    shot(&teacher, "04-new-code").await?;
    go(seat, &format!("/campagnes/{code}")).await?;
    see(seat, "h1", "Ce code a été remplacé").await?;

    // A pupil who forgot the password.
    go(desk, &class.path(&format!("/{}", pupil.learner))).await?;
    see(desk, "#sign-in-code", "Code de connexion").await?;
    shot(&teacher, "05-pupil").await?;
    click(desk, "form[action$='/sign-in-code'] button").await?;
    see(desk, "h1", "Code de connexion").await?;
    shot(&teacher, "06-code").await?;
    in_sight(&teacher, look, ".qr", &format!("{name}-lesson-06-qr")).await?;
    let shown = text_of(desk, fantoccini::Locator::Css(".keep code")).await?;
    if look.javascript {
        stays_as_it_is(desk).await?;
    }
    go(seat, "/sign-in").await?;
    see(seat, "a[href='/code']", "J’ai un code de connexion").await?;
    click(seat, "a[href='/code']").await?;
    see(seat, "h1", "Se connecter avec un code").await?;
    fill(seat, "#code-code", "nadu-reka-veta-473").await?;
    click(seat, "form[action='/code'] button").await?;
    see(seat, "[role=alert]", "Ce code n’est pas valable").await?;
    // A personal code looks alike: whoever typed one is told where it goes, and led there, whether it holds or not.
    see(seat, "[role=alert]", "Un code personnel se saisit sur la page de la campagne").await?;
    see(seat, "main a[href='/campagnes']", "Saisissez-le ici").await?;
    let kept = seat.find(fantoccini::Locator::Css("#code-code")).await?.prop("value").await?;
    assert_eq!(kept.as_deref(), Some("nadu-reka-veta-473"), "one wrong letter is mended, not the whole typed again");
    shot(&child, "07-wrong").await?;

    // The address of the QR code: a script fills the code in, and takes it out of the address; nothing is sent by itself.
    // With scripts, the page that stands there takes it, too.
    go(seat, &format!("/code#{shown}")).await?;
    if look.javascript {
        let typed = seat.execute("return document.querySelector('#code-code').value", vec![]).await?;
        assert_eq!(typed, json!(shown));
        assert!(!seat.current_url().await?.as_str().contains(&shown));
        go(seat, "/sign-in").await?;
        go(seat, &format!("/code#{shown}")).await?;
        let typed = seat.execute("return document.querySelector('#code-code').value", vec![]).await?;
        assert_eq!(typed, json!(shown));
        shot(&child, "08-filled").await?;
    } else {
        fill(seat, "#code-code", &shown).await?;
    }
    click(seat, "form[action='/code'] button").await?;
    see(seat, "h1", "Mes campagnes").await?;
    shot(&child, "09-in").await?;
    // The teacher sees it, where scripts run by itself, and no code that opens nothing any more.
    if !look.javascript {
        desk.refresh().await?;
    }
    see(desk, "[role=status]", "Utilisé à").await?;
    assert!(desk.find_all(fantoccini::Locator::Css(".keep, .qr")).await?.is_empty());
    shot(&teacher, "10-used").await?;

    go(desk, &campaign).await?;
    click(desk, "button[value=end]").await?;
    see(desk, "[role=status]", "La séance est terminée").await?;
    see(desk, "section[aria-labelledby=lesson]", "Aucune séance n’est ouverte").await?;
    child.close().await?;
    teacher.close().await
}

#[test]
fn a_lesson_at_a_desk() {
    run(a_lesson(DESKTOP, "desktop"));
}

#[test]
fn a_lesson_on_a_phone() {
    run(a_lesson(PHONE, "phone"));
}

#[test]
fn a_lesson_without_scripts() {
    run(a_lesson(WITHOUT_SCRIPTS, "without-scripts"));
}

/// While nobody uses the code, its page looks every five seconds and stays as it is: nothing is read aloud anew, or loses what is selected.
async fn stays_as_it_is(desk: &fantoccini::Client) -> anyhow::Result<()> {
    const LOOKS: &str =
        "return performance.getEntriesByType('resource').filter((one) => one.initiatorType === 'fetch').length";
    desk.execute("document.getElementById('live').isAsItWas = true", vec![]).await?;
    // Once it looks for the second time, it is done with what the first look told.
    let twice = async || Ok(desk.execute(LOOKS, vec![]).await?.as_u64().filter(|looks| *looks >= 2));
    eventually("the page looks twice", twice).await?;
    let is = desk.execute("return document.getElementById('live').isAsItWas === true", vec![]).await?;
    assert_eq!(is, json!(true));
    Ok(())
}
