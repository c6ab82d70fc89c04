//! Record books (LSU, LSL) take certifications over, through HTTP: who may, in which shape, and what the school's log tells of it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use aws_sdk_dynamodb::types::AttributeValue;
use directory::message::Word;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rentree_domain::limit::CALLS_BY_RECORD_BOOK_AND_SCHOOL;
use rentree_domain::{SchoolYear, Scope, Uai, paris};
use rentree_local::operator::Operator;
use rentree_samples::Sample;
use rentree_table::{ActiveLearner, AuditAction, Role, School};
use reqwest::header::{AUTHORIZATION, COOKIE};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::support::campaigns::{class, import};
use crate::support::certifications::{a_number, ago, state, statement, this_year};
use crate::support::people::{Person, a_client, a_member, a_team};
use crate::support::record_books::{Program, Told, WithForm as _, a_name, in_days, log_of, of_kind, read_with};
use crate::support::{a_uai, product, run, run_while_time_stands_still};

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

/// A collège of one class of this school year, of which nobody is certified yet.
struct College {
    uai: Uai,
    administrator: Person,
    sample: Sample,
    pupils: Vec<ActiveLearner>,
}

async fn a_college(pupils: usize, seed: u64) -> anyhow::Result<College> {
    let (uai, administrator) = a_team().await?;
    of_kind(uai, "Collège").await?;
    let mut sample = Sample::new(uai, pupils, seed);
    sample.school_year = this_year();
    for (at, pupil) in sample.pupils.iter_mut().enumerate() {
        pupil.division = "3A".to_owned();
        pupil.second_name = if at == 0 { "Solène".to_owned() } else { String::new() };
    }
    import(uai, &sample).await?;
    let pupils = class(uai, "3A").await?;
    Ok(College { uai, administrator, sample, pupils })
}

impl College {
    /// The platform states this of a pupil; the number of the certification.
    async fn certify(&self, pupil: usize, status: &str) -> anyhow::Result<u64> {
        let number = a_number();
        self.state(&statement(number, self.uai, self.pupils[pupil].id, status, ago(5))).await?;
        Ok(number)
    }

    async fn state(&self, stated: &Value) -> anyhow::Result<()> {
        let (status, told) = state(stated).await?;
        anyhow::ensure!(status == 200, "{told}");
        Ok(())
    }

    /// One of somebody who is no pupil of the school.
    async fn certify_nobody(&self, ine: &str) -> anyhow::Result<u64> {
        let number = a_number();
        let mut stated = statement(number, self.uai, self.pupils[0].id, "validated", ago(5));
        (stated["learner"], stated["ine"], stated["birth_date"]) = (Value::Null, json!(ine), json!("2012-03-10"));
        (stated["last_name"], stated["first_name"]) = (json!("D’HÉROUVILLE"), json!("Lætitia"));
        self.state(&stated).await?;
        Ok(number)
    }

    /// What an administrator downloads: of each line, the cells by their titles.
    async fn sheet(&self, query: &str) -> anyhow::Result<Vec<BTreeMap<String, String>>> {
        let path = format!("/schools/{}/certifications/record-books.csv{query}", self.uai);
        let text = self.administrator.get(&path).await?.expect(200)?;
        let text = text.as_str().expect("a text").trim_start_matches('\u{FEFF}').to_owned();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        let titles = reader.headers()?.clone();
        let line = |line: Result<csv::StringRecord, csv::Error>| {
            let cell = |text: &str| {
                let plain = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
                plain.unwrap_or(text).to_owned()
            };
            Ok(titles.iter().zip(line?.iter()).map(|(title, text)| (title.to_owned(), cell(text))).collect())
        };
        reader.records().map(line).collect()
    }
}

/// By the numbers of the certifications.
fn by_number(told: &Told) -> BTreeMap<u64, Value> {
    let certifications = told.body["certifications"].as_array().into_iter().flatten();
    certifications.map(|it| (it["id"].as_u64().expect("a number"), it.clone())).collect()
}

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

#[test]
fn whoever_may_not_read_is_told_why_and_so_is_the_school() {
    run(async {
        let college = a_college(1, 313).await?;
        college.certify(0, "validated").await?;
        let lsl = Program::new(Scope::Lsl).await?;
        let lsu = Program::new(Scope::Lsu).await?;
        let over = Program::until(Scope::Lsu, in_days(-1)).await?;
        let revoked = Program::new(Scope::Lsu).await?;
        let meanwhile = revoked.bearer().await?;
        assert_eq!(read_with(Some(&meanwhile), college.uai.as_str(), "").await?.status, 200);
        revoked.revoke().await?;

        let too_late = lsu.earlier_bearer(SignedDuration::from_secs(-1)).await?;
        let of_past = over.earlier_bearer(SignedDuration::from_mins(5)).await?;
        let ended = format!("accès terminé le {}", in_days(-1).strftime("%d/%m/%Y"));
        let year = SchoolYear::starting_in(this_year().first() - 6).unwrap().first();
        let year = format!("?year={year}");
        let (invalid, none) = (r#"Bearer realm="rentree", error="invalid_token""#, r#"Bearer realm="rentree""#);
        let scope = r#"Bearer realm="rentree", error="insufficient_scope", scope="lsu""#;
        let read = log_of(college.uai).await?;
        let mut expected = Vec::new();
        let (nobodys, garbage) = (format!("Bearer {}", "A".repeat(43)), "Bearer é");
        for (authorization, query, answer, logged) in [
            (
                Some(lsl.bearer().await?),
                "",
                (403, "insufficient_scope", scope),
                Some((&lsl, "l’établissement relève du livret LSU")),
            ),
            (Some(meanwhile), "", (401, "invalid_token", invalid), Some((&revoked, "accès révoqué"))),
            (Some(too_late), "", (401, "invalid_token", invalid), Some((&lsu, "jeton d’accès dépassé"))),
            (Some(of_past), "", (401, "invalid_token", invalid), Some((&over, ended.as_str()))),
            (
                Some(lsu.bearer().await?),
                &year,
                (400, "bad_request", ""),
                Some((&lsu, "année scolaire qui n’est pas conservée")),
            ),
            (None, "", (401, "invalid_token", none), None),
            (Some("Basic bHN1OngK".to_owned()), "", (401, "invalid_token", none), None),
            (Some(garbage.to_owned()), "", (401, "invalid_token", none), None),
            (Some("Bearer x".to_owned()), "", (401, "invalid_token", invalid), None),
            (Some(nobodys), "", (401, "invalid_token", invalid), None),
        ] {
            let told = read_with(authorization.as_deref(), college.uai.as_str(), query).await?;
            let is = (told.status, told.body["code"].as_str().unwrap_or_default(), told.header("www-authenticate"));
            assert_eq!(is, answer, "{}", told.body);
            assert!(told.body["certifications"].is_null());
            if let Some((by, why)) = logged {
                expected.insert(0, (by.name.to_string(), AuditAction::RecordBookRefused, why.to_owned()));
            }
        }
        expected.extend(read);
        // Entries of one millisecond are in no order.
        let (mut told, mut wanted) = (log_of(college.uai).await?, expected);
        told.sort_by_key(|entry| format!("{entry:?}"));
        wanted.sort_by_key(|entry| format!("{entry:?}"));
        assert_eq!(told, wanted);

        // Two of them are none.
        let address = format!("{}/api/v1/organizations/{}/certifications", product().url, college.uai);
        let bearer = lsu.bearer().await?;
        let twice = a_client().get(address).header(AUTHORIZATION, &bearer).header(AUTHORIZATION, &bearer);
        assert_eq!(Told::of(twice).await?.status, 400);
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

/// Whatever a program sends, and however it is answered: neither the log of a school nor the table is its to fill.
#[test]
fn no_program_fills_the_log_of_a_school() {
    run_while_time_stands_still(async {
        let (uai, _) = a_team().await?;
        of_kind(uai, "Collège").await?;
        let (lsu, lsl) = (Program::new(Scope::Lsu).await?, Program::new(Scope::Lsl).await?);
        let dead = lsu.earlier_bearer(SignedDuration::from_hours(-12)).await?;
        let bearers = [(dead, 401, 401), (lsl.bearer().await?, 403, 429)];
        for (bearer, refused, then) in &bearers {
            for _ in 0..CALLS_BY_RECORD_BOOK_AND_SCHOOL.count {
                assert_eq!(read_with(Some(bearer), uai.as_str(), "").await?.status, *refused);
            }
            let told = read_with(Some(bearer), uai.as_str(), "").await?;
            assert_eq!(told.status, *then);
            if *then == 429 {
                let seconds: i64 = told.header("retry-after").parse()?;
                assert_eq!((told.body["code"].as_str(), (1..=3_600).contains(&seconds)), (Some("too_many"), true));
            }
        }
        let count = async || anyhow::Ok(product().table.audit_page(uai, None, 500).await?.entries.len());
        let full = count().await?;
        assert!(full >= 2 * CALLS_BY_RECORD_BOOK_AND_SCHOOL.count as usize, "each of those calls is told: {full}");
        for (bearer, _, then) in &bearers {
            assert_eq!(read_with(Some(bearer), uai.as_str(), "").await?.status, *then);
        }
        assert_eq!(count().await?, full);
        // Whoever goes on with a dead token uses up no call of the same credentials.
        assert_eq!(read_with(Some(&lsu.bearer().await?), uai.as_str(), "").await?.status, 200);

        // Neither another program nor another school is held up by it.
        let other = Program::new(Scope::Lsu).await?.bearer().await?;
        assert_eq!(read_with(Some(&other), uai.as_str(), "").await?.status, 200);
        let (elsewhere, _) = a_team().await?;
        of_kind(elsewhere, "Collège").await?;
        assert_eq!(read_with(Some(&bearers[1].0), elsewhere.as_str(), "").await?.status, 403);
        Ok(())
    });
}

#[test]
fn schools_are_read_by_the_record_book_of_their_kind_alone() {
    run(async {
        let (lsu, lsl) = (Program::new(Scope::Lsu).await?, Program::new(Scope::Lsl).await?);
        let (lsu, lsl) = (lsu.bearer().await?, lsl.bearer().await?);
        let (uai, _) = a_team().await?;
        for (kind, by_lsu, by_lsl) in [
            ("École élémentaire", 200, 403),
            ("Collège", 200, 403),
            ("Lycée professionnel", 403, 200),
            ("EREA", 200, 200),
            ("Médico-social", 403, 403),
        ] {
            of_kind(uai, kind).await?;
            for (bearer, status) in [(&lsu, by_lsu), (&lsl, by_lsl)] {
                assert_eq!(read_with(Some(bearer), uai.as_str(), "").await?.status, status, "{kind}");
            }
        }
        // Where no record book reads, none is named.
        let challenge = r#"Bearer realm="rentree", error="insufficient_scope""#;
        assert_eq!(read_with(Some(&lsl), uai.as_str(), "").await?.header("www-authenticate"), challenge);

        // A school without its space has its certifications, all of no pupil; its log waits for whoever comes.
        let bare = a_uai();
        product().table.create_school(bare, &School::new("Collège sans espace")).await?;
        of_kind(bare, "Collège").await?;
        let mut stated = statement(a_number(), bare, a_college(1, 314).await?.pupils[0].id, "validated", ago(5));
        (stated["learner"], stated["ine"], stated["birth_date"]) =
            (Value::Null, json!("2401234567Y"), json!("2012-03-10"));
        assert_eq!(state(&stated).await?.0, 200);
        let told = read_with(Some(&lsu), bare.as_str(), "").await?;
        assert_eq!((told.status, by_number(&told).len()), (200, 1));
        assert_eq!(told.body["certifications"][0]["lastName"], Value::Null, "nothing is invented");
        assert_eq!(log_of(bare).await?.len(), 1);

        for unknown in [a_uai().as_str(), "0350760A", "quelque-chose"] {
            let told = read_with(Some(&lsu), unknown, "").await?;
            assert_eq!((told.status, told.body["code"].as_str()), (404, Some("not_found")), "{unknown}");
            assert_eq!(read_with(None, unknown, "").await?.status, 401, "nobody is told which schools there are");
        }
        Ok(())
    });
}

#[test]
fn sessions_give_nothing_there_and_tokens_nothing_elsewhere() {
    run(async {
        let college = a_college(1, 315).await?;
        college.certify(0, "validated").await?;
        let (uai, administrator) = (college.uai, &college.administrator);
        let api = format!("/api/v1/organizations/{uai}/certifications");
        let told = administrator.get(&api).await?;
        assert_eq!((told.status, told.code()), (401, "invalid_token"));
        assert!(log_of(uai).await?.is_empty());

        let program = Program::new(Scope::Lsu).await?;
        let bearer = program.bearer().await?;
        let session = bearer.replacen("Bearer ", "__Host-session=", 1);
        for path in ["certifications", "certifications/results.json", "certifications/record-books.csv", "audit"] {
            let address = format!("{}/schools/{uai}/{path}", product().url);
            for (name, value) in [(AUTHORIZATION, &bearer), (COOKIE, &session)] {
                let told = Told::of(a_client().get(&address).header(name, value)).await?;
                assert_eq!((told.status, told.body["code"].as_str()), (401, Some("signed_out")), "{path}");
            }
        }
        // A secret is no token, and a token no secret.
        let secret = format!("Bearer {}", program.secret.as_str());
        assert_eq!(read_with(Some(&secret), uai.as_str(), "").await?.status, 401);
        let token = bearer.trim_start_matches("Bearer ");
        let request = program.asking().basic_auth(&program.name, Some(token));
        assert_eq!(Told::of(request.form(&[("grant_type", "client_credentials")])).await?.status, 401);
        Ok(())
    });
}

/// Pupils who left this year are asked for; whoever asks for last year asks for its pupils, who have left since.
#[test]
fn this_school_years_pupils_unless_another_one_is_asked_for() {
    run(async {
        let (uai, administrator) = a_team().await?;
        of_kind(uai, "Lycée").await?;
        let last_year = SchoolYear::starting_in(this_year().first() - 1).unwrap();
        let mut sample = Sample::new(uai, 3, 316);
        sample.school_year = last_year;
        sample.pupils.iter_mut().for_each(|pupil| pupil.division = "TG1".to_owned());
        import(uai, &sample).await?;
        let pupils = class(uai, "TG1").await?;
        let lycee = College { uai, administrator, sample, pupils };
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
