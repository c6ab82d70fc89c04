//! The same in a browser: the code on the board, a list that keeps itself up to date, a campaign that is changed.

use anyhow::Context as _;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, fill, find, go, picture, see, text_of,
};
use crate::support::campaigns::{a_campaign, campaigns_of, join};
use crate::support::schools::{a_school_by_level, a_school_of, class};
use crate::support::{product, run};

/// A number that a script finds on the page.
async fn measured(client: &Client, script: &str) -> anyhow::Result<f64> {
    client.execute(script, vec![]).await?.as_f64().context("a number")
}

/// Words and QR code stand together, in a frame that says where the code begins, for its margin is white as the paper. On a screen of
/// usual height the buttons are in sight.
async fn the_board_is_well_laid_out(browser: &Browser, look: Look) -> anyhow::Result<()> {
    let client = &browser.client;
    let apart = "const code = document.querySelector('.qr').getBoundingClientRect(); \
                 return code.top - document.querySelector('.sides p:has(+ .qr)').getBoundingClientRect().bottom";
    let apart = measured(client, apart).await?;
    assert!((0.0..24.0).contains(&apart), "{apart}");
    let frame = "return parseFloat(getComputedStyle(document.querySelector('.qr')).borderTopWidth)";
    assert!(measured(client, frame).await? > 0.0);
    if look.width == DESKTOP.width {
        let screen = json!({"width": 1366, "height": 757, "deviceScaleFactor": 1, "mobile": false});
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        let left = "return innerHeight - document.querySelector('.screen .actions').getBoundingClientRect().bottom";
        let left = measured(client, left).await?;
        browser.devtools("Emulation.clearDeviceMetricsOverride", &json!({})).await?;
        assert!(left > 0.0, "the buttons are cut: {left}");
    }
    Ok(())
}

/// Which of these parts of the page are seen on paper.
async fn printed(browser: &Browser, parts: &[&str]) -> anyhow::Result<Value> {
    const SEEN: &str = "return arguments[0].filter((part) => document.querySelector(part).checkVisibility())";
    browser.shows("print", browser.scheme).await?;
    let seen = browser.client.execute(SEEN, vec![json!(parts)]).await?;
    browser.shows("", browser.scheme).await?;
    Ok(seen)
}

/// The address that pupils type is broken only where it does not fit on a line of its own, however wide its card is.
async fn the_address_stays_together(client: &Client) -> anyhow::Result<()> {
    let broken = "const address = document.querySelector('.panel.board strong'), line = address.parentElement; \
                  address.style.whiteSpace = 'nowrap'; \
                  const { width, height } = address.getBoundingClientRect(); \
                  address.style.whiteSpace = ''; \
                  let broken = 0; \
                  for (let room = width + 2; room < 2 * width; room += 8) { \
                    line.style.width = room + 'px'; \
                    if (address.getBoundingClientRect().height > height + 1) broken += 1; \
                  } \
                  line.style.width = ''; \
                  return broken";
    assert!(measured(client, broken).await? < 1.0, "the address is broken where it has room");
    Ok(())
}

/// All of a level with one click, on a button that says what the next click does.
async fn tick_the_first_level(client: &Client) -> anyhow::Result<()> {
    let all = "#classes-1 [data-tick]";
    click(client, all).await?;
    see(client, all, "Aucune").await?;
    click(client, all).await?;
    see(client, all, "Toutes").await?;
    find(client, Locator::Css("#classes-1:not(:has(:checked))")).await?;
    click(client, all).await?;
    find(client, Locator::Css("#classes-1:not(:has(input:not(:checked)))")).await?;
    find(client, Locator::Css("#classes-2:not(:has(:checked))")).await?;
    Ok(())
}

async fn with_the_class(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let (uai, teacher, _) = a_school_by_level(&[("6A", 14), ("6B", 9), ("3 PREPA MET", 3)], seed).await?;
    let campaign = a_campaign(uai, &teacher, "Évaluation de rentrée des sixièmes").await?;
    let path = format!("/schools/{uai}/campaigns/{campaign}");
    let pupils = class(uai, "6A").await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-classroom-{page}")).await;
    enter(client, &teacher).await?;

    // The board: the code as large as the screen, and its address as a QR code.
    go(client, &path).await?;
    if look.javascript {
        the_address_stays_together(client).await?;
    }
    click(client, "main a[href$='/board']").await?;
    let code = campaigns_of(uai).await?[0].1.code.clone();
    let shown = text_of(client, Locator::Css(".screen .code")).await?;
    assert_eq!(shown.split_whitespace().collect::<String>(), code.as_str());
    see(client, ".address", &format!("/campagnes/{code}")).await?;
    find(client, Locator::Css("svg.qr[role=img]")).await?;
    shot("board").await?;
    if look.javascript {
        the_board_is_well_laid_out(&browser, look).await?;
        let on_paper = printed(&browser, &[".code", ".qr", ".address", ".screen .actions", ".foot"]).await?;
        assert_eq!(on_paper, json!([".code", ".qr", ".address"]));
        let may = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        browser.devtools("Browser.grantPermissions", &may).await?;
        click(client, "[data-copy]").await?;
        see(client, "[data-copy]", "Copié").await?;
        let copied = client.execute_async("navigator.clipboard.readText().then(arguments[0])", vec![]).await?;
        assert_eq!(copied, json!(code.to_string()));
    }
    click(client, ".screen .actions a").await?;
    see(client, "main", "Code de la campagne").await?;
    if look.javascript {
        let on_paper = printed(&browser, &["h1", ".top nav", ".visitor", ".foot"]).await?;
        assert_eq!(on_paper, json!(["h1"]), "what leads elsewhere is no use there");
    }

    // For some classes.
    click(client, "main a[href$='/edit']").await?;
    see(client, "h1", "Modifier la campagne").await?;
    fill(client, "#edit-title", "").await?;
    click(client, "main form button:not([type])").await?;
    see(client, "[role=alert]", "Indiquez le titre").await?;
    assert!(client.title().await?.starts_with("Erreur"));
    fill(client, "#edit-title", "Les sixièmes, rentrée").await?;
    if look.javascript {
        tick_the_first_level(client).await?;
    } else {
        click(client, "input[value='6A']").await?;
        click(client, "input[value='6B']").await?;
    }
    shot("edit").await?;
    click(client, "main form button:not([type])").await?;
    see(client, "[role=status]", "La campagne est modifiée").await?;
    see(client, "main", "Cette campagne est pour").await?;
    see(client, ".counts", "23").await?;
    shot("changed").await?;
    if look.javascript {
        let gap = "const [title, button] = document.querySelector('.heading').children; \
                   return button.getBoundingClientRect().top - title.getBoundingClientRect().bottom";
        let gap = measured(client, gap).await?;
        assert!(look.width >= 500 || gap >= 14.0, "a button below its title leaves it room: {gap}");
        let beyond = "const width = (css) => document.querySelector(css).offsetWidth; \
                      return width('.panel[role=status]') - width('main > p:not([hidden])')";
        assert!(measured(client, beyond).await?.abs() < 1.0, "messages are as wide as the text");
    }

    // Who has not joined: during a lesson the list keeps itself up to date where scripts run, and is reloaded elsewhere.
    teacher.post(&format!("{path}/lesson"), &json!({"act": "open"})).await?.expect(200)?;
    click(client, "main a[href$='/missing']").await?;
    see(client, "#live[data-every]", "23 élèves n’ont pas encore rejoint").await?;
    click(client, "#division option[value='6A']").await?;
    click(client, ".filter button").await?;
    see(client, "#live", "14 élèves").await?;
    shot("missing").await?;
    join(uai, campaign, &pupils[..13]).await?;
    if !look.javascript {
        client.refresh().await?;
    }
    see(client, "#live", "1 élève n’a pas encore rejoint").await?;
    see(client, "#live", &pupils[13].entry.full_name()).await?;
    join(uai, campaign, &pupils[13..]).await?;
    client.refresh().await?;
    see(client, "#live", "Tout le monde a rejoint").await?;

    // The list tells how far each is.
    go(client, &format!("/schools/{uai}/campaigns")).await?;
    see(client, "tbody", "14 sur 23").await?;
    shot("list").await?;
    browser.close().await
}

#[test]
fn at_a_desk() {
    run(with_the_class(DESKTOP, "desktop", 7_421));
}

#[test]
fn on_a_phone() {
    run(with_the_class(PHONE, "phone", 7_422));
}

#[test]
fn without_scripts() {
    run(with_the_class(WITHOUT_SCRIPTS, "no-scripts", 7_423));
}

/// During a lesson the numbers of a campaign keep themselves up to date; nothing that somebody is typing or reading with the keyboard
/// is taken away.
#[test]
fn the_follow_up_of_a_lesson_updates_itself() {
    run(async {
        let (uai, teacher, _) = a_school_of(&[("6A", 5)], 7_424).await?;
        let campaign = a_campaign(uai, &teacher, "Rentrée").await?;
        let path = format!("/schools/{uai}/campaigns/{campaign}");
        teacher.post(&format!("{path}/lesson"), &json!({"act": "open"})).await?.expect(200)?;
        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        enter(client, &teacher).await?;
        go(client, &path).await?;
        see(client, "#live .counts", "a rejoint").await?;
        client.execute("document.getElementById('live').dataset.every = 0.5; document.querySelector('#live [tabindex]').focus()", vec![]).await?;
        let pupils = class(uai, "6A").await?;
        join(uai, campaign, &pupils[..3]).await?;
        let counted = "return document.querySelector('#live .counts div:nth-child(2) dd').textContent";
        assert_eq!(client.execute(counted, vec![]).await?, "0", "the focus is within");
        client.execute("document.activeElement.blur()", vec![]).await?;
        see(client, "#live .counts div:nth-child(2)", "3").await?;
        see(client, "#live .counts div:nth-child(2)", "ont rejoint").await?;
        see(client, "#live .counts div:nth-child(4)", "a envoyé").await?;
        // Its end is told by the whole page.
        let lesson = product().table.campaign(uai, campaign).await?.unwrap().lesson;
        assert!(lesson.is_some());
        teacher.post(&format!("{path}/lesson"), &json!({"act": "end"})).await?.expect(200)?;
        see(client, "section[aria-labelledby=lesson]", "Aucune séance n’est ouverte").await?;
        browser.close().await
    });
}

/// The pages of joining with an invented pupil: from the campaign, and from the code that somebody of the team typed. Nothing is tied,
/// counted or noted, whatever was typed.
async fn tried_as_a_pupil(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let (uai, teacher, sample) = a_school_of(&[("6A", 3)], seed).await?;
    let campaign = a_campaign(uai, &teacher, "Rentrée").await?;
    let code = campaigns_of(uai).await?[0].1.code.clone();
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &teacher).await?;
    go(client, "/campagnes").await?;
    see(client, ".step", "Étape 1 sur 3").await?;
    fill(client, "#join-code", code.as_str()).await?;
    click(client, "main form button").await?;
    see(client, "main", "Vous êtes membre de l’équipe de l’établissement").await?;
    picture(&browser, look, &format!("{name}-trial-offered")).await?;
    click(client, "main a[href$='/try']").await?;
    see(client, ".step", "Étape 2 sur 3").await?;
    see(client, "[role=note]", "rien n’est enregistré").await?;
    picture(&browser, look, &format!("{name}-trial-identity")).await?;
    // Even with the name of a pupil that there is.
    let pupil = &sample.pupils[0];
    fill(client, "main [name=first_name]", &pupil.first_name).await?;
    fill(client, "main [name=last_name]", &pupil.last_name).await?;
    fill(client, "main [name=birth_date]", &pupil.birth_date).await?;
    click(client, "form[action$='/try/identity'] button").await?;
    see(client, ".step", "Étape 3 sur 3").await?;
    see(client, "main", "camille.exemple1003").await?;
    picture(&browser, look, &format!("{name}-trial-account")).await?;
    fill(client, "main [name=password]", "Velours8").await?;
    if look.javascript {
        let kind = "return document.querySelector('main [name=password]').type";
        for shown in ["text", "password"] {
            click(client, "[data-show]").await?;
            assert_eq!(client.execute(kind, vec![]).await?, shown);
        }
    }
    click(client, "form[action$='/try/account'] button").await?;
    see(client, "[role=status]", "Vous avez rejoint la campagne").await?;
    picture(&browser, look, &format!("{name}-trial-joined")).await?;
    client.back().await?;
    client.refresh().await?;
    see(client, ".step", "Étape 3 sur 3").await?;
    click(client, "[role=note] a").await?;
    see(client, ".counts", "a rejoint").await?;
    browser.close().await?;

    let table = &product().table;
    assert!(table.participations(campaign).await?.is_empty() && table.ties_in(uai).await?.is_empty());
    assert!(table.join_attempts(campaign, 10).await?.is_empty());
    Ok(())
}

#[test]
fn tried_at_a_desk() {
    run(tried_as_a_pupil(DESKTOP, "desktop", 7_425));
}

#[test]
fn tried_on_a_phone() {
    run(tried_as_a_pupil(PHONE, "phone", 7_426));
}

#[test]
fn tried_without_scripts() {
    run(tried_as_a_pupil(WITHOUT_SCRIPTS, "no-scripts", 7_427));
}
