//! Record books (LSU, LSL) take certifications over, through HTTP: who may, in which shape, and what the school's log tells of it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use aws_sdk_dynamodb::types::AttributeValue;
use directory::message::Word;
use jiff::{Timestamp, ToSpan as _};
use rentree_domain::{SchoolYear, Scope, paris};
use rentree_local::operator::Operator;
use rentree_samples::Sample;
use rentree_table::{AuditAction, Role};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::support::certifications::{Certified, a_number, ago, statement, this_year};
use crate::support::college::{a_college, by_number};
use crate::support::people::{a_member, a_team};
use crate::support::record_books::{Program, a_name, in_days, log_of, of_kind, read_with};
use crate::support::schools::{a_school_with, class, divide, import};
use crate::support::{product, run};

/// The names of the published shape, and ours for the score.
const OF_CERTIFICATIONS: [&str; 15] = [
    "birthdate",
    "certificationCenter",
    "competenceResults",
    "date",
    "deliveredAt",
    "firstName",
    "id",
    "lastName",
    "middleName",
    "nationalStudentId",
    "pixScore",
    // Ours.
    "score",
    "status",
    "thirdName",
    "verificationCode",
];

#[test]
fn a_record_book_reads_a_school_in_the_published_shape() {
    run(async {
        let (college, other) = (a_college(5, 310).await?, a_college(1, 311).await?);
        let first = college.pupils.iter().position(|pupil| pupil.entry.second_name.is_some()).unwrap();
        let second = usize::from(first == 0);
        let passed = college.certify(first, "validated").await?;
        let rejected = college.certify(second, "rejected").await?;
        let (started, in_error) = (college.certify(2, "started").await?, college.certify(3, "in_error").await?);
        let cancelled = college.certify(4, "cancelled").await?;
        let nobodys = college.certify_nobody("2401234567Y").await?;
        other.certify(0, "validated").await?;

        let program = Program::new(Scope::Lsu).await?;
        let told = program.read(college.uai, "").await?;
        assert_eq!((told.status, told.header("content-type")), (200, "application/json"));
        assert_eq!(told.header("cache-control"), "no-store");
        let names: BTreeSet<&String> = told.body.as_object().unwrap().keys().collect();
        assert_eq!(names, ["certifications", "competences"].map(ToOwned::to_owned).iter().collect());
        let read = by_number(&told);
        assert_eq!(read.keys().collect::<BTreeSet<_>>(), [&passed, &rejected, &started, &in_error, &nobodys].into());
        assert!(!read.contains_key(&cancelled), "none of the three words would be true of it");

        let pupil = &college.pupils[first].entry;
        let today = paris::date(Timestamp::now());
        let of_passed = json!({
            "id": passed, "firstName": pupil.first_name, "middleName": "Solène", "thirdName": pupil.third_name,
            "lastName": pupil.last_name, "birthdate": pupil.birth_date, "nationalStudentId": pupil.ine.as_str(),
            "status": "validated", "score": 512, "pixScore": 512, "verificationCode": format!("P-{passed:012}"),
            "date": today, "deliveredAt": null, "certificationCenter": null,
            "competenceResults": [{"competenceId": "1.1", "level": 3}, {"competenceId": "5.2", "level": 0}],
        });
        assert_eq!(read[&passed], of_passed);
        for it in read.values() {
            let mut names: Vec<&str> = it.as_object().unwrap().keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, OF_CERTIFICATIONS, "no name is missing, and none is added");
        }
        let of = |number: u64, name: &str| read[&number][name].clone();
        assert_eq!((of(rejected, "status"), of(rejected, "score")), (json!("rejected"), json!(512)));
        assert_eq!(of(rejected, "verificationCode"), Value::Null, "a code proves what was passed alone");
        for pending in [started, in_error] {
            assert_eq!((of(pending, "status"), of(pending, "score")), (json!("pending"), Value::Null));
            assert_eq!((of(pending, "pixScore"), of(pending, "competenceResults")), (Value::Null, json!([])));
        }
        // Of whom no pupil is found: what the platform states.
        assert_eq!((of(nobodys, "lastName"), of(nobodys, "firstName")), (json!("D’HÉROUVILLE"), json!("Lætitia")));
        assert_eq!((of(nobodys, "middleName"), of(nobodys, "birthdate")), (Value::Null, json!("2012-03-10")));
        assert_eq!(of(nobodys, "nationalStudentId"), "2401234567Y");

        let competences = told.body["competences"].as_array().unwrap();
        let first = json!({
            "id": "1.1", "name": "Mener une recherche et une veille d’information",
            "area": {"id": "1", "name": "Information et données"},
        });
        assert_eq!((competences.len(), &competences[0]), (16, &first));

        let told = format!("LSU, {}", this_year());
        assert_eq!(log_of(college.uai).await?, [(program.name.to_string(), AuditAction::RecordBookRead, told)]);
        assert!(log_of(other.uai).await?.is_empty());
        let page = college.administrator.page(&format!("/schools/{}/audit", college.uai)).await?;
        let sentence = format!("{} a lu les certifications pour le livret scolaire", program.name);
        assert!(page.contains(&sentence), "{page}");
        Ok(())
    });
}

/// Names, birth dates and INE are in no log of the school.
#[test]
fn what_the_log_keeps_names_no_pupil() {
    run(async {
        let college = a_college(1, 312).await?;
        college.certify(0, "validated").await?;
        assert_eq!(Program::new(Scope::Lsu).await?.read(college.uai, "").await?.status, 200);
        let get = product().stack.dynamodb.query().table_name(product().stack.value("Table")?);
        let get = get.key_condition_expression("PK = :log");
        let log = AttributeValue::S(format!("AUDIT#{}", college.uai));
        let items = get.expression_attribute_values(":log", log).send().await?.items.unwrap_or_default();
        let text = format!("{items:?}").to_lowercase();
        let entry = &college.pupils[0].entry;
        for mark in [entry.last_name.as_str(), entry.ine.as_str(), &entry.birth_date.to_string()] {
            assert!(!text.contains(&mark.to_lowercase()), "{text}");
        }
        assert!(text.contains("record_book_read"), "{text}");
        Ok(())
    });
}

/// A code that others have, too, proves nothing, and nothing is certified of somebody without both names.
#[test]
fn a_code_that_proves_nothing_is_not_handed_over() {
    run(async {
        let college = a_college(3, 316).await?;
        let mut numbers = Vec::new();
        for pupil in 0..2 {
            let number = a_number();
            let mut stated = statement(number, college.uai, college.pupils[pupil].id, "validated", ago(5));
            stated["verification_code"] = json!(format!("PTWICE{}", college.uai));
            college.state(&stated).await?;
            numbers.push(number);
        }
        let mut nameless = statement(a_number(), college.uai, college.pupils[0].id, "validated", ago(5));
        (nameless["learner"], nameless["ine"], nameless["birth_date"]) =
            (Value::Null, json!("2401234567Y"), json!("2012-03-10"));
        nameless["last_name"] = json!("D’HÉROUVILLE");
        college.state(&nameless).await?;
        numbers.push(nameless["number"].as_u64().unwrap());
        let good = college.certify(2, "validated").await?;
        let told = Program::new(Scope::Lsu).await?.read(college.uai, "").await?;
        assert_eq!(told.header("school-year"), this_year().to_string());
        let read = by_number(&told);
        for number in &numbers {
            let is = (&read[number]["status"], &read[number]["verificationCode"]);
            assert_eq!(is, (&json!("validated"), &Value::Null), "{number}");
        }
        assert!(read[&good]["verificationCode"].is_string());
        for line in college.sheet("").await? {
            let is_good = line["Numéro"] == good.to_string();
            assert_eq!(line["Code de vérification"].is_empty(), !is_good, "{line:?}");
        }
        Ok(())
    });
}

/// Pupils who left this year are asked for; whoever asks for last year asks for its pupils, who have left since.
#[test]
fn this_school_years_pupils_unless_another_one_is_asked_for() {
    run(async {
        let last_year = SchoolYear::starting_in(this_year().first() - 1).unwrap();
        let (uai, administrator, sample) = a_school_with(3, 316, |sample| {
            sample.school_year = last_year;
            divide(sample, &[("TG1", 3)]);
        })
        .await?;
        of_kind(uai, "Lycée").await?;
        let pupils = class(uai, "TG1").await?;
        let lycee = Certified { uai, administrator, sample, pupils };
        let mut of_last_year = BTreeSet::new();
        for pupil in &lycee.pupils {
            let number = a_number();
            let mut stated = statement(number, uai, pupil.id, "validated", ago(30));
            stated["taken_on"] = json!(paris::date(Timestamp::now()) - 1.year());
            lycee.state(&stated).await?;
            of_last_year.insert(number);
        }
        // This year one has left, and another one leaves after the examination.
        let mut sample = lycee.sample.clone();
        sample.school_year = this_year();
        let leaves = |sample: &mut Sample, pupil: usize| {
            let ine = lycee.pupils[pupil].entry.ine.to_string();
            sample.pupils.retain(|pupil| pupil.ine != ine);
        };
        leaves(&mut sample, 0);
        import(uai, &sample).await?;
        let (leaving, staying) = (lycee.certify(1, "validated").await?, lycee.certify(2, "validated").await?);
        leaves(&mut sample, 1);
        import(uai, &sample).await?;

        let program = Program::new(Scope::Lsl).await?;
        let year = format!("?year={}", last_year.first());
        for (query, expected) in [
            ("", BTreeSet::from([staying])),
            ("?former=true", BTreeSet::from([staying, leaving])),
            (&year, of_last_year),
        ] {
            let told = program.read(uai, query).await?;
            let read: BTreeSet<u64> = by_number(&told).into_keys().collect();
            assert_eq!(read, expected, "{query}");
            assert!(by_number(&told).values().all(|it| it["nationalStudentId"].is_string()), "{}", told.body);
            let sheet = lycee.sheet(query).await?;
            let downloaded: BTreeSet<u64> = sheet.iter().map(|line| line["Numéro"].parse().unwrap()).collect();
            assert_eq!(downloaded, expected, "{query}");
        }
        Ok(())
    });
}

#[test]
fn an_administrator_downloads_what_record_books_read() {
    run(async {
        let college = a_college(6, 317).await?;
        for (pupil, status) in
            ["validated", "rejected", "started", "in_error", "cancelled", "validated"].iter().enumerate()
        {
            college.certify(pupil, status).await?;
        }
        let nobodys = college.certify_nobody("8012345678P").await?;
        let told = Program::new(Scope::Lsu).await?.read(college.uai, "").await?;
        let sheet = college.sheet("").await?;
        let read = told.body["certifications"].as_array().unwrap();
        assert_eq!((read.len(), sheet.len()), (6, 6));
        let text = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let day = |value: &Value| text(value).split('-').rev().collect::<Vec<_>>().join("/");
        for (it, line) in read.iter().zip(&sheet) {
            for (name, title) in [
                ("id", "Numéro"),
                ("firstName", "Prénom"),
                ("middleName", "Deuxième prénom"),
                ("thirdName", "Troisième prénom"),
                ("lastName", "Nom"),
                ("nationalStudentId", "INE"),
                ("score", "Score"),
                ("verificationCode", "Code de vérification"),
            ] {
                assert_eq!(line[title], text(&it[name]), "{title}");
            }
            assert_eq!((&line["Né(e) le"], &line["Passée le"]), (&day(&it["birthdate"]), &day(&it["date"])));
            let words = [("validated", "Validée"), ("rejected", "Rejetée"), ("pending", "En attente")];
            let word = words.iter().find(|(status, _)| it["status"] == *status).unwrap().1;
            assert_eq!(line["Résultat"], word);
            let levels = it["competenceResults"].as_array().unwrap();
            for competence in told.body["competences"].as_array().unwrap() {
                let title = format!("{} {}", text(&competence["id"]), text(&competence["name"]));
                let level = levels.iter().find(|level| level["competenceId"] == competence["id"]);
                assert_eq!(line[&title], level.map(|level| text(&level["level"])).unwrap_or_default(), "{title}");
            }
            let found = if it["id"] == nobodys { "Non" } else { "Oui" };
            assert_eq!((line["Élève retrouvé"].as_str(), line.len()), (found, 31));
        }
        // Of a class, of which nobody is who is no pupil; by result.
        assert_eq!(college.sheet("?division=3A").await?.len(), 5);
        assert_eq!(college.sheet("?status=rejected").await?.len(), 1);

        let path = format!("/schools/{}/certifications/record-books.csv", college.uai);
        assert_eq!(a_member(college.uai, Role::Member).await?.get(&path).await?.code(), "administrators_only");
        assert_eq!(a_team().await?.1.get(&path).await?.status, 404);
        Ok(())
    });
}

/// What is in the table is a contract with every version of the code. Neither a secret nor a token is there.
#[test]
fn credentials_and_tokens_as_they_are_stored() {
    run(async {
        let college = a_college(1, 318).await?;
        let program = Program::new(Scope::Lsu).await?;
        let bearer = program.bearer().await?;
        assert_eq!(read_with(Some(&bearer), college.uai.as_str(), "").await?.status, 200);
        program.revoke().await?;
        let token = bearer.trim_start_matches("Bearer ");
        let hash: String = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut items = BTreeMap::new();
        let scan = product().stack.dynamodb.scan().table_name(product().stack.value("Table")?);
        let mut found = scan.into_paginator().items().send();
        while let Some(item) = found.try_next().await? {
            let item = crate::stored_items::shown(&item);
            let text = serde_json::to_string(&item)?;
            assert!(!text.contains(token) && !text.contains(program.secret.as_str()), "{text}");
            let is_of_log = item["PK"] == format!("AUDIT#{}", college.uai) && item["entity"] == "Audit";
            if item["SK"] == program.name.as_str() || item["PK"] == format!("TOKEN#{hash}") || is_of_log {
                items.insert(item["entity"].as_str().unwrap_or_default().to_owned(), item);
            }
        }
        let mut filters = crate::stored_items::varying(college.uai.as_str());
        let year = this_year().to_string();
        filters.extend([
            (program.name.as_str(), "<name>"),
            (year.as_str(), "<year>"),
            (r#"("until": )"[^"]+""#, r#"$1"<tomorrow>""#),
            (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "<instant>"),
        ]);
        insta::with_settings!({filters => filters}, {
            insta::assert_json_snapshot!("items_of_record_books", items);
        });
        Ok(())
    });
}

/// The commands of the page for those who write such a program, as they stand there.
#[test]
fn the_walk_through_of_the_document_is_true() {
    run(async {
        let college = a_college(2, 319).await?;
        let passed = college.certify(0, "validated").await?;
        college.certify(1, "started").await?;
        let page = std::fs::read_to_string(rentree_testkit::workspace_root().join("docs/record-books.md"))?;
        let blocks: Vec<&str> =
            page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
        let sh = async |script: &str, settings: &[(&str, &str)]| {
            let mut bash = Command::new("bash");
            bash.args(["-euo", "pipefail", "-c", script]).env_clear().envs(settings.iter().copied());
            bash.env("PATH", std::env::var("PATH")?).env("NO_PROXY", "*").stdin(Stdio::null());
            let done = bash.output().await?;
            let told = String::from_utf8_lossy(&done.stderr);
            anyhow::ensure!(done.status.success(), "{script}: {told}");
            Ok(String::from_utf8(done.stdout)?)
        };
        let [make, ask, read] = blocks.as_slice() else { panic!("three steps: {blocks:?}") };

        // An operator on AWS makes the secret and the word that is sent to the queue.
        let name = a_name();
        let (tomorrow, operator) = (in_days(1).to_string(), Operator::of(&product().stack)?);
        let printed = sh(make, &[("NAME", name.as_str()), ("UNTIL", &tomorrow)]).await?;
        let (secret, word) = printed.trim().split_once('\n').expect("the secret and the word");
        let Word::Client(word) = serde_json::from_str(word)? else { panic!("{word}") };
        assert_eq!(operator.make_client(word).await?["refused"], Value::Null);

        // The record book asks for a token, and reads.
        let settings = [("ORIGIN", product().url.as_str()), ("CLIENT_ID", name.as_str()), ("CLIENT_SECRET", secret)];
        let both = format!("{ask}\n{read}");
        let uai = [("UAI", college.uai.as_str())];
        let printed = sh(&both, &[&settings[..], &uai].concat()).await?;
        let answer: Value = serde_json::from_str(printed.trim())?;
        assert_eq!(answer["certifications"].as_array().map(Vec::len), Some(2), "{answer}");
        assert!(answer["certifications"].as_array().unwrap().iter().any(|it| it["id"] == passed));
        Ok(())
    });
}
