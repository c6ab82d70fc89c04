//! What the assessment platform states of certifications: by message and by file, late, twice, out of order, interrupted; and what the
//! school sees of it.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rentree_domain::paris;
use rentree_local::operator::Operator;
use rentree_samples::Sample;
use rentree_table::Role;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::campaigns::Platform;
use crate::support::certifications::{
    CERTIFICATIONS_DEAD, a_number, a_school, ago, counts, file, load, page_of, silent_report, state, statement, stored,
    this_year, uploaded, worker_with,
};
use crate::support::faults::Faults;
use crate::support::operators::{dead, put_silently_as};
use crate::support::people::{a_member, a_team};
use crate::support::schools::import;
use crate::support::{a_uai, join_all, product, run};

#[test]
fn a_message_states_a_result_and_a_later_one_shows_what_it_was_before() {
    run(async {
        let school = a_school(2, 61).await?;
        let (pupil, number) = (&school.pupils[0], a_number());
        let rejected = statement(number, school.uai, pupil.id, "rejected", ago(20));
        let (status, view) = state(&rejected).await?;
        assert_eq!((status, &view["status"], &view["learner"]), (200, &json!("rejected"), &json!(pupil.id)));
        let before = stored(school.uai, number).await?;
        assert_eq!(state(&rejected).await?, (200, view), "the same again");
        assert_eq!(stored(school.uai, number).await?, before, "is not written");

        let validated = statement(number, school.uai, pupil.id, "validated", ago(10));
        let (_, view) = state(&validated).await?;
        let (_, late) = state(&rejected).await?;
        assert_eq!((&late, view["trace"].as_array().map(Vec::len)), (&view, Some(2)), "an older one changes nothing");

        let page = page_of(&school, "").await?;
        let row = &page["certifications"][0];
        assert_eq!((&row["status"], &row["formerly"]["status"]), (&json!("validated"), &json!("rejected")));
        assert_eq!((&row["division"], &row["last_name"]), (&json!("3A"), &json!(pupil.entry.last_name)));
        assert_eq!((&row["score"], &row["levels"]), (&json!(512), &json!({"1.1": 3, "5.2": 0})));
        let html = school.administrator.page(&format!("/schools/{}/certifications", school.uai)).await?;
        assert!(html.contains("Validée") && html.contains("auparavant"), "{html}");
        Ok(())
    });
}

/// Statements about one certification that correct everything: result, pupil, school, school year, by message and by file.
#[test]
fn messages_and_files_in_any_order_and_number_end_in_one_state() {
    run(async {
        let (one, other) = (a_school(2, 62).await?, a_school(1, 63).await?);
        let last_year = paris::date(Timestamp::now()) - 1.year();
        let make = |number: u64| {
            let of =
                |pupil: usize, status, minutes| statement(number, one.uai, one.pupils[pupil].id, status, ago(minutes));
            let mut all =
                vec![of(0, "started", 60), of(0, "rejected", 50), of(1, "rejected", 40), of(0, "validated", 30)];
            let mut moved = statement(number, other.uai, other.pupils[0].id, "cancelled", ago(20));
            moved["taken_on"] = json!(last_year);
            all.push(moved);
            // Two of one moment: the greater holds, whichever comes first.
            let moment = ago(10);
            all.extend([("validated", 600), ("rejected", 700)].map(|(status, score)| {
                let mut it = statement(number, one.uai, one.pupils[0].id, status, moment);
                it["score"] = score.into();
                it
            }));
            all
        };
        let count = make(1).len();
        let worker = worker_with(None::<Faults>)?;
        let mut ends = Vec::new();
        for round in 0..14_usize {
            let number = a_number();
            let mut statements = make(number);
            // The first rounds in order, all by message and all by file, and backwards; then drawn, with repetitions.
            let drawn = |_| statements[usize::from(rentree_runtime::random::<1>()[0]) % count].clone();
            let again: Vec<Value> = if round < 3 { Vec::new() } else { (0..5).map(drawn).collect() };
            if round == 2 {
                statements.reverse();
            }
            if round >= 3 {
                statements.sort_by_cached_key(|_| u64::from_be_bytes(rentree_runtime::random()));
            }
            statements.extend(again);
            let mut order = Vec::new();
            for (at, some) in statements.chunks(if round == 1 { 1 } else { 2 }).enumerate() {
                let by_file = round == 1 || (round > 1 && at % 3 == round % 3);
                order.extend(some.iter().map(|it| (it["at"].clone(), it["status"].clone(), by_file)));
                if by_file {
                    let report = load("journey", &worker, some).await?;
                    anyhow::ensure!(report["counts"]["refused"] == 0, "{report:#}");
                } else {
                    for statement in some {
                        anyhow::ensure!(state(statement).await?.0 == 200);
                    }
                }
            }
            assert_eq!(stored(other.uai, number).await?, None, "it moved on: {order:?}");
            let it = stored(one.uai, number).await?.unwrap();
            let pupil = it.pupil.clone().map(|pupil| (pupil.learner, pupil.division));
            let mut trace: Vec<_> = it.trace.iter().map(|told| (told.status, told.score)).collect();
            trace.dedup();
            ends.push((it.latest.status, it.latest.score, it.latest.about.clone(), pupil, trace, order));
        }
        let (status, score, about, pupil, trace, _) = &ends[0];
        assert_eq!((status.name(), score.map(u16::from), trace.len()), ("validated", Some(600), 6));
        assert_eq!(
            pupil.as_ref().map(|(id, division)| (*id, division.as_deref())),
            Some((one.pupils[0].id, Some("3A")))
        );
        for end in &ends {
            assert_eq!((&end.0, &end.1, &end.2, &end.3, &end.4), (status, score, about, pupil, trace), "{:?}", end.5);
        }
        Ok(())
    });
}

#[test]
fn messages_at_the_same_moment_end_in_one_state() {
    run(async {
        let school = a_school(1, 64).await?;
        let number = a_number();
        let (uai, pupil) = (school.uai, school.pupils[0].id);
        let of = |minutes| {
            statement(number, uai, pupil, if minutes % 2 == 0 { "rejected" } else { "validated" }, ago(minutes))
        };
        let all: Vec<Value> = (0..6).map(of).collect();
        for answer in join_all(all.iter().map(state)).await {
            assert_eq!(answer?.0, 200);
        }
        let it = stored(school.uai, number).await?.unwrap();
        assert_eq!((it.latest.status.name(), it.trace.len()), ("rejected", 6));
        Ok(())
    });
}

#[test]
fn a_file_is_loaded_by_the_queue_and_the_same_again_costs_no_write() {
    run(async {
        let school = a_school(3, 68).await?;
        let (uai, session) = (school.uai, format!("{} mai", school.uai));
        let mut statements: Vec<Value> = school
            .pupils
            .iter()
            .map(|pupil| {
                let mut it = statement(a_number(), uai, pupil.id, "validated", ago(5));
                it["learner"] = Value::Null;
                (it["ine"], it["birth_date"]) = (json!(pupil.entry.ine), json!(pupil.entry.birth_date));
                it
            })
            .collect();
        let mut bad = statements[0].clone();
        (bad["number"], bad["status"], bad["last_name"]) =
            (json!(a_number()), json!("peut-être"), json!("Quatremarque"));
        let mut lost = statements[1].clone();
        (lost["number"], lost["uai"]) = (json!(a_number()), json!(a_uai()));
        let mut nobody = statements[2].clone();
        (nobody["number"], nobody["birth_date"]) = (json!(a_number()), json!("2001-01-01"));
        nobody["verification_code"] = Value::Null;
        statements.extend([bad, lost, nobody]);

        let operator = Operator::at(&product().url).await?;
        let report = operator.certify(&session, file(&statements)).await?;
        assert_eq!(counts(&report), json!({"lines": 6, "created": 4, "refused": 2, "of_no_pupil": 1}));
        let told: Vec<_> =
            report["problems"].as_array().unwrap().iter().map(|it| json!([it["line"], it["code"]])).collect();
        assert_eq!(told, [json!([5, "status"]), json!([6, "school_unknown"])]);
        assert_eq!(report["of_no_pupil"], json!([{"line": 7, "number": statements[5]["number"]}]));
        let text = report.to_string();
        assert!(!text.contains("Quatremarque") && !text.contains(school.pupils[0].entry.ine.as_str()), "{text}");
        let page = page_of(&school, "").await?;
        assert_eq!(
            (page["certifications"].as_array().map(Vec::len), page["of_no_pupil"].as_array().map(Vec::len)),
            (Some(3), Some(1))
        );

        let again = operator.certify(&session, file(&statements)).await?;
        assert_eq!(counts(&again), json!({"lines": 6, "unchanged": 4, "refused": 2, "of_no_pupil": 1}));
        let counting = Faults::default();
        let third = load(&session, &worker_with(Some(counting.clone()))?, &statements).await?;
        assert_eq!((counts(&third), counting.writes()), (counts(&again), 0), "what is known costs no write");
        Ok(())
    });
}

/// Of two lines of one moment the greater holds: what was mended without another moment is told, not lost in silence.
#[test]
fn a_line_that_does_not_hold_is_told_by_its_number() {
    run(async {
        let school = a_school(1, 67).await?;
        let (uai, number, at) = (school.uai, a_number(), ago(5));
        let mut wrong = statement(number, uai, school.pupils[0].id, "validated", at);
        wrong["score"] = json!(700);
        let mut mended = wrong.clone();
        mended["score"] = json!(600);
        let (draft, named) = (format!("{uai} brouillon"), format!("{uai} 2026-10"));
        let worker = worker_with(None::<Faults>)?;
        assert_eq!(counts(&load(&draft, &worker, &[wrong]).await?), json!({"lines": 1, "created": 1}));

        let report = load(&named, &worker, std::slice::from_ref(&mended)).await?;
        assert_eq!(counts(&report), json!({"lines": 1, "superseded": 1}));
        assert_eq!(report["superseded"], json!([{"line": 2, "number": number}]));
        assert_eq!(page_of(&school, "").await?["certifications"][0]["score"], 700);

        let older = mended.clone();
        mended["at"] = json!(ago(4));
        let report = load(&named, &worker, &[older, mended]).await?;
        assert_eq!(counts(&report), json!({"lines": 2, "updated": 1, "superseded": 1}));
        let row = page_of(&school, "").await?["certifications"][0].clone();
        assert_eq!((&row["score"], &row["session"]), (&json!(600), &json!(named)));
        assert_eq!(row["formerly"]["score"], 700, "a score that was corrected shows");
        Ok(())
    });
}

#[test]
fn a_load_that_died_is_finished_by_the_next() {
    run(async {
        let school = a_school(1, 69).await?;
        for dies_after in 0..3 {
            let of = |_| statement(a_number(), school.uai, school.pupils[0].id, "validated", ago(5));
            let statements: Vec<Value> = (0..90).map(of).collect();
            let session = format!("dies {dies_after} {}", school.uai);
            put_silently_as(&format!("certifications/{session}.csv"), file(&statements)).await?;
            let died = worker_with(Some(Faults::after(dies_after)))?.handle(&uploaded(&session)).await?;
            assert_eq!(died.batch_item_failures.len(), 1, "the message comes again");
            assert!(silent_report(&session).await.is_err(), "no report of what is not done");

            let report = load(&session, &worker_with(None::<Faults>)?, &statements).await?;
            let before = 20 * dies_after;
            let mut expected = json!({"lines": 90, "created": 90 - before});
            if before > 0 {
                expected["unchanged"] = json!(before);
            }
            assert_eq!(counts(&report), expected);
        }
        let all = product().table.certifications(school.uai, this_year()).await?;
        assert_eq!(all.len(), 270);
        Ok(())
    });
}

#[test]
fn the_same_file_twice_at_once_ends_the_same() {
    run(async {
        let school = a_school(1, 70).await?;
        let of = |_| statement(a_number(), school.uai, school.pupils[0].id, "validated", ago(5));
        let statements: Vec<Value> = (0..70).map(of).collect();
        let session = format!("twice {}", school.uai);
        put_silently_as(&format!("certifications/{session}.csv"), file(&statements)).await?;
        let (worker, event) = (worker_with(None::<Faults>)?, uploaded(&session));
        let (one, other) = tokio::join!(worker.handle(&event), worker.handle(&event));
        assert_eq!(one?.batch_item_failures.len() + other?.batch_item_failures.len(), 0);
        let all = product().table.certifications(school.uai, this_year()).await?;
        assert_eq!(all.len(), 70);
        assert!(all.iter().all(|(_, it)| it.trace.len() == 1));
        Ok(())
    });
}

#[test]
fn files_that_are_none_are_refused_and_a_dead_letter_blames_nobody() {
    run(async {
        let worker = worker_with(None::<Faults>)?;
        let header_only = file(&[]);
        for (session, bytes, code) in [
            ("empty", Vec::new(), "empty"),
            ("header only", header_only, "empty"),
            ("commas", b"numero,statut\n1,validated\n".to_vec(), "missing_column"),
        ] {
            put_silently_as(&format!("certifications/{session}.csv"), bytes).await?;
            assert!(worker.handle(&uploaded(session)).await?.batch_item_failures.is_empty());
            let report = silent_report(session).await?;
            assert_eq!(
                (&report["refused"]["code"], &report["file"]),
                (&json!(code), &json!(format!("certifications/{session}.csv")))
            );
        }
        assert!(worker.handle(&uploaded("gone")).await?.batch_item_failures.is_empty());
        assert_eq!(silent_report("gone").await?["refused"]["code"], "missing");
        assert!(worker.handle(&dead(uploaded("dead"), CERTIFICATIONS_DEAD)).await?.batch_item_failures.is_empty());
        assert_eq!(silent_report("dead").await?["refused"]["code"], "technical");
        Ok(())
    });
}

#[test]
fn what_is_not_signed_or_does_not_read_changes_nothing() {
    run(async {
        let school = a_school(1, 71).await?;
        let number = a_number();
        let good = statement(number, school.uai, school.pupils[0].id, "validated", ago(5));
        let platform = Platform::with(&STANDARD.encode([7; 32]))?;
        let forged = platform.post_to("/certifications", &platform.letter(&good, SignedDuration::ZERO)).await?;
        assert_eq!((forged.0, forged.1["code"].as_str()), (401, Some("bad_signature")));
        let real = Platform::real()?;
        let stale = real.post_to("/certifications", &real.letter(&good, SignedDuration::from_mins(6))).await?;
        assert_eq!((stale.0, stale.1["code"].as_str()), (401, Some("stale_message")));

        for (field, value) in [
            ("number", json!(0)),
            ("at", json!(Timestamp::now() + SignedDuration::from_mins(20))),
            ("status", json!("passed")),
            ("uai", json!("0350760A")),
            ("session", json!("../a")),
            ("taken_on", json!("2019-05-12")),
            ("taken_on", json!(paris::date(Timestamp::now()) + 2.days())),
            ("learner", Value::Null),
            ("ine", json!("0000000000A")),
            ("birth_date", json!("-000001-01-01")),
            ("birth_date", json!("9999-12-31")),
            ("score", json!(1_025)),
            ("levels", json!({"1.4": 1})),
            ("levels", json!({"1.1": 9})),
            ("verification_code", json!("P-1")),
            ("comment", json!("x".repeat(501))),
        ] {
            let mut wrong = good.clone();
            wrong[field] = value;
            let (status, problem) = state(&wrong).await?;
            assert_eq!((status, problem["code"].as_str()), (400, Some("bad_request")), "{wrong}");
        }
        let mut elsewhere = good.clone();
        elsewhere["uai"] = json!(a_uai());
        assert_eq!(state(&elsewhere).await?.0, 404);
        assert_eq!(stored(school.uai, number).await?, None);
        Ok(())
    });
}

#[test]
fn members_see_the_results_of_their_school_alone() {
    run(async {
        let school = a_school(1, 72).await?;
        state(&statement(a_number(), school.uai, school.pupils[0].id, "validated", ago(5))).await?;
        let path = format!("/schools/{}/certifications", school.uai);
        let member = a_member(school.uai, Role::Member).await?;
        assert_eq!(member.get(&path).await?.expect(200)?["found"], 1);
        let (_, stranger) = a_team().await?;
        assert_eq!(stranger.get(&path).await?.status, 404);
        Ok(())
    });
}

fn sha_256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is in the table is a contract with every version of the code.
#[test]
fn a_certification_as_it_is_stored() {
    run(async {
        let school = a_school(1, 73).await?;
        let number = a_number();
        let mut rejected = statement(number, school.uai, school.pupils[0].id, "rejected", ago(9));
        rejected["comment"] = json!("Fraude suspectée.");
        state(&rejected).await?;
        state(&statement(number, school.uai, school.pupils[0].id, "validated", ago(5))).await?;
        let year = this_year().first();
        let mut items = Vec::new();
        for (pk, sk) in [
            (format!("SCHOOL#{}", school.uai), format!("CERTIFICATION#{year}#{number}")),
            (format!("CERTIFIED#{number}"), "CERTIFIED".to_owned()),
            (format!("PROOF#{}", sha_256(&format!("P{number:012}"))), format!("PROOF#{number}")),
        ] {
            let get = product().stack.dynamodb.get_item().table_name(product().stack.value("Table")?);
            let get = get.key("PK", AttributeValue::S(pk)).key("SK", AttributeValue::S(sk));
            items.push(crate::stored_items::shown(&get.send().await?.item.unwrap()));
        }
        let mut filters = crate::stored_items::varying(school.uai.as_str());
        let number = number.to_string();
        filters.extend([
            (number.as_str(), "<number>"),
            (r#""P-\d+""#, r#""<code>""#),
            (r"CERTIFICATION#\d{4}#", "CERTIFICATION#<year>#"),
            (r#"("year": )\d{4}"#, "$1<year>"),
            (r#"("taken_on": )"[^"]+""#, r#"$1"<today>""#),
            (r#"("(first_name|last_name)": )"[^"]+""#, "$1<of the sample>"),
        ]);
        insta::with_settings!({filters => filters}, {
            insta::assert_json_snapshot!("items_of_certifications", items);
        });
        Ok(())
    });
}

/// What `cargo dev sample --certifications` writes: each is its pupil's, with the class of the year.
#[test]
fn the_sample_of_a_session_is_taken_whole() {
    run(async {
        let (uai, _) = a_team().await?;
        let sample = Sample::new(uai, 40, 64);
        import(uai, &sample).await?;
        let session = format!("exemple-{uai}");
        put_silently_as(&format!("certifications/{session}.csv"), sample.certifications()).await?;
        worker_with(None::<Faults>)?.handle(&uploaded(&session)).await?;
        let report = silent_report(&session).await?;
        assert_eq!((counts(&report), &report["problems"]), (json!({"lines": 40, "created": 40}), &json!([])));
        Ok(())
    });
}
