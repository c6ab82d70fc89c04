//! The follow-up of a school year, across campaigns: classes of that year, whatever is imported since; its list for spreadsheets; and what
//! one pupil did.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{SchoolYear, paris};
use rentree_local::pupils::a_campaign;
use rentree_table::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::campaigns::{COURSE, PROFILES, join};
use crate::support::certifications::{a_number, ago, state, statement, this_year};
use crate::support::followed::{Followed, a_school_in_its_next_year, last_year, send, then};
use crate::support::people::{a_member, a_stranger, a_team};
use crate::support::schools::{a_school_of, class, import};
use crate::support::{product, run};

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
            "\u{FEFF}Année scolaire;Classe;Nom de famille;Nom d’usage;Prénom;Campagnes rejointes;Résultats envoyés;Score moyen (%);Certifiable;Compétences au niveau 1 ou plus;Points du profil;Profil envoyé le;Certification;Passée le;Score de certification;N’est plus dans la liste"
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
        // What the form is for stands out, and not the file, which follows the filter.
        let page = administrator.page(&format!("{path}?division=6A")).await?;
        assert!(page.contains("<button type=\"submit\">Filtrer</button>"), "{page}");
        let file = "<span>Télécharger ce que le filtre retient, toutes pages comprises&nbsp;:</span> \
            <button type=\"submit\" class=\"second\" formaction=";
        assert!(page.contains(file), "{page}");
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
