//! A collection of profiles tells who may be registered for a certification.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::profile::CollectedProfile;
use rentree_domain::{CampaignId, Uai};
use rentree_samples::Sample;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, click, enter, go, picture, see};
use crate::support::campaigns::{PROFILES, Platform, a_school_of, class, import, join};
use crate::support::people::Person;
use crate::support::{product, run};

/// A school of two classes, of which one has sent its profiles: seven, five, four and sixteen competences, in the order of names.
struct Collected {
    path: String,
    person: Person,
    campaign: CampaignId,
    sample: Sample,
    uai: Uai,
}

async fn a_collection(seed: u64) -> anyhow::Result<Collected> {
    let (uai, person, sample) = a_school_of(&[("3A", 5), ("3B", 2)], seed).await?;
    let body = json!({"title": "Profils de 3e", "course": PROFILES});
    let created = person.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
    let campaign = serde_json::from_value(created["id"].clone())?;
    let pupils = class(uai, "3A").await?;
    join(uai, campaign, &pupils).await?;
    let platform = Platform::real()?;
    for (pupil, competences) in pupils.iter().zip([7, 5, 4, 16]) {
        let message = json!({
            "campaign": campaign, "learner": pupil.id, "event": "sent", "at": Timestamp::now(), "score": 40,
            "profile": {"competences": competences, "points": 20 * competences},
        });
        assert_eq!(platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?.0, 200);
    }
    Ok(Collected { path: format!("/schools/{uai}/campaigns/{campaign}"), person, campaign, sample, uai })
}

#[test]
fn follow_up_and_list_tell_who_is_certifiable_also_after_an_import() {
    run(async {
        let Collected { path, person, campaign, sample, uai } = a_collection(71).await?;
        import(uai, &sample).await?;

        let seen = person.get(&path).await?.expect(200)?;
        assert_eq!((&seen["total"]["certifiable"], &seen["classes"][0]["certifiable"]), (&json!(3), &json!(3)));
        let pupils = class(uai, "3A").await?;
        let of = |view: &Value, place: usize| {
            let id = json!(pupils[place].id);
            let listed = view["pupils"].as_array().unwrap().iter().find(|listed| listed["id"] == id).unwrap();
            (listed["certifiable"].clone(), listed["profile"].clone())
        };
        let profile = |competences: u16| json!({"competences": competences, "points": 20 * competences});
        for (place, competences) in [7, 5, 4, 16].into_iter().enumerate() {
            assert_eq!(of(&seen, place), (json!(competences >= 5), profile(competences)));
        }
        assert_eq!(of(&seen, 4), (Value::Null, Value::Null), "no profile says");
        for (wanted, found) in [("yes", 3), ("no", 1), ("perhaps", 7)] {
            let seen = person.get(&format!("{path}?certifiable={wanted}")).await?.expect(200)?;
            assert_eq!(seen["found"], found, "{wanted}");
        }

        let sheet = person.request(Method::GET, &format!("{path}/results.csv")).send().await?.text().await?;
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b';').from_reader(sheet.trim_start_matches('\u{FEFF}').as_bytes());
        let headers = reader.headers()?.clone();
        let columns = ["Certifiable", "Compétences au niveau 1 ou plus", "Points du profil"];
        let columns = columns.map(|name| headers.iter().position(|header| header == name).unwrap());
        let rows = reader.records().map(|row| row.map(|row| columns.map(|at| row[at].to_owned())));
        let mut told: Vec<[String; 3]> = rows.collect::<Result<_, _>>()?;
        told.retain(|row| !row[0].is_empty());
        told.sort();
        let expected = [["Non", "4", "80"], ["Oui", "16", "320"], ["Oui", "5", "100"], ["Oui", "7", "140"]];
        assert_eq!(told, expected.map(|row| row.map(ToOwned::to_owned)));

        // What is no profile is refused, and changes nothing.
        let platform = Platform::real()?;
        for profile in [
            json!({"competences": 17, "points": 1}),
            json!({"competences": 1, "points": 2000}),
            json!({"competences": 1}),
        ] {
            let message = json!({
                "campaign": campaign, "learner": pupils[0].id, "event": "sent", "at": Timestamp::now(), "score": 1, "profile": profile,
            });
            assert_eq!(platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?.0, 400, "{profile}");
        }
        assert_eq!(of(&person.get(&path).await?.expect(200)?, 0), (json!(true), profile(7)));
        Ok(())
    });
}

/// A profile that is told later takes the place of the earlier one, in whatever order they come.
#[test]
fn the_later_profile_holds_in_any_order() {
    run(async {
        let Collected { person: _, campaign, uai, .. } = a_collection(72).await?;
        let learner = class(uai, "3A").await?[4].id;
        let platform = Platform::real()?;
        let at = |minutes| Timestamp::now() - SignedDuration::from_mins(minutes);
        let of = |at: Timestamp, competences: Option<u8>| {
            let mut message = json!({"campaign": campaign, "learner": learner, "event": "sent", "at": at, "score": 40});
            if let Some(competences) = competences {
                message["profile"] = json!({"competences": competences, "points": 100});
            }
            platform.letter(&message, SignedDuration::ZERO)
        };
        let (early, late, last) = (of(at(30), Some(6)), of(at(20), Some(3)), of(at(10), None));
        for letter in [&late, &early] {
            assert_eq!(platform.post(letter).await?.0, 200);
        }
        let known = product().table.participation(campaign, learner).await?.unwrap();
        assert_eq!(known.profile.map(CollectedProfile::is_certifiable), Some(false));
        assert_eq!(known.former[0].profile.map(CollectedProfile::is_certifiable), Some(true));
        assert_eq!(platform.post(&last).await?.0, 200);
        let known = product().table.participation(campaign, learner).await?.unwrap();
        assert_eq!((known.profile, known.former.len()), (None, 2), "the last result tells no profile");
        Ok(())
    });
}

async fn who_is_certifiable(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let Collected { path, person, .. } = a_collection(seed).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &person).await?;
    go(client, &path).await?;
    see(client, "dl.counts", "certifiables").await?;
    see(client, "main", "Oui, 7 compétences, 140 points").await?;
    picture(&browser, look, &format!("{name}-certifiable-1-all")).await?;
    click(client, "#certifiable option[value=no]").await?;
    click(client, "form.filter button").await?;
    see(client, "main", "Pas encore, 4 compétences").await?;
    picture(&browser, look, &format!("{name}-certifiable-2-not-yet")).await?;
    browser.close().await
}

#[test]
fn who_is_certifiable_at_a_desk() {
    run(who_is_certifiable(DESKTOP, "desktop", 73));
}

#[test]
fn who_is_certifiable_on_a_phone() {
    run(who_is_certifiable(PHONE, "phone", 74));
}
