//! A collection of profiles tells who may be registered for a certification: in its follow-up, and in the list of pupils, whatever is
//! imported since. Schools are proposed to make one.

use fantoccini::Locator;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::profile::CollectedProfile;
use rentree_domain::{CampaignId, LearnerId, SchoolYear, Uai};
use rentree_samples::Sample;
use rentree_table::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, click, enter, go, in_sight, picture, see};
use crate::support::campaigns::{COURSE, Letter, PROFILES, Platform, course_token, join};
use crate::support::people::{Person, a_member};
use crate::support::schools::{a_school_of, class, import};
use crate::support::{product, run, run_while_time_stands_still};

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
            "token": course_token(campaign, pupil.id), "event": "sent", "at": Timestamp::now(), "score": 40,
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
        for (wanted, found) in [("", 7), ("yes", 3), ("no", 1), ("unknown", 3)] {
            let seen = person.get(&format!("{path}?certifiable={wanted}")).await?.expect(200)?;
            assert_eq!(seen["found"], found, "{wanted}");
        }
        assert_eq!(person.get(&format!("{path}?certifiable=perhaps")).await?.status, 400);
        // A phone, which folds four fields away, says what they are set to.
        for (query, told) in
            [("", "toutes les classes"), ("?state=sent&certifiable=yes", "toutes les classes, a envoyé, certifiables")]
        {
            let page = person.page(&format!("{path}{query}")).await?;
            assert!(page.contains(&format!("<summary>Filtrer&nbsp;: {told}</summary>")), "{query}: {page}");
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
                "token": course_token(campaign, pupils[0].id), "event": "sent", "at": Timestamp::now(), "score": 1, "profile": profile,
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
            let mut message = json!({"token": course_token(campaign, learner), "event": "sent", "at": at, "score": 40});
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

/// A collection of profiles that a class has joined.
async fn another_collection(uai: Uai, person: &Person, division: &str) -> anyhow::Result<CampaignId> {
    let body = json!({"title": "Encore une", "course": PROFILES});
    let created = person.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
    let campaign = serde_json::from_value(created["id"].clone())?;
    join(uai, campaign, &class(uai, division).await?).await?;
    Ok(campaign)
}

/// A result with a profile, as the platform sends it.
fn a_profile(campaign: CampaignId, learner: LearnerId, at: Timestamp, (score, competences): (u8, u8)) -> Letter {
    let message = json!({
        "token": course_token(campaign, learner), "event": "sent", "at": at, "score": score,
        "profile": {"competences": competences, "points": 100},
    });
    Platform::real().expect("a secret").letter(&message, SignedDuration::ZERO)
}

/// Number of competences, and when they were found, of a pupil in the list.
async fn in_the_list(person: &Person, uai: Uai, learner: LearnerId) -> anyhow::Result<(Value, Value)> {
    let seen = person.get(&format!("/schools/{uai}/learners")).await?.expect(200)?;
    let row = seen["learners"].as_array().unwrap().iter().find(|row| row["id"] == json!(learner)).unwrap().clone();
    Ok((row["profile"]["competences"].clone(), row["profile"]["found_at"].clone()))
}

#[test]
fn the_list_of_pupils_tells_who_is_certifiable_since_when_whatever_is_imported() {
    run(async {
        let Collected { person, campaign, mut sample, uai, .. } = a_collection(75).await?;
        let before = class(uai, "3A").await?;
        let told = product().table.participation(campaign, before[0].id).await?.unwrap().sent_at;
        let list = format!("/schools/{uai}/learners");

        // Everybody is in another class, but the last of the four, who left.
        let left = before[3].entry.ine.to_string();
        let returns = sample.pupils.iter().find(|pupil| pupil.ine == left).unwrap().clone();
        sample.pupils.retain(|pupil| pupil.ine != left);
        sample.pupils.iter_mut().for_each(|pupil| pupil.division = "2NDE 1".to_owned());
        import(uai, &sample).await?;
        let member = a_member(uai, Role::Member).await?;
        let seen = member.get(&list).await?.expect(200)?;
        assert_eq!((&seen["enrolled"], &seen["certifiable_pupils"]), (&json!(6), &json!(2)), "who left counts no more");
        assert_eq!(in_the_list(&member, uai, before[0].id).await?, (json!(7), json!(told)));
        for (wanted, found) in [("yes", 2), ("no", 1), ("unknown", 3), ("", 6)] {
            let seen = member.get(&format!("{list}?certifiable={wanted}")).await?.expect(200)?;
            assert_eq!(seen["found"], found, "{wanted}");
            let says = |row: &Value| row["profile"].get("certifiable").and_then(Value::as_bool);
            let rows = seen["learners"].as_array().unwrap();
            let expected = match wanted {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            };
            assert!(wanted.is_empty() || rows.iter().all(|row| says(row) == expected), "{wanted}: {rows:?}");
        }
        // With a name and a class, by POST.
        let search = json!({"certifiable": "yes", "q": before[1].entry.last_name, "division": "2NDE 1"});
        let found = member.post(&list, &search).await?.expect(200)?;
        assert!(found["learners"].as_array().unwrap().iter().any(|row| row["id"] == json!(before[1].id)));
        assert_eq!(
            member.post(&list, &json!({"certifiable": "yes", "division": "3A"})).await?.expect(200)?["found"],
            0
        );

        // Who comes back is known still.
        let (other, stranger, _) = a_school_of(&[("3A", 1)], 76).await?;
        let mut back = sample.clone();
        back.pupils.push(returns);
        import(uai, &back).await?;
        assert_eq!(in_the_list(&member, uai, before[3].id).await?.0, json!(16));

        // Another school has no column of it, and no look at this one.
        let seen = stranger.get(&format!("/schools/{other}/learners")).await?.expect(200)?;
        assert_eq!((&seen["certifiable_pupils"], &seen["learners"][0]["profile"]), (&json!(0), &Value::Null));
        assert!(!stranger.page(&format!("/schools/{other}/learners")).await?.contains("Certifiable"));
        assert_eq!(stranger.get(&format!("{list}?certifiable=yes")).await?.status, 404);
        assert_eq!(person.get(&format!("{list}?certifiable=maybe")).await?.status, 400);
        Ok(())
    });
}

/// Results of two campaigns, in any order and at once: one profile is the latest.
#[test]
fn the_latest_profile_of_all_campaigns_holds_in_any_order() {
    run(async {
        let Collected { person, campaign, uai, .. } = a_collection(77).await?;
        let other = another_collection(uai, &person, "3A").await?;
        let pupils = class(uai, "3A").await?;
        let day = Timestamp::from_second(Timestamp::now().as_second() + 60)?;
        let at = |minutes| day - SignedDuration::from_mins(minutes);
        let platform = Platform::real()?;
        // Of two of one moment the one with the greater result is the later, whatever its profile; a tie is decided by the profile.
        let of = |learner| {
            [
                a_profile(campaign, learner, at(30), (40, 16)),
                a_profile(other, learner, at(20), (90, 3)),
                a_profile(campaign, learner, at(0), (50, 9)),
                a_profile(other, learner, at(0), (60, 4)),
                a_profile(other, learner, at(0), (60, 6)),
            ]
        };
        for (place, order) in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 4, 0, 2, 1]].into_iter().enumerate() {
            let letters = of(pupils[place].id);
            for letter in order.map(|at| &letters[at]) {
                assert_eq!(platform.post(letter).await?.0, 200);
            }
        }
        let letters = of(pupils[3].id);
        let [one, two, three, four, five] = letters.each_ref().map(|letter| platform.post(letter));
        let (one, two, three, four, five) = tokio::try_join!(one, two, three, four, five)?;
        assert_eq!([one.0, two.0, three.0, four.0, five.0], [200; 5]);
        for pupil in &pupils[..4] {
            assert_eq!(in_the_list(&person, uai, pupil.id).await?, (json!(6), json!(at(0))));
        }
        // A later result without a profile tells nothing of it.
        let without = json!({
            "token": course_token(campaign, pupils[0].id), "event": "sent", "at": day + SignedDuration::from_secs(1), "score": 1,
        });
        assert_eq!(platform.post(&platform.letter(&without, SignedDuration::ZERO)).await?.0, 200);
        assert_eq!(in_the_list(&person, uai, pupils[0].id).await?.0, json!(6));
        Ok(())
    });
}

/// A profile that only the participation tells: the message about it, sent again, mends that.
#[test]
fn a_message_that_comes_again_tells_the_school_what_it_did_not_know() {
    run(async {
        let Collected { person, campaign, uai, .. } = a_collection(78).await?;
        let learner = class(uai, "3A").await?[0].id;
        let sent_at = product().table.participation(campaign, learner).await?.unwrap().sent_at.unwrap();
        let table = product().stack.value("Table")?;
        let item = [("PK", format!("SCHOOL#{uai}")), ("SK", format!("PROFILE#{learner}"))];
        let mut delete = product().stack.dynamodb.delete_item().table_name(&table);
        for (name, value) in item {
            delete = delete.key(name, aws_sdk_dynamodb::types::AttributeValue::S(value));
        }
        delete.send().await?;
        assert_eq!(in_the_list(&person, uai, learner).await?, (Value::Null, Value::Null));
        let message = json!({
            "token": course_token(campaign, learner), "event": "sent", "at": sent_at, "score": 40,
            "profile": {"competences": 7, "points": 140},
        });
        let platform = Platform::real()?;
        assert_eq!(platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?.0, 200);
        assert_eq!(in_the_list(&person, uai, learner).await?, (json!(7), json!(sent_at)));
        Ok(())
    });
}

#[test]
fn a_school_makes_the_ready_campaign_once_and_is_proposed_it_no_more() {
    run(async {
        let (uai, person, _) = a_school_of(&[("3A", 1)], 79).await?;
        let colleague = a_member(uai, Role::Member).await?;
        let campaigns = format!("/schools/{uai}/campaigns");
        let proposed = colleague.get(&campaigns).await?.expect(200)?["ready"].clone();
        let year = SchoolYear::of(proposed["from"].as_str().unwrap().parse()?);
        assert_eq!(proposed["title"], format!("Collecte de profils avant la certification {year}"));
        assert_eq!(colleague.get(&format!("{campaigns}?archived=true")).await?.expect(200)?["ready"], Value::Null);
        let form = colleague.page(&format!("{campaigns}/new?ready=certification")).await?;
        assert!(
            form.contains("Collecte de profils avant la certification") && form.contains("au moins cinq compétences")
        );
        assert!(!colleague.page(&format!("{campaigns}/new")).await?.contains("Cette campagne est prête"));

        // Another course is not what it is for; a campaign of the school's own changes nothing.
        let mut body = json!({"title": proposed["title"], "course": COURSE, "ready": "certification"});
        let refused = colleague.post(&campaigns, &body).await?;
        assert_eq!(
            (refused.status, refused.body["errors"][0]["field"].as_str()),
            (422, Some("course")),
            "{}",
            refused.body
        );
        colleague.post(&campaigns, &json!({"title": "La nôtre", "course": PROFILES})).await?.expect(201)?;
        assert_ne!(colleague.get(&campaigns).await?.expect(200)?["ready"], Value::Null);

        // Both click at the same moment.
        body["course"] = proposed["course"].clone();
        let both = tokio::try_join!(person.post(&campaigns, &body), colleague.post(&campaigns, &body))?;
        let mut answers = [both.0, both.1];
        answers.sort_by_key(|answer| answer.status);
        assert_eq!(answers.each_ref().map(|answer| answer.status), [201, 409]);
        assert!(answers[1].body["detail"].as_str().unwrap().contains("vient d’être créée"), "{}", answers[1].body);
        let made = answers[0].body["id"].as_str().unwrap();
        // Its form leads to it from then on, also for programs.
        let form = colleague.get(&format!("{campaigns}/new?ready=certification")).await?.expect(200)?;
        assert_eq!(form["made"], made);
        let page = colleague.page(&format!("{campaigns}/new?ready=certification")).await?;
        assert!(page.contains("Cette campagne existe déjà") && page.contains(&format!("{campaigns}/{made}")), "{page}");
        assert!(!page.contains("name=\"title\""), "the form is shown again");
        assert_eq!(colleague.get(&format!("{campaigns}/new")).await?.expect(200)?["made"], Value::Null);
        let seen = colleague.get(&campaigns).await?.expect(200)?;
        assert_eq!((&seen["total"], &seen["ready"]), (&json!(2), &Value::Null));
        person.post(&format!("{campaigns}/{made}/archive"), &json!({})).await?.expect(200)?;
        assert_eq!(colleague.get(&campaigns).await?.expect(200)?["ready"], Value::Null, "made is made");
        assert_eq!(colleague.post(&campaigns, &body).await?.status, 409);
        let form = colleague.get(&format!("{campaigns}/new?ready=certification")).await?.expect(200)?;
        assert_eq!(form["made"], made, "archived, it is made still");

        // Another school is still proposed it.
        let (other, stranger, _) = a_school_of(&[("3A", 1)], 80).await?;
        assert_eq!(stranger.get(&format!("/schools/{other}/campaigns")).await?.expect(200)?["ready"], proposed);
        assert_eq!(stranger.get(&campaigns).await?.status, 404);
        Ok(())
    });
}

/// The operator set no days for this product.
#[test]
fn outside_its_days_nothing_is_proposed_and_what_was_asked_for_is_the_schools_own() {
    run_while_time_stands_still(async {
        let (uai, person, _) = a_school_of(&[("3A", 1)], 80).await?;
        let campaigns = format!("/schools/{uai}/campaigns");
        assert_eq!(person.get(&campaigns).await?.expect(200)?["ready"], Value::Null);
        let form = person.get(&format!("{campaigns}/new?ready=certification")).await?.expect(200)?;
        assert_eq!(form["ready"], Value::Null);
        let body = json!({"title": "Profils", "course": PROFILES, "ready": "certification"});
        for _ in 0..2 {
            person.post(&campaigns, &body).await?.expect(201)?;
        }
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
    in_sight(&browser, look, "td[data-label='Certifiable']", &format!("{name}-certifiable-2-of-campaign")).await?;

    // In the list of pupils.
    click(client, "nav a[href$='/learners']").await?;
    see(client, "main", "Élèves certifiables (3)").await?;
    picture(&browser, look, &format!("{name}-certifiable-3-pupils")).await?;
    click(client, "main a[href$='certifiable=yes']").await?;
    see(client, "[role=status]", "3 élèves sur 7").await?;
    see(client, "main", "Oui, 16 compétences, le").await?;
    picture(&browser, look, &format!("{name}-certifiable-4-those")).await?;
    in_sight(&browser, look, "td[data-label='Certifiable']", &format!("{name}-certifiable-4-of-school")).await?;

    // What is proposed, made.
    click(client, "nav a[href$='/campaigns']").await?;
    see(client, "section.panel", "Avant la certification").await?;
    picture(&browser, look, &format!("{name}-certifiable-5-proposed")).await?;
    click(client, "a[href$='ready=certification']").await?;
    see(client, "main", "Cette campagne est prête").await?;
    picture(&browser, look, &format!("{name}-certifiable-6-form")).await?;
    click(client, "main form button").await?;
    see(client, "main", "La campagne est créée").await?;
    click(client, "nav a[href$='/campaigns']").await?;
    see(client, "main table", "Collecte de profils avant la certification").await?;
    anyhow::ensure!(client.find_all(Locator::Css("#ready")).await?.is_empty(), "it is still proposed");
    let school = path.split("/campaigns").next().unwrap_or_default();
    go(client, &format!("{school}/campaigns/new?ready=certification")).await?;
    see(client, "main .panel", "Cette campagne existe déjà").await?;
    picture(&browser, look, &format!("{name}-certifiable-7-made")).await?;
    click(client, "main .panel a.button").await?;
    see(client, "h1", "Collecte de profils avant la certification").await?;
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
