//! The functions' own binaries, under the Lambda runtime API: the committed events do what their names say, and logs name
//! nobody.

use std::collections::BTreeMap;

use encoding_rs::UTF_8;
use rentree_domain::certification::{SchoolCertificates, Statement};
use rentree_domain::import::ImportState;
use rentree_domain::{ImportId, Round, SchoolYear, Uai};
use rentree_local::DEMO_UAI;
use rentree_samples::{Fault, Sample};
use rentree_table::{Import, ImportOptions};
use serde_json::Value;

use crate::support::mails::mails_to;
use crate::support::operators::report;
use crate::support::people::a_session;
use crate::support::prepared::{self, ask_silently_as};
use crate::support::runtime_api::Function;
use crate::support::{FILE_NAME, a_school, note_import, product, put_file, resume_event, run, silent_import};

fn event(function: &str, name: &str) -> anyhow::Result<Value> {
    let path = rentree_testkit::workspace_root().join(format!("events/{function}/{name}.json"));
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

fn events(function: &str) -> anyhow::Result<Vec<String>> {
    let folder = rentree_testkit::workspace_root().join("events").join(function);
    let names =
        std::fs::read_dir(folder)?.map(|file| Ok(file?.path().file_stem().unwrap().to_string_lossy().into_owned()));
    let mut names = names.collect::<anyhow::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// What each HTTP function answers to its events: status, content type, and where it leads.
async fn answers(function: &str, logical: &str) -> anyhow::Result<BTreeMap<String, (Value, Value, Value)>> {
    let mut running = Function::start(function, &product().stack.function_settings(logical)?).await?;
    let mut answers = BTreeMap::new();
    for name in events(function)? {
        let answer = running.invoke(event(function, &name)?).await?;
        let header = |name: &str| answer["headers"][name].clone();
        answers.insert(name, (answer["statusCode"].clone(), header("content-type"), header("location")));
    }
    running.kill().await?;
    Ok(answers)
}

#[test]
fn http_functions_answer_the_committed_events() {
    run(async {
        insta::assert_json_snapshot!("events_accounts", answers("accounts", "AccountsFunction").await?);
        insta::assert_json_snapshot!("events_activation", answers("activation", "ActivationFunction").await?);
        insta::assert_json_snapshot!("events_campaigns", answers("campaigns", "CampaignsFunction").await?);
        let of_certifications = answers("certifications", "CertificationsFunction").await?;
        insta::assert_json_snapshot!("events_certifications", of_certifications);
        insta::assert_json_snapshot!("events_invitations", answers("invitations", "InvitationsFunction").await?);
        insta::assert_json_snapshot!("events_learners", answers("learners", "LearnersFunction").await?);
        // Each request is drawn.
        let of_mediacentre = answers("mediacentre", "MediacentreFunction").await?;
        insta::with_settings!({filters => [(r#"SAMLRequest=[^"&]+"#, "SAMLRequest=<request>")]}, {
            insta::assert_json_snapshot!("events_mediacentre", of_mediacentre);
        });
        Ok(())
    });
}

#[test]
fn mail_worker_carries_out_the_committed_events() {
    run(async {
        let settings = product().stack.function_settings("MailWorkerFunction")?;
        let mut function = Function::start("mail-worker", &settings).await?;
        for name in events("mail-worker")? {
            let answer = function.invoke(event("mail-worker", &name)?).await?;
            // What is no order yet may be one for a newer worker: it comes again, and ends in the dead-letter queue.
            let again: &[&str] = if name == "garbage-in-a-batch" { &["m-1", "m-2"] } else { &[] };
            let again: Vec<_> = again.iter().map(|id| serde_json::json!({"itemIdentifier": id})).collect();
            assert_eq!(answer, serde_json::json!({"batchItemFailures": again}), "{name}");
        }
        let log = function.log()?;
        // The alarm of the template listens to this.
        assert!(log.contains(r#""message":"a mail could not be sent""#), "{log}");
        let mails = mails_to("evenement@exemple.fr").await?;
        assert_eq!(mails.len(), 3, "two for signing up, one for the address");
        function.kill().await
    });
}

/// The events name imports of the demo school: each gets a file that its state and its event call for.
#[test]
fn import_worker_carries_out_the_committed_events() {
    run(async {
        let uai = Uai::parse(DEMO_UAI)?;
        let import_of = |event: &Value| -> Option<ImportId> {
            let text = event.to_string();
            let at = text.find("0199a1b2-c3d4-7000-8000-")?;
            text[at..at + 36].parse().ok()
        };
        let ends = BTreeMap::from([
            ("upload", ImportState::Succeeded),
            ("confirmed", ImportState::Succeeded),
            ("dead-letter", ImportState::Failed),
            ("garbage-in-a-batch", ImportState::Succeeded),
        ]);
        let settings = product().stack.function_settings("ImportWorkerFunction")?;
        let mut function = Function::start("import-worker", &settings).await?;
        for name in events("import-worker")? {
            let event = event("import-worker", &name)?;
            let end = ends.get(name.as_str());
            let id = import_of(&event);
            assert_eq!(id.is_some(), end.is_some(), "{name}: say here how it ends");
            if let Some(id) = id {
                let key = format!("silent/{id}");
                put_file(&key, Sample::new(uai, 12, 4).siecle(UTF_8).bytes).await?;
                let mut import = Import::requested("Test", jiff::Timestamp::now(), key, ImportOptions::default());
                if name == "confirmed" {
                    import.state = ImportState::AwaitingConfirmation;
                }
                note_import(uai, id, &import).await?;
            }
            assert_eq!(function.invoke(event).await?, serde_json::json!({"batchItemFailures": []}), "{name}");
            if let (Some(id), Some(end)) = (id, end) {
                assert_eq!(product().table.import(uai, id).await?.unwrap().state, *end, "{name}");
            }
        }
        function.kill().await
    });
}

/// The events name schools of Mayotte that no sample has, a file of them, and reports.
#[test]
fn directory_carries_out_the_committed_events() {
    run(async {
        let settings = product().stack.function_settings("DirectoryFunction")?;
        let bucket = product().stack.value("Bucket")?;
        let header = "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Mail";
        let schools = ["9769901H", "9769902J", "9769903K"];
        let lines = schools.map(|uai| format!("{uai};Lycée Marque-Page;Exemple;marque.{uai}@exemple.fr"));
        put_file("directory/événement.csv", format!("{header}\n{}\n", lines.join("\n")).into_bytes()).await?;

        // The upload makes the schools. The plan of an offer comes last: what it orders, the product's own worker carries out at
        // any moment, and an offer that somebody else is sending comes again.
        let mut names = events("directory")?;
        names.sort_by_key(|name| (name != "upload", name == "offer"));
        let mut function = Function::start("directory", &settings).await?;
        let mut ends = BTreeMap::new();
        for name in names {
            let answer = function.invoke(event("directory", &name)?).await?;
            assert_eq!(answer, serde_json::json!({"batchItemFailures": []}), "{name}");
            let report = |key: &'static str| report(&product().stack, &bucket, key);
            let offer = |uai: &'static str| async move {
                let round = Round::parse("evenement")?;
                Ok::<_, anyhow::Error>(product().table.offer(Uai::parse(uai)?, &round).await?.map(|offer| offer.state))
            };
            let end = match name.as_str() {
                "upload" => report("reports/directory/événement.json").await?["counts"]["lines"].to_string(),
                "s3-test-event" => "nothing".to_owned(),
                "offer" => report("reports/offers/evenement-mayotte.json").await?["academie"].to_string(),
                "offer-to" => format!("{:?}", offer("9769901H").await?),
                "garbage-in-a-batch" => format!("{:?}", offer("9769902J").await?),
                "dead-letter-upload" => report("reports/directory/perdu.json").await?["refused"]["code"].to_string(),
                "dead-letter-offer" => {
                    report("reports/offers/evenement-spm.json").await?["refused"]["code"].to_string()
                }
                "mediacentre" => report("reports/mediacentre/9769901H.json").await?["mediacentre"].to_string(),
                "dead-letter-mediacentre" => {
                    report("reports/mediacentre/9769902J.json").await?["refused"]["code"].to_string()
                }
                "end-sessions" => report("reports/sessions/9769901H.json").await?["accounts"].to_string(),
                "end-sessions-of-nobody" => {
                    report("reports/sessions/account.json").await?["refused"]["code"].to_string()
                }
                "dead-letter-end-sessions" => {
                    report("reports/sessions/9769902J.json").await?["refused"]["code"].to_string()
                }
                "end-second-factor-of-nobody" | "dead-letter-end-second-factor" => {
                    report("reports/second-factor.json").await?["refused"]["code"].to_string()
                }
                "totals" => report("reports/totals/2026-spm.json").await?["totals"]["joined"].to_string(),
                "dead-letter-totals" => report("reports/totals/2025-spm.json").await?["refused"]["code"].to_string(),
                "dead-letter-offer-to" => format!("{:?}", offer("9769903K").await?),
                "campaign" | "withdraw-campaign" => {
                    let told = report("reports/campaigns/2026-exemple.json").await?;
                    format!("{} {}", told["campaign"]["kind"], told["campaign"]["withdrawn_at"].is_string())
                }
                "give-campaign" => report("reports/campaigns/2026-exemple/spm.json").await?["academie"].to_string(),
                "dead-letter-campaign" => {
                    report("reports/campaigns/2026-perdue.json").await?["refused"]["code"].to_string()
                }
                "client" | "revoke-client" => {
                    report("reports/clients/lsu-exemple.json").await?["refused"]["code"].to_string()
                }
                "clients" => report("reports/clients.json").await?["refused"].to_string(),
                "dead-letter-client" => report("reports/clients/lsu-perdue.json").await?["refused"]["code"].to_string(),
                "dead-letter-revoke-client" => {
                    report("reports/clients/lsl-perdue.json").await?["refused"]["code"].to_string()
                }
                "dead-letter-give-campaign" => {
                    report("reports/campaigns/2026-perdue/spm.json").await?["refused"]["code"].to_string()
                }
                other => panic!("{other}: say here how it ends"),
            };
            ends.insert(name, end);
        }
        insta::assert_json_snapshot!("events_directory", ends);

        let log = function.log()?;
        assert!(log.contains("an offer was sent") && log.contains("a directory was read"), "{log}");
        for alarming in [
            "a directory failed",
            "an offer failed",
            "a mediacentre failed",
            "totals failed",
            "credentials failed",
            "an end of sessions failed",
            "the end of a second factor failed",
        ] {
            let alarming = format!("{alarming} for a technical reason");
            assert!(
                log.contains(&format!(r#""message":"{alarming}""#)),
                "the alarm of the template listens to this: {log}"
            );
        }
        for mark in ["marque", "exemple.fr", "rentree.example"] {
            assert!(!log.to_lowercase().contains(mark), "the log holds {mark}");
        }
        function.kill().await
    });
}

/// The events name two askings for the certificates of the demo school, of 2026, of a pupil whom no school has.
#[test]
fn certificates_worker_carries_out_the_committed_events() {
    run(async {
        let uai = Uai::parse(DEMO_UAI)?;
        let year = SchoolYear::starting_in(2026).unwrap();
        let stated = serde_json::json!({
            "at": "2026-09-05T08:00:00Z", "status": "validated", "uai": uai, "session": "événements", "taken_on": "2026-09-03",
            "score": 512, "code": "P-EVENEMENT-0001",
            "about": {"ine": "1234567890V", "birth_date": "2012-03-10", "last_name": "MARQUE-PAGE", "first_name": "Zoé"},
        });
        let stated: Statement = serde_json::from_value(stated)?;
        product().table.state_certifications(&[(4_713.try_into()?, stated)]).await?;
        let settings = product().stack.function_settings("CertificatesWorkerFunction")?;
        let mut function = Function::start("certificates-worker", &settings).await?;
        let mut ends = BTreeMap::new();
        for name in events("certificates-worker")? {
            // The pupil was never found, and so stands in the file of all alone.
            let all = SchoolCertificates { uai, year, former: true };
            let present = SchoolCertificates { former: false, ..all };
            ask_silently_as(&all, "0199a1b2-c3d4-7000-8000-0000000000c1".parse()?).await?;
            ask_silently_as(&present, "0199a1b2-c3d4-7000-8000-0000000000c2".parse()?).await?;
            let answer = function.invoke(event("certificates-worker", &name)?).await?;
            assert_eq!(answer, serde_json::json!({"batchItemFailures": []}), "{name}");
            ends.insert(name, (prepared::state_of(&all).await?, prepared::state_of(&present).await?));
        }
        insta::assert_json_snapshot!("events_certificates_worker", ends);

        let log = function.log()?;
        // The alarm of the template listens to this.
        assert!(log.contains(r#""message":"a file of certificates failed for a technical reason""#), "{log}");
        assert!(
            log.contains("a file of certificates is ready") && log.contains("a message is not understood"),
            "{log}"
        );
        for mark in ["marque", "1234567890v", "2012-03-10", "evenement"] {
            assert!(!log.to_lowercase().contains(mark), "the log holds {mark}");
        }
        function.kill().await
    });
}

/// The events name files of two sessions, of pupils whom no school has.
#[test]
fn certifications_worker_carries_out_the_committed_events() {
    run(async {
        let settings = product().stack.function_settings("CertificationsWorkerFunction")?;
        let bucket = product().stack.value("Bucket")?;
        let (uai, school) = a_school().await?;
        drop(school);
        for (session, number) in [("événement 2026", 4_711), ("seconde", 4_712)] {
            let header = "numero;constate_le;statut;uai;date_passage;ine;date_naissance;nom;prenom";
            let day = rentree_domain::paris::date(jiff::Timestamp::now());
            let stated = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1);
            let line = format!("{number};{stated};validated;{uai};{day};1234567890V;2012-03-10;MARQUE-PAGE;Zoé");
            put_file(&format!("certifications/{session}.csv"), format!("{header}\n{line}\n").into_bytes()).await?;
        }
        let mut function = Function::start("certifications-worker", &settings).await?;
        let mut ends = BTreeMap::new();
        for name in events("certifications-worker")? {
            let answer = function.invoke(event("certifications-worker", &name)?).await?;
            assert_eq!(answer, serde_json::json!({"batchItemFailures": []}), "{name}");
            let report = |key: &'static str| report(&product().stack, &bucket, key);
            let end = match name.as_str() {
                "upload" => report("reports/certifications/événement 2026.json").await?["counts"]["lines"].to_string(),
                "garbage-in-a-batch" => report("reports/certifications/seconde.json").await?["of_no_pupil"].to_string(),
                "dead-letter" => report("reports/certifications/perdue.json").await?["refused"]["code"].to_string(),
                "s3-test-event" => "nothing".to_owned(),
                other => panic!("{other}: say here how it ends"),
            };
            ends.insert(name, end);
        }
        insta::assert_json_snapshot!("events_certifications_worker", ends);

        let log = function.log()?;
        // The alarm of the template listens to this.
        assert!(log.contains(r#""message":"certifications failed for a technical reason""#), "{log}");
        assert!(log.contains("certifications were read") && log.contains("a message is not understood"), "{log}");
        for mark in ["marque", "1234567890v", "2012-03-10"] {
            assert!(!log.to_lowercase().contains(mark), "the log holds {mark}");
        }
        function.kill().await
    });
}

/// A file that succeeds, one with errors, one that is damaged, a technical failure; pages with names on them.
#[test]
fn logs_name_nobody() {
    run(async {
        let (uai, _) = a_school().await?;
        let sample = Sample::new(uai, 12, 4);
        let mut spoilt = sample.clone();
        spoilt.pupils.iter_mut().for_each(|pupil| pupil.sex.clear());
        spoilt.spoil(0, Fault::IneKey);
        let text = String::from_utf8(sample.siecle(UTF_8).bytes)?;
        let damaged = text.replace("UTF-8", "ISO-8859-15").into_bytes();

        let mut worker =
            Function::start("import-worker", &product().stack.function_settings("ImportWorkerFunction")?).await?;
        for file in [text.clone().into_bytes(), spoilt.fregata(UTF_8).bytes, damaged] {
            let id = silent_import(uai, file, ImportOptions::default()).await?;
            worker.invoke(resume_event(uai, id, false)).await?;
            let name = product().table.import(uai, id).await?.unwrap().outcome.file_name;
            assert_eq!(name.unwrap().as_str(), FILE_NAME);
        }
        let dead = silent_import(uai, Vec::new(), ImportOptions::default()).await?;
        let mut letter = resume_event(uai, dead, false);
        letter["Records"][0]["eventSourceARN"] = "arn:aws:sqs:eu-west-3:000000000000:rentree-imports-dead".into();
        worker.invoke(letter).await?;

        let cookie = a_session(uai, Some(rentree_table::Role::Administrator)).await?;
        let mut learners = Function::start("learners", &product().stack.function_settings("LearnersFunction")?).await?;
        let mut list = event("learners", "search-signed-out")?;
        for (path, body) in [("learners", Some(r#"{"q":"herouville"}"#)), ("learners", None), ("imports", None)] {
            list["rawPath"] = format!("/schools/{uai}/{path}").into();
            list["requestContext"]["http"]["path"] = list["rawPath"].clone();
            list["requestContext"]["http"]["method"] = if body.is_some() { "POST" } else { "GET" }.into();
            list["headers"]["cookie"] = cookie.clone().into();
            list["cookies"] = serde_json::json!([cookie]);
            list["body"] = body.into();
            let answer = learners.invoke(list.clone()).await?;
            assert_eq!(answer["statusCode"], 200, "{answer}");
        }

        let logs = worker.log()? + &learners.log()?;
        assert!(logs.contains("an import was settled") && logs.contains("a request was answered"), "{logs}");
        let secret = cookie.split('=').nth(1).unwrap().to_owned();
        let marks = sample.pupils.iter().flat_map(|p| [p.ine.clone(), p.last_name.clone(), p.first_name.clone()]);
        for mark in marks.chain([secret, "herouville".to_owned(), "marquepage".to_owned()]) {
            assert!(!logs.to_lowercase().contains(&mark.to_lowercase()), "the logs hold {mark}");
        }
        worker.kill().await?;
        learners.kill().await
    });
}
