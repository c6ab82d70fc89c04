//! A certificate verified by its code, by whoever holds it: known, forged, cancelled, corrected, guessed.

use axum::http::StatusCode;
use jiff::Timestamp;
use rentree_domain::LearnerId;
use rentree_domain::certification::VerificationCode;
use rentree_domain::limit::VERIFICATIONS_BY_CLIENT;
use reqwest::header::{ACCEPT, LOCATION};
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WHOLE, WITHOUT_SCRIPTS, click, fill, go, picture, see};
use crate::support::certifications::{Certified, a_number, a_school, ago, load, state, statement, worker_with};
use crate::support::faults::Faults;
use crate::support::people::{Answer, a_client, a_stranger, a_team};
use crate::support::schools::import;
use crate::support::{a_uai, product, run};

/// What a code proves to somebody from an address that nobody else has.
async fn verified(code: &str) -> anyhow::Result<Answer> {
    a_stranger().post("/verification", &json!({ "code": code })).await
}

/// A code that no other certification has.
fn a_code() -> String {
    let random: [u8; 8] = rentree_runtime::random();
    format!("P-{:016X}", u64::from_be_bytes(random))
}

/// A certification of the first pupil that was passed.
async fn passed(school: &Certified, code: &str) -> anyhow::Result<Value> {
    let mut it = statement(a_number(), school.uai, school.pupils[0].id, "validated", ago(20));
    it["verification_code"] = json!(code);
    anyhow::ensure!(state(&it).await?.0 == 200);
    Ok(it)
}

#[test]
fn a_certificate_is_verified_by_its_code_however_it_is_typed() {
    run(async {
        let school = a_school(1, 81).await?;
        let code = a_code();
        let stated = passed(&school, &code).await?;
        let entry = &school.pupils[0].entry;
        let view = verified(&code).await?.expect(200)?;
        let it = &view["certificate"];
        assert_eq!((&it["number"], &it["score"]), (&stated["number"], &json!(512)));
        assert_eq!((&it["last_name"], &it["first_name"]), (&json!(entry.last_name), &json!(entry.first_name)));
        assert_eq!((&it["division"], &it["levels"]), (&json!("3A"), &json!({"1.1": 3, "5.2": 0})));
        let mut fields: Vec<&String> = it.as_object().unwrap().keys().collect();
        fields.sort();
        let printed = ["division", "first_name", "last_name", "levels", "number", "school", "score", "taken_on"];
        assert_eq!(fields, printed, "the page tells no more than the paper does");

        let bare = VerificationCode::parse(&code)?.signs().to_lowercase();
        let spaced = format!(" {} {} ", &bare[..5], &bare[5..]);
        for typed in [bare.as_str(), &spaced, &code.replace('-', "\u{2013}")] {
            assert_eq!(verified(typed).await?.expect(200)?, view, "{typed}");
        }
        let by_qr = a_client().get(format!("{}/verification?code={bare}", product().url)).header(ACCEPT, "text/html");
        let by_qr = by_qr.send().await?;
        assert_eq!((by_qr.status().as_u16(), &by_qr.headers()["x-robots-tag"]), (200, &"noindex".parse()?));
        let html = by_qr.text().await?;
        assert!(html.contains("authentique") && html.contains(&format!("<dd>{}</dd>", stated["number"])), "{html}");
        assert!(html.contains("Information et données") && html.contains("Évoluer dans un environnement"), "{html}");
        Ok(())
    });
}

/// What differs from one answer to the next says nothing.
async fn told(code: &str) -> anyhow::Result<(StatusCode, String, String)> {
    let typed: String = code.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let address = format!("{}/verification?code={typed}", product().url);
    let ask = |accept: &str| a_client().get(&address).header(ACCEPT, accept);
    let answer = ask("application/json").send().await?;
    assert!(answer.headers().get(LOCATION).is_none());
    let (status, mut problem) = (answer.status(), serde_json::from_str::<Value>(&answer.text().await?)?);
    problem["request_id"] = Value::Null;
    let page = ask("text/html").send().await?.text().await?;
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let page = page.replace(csrf, "").replace(code, "");
    Ok((status, problem.to_string(), page))
}

#[test]
fn a_forged_code_and_the_code_of_what_does_not_hold_are_answered_alike() {
    run(async {
        let school = a_school(1, 82).await?;
        let mut codes = Vec::new();
        for status in ["started", "in_error", "rejected", "cancelled"] {
            let code = a_code();
            let mut it = statement(a_number(), school.uai, school.pupils[0].id, status, ago(5));
            it["verification_code"] = json!(code);
            anyhow::ensure!(state(&it).await?.0 == 200);
            codes.push(code);
        }
        // It held, and was cancelled; two of one code by mistake.
        let cancelled = a_code();
        let mut it = passed(&school, &cancelled).await?;
        verified(&cancelled).await?.expect(200)?;
        (it["status"], it["at"]) = (json!("cancelled"), json!(ago(3)));
        state(&it).await?;
        let twice = a_code();
        passed(&school, &twice).await?;
        passed(&school, &twice).await?;
        // Nobody has it, it has too few signs, it has signs that no code has.
        codes.extend([cancelled, twice, a_code(), "P-1".to_owned(), "Pé*1".to_owned()]);
        let mut answers = Vec::new();
        for code in &codes {
            answers.push(told(code).await?);
        }
        assert_eq!(answers[0].0, 404);
        assert!(answers[0].1.contains("unknown_certificate") && answers[0].2.contains("Aucun certificat valable"));
        for (code, answer) in codes.iter().zip(&answers) {
            assert_eq!(answer, &answers[0], "{code}");
        }
        Ok(())
    });
}

/// The code, the school, the school year and the names are corrected, by messages and by files.
#[test]
fn a_proof_follows_its_certification() {
    run(async {
        let (school, other) = (a_school(1, 83).await?, a_school(1, 84).await?);
        let worker = worker_with(None::<Faults>)?;
        for by_file in [false, true] {
            let code = a_code();
            let mut it = passed(&school, &code).await?;
            let restate = async |it: &Value| {
                if by_file {
                    let report = load("proof", &worker, std::slice::from_ref(it)).await?;
                    anyhow::ensure!(report["counts"]["updated"] == 1, "{report:#}");
                } else {
                    anyhow::ensure!(state(it).await?.0 == 200);
                }
                anyhow::Ok(())
            };
            let corrected = a_code();
            (it["verification_code"], it["at"]) = (json!(corrected), json!(ago(9)));
            restate(&it).await?;
            assert_eq!(verified(&code).await?.status, 404, "the code before proves nothing any more");
            verified(&corrected).await?.expect(200)?;

            (it["uai"], it["learner"], it["at"]) = (json!(other.uai), json!(other.pupils[0].id), json!(ago(8)));
            restate(&it).await?;
            let moved = verified(&corrected).await?.expect(200)?;
            assert_eq!(moved["certificate"]["last_name"], json!(other.pupils[0].entry.last_name));

            (it["verification_code"], it["at"]) = (Value::Null, json!(ago(7)));
            restate(&it).await?;
            assert_eq!(verified(&corrected).await?.status, 404, "there is no certificate any more");
        }

        let code = a_code();
        passed(&school, &code).await?;
        let mut sample = school.sample.clone();
        for pupil in sample.pupils.iter_mut().filter(|it| it.ine == school.pupils[0].entry.ine.to_string()) {
            "Zoé-Mendée".clone_into(&mut pupil.first_name);
        }
        import(school.uai, &sample).await?;
        assert_eq!(verified(&code).await?.expect(200)?["certificate"]["first_name"], "Zoé-Mendée");
        Ok(())
    });
}

#[test]
fn a_certificate_of_no_pupil_of_ours_tells_the_names_that_the_platform_states() {
    run(async {
        let (uai, _) = a_team().await?;
        let code = a_code();
        let mut it = statement(a_number(), uai, LearnerId::new(Timestamp::now(), [7; 10]), "validated", ago(5));
        it["verification_code"] = json!(code);
        (it["last_name"], it["first_name"]) = (json!("DE NULLE-PART"), json!("Ève"));
        assert_eq!(state(&it).await?.1["learner"], Value::Null);
        let certificate = verified(&code).await?.expect(200)?["certificate"].clone();
        assert_eq!((&certificate["last_name"], &certificate["division"]), (&json!("DE NULLE-PART"), &Value::Null));
        Ok(())
    });
}

/// A certificate for « Élève Élève » would be anybody's.
#[test]
fn nothing_is_certified_of_somebody_without_both_names() {
    run(async {
        let (uai, administrator) = a_team().await?;
        for (last_name, first_name) in
            [(Value::Null, Value::Null), (json!("DUNORD"), json!("--")), (json!(""), json!("Ève"))]
        {
            let code = a_code();
            let mut it = statement(a_number(), uai, LearnerId::new(Timestamp::now(), [9; 10]), "validated", ago(5));
            (it["verification_code"], it["last_name"], it["first_name"]) = (json!(code), last_name, first_name);
            anyhow::ensure!(state(&it).await?.0 == 200);
            assert_eq!(told(&code).await?, told(&a_code()).await?, "as a code that nobody has");
        }
        let certificates = format!("/schools/{uai}/certificates");
        assert_eq!(administrator.get(&format!("{certificates}?former=true")).await?.expect(200)?["found"], 0);
        assert_eq!(administrator.get(&format!("{certificates}.pdf?former=true")).await?.status, 404);
        let page = administrator.get(&format!("/schools/{uai}/certifications")).await?.expect(200)?;
        let names: Vec<_> =
            page["of_no_pupil"].as_array().unwrap().iter().map(|row| row["first_name"].clone()).collect();
        assert!(names.contains(&json!("")) && !page.to_string().contains("Élève"), "{page}");
        Ok(())
    });
}

#[test]
fn codes_are_not_guessed() {
    run(async {
        let school = a_school(1, 86).await?;
        let code = a_code();
        passed(&school, &code).await?;
        let client = a_stranger();
        let guess = async |code: &str| client.post("/verification", &json!({ "code": code })).await;
        // What is right does not count.
        for _ in 0..3 {
            guess(&code).await?.expect(200)?;
        }
        for tried in 0..VERIFICATIONS_BY_CLIENT.count {
            let wrong = if tried % 2 == 0 { a_code() } else { "P-1".to_owned() };
            assert_eq!(guess(&wrong).await?.status, 404, "{tried}");
        }
        for code in [a_code(), "P-1".to_owned(), code.clone()] {
            assert_eq!(guess(&code).await?.status, 429, "beyond the limit, nothing is told");
        }
        verified(&code).await?.expect(200)?;
        Ok(())
    });
}

async fn a_reader(look: Look, name: &str) -> anyhow::Result<()> {
    let school = a_school(1, 85).await?;
    let code = a_code();
    passed(&school, &code).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-verification-{page}")).await;
    go(client, "/verification").await?;
    shot("01-form").await?;
    fill(client, "#verification-code", &a_code()).await?;
    click(client, "form[action='/verification'] button").await?;
    see(client, "main", "Aucun certificat valable n’a ce code").await?;
    shot("02-forged").await?;
    fill(client, "#verification-code", &code.to_lowercase()).await?;
    click(client, "form[action='/verification'] button").await?;
    see(client, "h2", "Ce certificat est authentique").await?;
    see(client, "main", &school.pupils[0].entry.last_name).await?;
    shot("03-true").await?;
    go(client, &format!("/verification?code={}", a_uai())).await?;
    see(client, "main", "Aucun certificat valable n’a ce code").await?;
    go(client, &format!("/verification?code={code}")).await?;
    see(client, "h2", "Ce certificat est authentique").await?;
    browser.close().await
}

#[test]
fn in_a_browser_at_a_desk() {
    run(a_reader(DESKTOP, "desktop"));
}

#[test]
fn in_a_browser_on_a_phone() {
    run(a_reader(PHONE, "phone"));
}

#[test]
fn in_a_browser_without_scripts() {
    run(a_reader(WITHOUT_SCRIPTS, "plain"));
}

/// The answer stands at an address, without scripts, too: no browser asks to send the code again.
#[test]
fn back_and_reload_show_the_certificate_again() {
    run(async {
        let school = a_school(1, 87).await?;
        let code = a_code();
        passed(&school, &code).await?;
        let browser = Browser::open(Look { javascript: false, ..WHOLE }).await?;
        let client = &browser.client;
        let verify = async |code: &str| {
            fill(client, "#verification-code", code).await?;
            click(client, "form[action='/verification'] button").await
        };
        go(client, "/verification").await?;
        verify(&a_code()).await?;
        see(client, "main", "Aucun certificat valable n’a ce code").await?;
        client.refresh().await?;
        see(client, "main", "Aucun certificat valable n’a ce code").await?;
        verify(&format!(" {} ", code.to_lowercase())).await?;
        see(client, "h2", "Ce certificat est authentique").await?;
        assert_eq!(client.current_url().await?.query(), Some(format!("code={code}").as_str()), "as the QR has it");
        client.refresh().await?;
        see(client, "h2", "Ce certificat est authentique").await?;
        client.back().await?;
        see(client, "main", "Aucun certificat valable n’a ce code").await?;
        client.forward().await?;
        see(client, "h2", "Ce certificat est authentique").await?;
        browser.close().await
    });
}
