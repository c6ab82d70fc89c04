//! A campaign of the platform's team in a real browser: found in the list, followed, its classes chosen, what pupils see of it.

use std::collections::BTreeSet;

use directory::message::CampaignWord;
use jiff::{Span, Timestamp};
use rentree_domain::platform_campaign::Audience;
use rentree_domain::{
    CampaignMessage, CampaignTitle, CourseId, Level, ListedSchool, Ministry, PlatformCampaignName, paris,
};
use rentree_local::operator::Operator;
use rentree_samples::Sample;

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, in_sight, picture, see,
};
use crate::support::campaigns::{PROFILES, campaigns_of, join};
use crate::support::people::a_team;
use crate::support::schools::{class, import};
use crate::support::{product, run};

async fn a_campaign_of_the_team_in_a_browser(look: Look, look_name: &str, seed: u64) -> anyhow::Result<()> {
    let (uai, person) = a_team().await?;
    let kind = format!("Collège d’essai {uai}");
    let school = ListedSchool {
        uai,
        name: "Collège Marie Curie".to_owned(),
        kind: kind.clone(),
        town: String::new(),
        ministry: Ministry::Education,
        mailbox: None,
        closed: false,
    };
    product().table.load_schools(&[school]).await?;
    let classes = [
        ("6A", "10010012110"),
        ("6B", "10010012110"),
        ("3B", "10310019110"),
        ("ULIS", "16710010110"),
        ("UPE2A", "16710010110"),
    ];
    let mut sample = Sample::new(uai, 60, seed);
    for (number, pupil) in sample.pupils.iter_mut().enumerate() {
        let (class, mef) = classes[number % classes.len()];
        (pupil.division, pupil.mef) = (class.to_owned(), mef.to_owned());
    }
    import(uai, &sample).await?;

    let name = PlatformCampaignName::parse(&format!("pages-{}", uai.as_str().to_lowercase()))?;
    let today = paris::date(Timestamp::now());
    let in_days = |days: i64| today.saturating_add(Span::new().days(days));
    let word = CampaignWord {
        name: name.clone(),
        title: CampaignTitle::parse("Collecte de profils des sixièmes")?,
        course: CourseId::parse(PROFILES)?,
        message: Some(CampaignMessage::parse("Bonjour à toutes et à tous.")?),
        audience: Audience { academies: BTreeSet::new(), kinds: [kind].into() },
        levels: [Level::Sixieme].into(),
        opens_on: in_days(-3),
        closes_on: in_days(20),
        at: None,
    };
    let operator = Operator::of(&product().stack)?;
    operator.tell_campaign(word.clone()).await?;

    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{look_name}-platform-campaign-{page}")).await;
    enter(client, &person).await?;
    click(client, "nav a[href$='/campaigns']").await?;
    see(client, "table", "Équipe de la plateforme").await?;
    shot("01-list").await?;
    click(client, "table a").await?;
    see(client, "h1", "Collecte de profils des sixièmes").await?;
    see(client, "main", "Cette campagne s’adresse aux classes de 6e").await?;
    let (id, campaign) = campaigns_of(uai).await?.remove(0);
    join(uai, id, &class(uai, "6A").await?[..5]).await?;
    shot("02-followed").await?;
    click(client, "label[for=class-1]").await?;
    click(client, "form[action$='/classes'] button").await?;
    see(client, "[role=status]", "Les classes de la campagne sont enregistrées").await?;
    see(client, "table.numbers", "ULIS").await?;
    shot("03-chosen").await?;

    // What pupils read before they say who they are.
    go(client, &format!("/campagnes/{}", campaign.code)).await?;
    see(client, "main", "Cette campagne s’adresse aux classes de 6e").await?;
    shot("03-levels").await?;

    // Before its day, and after its last.
    operator.tell_campaign(CampaignWord { opens_on: in_days(5), ..word.clone() }).await?;
    go(client, &format!("/campagnes/{}", campaign.code)).await?;
    see(client, "main", "Cette campagne n’est pas encore ouverte").await?;
    shot("04-not-yet").await?;
    operator.tell_campaign(CampaignWord { opens_on: in_days(-30), closes_on: in_days(-1), ..word }).await?;
    go(client, &format!("/schools/{uai}/campaigns/{id}")).await?;
    see(client, ".board", "Elle est terminée depuis").await?;
    shot("05-over").await?;
    click(client, "nav a[href$='/campaigns']").await?;
    see(client, "table .badge", "Terminée depuis le").await?;
    shot("05-over-list").await?;
    for (cell, page) in [("Code", "05-over-list-code"), ("Créée le", "05-over-list-end")] {
        in_sight(&browser, look, &format!("td[data-label='{cell}']"), &format!("{look_name}-platform-campaign-{page}"))
            .await?;
    }
    operator.withdraw_campaign(&name).await?;
    click(client, "nav a[href$='/campaigns']").await?;
    see(client, "main", "a retiré 1 campagne cette année").await?;
    click(client, "main a[href$='archived=true']").await?;
    see(client, "table .badge", "Retirée par l’équipe de la plateforme").await?;
    shot("06-withdrawn-list").await?;
    go(client, &format!("/schools/{uai}/campaigns/{id}")).await?;
    see(client, "main", "Campagne retirée").await?;
    shot("07-withdrawn").await?;
    browser.close().await
}

#[test]
fn on_a_desktop() {
    run(a_campaign_of_the_team_in_a_browser(DESKTOP, "desktop", 881));
}

#[test]
fn on_a_phone() {
    run(a_campaign_of_the_team_in_a_browser(PHONE, "phone", 882));
}

#[test]
fn without_scripts() {
    run(a_campaign_of_the_team_in_a_browser(WITHOUT_SCRIPTS, "without-scripts", 883));
}
