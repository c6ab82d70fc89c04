//! The pictures of the README: each run takes them, so that they can be taken; `RENTREE_PICTURES=1` keeps them in `docs/pictures/`.

use std::collections::BTreeSet;

use rentree_table::Role;

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, enter, go, see};
use crate::support::campaigns::{a_campaign, campaigns_of, join};
use crate::support::followed::send;
use crate::support::people::a_member;
use crate::support::run;
use crate::support::schools::{a_school_of, class};

const KEEP: &str = "RENTREE_PICTURES";
const FOLDER: &str = "docs/pictures";
const NAMES: [&str; 6] = ["board", "follow-up", "front", "home", "joining", "learners"];

async fn take(browser: &Browser, name: &str) -> anyhow::Result<()> {
    assert!(NAMES.contains(&name), "{name} is in no README");
    let picture = browser.client.screenshot().await?;
    anyhow::ensure!(picture.starts_with(b"\x89PNG") && picture.len() > 5_000, "{name} shows nothing");
    if std::env::var_os(KEEP).is_some() {
        let folder = rentree_testkit::workspace_root().join(FOLDER);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{name}.png")), picture)?;
    }
    Ok(())
}

#[test]
fn its_pictures_can_be_taken() {
    run(async {
        let (uai, head, _) = a_school_of(&[("6A", 24), ("6B", 22), ("5A", 25)], 7_441).await?;
        a_member(uai, Role::Administrator).await?;
        let campaign = a_campaign(uai, &head, "Évaluation de rentrée, 6e et 5e").await?;
        let path = format!("/schools/{uai}/campaigns/{campaign}");
        for (division, joined, sent) in [("6A", 22, 15), ("6B", 12, 4), ("5A", 5, 0)] {
            let pupils = class(uai, division).await?;
            join(uai, campaign, &pupils[..joined]).await?;
            for (place, pupil) in (0_u8..).zip(&pupils[..sent]) {
                send(campaign, pupil.id, jiff::Timestamp::now(), (40 + 3 * place, None)).await?;
            }
        }
        let code = campaigns_of(uai).await?[0].1.code.clone();

        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        go(client, "/").await?;
        see(client, "h1", "La rentrée numérique").await?;
        take(&browser, "front").await?;
        enter(client, &head).await?;
        see(client, "h1", "Accueil").await?;
        take(&browser, "home").await?;
        go(client, &format!("/schools/{uai}/learners")).await?;
        see(client, "[role=status]", "71 élèves").await?;
        take(&browser, "learners").await?;
        go(client, &format!("{path}/board")).await?;
        see(client, ".screen", "/campagnes").await?;
        take(&browser, "board").await?;
        go(client, &path).await?;
        see(client, ".counts", "ont envoyé").await?;
        client.execute("document.getElementById('live').scrollIntoView()", vec![]).await?;
        take(&browser, "follow-up").await?;
        browser.close().await?;

        let tablet = Browser::open(Look { dark: false, ..PHONE }).await?;
        go(&tablet.client, &format!("/campagnes/{code}")).await?;
        see(&tablet.client, "main", "Qui êtes-vous").await?;
        take(&tablet, "joining").await?;
        tablet.close().await
    });
}

/// None is missing, and none is kept that the README does not show.
#[test]
fn it_shows_each_of_them() -> anyhow::Result<()> {
    let root = rentree_testkit::workspace_root();
    let readme = std::fs::read_to_string(root.join("README.md"))?;
    let shown = readme.split("(docs/pictures/").skip(1).filter_map(|rest| rest.split(".png)").next());
    let shown: BTreeSet<String> = shown.map(ToOwned::to_owned).collect();
    assert_eq!(shown, NAMES.map(ToOwned::to_owned).into());
    let kept = std::fs::read_dir(root.join(FOLDER))?.map(|file| Ok(file?.file_name().to_string_lossy().into_owned()));
    let kept: BTreeSet<String> = kept.collect::<std::io::Result<_>>()?;
    assert_eq!(kept, NAMES.map(|name| format!("{name}.png")).into());
    Ok(())
}
