//! The follow-up of a school year, across campaigns: classes of that year, whatever is imported since; its list for spreadsheets; and the sums
//! of an académie, in which nobody is named.

use aws_sdk_dynamodb::types::AttributeValue;
use fantoccini::Locator;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rentree_domain::{Academie, CampaignId, SchoolYear, Uai, paris};
use rentree_local::pupils::a_campaign;
use rentree_samples::{Sample, SchoolDirectory};
use rentree_table::{AuditAction, AuditEntry, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, picture, see};
use crate::support::campaigns::{COURSE, PROFILES, Platform, a_school_of, class, import, join};
use crate::support::certifications::{a_number, ago, state, statement, this_year};
use crate::support::faults::Faults;
use crate::support::operators::{
    DIRECTORY_DEAD, SILENT_BUCKET, activate, dead, directory_with, done, message, put_silently, report, uploaded,
};
use crate::support::people::{Person, a_member, a_stranger, a_team};
use crate::support::{product, run};

fn last_year() -> SchoolYear {
    SchoolYear::starting_in(this_year().first() - 1).expect("a year")
}

/// The same day a year ago.
fn then() -> Timestamp {
    let today = paris::date(Timestamp::now());
    let day = today.checked_sub(1.year()).expect("a day");
    Timestamp::now() - SignedDuration::from_hours(24 * i64::from((today - day).get_days().max(365)))
}

/// A pupil sends a result, with a profile or without.
async fn send(
    campaign: CampaignId,
    learner: rentree_domain::LearnerId,
    at: Timestamp,
    (score, competences): (u8, Option<u8>),
) -> anyhow::Result<()> {
    let mut message = json!({"campaign": campaign, "learner": learner, "event": "sent", "at": at, "score": score});
    if let Some(competences) = competences {
        message["profile"] = json!({"competences": competences, "points": 10 * u16::from(competences)});
    }
    let platform = Platform::real()?;
    let (status, answer) = platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?;
    anyhow::ensure!(status == 200, "{answer}");
    Ok(())
}

/// A school whose pupils of last year, 3A and 3B, went through two campaigns then, one of which was archived; one pupil was certified. Then
/// this year's list was imported: everybody is in 2NDE 1, but the first pupil, who left.
struct Followed {
    uai: Uai,
    administrator: Person,
    /// The pupils of 3A, in the order of names.
    pupils: Vec<rentree_table::ActiveLearner>,
}

async fn a_school_in_its_next_year(classes: &[(&str, usize)], seed: u64) -> anyhow::Result<Followed> {
    let (uai, administrator) = a_team().await?;
    let count = classes.iter().map(|(_, pupils)| pupils).sum();
    let mut sample = Sample::new(uai, count, seed);
    sample.school_year = last_year();
    let divisions = classes.iter().flat_map(|(division, pupils)| std::iter::repeat_n(*division, *pupils));
    for (pupil, division) in sample.pupils.iter_mut().zip(divisions) {
        pupil.division = division.to_owned();
    }
    import(uai, &sample).await?;

    let (table, then) = (&product().table, then());
    let (one, other) = (a_campaign(table, uai, then).await?.0, a_campaign(table, uai, then).await?.0);
    let pupils = class(uai, classes[0].0).await?;
    for (campaign, joins) in [(one, &pupils[..]), (other, &pupils[..2])] {
        for pupil in joins {
            let of = (pupil.id, pupil.entry.division.as_str());
            anyhow::ensure!(table.begin_participation(uai, campaign, of, then).await?, "joined twice");
        }
    }
    let minutes = |minutes| then + SignedDuration::from_mins(minutes);
    send(one, pupils[0].id, minutes(1), (40, Some(7))).await?;
    send(other, pupils[0].id, minutes(2), (81, Some(4))).await?;
    send(one, pupils[1].id, minutes(3), (50, Some(5))).await?;
    let mut certified = statement(a_number(), uai, pupils[1].id, "validated", ago(60));
    certified["taken_on"] = json!(paris::date(then));
    anyhow::ensure!(state(&certified).await?.0 == 200);
    let mut of_nobody = statement(a_number(), uai, pupils[1].id, "validated", ago(60));
    (of_nobody["taken_on"], of_nobody["learner"]) = (json!(paris::date(then)), Value::Null);
    (of_nobody["ine"], of_nobody["birth_date"]) = (json!("1234567890V"), json!("2012-03-10"));
    anyhow::ensure!(state(&of_nobody).await?.0 == 200);
    let entry = AuditEntry::new(
        then,
        rentree_runtime::random(),
        administrator.id,
        "Dominique Essai",
        AuditAction::CampaignArchived,
    );
    anyhow::ensure!(table.archive_campaign(uai, other, minutes(10), &entry).await?, "not archived");

    sample.school_year = this_year();
    let left = pupils[0].entry.ine.to_string();
    sample.pupils.retain(|pupil| pupil.ine != left);
    sample.pupils.iter_mut().for_each(|pupil| pupil.division = "2NDE 1".to_owned());
    import(uai, &sample).await?;
    Ok(Followed { uai, administrator, pupils })
}

#[test]
fn a_year_keeps_its_classes_and_numbers_whatever_is_imported() {
    run(async {
        let Followed { uai, pupils, .. } = a_school_in_its_next_year(&[("3A", 4), ("3B", 3)], 301).await?;
        let member = a_member(uai, Role::Member).await?;
        let path = format!("/schools/{uai}/follow-up");

        let last = member.get(&format!("{path}?year={}", last_year().first())).await?.expect(200)?;
        assert_eq!(
            (&last["school_year"], &last["campaigns"]),
            (&json!(last_year()), &json!(2)),
            "the archived one, too"
        );
        let numbers = json!({"pupils": 4, "joined": 4, "sent": 2, "mean_score": 56, "certifiable": 1, "certified": 1});
        assert_eq!(last["total"], numbers);
        assert_eq!(last["classes"].as_array().unwrap().len(), 1, "who did nothing is of no class then");
        assert_eq!(last["classes"][0]["division"], "3A");
        assert_eq!(last["of_no_pupil"], 1);
        let rows = last["pupils"].as_array().unwrap();
        let ids: Vec<&Value> = rows.iter().map(|row| &row["id"]).collect();
        assert_eq!(ids, pupils.iter().map(|pupil| json!(pupil.id)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
        let first = &rows[0];
        assert_eq!((&first["left"], &first["joined"], &first["sent"]), (&json!(true), &json!(2), &json!(2)));
        assert_eq!(
            (&first["mean_score"], &first["certifiable"]),
            (&json!(61), &json!(false)),
            "the later profile holds"
        );
        assert_eq!(first["certification"], Value::Null);
        let second = &rows[1];
        assert_eq!((&second["certifiable"], &second["certification"]["status"]), (&json!(true), &json!("validated")));

        // This year nobody has joined anything yet; everybody is in the class of now.
        let present = member.get(&path).await?.expect(200)?;
        let total = (&present["total"]["pupils"], &present["total"]["joined"], &present["campaigns"]);
        assert_eq!(total, (&json!(6), &json!(0), &json!(0)));
        assert_eq!(present["classes"][0]["division"], "2NDE 1");
        assert_eq!(present["pupils"][0]["certifiable"], Value::Null, "a profile counts for its year");
        for beyond in ["year=1999", "year=x", "class=3A", "former=oui"] {
            let refused = member.get(&format!("{path}?{beyond}")).await?;
            assert_eq!((refused.status, refused.code()), (400, "bad_request"), "{beyond}");
        }
        assert_eq!(member.get(&format!("{path}?year=")).await?.expect(200)?["school_year"], json!(this_year()));

        // By class of that year.
        let of_class = async |year: SchoolYear, division: &str| {
            let query = format!("{path}?year={}&division={division}", year.first());
            anyhow::Ok(member.get(&query).await?.expect(200)?["found"].clone())
        };
        assert_eq!(of_class(last_year(), "3A").await?, 4);
        assert_eq!(of_class(last_year(), "2NDE%201").await?, 0);
        assert_eq!(of_class(this_year(), "2NDE%201").await?, 6);
        Ok(())
    });
}

/// Participations that began before their class was kept.
#[test]
fn without_a_class_that_was_kept_the_class_of_now_is_told() {
    run(async {
        let (uai, administrator, mut sample) = a_school_of(&[("6A", 2)], 302).await?;
        let campaign = a_campaign(&product().table, uai, Timestamp::now()).await?.0;
        let pupils = class(uai, "6A").await?;
        join(uai, campaign, &pupils).await?;
        let table = product().stack.value("Table")?;
        let text = |text: String| AttributeValue::S(text);
        let update = product().stack.dynamodb.update_item().table_name(&table).update_expression("REMOVE division");
        let update = update.key("PK", text(format!("CAMPAIGN#{campaign}")));
        update.key("SK", text(format!("PARTICIPATION#{}", pupils[0].id))).send().await?;
        sample.pupils.iter_mut().for_each(|pupil| pupil.division = "6B".to_owned());
        import(uai, &sample).await?;
        let seen = administrator.get(&format!("/schools/{uai}/follow-up")).await?.expect(200)?;
        let classes: Vec<_> =
            seen["classes"].as_array().unwrap().iter().map(|class| (&class["division"], &class["joined"])).collect();
        assert_eq!(classes, [(&json!("6A"), &json!(1)), (&json!("6B"), &json!(1))]);
        Ok(())
    });
}

#[test]
fn administrators_download_it_as_a_list_for_spreadsheets() {
    run(async {
        let Followed { uai, administrator, pupils } = a_school_in_its_next_year(&[("3-1", 3), ("3B", 1)], 303).await?;
        let path = format!("/schools/{uai}/follow-up/results.csv");
        let year = format!("?year={}", last_year().first());
        let answer = administrator.request(Method::GET, &format!("{path}{year}")).send().await?;
        assert_eq!(answer.status(), 200);
        let name = answer.headers()["content-disposition"].to_str()?.to_owned();
        assert!(name.contains(&format!("suivi-{uai}-{}-", last_year())), "{name}");
        let bytes = answer.bytes().await?.to_vec();
        let of = |place: usize| &pupils[place].entry;
        let (then, moment) = (then(), |minutes: i64| then() + SignedDuration::from_mins(minutes));
        let day = paris::date(then).strftime("%d/%m/%Y").to_string();
        let name = |place: usize| {
            let usage = of(place).usage_name.clone().unwrap_or_default();
            format!("{};{};{}", of(place).last_name, usage, of(place).first_name)
        };
        // The minute in which it was sent is that of the school's making; all else is known.
        let sheet = String::from_utf8(bytes)?;
        let lines: Vec<&str> = sheet.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "\u{FEFF}Année scolaire;Classe;Nom de famille;Nom d’usage;Prénom;Campagnes rejointes;Résultats envoyés;Score moyen (%);Certifiable;Compétences au niveau 1 ou plus;Points du profil;Profil envoyé le;Certification;Passée le;Score de certification;Parti de l’établissement"
        );
        assert_eq!((lines.len(), lines[4]), (5, ""), "{lines:#?}");
        let begin = |place: usize| format!("\"=\"\"{}\"\"\";\"=\"\"3-1\"\"\";{};", last_year(), name(place));
        let without_moment = |line: &str| {
            let mut cells: Vec<&str> = line.split(';').collect();
            let sent_at = std::mem::take(&mut cells[11]);
            (cells.join(";"), sent_at.to_owned())
        };
        let (first, sent_at) = without_moment(lines[1]);
        assert_eq!(first, format!("{}2;2;61;Non;4;40;;;;;Oui", begin(0)));
        assert!(sent_at.starts_with(&paris::date(moment(2)).strftime("%d/%m/%Y ").to_string()), "{sent_at}");
        let (second, _) = without_moment(lines[2]);
        assert_eq!(second, format!("{}2;1;50;Oui;5;50;;Validée;{day};512;", begin(1)));
        assert_eq!(lines[3], format!("{}1;0;;;;;;;;;", begin(2)));

        // One class; who may; another school.
        let of_class = administrator.get(&format!("{path}{year}&division=3B")).await?.expect(200)?;
        assert_eq!(of_class.as_str().unwrap().lines().count(), 1, "nobody of 3B joined");
        let present = administrator.get(&format!("{path}?division=2NDE%201")).await?.expect(200)?;
        assert_eq!(present.as_str().unwrap().lines().count(), 1 + 3);
        let member = a_member(uai, Role::Member).await?;
        assert_eq!(member.get(&path).await?.status, 403);
        let (_, stranger) = a_team().await?;
        for path in [&path, &format!("/schools/{uai}/follow-up")] {
            assert_eq!(stranger.get(path).await?.status, 404);
            assert_eq!(a_stranger().get(path).await?.status, 401);
        }
        Ok(())
    });
}

/// A result that tells no profile takes nothing of one that did: the list of pupils and the year say the same.
#[test]
fn the_latest_profile_of_the_year_counts_whatever_was_sent_after() {
    run(async {
        let (uai, administrator, _) = a_school_of(&[("6A", 2)], 309).await?;
        let body = json!({"title": "Collecte", "course": PROFILES});
        let made = administrator.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
        let campaign = serde_json::from_value(made["id"].clone())?;
        let pupils = class(uai, "6A").await?;
        join(uai, campaign, &pupils).await?;
        let ago = |minutes| Timestamp::now() - SignedDuration::from_mins(minutes);
        send(campaign, pupils[0].id, ago(9), (40, Some(7))).await?;
        send(campaign, pupils[0].id, ago(5), (60, None)).await?;
        let list = administrator.get(&format!("/schools/{uai}/learners?certifiable=yes")).await?.expect(200)?;
        let year = administrator.get(&format!("/schools/{uai}/follow-up")).await?.expect(200)?;
        assert_eq!((&list["found"], &year["total"]["certifiable"]), (&json!(1), &json!(1)), "{list} {year}");
        assert_eq!(year["total"]["mean_score"], 60, "of the result that holds");
        Ok(())
    });
}

/// Who is certifiable, in one class or in all, on the page, for programs and in the list for spreadsheets; and who left, by the rule of the
/// page of certifications.
#[test]
fn who_is_certifiable_is_found_by_class_and_who_left_when_asked_for() {
    run(async {
        let (uai, administrator, mut sample) = a_school_of(&[("6A", 4), ("6B", 3)], 310).await?;
        let body = json!({"title": "Collecte", "course": PROFILES});
        let made = administrator.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
        let campaign = serde_json::from_value(made["id"].clone())?;
        let (first, second) = (class(uai, "6A").await?, class(uai, "6B").await?);
        for class in [&first, &second] {
            join(uai, campaign, class).await?;
        }
        for (pupil, competences) in [(&first[0], 7), (&first[1], 3), (&second[0], 9)] {
            send(campaign, pupil.id, Timestamp::now(), (60, Some(competences))).await?;
        }
        anyhow::ensure!(state(&statement(a_number(), uai, first[0].id, "validated", ago(1))).await?.0 == 200);
        let path = format!("/schools/{uai}/follow-up");
        // How many the page tells, and how many lines the list has, which are the same.
        let found = async |query: &str| {
            let seen = administrator.get(&format!("{path}?{query}")).await?.expect(200)?;
            let list = administrator.get(&format!("{path}/results.csv?{query}")).await?.expect(200)?;
            let lines = list.as_str().unwrap_or_default().lines().count() - 1;
            anyhow::ensure!(
                seen["found"] == lines && seen["pupils"].as_array().map(Vec::len) == Some(lines),
                "{query}"
            );
            anyhow::Ok(lines)
        };
        for (query, count) in [
            ("certifiable=yes", 2),
            ("certifiable=no", 1),
            ("certifiable=unknown", 4),
            ("certifiable=", 7),
            ("certifiable=yes&division=6A", 1),
            ("certifiable=no&division=6B", 0),
            ("certifiable=unknown&division=6B", 2),
        ] {
            assert_eq!(found(query).await?, count, "{query}");
        }
        for beyond in ["certifiable=maybe", "former=oui"] {
            assert_eq!(administrator.get(&format!("{path}?{beyond}")).await?.status, 400, "{beyond}");
            assert_eq!(administrator.get(&format!("{path}/results.csv?{beyond}")).await?.status, 400, "{beyond}");
        }
        // The numbers are those of the class, whatever is asked of its profiles.
        let seen = administrator.get(&format!("{path}?division=6A&certifiable=yes")).await?.expect(200)?;
        let of = |counts: &Value| ["pupils", "sent", "certifiable", "certified"].map(|name| counts[name].clone());
        assert_eq!(of(&seen["chosen"]), [4, 2, 1, 1].map(Value::from));
        assert_eq!(of(&seen["total"]), [7, 3, 2, 1].map(Value::from));

        // One who was certified leaves.
        let left = first[0].entry.ine.to_string();
        sample.pupils.retain(|pupil| pupil.ine != left);
        import(uai, &sample).await?;
        for (query, count) in [
            ("", 6),
            ("former=false", 6),
            ("former=true", 7),
            ("certifiable=yes", 1),
            ("certifiable=yes&former=true", 2),
            ("certifiable=yes&former=true&division=6A", 1),
            ("certifiable=yes&division=6A", 0),
        ] {
            assert_eq!(found(query).await?, count, "{query}");
        }
        let seen = administrator.get(&format!("{path}?division=6A")).await?.expect(200)?;
        assert_eq!((&seen["of_former"], &seen["former"]), (&json!(1), &json!(false)));
        assert_eq!(
            (of(&seen["chosen"]), of(&seen["total"])),
            ([3, 1, 0, 0].map(Value::from), [6, 2, 1, 0].map(Value::from))
        );
        let asked = administrator.get(&format!("{path}?former=true")).await?.expect(200)?;
        assert_eq!((of(&asked["total"]), &asked["former"]), ([7, 3, 2, 1].map(Value::from), &json!(true)));
        assert_eq!(asked["classes"][0]["pupils"], 4);
        // The page of certifications says the same.
        for (query, count) in [("", 0), ("?former=true", 1)] {
            let page = format!("/schools/{uai}/certifications{query}");
            assert_eq!(administrator.get(&page).await?.expect(200)?["found"], count, "{query}");
        }
        Ok(())
    });
}

/// Staff's page of a pupil: this year's campaigns, what the latest profile says, and certifications, whose certificates are for
/// administrators.
#[test]
fn a_pupils_page_tells_campaigns_profile_and_certifications() {
    run(async {
        let (uai, administrator, mut sample) = a_school_of(&[("3A", 2)], 311).await?;
        let member = a_member(uai, Role::Member).await?;
        let pupils = class(uai, "3A").await?;
        let learner = pupils[0].id;
        let path = format!("/schools/{uai}/learners/{learner}");
        let nothing = member.get(&path).await?.expect(200)?["year"].clone();
        assert_eq!((&nothing["campaigns"], &nothing["certifications"]), (&json!([]), &json!([])));
        assert_eq!((&nothing["profile"], &nothing["mean_score"]), (&Value::Null, &Value::Null));

        let mut campaigns = Vec::new();
        for (title, course) in [("Collecte", PROFILES), ("Évaluation", COURSE)] {
            let body = json!({"title": title, "course": course});
            let made = administrator.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
            campaigns.push(serde_json::from_value(made["id"].clone())?);
            join(uai, *campaigns.last().expect("made"), &pupils).await?;
        }
        let last = a_campaign(&product().table, uai, then()).await?.0;
        anyhow::ensure!(product().table.begin_participation(uai, last, (learner, "4A"), then()).await?);
        send(campaigns[0], learner, Timestamp::now(), (60, Some(7))).await?;
        let mut stated = statement(a_number(), uai, learner, "validated", ago(1));
        stated["comment"] = json!("Bravo.");
        anyhow::ensure!(state(&stated).await?.0 == 200);
        let mut rejected = statement(a_number(), uai, learner, "rejected", ago(1));
        (rejected["taken_on"], rejected["score"]) = (json!(paris::date(then())), Value::Null);
        anyhow::ensure!(state(&rejected).await?.0 == 200);

        let year = member.get(&path).await?.expect(200)?["year"].clone();
        assert_eq!(year["school_year"], json!(this_year()));
        assert_eq!(["joined", "sent", "mean_score"].map(|name| year[name].clone()), [2, 1, 60].map(Value::from));
        let of = |row: &Value| (row["title"].clone(), row["score"].clone(), row["sent_at"].is_string());
        let rows: Vec<_> = year["campaigns"].as_array().unwrap().iter().map(of).collect();
        assert_eq!(
            rows,
            [(json!("Évaluation"), Value::Null, false), (json!("Collecte"), json!(60), true)],
            "no last year's"
        );
        assert_eq!((&year["profile"]["certifiable"], &year["profile"]["competences"]), (&json!(true), &json!(7)));
        assert!(year["profile"]["found_at"].is_string());
        let told = |row: &Value| ["status", "score", "comment", "certificate"].map(|name| row[name].clone());
        let rows: Vec<_> = year["certifications"].as_array().unwrap().iter().map(told).collect();
        let null = Value::Null;
        let expected = [
            [json!("validated"), json!(512), json!("Bravo."), null.clone()],
            [json!("rejected"), null.clone(), null.clone(), null.clone()],
        ];
        assert_eq!(rows, expected, "the latest first; no certificate for a member");

        // An administrator prints the one that was passed.
        let year = administrator.get(&path).await?.expect(200)?["year"].clone();
        assert_eq!(year["certifications"][1]["certificate"], null);
        let certificate = year["certifications"][0]["certificate"].as_str().unwrap().to_owned();
        let file = administrator.request(Method::GET, &certificate).send().await?;
        assert_eq!((file.status().as_u16(), file.headers()["content-type"].to_str()?), (200, "application/pdf"));
        assert_eq!(member.get(&certificate).await?.status, 403);

        // It is the pupil's own, also of one who left; and no other school's.
        let other = member.get(&format!("/schools/{uai}/learners/{}", pupils[1].id)).await?.expect(200)?;
        assert_eq!((&other["year"]["joined"], &other["year"]["certifications"]), (&json!(2), &json!([])));
        sample.pupils.retain(|pupil| pupil.ine != pupils[0].entry.ine.to_string());
        import(uai, &sample).await?;
        let after = administrator.get(&path).await?.expect(200)?;
        assert_eq!((&after["is_enrolled"], &after["year"]), (&json!(false), &year));
        let (_, stranger) = a_team().await?;
        assert_eq!(stranger.get(&path).await?.status, 404);
        Ok(())
    });
}

#[test]
fn pupils_stand_on_pages_of_fifty() {
    run(async {
        let (uai, administrator, _) = a_school_of(&[("6A", 40), ("6B", 15)], 304).await?;
        let path = format!("/schools/{uai}/follow-up");
        let mut seen = std::collections::BTreeSet::new();
        for (page, rows) in [("1", 50), ("2", 5), ("9", 5)] {
            let found = administrator.get(&format!("{path}?page={page}")).await?.expect(200)?;
            assert_eq!((&found["found"], &found["pages"]), (&json!(55), &json!(2)));
            let pupils = found["pupils"].as_array().unwrap();
            assert_eq!(pupils.len(), rows);
            seen.extend(pupils.iter().map(|row| row["id"].to_string()));
        }
        assert_eq!(seen.len(), 55);
        Ok(())
    });
}

#[test]
fn an_academie_is_added_up_and_nobody_is_named() {
    run(async {
        // Three schools of an académie, of which two are active.
        let academie = Academie::parse("corse")?;
        let listed = SchoolDirectory::of_academie(academie, 3, 305);
        put_silently("totals", listed.csv()).await?;
        let directory = directory_with(None::<Faults>)?;
        done(&directory, &uploaded("totals")).await?;
        let year = this_year();
        let word = json!({"totals": {"academie": academie, "school_year": year}});
        let key = format!("reports/totals/{}-{}.json", year.first(), academie.short_name());
        let added_up = async || {
            done(&directory, &message(&word)).await?;
            report(&product().stack, SILENT_BUCKET, &key).await
        };
        let before = added_up().await?;
        assert_eq!((&before["refused"], &before["totals"]["joined"]), (&Value::Null, &json!(0)));

        let mut named = Vec::new();
        for (place, school) in listed.schools[..2].iter().enumerate() {
            let uai = Uai::parse(&school.uai)?;
            activate(&product().stack, uai).await?;
            let person = a_member(uai, Role::Administrator).await?;
            let mut sample = Sample::new(uai, 8, 306 + place as u64);
            sample.pupils.iter_mut().for_each(|pupil| pupil.division = "3A".to_owned());
            import(uai, &sample).await?;
            let pupils = class(uai, "3A").await?;
            for course in [COURSE, PROFILES] {
                let body = json!({"title": course, "course": course});
                let made = person.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
                let campaign = serde_json::from_value(made["id"].clone())?;
                join(uai, campaign, &pupils[..6]).await?;
                for pupil in &pupils[..3] {
                    send(campaign, pupil.id, Timestamp::now(), (60, Some(6))).await?;
                }
                send(campaign, pupils[3].id, Timestamp::now(), (60, None)).await?;
            }
            let mut certified = statement(a_number(), uai, pupils[0].id, "validated", ago(60));
            for pupil in &pupils[..3] {
                (certified["number"], certified["learner"]) = (json!(a_number()), json!(pupil.id));
                anyhow::ensure!(state(&certified).await?.0 == 200);
            }
            (certified["number"], certified["status"]) = (json!(a_number()), json!("rejected"));
            certified["learner"] = json!(pupils[4].id);
            anyhow::ensure!(state(&certified).await?.0 == 200);
            (certified["number"], certified["status"]) = (json!(a_number()), json!("validated"));
            (certified["learner"], certified["ine"]) = (Value::Null, json!("1234567890V"));
            certified["birth_date"] = json!("2012-03-10");
            anyhow::ensure!(state(&certified).await?.0 == 200);
            named.push(uai.to_string());
            named.extend(pupils.iter().map(|pupil| pupil.id.to_string()));
            named.extend(pupils.into_iter().flat_map(|pupil| [pupil.entry.last_name, pupil.entry.first_name]));
        }

        let after = added_up().await?;
        let gained = |name: &str| {
            let of = |report: &Value| report["totals"][name].as_u64();
            Some(of(&after)? - of(&before)?)
        };
        let expected = [
            ("activated", Some(2)),
            ("with_campaigns", Some(2)),
            ("campaigns", Some(4)),
            ("joined", Some(12)),
            ("sent", Some(8)),
            ("certifiable", Some(6)),
            ("certified", Some(6)),
            // So few that somebody might guess who they are.
            ("certified_of_no_pupil", None),
        ];
        for (name, number) in expected {
            assert_eq!(gained(name), number, "{name}: {after}");
        }
        assert!(after["totals"]["schools"].as_u64() >= Some(3));
        let text = after.to_string();
        for name in named {
            assert!(!text.contains(&name), "{name} in {text}");
        }
        // Another year has nothing of it; and a word that failed every time says so.
        let other = json!({"totals": {"academie": academie, "school_year": last_year()}});
        done(&directory, &message(&other)).await?;
        let key = format!("reports/totals/{}-{}.json", last_year().first(), academie.short_name());
        assert_eq!(report(&product().stack, SILENT_BUCKET, &key).await?["totals"]["joined"], 0);
        done(&directory, &dead(message(&other), DIRECTORY_DEAD)).await?;
        assert_eq!(report(&product().stack, SILENT_BUCKET, &key).await?["refused"]["code"], "technical");
        Ok(())
    });
}

async fn a_year_in_a_browser(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let Followed { uai, administrator, pupils } = a_school_in_its_next_year(&[("3A", 6), ("3B", 3)], seed).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| {
        picture(&browser, look, &format!("{name}-follow-up-{page}")).await?;
        for part in ["dl.counts", "table.numbers", "table.cards"] {
            if look.javascript && client.find(Locator::Css(part)).await.is_ok() {
                client.execute(&format!("document.querySelector('{part}').scrollIntoView()"), vec![]).await?;
                browser.screenshot(&format!("{name}-follow-up-{page}-{}", part.replace('.', "-"))).await?;
            }
        }
        anyhow::Ok(())
    };
    enter(client, &administrator).await?;
    click(client, "nav a[href$='/campaigns']").await?;
    click(client, "main a[href$='/follow-up']").await?;
    see(client, "h1", "Suivi de l’année").await?;
    see(client, "[role=status]", "8 élèves, 0 campagne rejointe").await?;
    shot("01-present").await?;
    click(client, &format!("#year option[value='{}']", last_year().first())).await?;
    click(client, "form.filter button").await?;
    see(client, "[role=status]", "6 élèves, 2 campagnes rejointes").await?;
    see(client, "main", "Validée, le").await?;
    see(client, "main", "Pas encore, le").await?;
    shot("02-last-year").await?;
    click(client, "#division option[value='3A']").await?;
    click(client, "form.filter button").await?;
    see(client, "[role=status]", "6 élèves, 2 campagnes").await?;
    if look.width > PHONE.width {
        click(client, "button[formaction$='results.csv']").await?;
        let today = paris::date(Timestamp::now());
        let file = browser.download(&format!("suivi-{uai}-{}-{today}.csv", last_year())).await?;
        assert!(file.starts_with("\u{FEFF}Année scolaire;Classe;".as_bytes()), "not as Excel opens it");
        assert_eq!(String::from_utf8(file)?.lines().count(), 1 + 6);
    }
    see(client, "#of-whom", "Classe 3A, avec les élèves partis").await?;
    see(client, "dl.counts", "6").await?;
    click(client, "#certifiable option[value='yes']").await?;
    click(client, "form.filter button").await?;
    see(client, "[role=status]", "1 élève sur 6").await?;
    see(client, "#of-whom", "Classe 3A").await?;
    shot("03-certifiable").await?;
    go(client, &format!("/schools/{uai}/learners/{}", pupils[1].id)).await?;
    see(client, "#certifications ~ table", "Télécharger en PDF").await?;
    see(client, "dl.facts", "Oui, 5 compétences au niveau 1 ou plus").await?;
    shot("04-pupil").await?;
    browser.close().await?;

    let browser = Browser::open(look).await?;
    let member = a_member(uai, Role::Member).await?;
    enter(&browser.client, &member).await?;
    go(&browser.client, &format!("/schools/{uai}/follow-up")).await?;
    see(&browser.client, "main", "Un administrateur de l’espace peut télécharger").await?;
    anyhow::ensure!(
        browser.client.find_all(Locator::Css(".downloads")).await?.is_empty(),
        "a member is offered a file"
    );
    browser.close().await
}

#[test]
fn a_year_at_a_desk() {
    run(a_year_in_a_browser(DESKTOP, "desktop", 307));
}

#[test]
fn a_year_on_a_phone() {
    run(a_year_in_a_browser(PHONE, "phone", 308));
}

#[test]
fn a_year_without_scripts() {
    run(a_year_in_a_browser(WITHOUT_SCRIPTS, "no-js", 309));
}
