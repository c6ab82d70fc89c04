//! Which record book may read which school, how often, and what the others are told.

use jiff::SignedDuration;
use rentree_domain::limit::CALLS_BY_RECORD_BOOK_AND_SCHOOL;
use rentree_domain::{SchoolYear, Scope};
use rentree_table::{AuditAction, School};
use reqwest::header::{AUTHORIZATION, COOKIE};
use serde_json::{Value, json};

use crate::support::certifications::{a_number, ago, state, statement, this_year};
use crate::support::college::{a_college, by_number};
use crate::support::people::{a_client, a_team};
use crate::support::record_books::{Program, Told, WithForm as _, in_days, log_of, of_kind, read_with};
use crate::support::{a_uai, product, run, run_while_time_stands_still};

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
