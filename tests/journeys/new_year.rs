//! The turn of the year on one page: team, pupils, and last year's campaigns, archived together and made anew.

use std::collections::BTreeSet;

use fantoccini::Locator;
use jiff::Timestamp;
use rentree_domain::{CampaignId, CampaignTitle, Uai};
use rentree_local::pupils::a_campaign as a_campaign_at;
use rentree_table::{AuditAction, Role};
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, picture, see, text_of,
};
use crate::support::campaigns::{a_campaign, campaigns_of, join};
use crate::support::clock::last_year;
use crate::support::followed::last_year as the_year_before;
use crate::support::people::{Person, a_member, a_team};
use crate::support::schools::{a_school_of, a_school_with, class, divide};
use crate::support::{join_all, product, run};

/// Two campaigns of last year, and one of this year.
async fn campaigns(uai: Uai, person: &Person) -> anyhow::Result<[CampaignId; 3]> {
    let table = &product().table;
    let (one, _) = a_campaign_at(table, uai, last_year()).await?;
    let (other, _) = a_campaign_at(table, uai, last_year()).await?;
    Ok([one, other, a_campaign(uai, person, "Déjà de cette année").await?])
}

async fn new_year(person: &Person, uai: Uai) -> anyhow::Result<Value> {
    person.get(&format!("/schools/{uai}/new-year")).await?.expect(200)
}

fn ids(told: &Value) -> BTreeSet<CampaignId> {
    let ids = told.as_array().into_iter().flatten().map(|one| serde_json::from_value(one["id"].clone()));
    ids.collect::<Result<_, _>>().expect("identifiers")
}

/// What is archived keeps its results; what is made anew is empty, with a code of its own, and of whoever made it.
#[test]
fn campaigns_of_last_year_are_archived_together_and_made_anew() {
    run(async {
        let (uai, _, _) = a_school_of(&[("6A", 3)], 7_401).await?;
        let teacher = a_member(uai, Role::Member).await?;
        let [one, other, new] = campaigns(uai, &teacher).await?;
        join(uai, one, &class(uai, "6A").await?[..2]).await?;
        let table = &product().table;
        let title = CampaignTitle::parse("Compétences 6e")?;
        let entry = rentree_table::AuditEntry::new(
            Timestamp::now(),
            rentree_runtime::random(),
            teacher.id,
            "Dominique Essai",
            AuditAction::CampaignChanged,
        );
        assert!(table.change_campaign((uai, one), (&title, None, &["6A".to_owned()].into()), &entry).await?);

        assert_eq!(ids(&new_year(&teacher, uai).await?["campaigns"]), [one, other].into());
        assert_eq!(teacher.get(&format!("/schools/{uai}")).await?.expect(200)?["old_campaigns"], 2);

        let path = format!("/schools/{uai}/new-year");
        let wanted = json!({"archive": [one, other, new], "renew": [one]});
        let done = teacher.post(&path, &wanted).await?.expect(200)?;
        assert_eq!((done["archived"].as_array().unwrap().len(), done["made"].as_array().unwrap().len()), (2, 1));
        assert_eq!(
            (&done["made"][0]["title"], &done["made"][0]["instead_of"]),
            (&json!("Compétences 6e"), &json!(one))
        );

        let all = campaigns_of(uai).await?;
        let of = |id: CampaignId| all.iter().find(|(one, _)| *one == id).map(|(_, campaign)| campaign).unwrap();
        assert!(of(one).is_archived() && of(other).is_archived() && !of(new).is_archived(), "this year's stays");
        let made: CampaignId = serde_json::from_value(done["made"][0]["id"].clone())?;
        assert_eq!((&of(made).course, &of(made).classes), (&of(one).course, &of(one).classes));
        assert_ne!(of(made).code, of(one).code);
        assert_eq!(of(made).owner, Some(teacher.id));
        assert!(table.participations(made).await?.is_empty() && table.participations(one).await?.len() == 2);
        let log = table.audit_page(uai, None, 10).await?.entries;
        let told = |action| log.iter().filter(|entry| entry.action == action).count();
        assert_eq!((told(AuditAction::CampaignArchived), told(AuditAction::CampaignCreated)), (2, 3));
        let told = new_year(&teacher, uai).await?;
        assert!(told["campaigns"].as_array().unwrap().is_empty());

        // With all three done, the page says when it is of use again, and leads back.
        let next = told["year"].as_i64().unwrap() + 1;
        let page = teacher.page(&path).await?;
        assert!(page.contains(&format!("À partir du 1<sup>er</sup>&nbsp;août {next}, trois choses")), "{page}");
        assert!(page.contains(&format!("<a href=\"/schools/{uai}\">Accueil</a>")), "{page}");
        // The pupils came and the campaigns went, but nobody reviewed the team: a space that is new has nobody to look for.
        assert_eq!(badges(&page), [0, 2, 1], "{page}");
        Ok(())
    });
}

/// How often the page says “À faire”, “Fait” and “Rien à faire”.
fn badges(page: &str) -> [usize; 3] {
    ["À faire", "Fait", "Rien à faire"].map(|badge| page.matches(&format!(">{badge}</span>")).count())
}

/// A space of this year that never saw another: its pupils came, and nothing else is called done. Title and sentence speak of their
/// own year each, by its name.
#[test]
fn what_was_not_to_be_done_is_not_called_done() {
    run(async {
        let (uai, head, _) = a_school_of(&[("6A", 2)], 7_405).await?;
        a_campaign(uai, &head, "Déjà de cette année").await?;
        let year = new_year(&head, uai).await?["year"].as_i64().unwrap();
        let (this, next) = (format!("{year}-{}", year + 1), format!("{}-{}", year + 1, year + 2));
        let page = head.page(&format!("/schools/{uai}/new-year")).await?;
        assert_eq!(badges(&page), [0, 1, 2], "{page}");
        for told in [
            format!("<h1>Changement d’année&nbsp;: {this}</h1>"),
            format!("Pour l’année {this}, il n’y a plus rien à faire sur cette page."),
            format!("trois choses seront à voir ici pour l’année {next}"),
        ] {
            assert!(page.contains(&told), "{told}: {page}");
        }
        Ok(())
    });
}

/// A second click, a reload and a colleague at the same moment make nothing a second time.
#[test]
fn nothing_is_made_twice() {
    run(async {
        let (uai, person) = a_team().await?;
        let [one, other, _] = campaigns(uai, &person).await?;
        let (path, wanted) = (format!("/schools/{uai}/new-year"), json!({"renew": [one, other]}));
        let at_once = (0..4).map(|_| async { person.post(&path, &wanted).await?.expect(200) });
        let mut made = 0;
        for answer in join_all(at_once).await {
            made += answer?["made"].as_array().unwrap().len();
        }
        assert_eq!((made, campaigns_of(uai).await?.len()), (2, 5));
        assert_eq!(person.post(&path, &wanted).await?.expect(200)?, json!({"archived": [], "made": []}));
        let nothing = person.post(&path, &json!({})).await?;
        assert_eq!((nothing.status, nothing.code()), (400, "bad_request"));
        Ok(())
    });
}

async fn in_august(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let (uai, head, _) = a_school_with(4, seed, |sample| {
        sample.school_year = the_year_before();
        divide(sample, &[("6A", 4)]);
    })
    .await?;
    a_member(uai, Role::Administrator).await?;
    let [one, _, _] = campaigns(uai, &head).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &head).await?;
    see(client, "main", "Les élèves affichés sont ceux de l’année").await?;
    click(client, "main a[href$='/new-year']").await?;
    see(client, "h1", "Changement d’année").await?;
    see(client, "main", "2 campagnes d’une année passée sont encore ouvertes").await?;
    assert!(!text_of(client, Locator::Css("main")).await?.contains("À partir du"), "there is something to do");
    picture(&browser, look, &format!("{name}-new-year-begun")).await?;
    // Those of colleagues are theirs to speak of.
    assert!(client.find(Locator::Css("input[name=archive]:checked")).await.is_err());
    for each in client.find_all(Locator::Css("input[name=archive]")).await? {
        each.click().await?;
    }
    click(client, &format!("input[name=renew][value='{one}']")).await?;
    click(client, "button.grave").await?;
    see(client, "[role=status]", "2 campagnes sont archivées").await?;
    see(client, "[role=status]", "1 est recréée avec un nouveau code").await?;
    picture(&browser, look, &format!("{name}-new-year-campaigns")).await?;
    // Back and reload end on pages of ours, and change nothing.
    client.back().await?;
    client.refresh().await?;
    see(client, "main", "Aucune campagne d’une année passée").await?;
    go(client, &format!("/schools/{uai}/campaigns")).await?;
    see(client, "main [role=status]", "2 campagnes").await?;
    browser.close().await
}

#[test]
fn in_august_at_a_desk() {
    run(in_august(DESKTOP, "desktop", 7_402));
}

#[test]
fn in_august_on_a_phone() {
    run(in_august(PHONE, "phone", 7_403));
}

#[test]
fn in_august_without_scripts() {
    run(in_august(WITHOUT_SCRIPTS, "no-scripts", 7_404));
}
