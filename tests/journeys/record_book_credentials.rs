//! The credentials of record books: made and revoked by operators, exchanged for tokens, and not guessed.

use std::collections::BTreeSet;

use directory::message::{ClientWord, Word};
use rentree_domain::limit::CREDENTIALS_BY_CLIENT;
use rentree_domain::{ProgramSecret, Scope};
use rentree_local::operator::Operator;
use serde_json::{Value, json};

use crate::support::faults::Faults;
use crate::support::operators::{self, DIRECTORY_DEAD, SILENT_BUCKET, dead, directory_with, done, message};
use crate::support::people::{a_client, a_team};
use crate::support::record_books::{Program, Told, WithForm as _, a_name, in_days, of_kind, read_with};
use crate::support::{join_all, product, run, run_while_time_stands_still};

#[test]
fn a_token_is_issued_as_rfc_6749_says() {
    run(async {
        let program = Program::new(Scope::Lsu).await?;
        let (name, secret) = (program.name.as_str(), program.secret.as_str());
        let by_form = [("grant_type", "client_credentials"), ("client_id", name), ("client_secret", secret)];
        let mut with_scope = by_form.to_vec();
        with_scope.push(("scope", "lsu"));
        let mut tokens = BTreeSet::new();
        for told in [program.ask_by_basic().await?, program.ask(&by_form).await?, program.ask(&with_scope).await?] {
            assert_eq!(told.status, 200, "{}", told.body);
            assert_eq!((told.header("cache-control"), told.header("pragma")), ("no-store", "no-cache"));
            assert_eq!(told.header("content-type"), "application/json");
            let mut names: Vec<&String> = told.body.as_object().unwrap().keys().collect();
            names.sort_unstable();
            assert_eq!(names, ["access_token", "expires_in", "scope", "token_type"]);
            assert_eq!((&told.body["token_type"], &told.body["scope"]), (&json!("Bearer"), &json!("lsu")));
            assert_eq!(told.body["expires_in"], 900);
            tokens.insert(told.body["access_token"].as_str().unwrap().to_owned());
        }
        assert!(tokens.len() == 3 && tokens.iter().all(|token| ProgramSecret::parse(token).is_some()));
        Ok(())
    });
}

#[test]
fn no_token_is_refused_but_as_rfc_6749_says() {
    run(async {
        let program = Program::new(Scope::Lsu).await?;
        let revoked = Program::new(Scope::Lsu).await?;
        revoked.revoke().await?;
        let over = Program::until(Scope::Lsu, in_days(-1)).await?;
        let unknown = Program { name: a_name(), secret: program.secret.clone(), http: a_client() };
        let wrong = ProgramSecret::new(rentree_runtime::random());
        let wrong = Program { name: program.name.clone(), secret: wrong, http: a_client() };
        let short = Program { name: program.name.clone(), secret: program.secret.clone(), http: a_client() };
        let grant = ("grant_type", "client_credentials");
        let own = |of: &Program| of.asking().basic_auth(&of.name, Some(of.secret.as_str()));
        let secret = program.secret.as_str();
        let half = &secret[..20];
        for (request, status, error, says) in [
            (own(&wrong).form(&[grant]), 401, "invalid_client", "unknown, or the secret is wrong"),
            (own(&unknown).form(&[grant]), 401, "invalid_client", "unknown, or the secret is wrong"),
            (short.asking().basic_auth(&short.name, Some(half)).form(&[grant]), 401, "invalid_client", "is wrong"),
            (own(&revoked).form(&[grant]), 401, "invalid_client", "revoked"),
            (own(&over).form(&[grant]), 401, "invalid_client", "ended"),
            (program.asking().form(&[grant]), 401, "invalid_client", "No credentials"),
            (program.asking().form(&[grant, ("client_id", "a")]), 401, "invalid_client", "No credentials"),
            (program.asking().bearer_auth(secret).form(&[grant]), 401, "invalid_client", "No credentials"),
            (own(&program).form(&[grant, ("client_secret", secret)]), 400, "invalid_request", "not in both"),
            (own(&program).form(&[grant, grant]), 400, "invalid_request", "stands twice"),
            (own(&program).form(&[("scope", "lsu")]), 400, "invalid_request", "grant_type is missing"),
            (own(&program).form(&[("grant_type", "")]), 400, "invalid_request", "grant_type is missing"),
            (own(&program).json(&json!({"grant_type": "client_credentials"})), 400, "invalid_request", "no form"),
            (own(&program), 400, "invalid_request", "no form"),
            (own(&program).form(&[("grant_type", "password")]), 400, "unsupported_grant_type", "client_credentials"),
            (own(&program).form(&[grant, ("scope", "lsl")]), 400, "invalid_scope", "is lsu"),
            (own(&program).form(&[grant, ("scope", "lsu lsl")]), 400, "invalid_scope", "is lsu"),
        ] {
            let told = Told::of(request).await?;
            let description = told.body["error_description"].as_str().unwrap_or_default();
            assert_eq!((told.status, told.body["error"].as_str()), (status, Some(error)), "{says}: {}", told.body);
            assert!(description.contains(says), "{says}: {description}");
            assert_eq!((told.header("cache-control"), told.header("content-type")), ("no-store", "application/json"));
            let challenge = if status == 401 { r#"Basic realm="rentree""# } else { "" };
            assert_eq!(told.header("www-authenticate"), challenge);
        }
        assert_eq!(program.ask_by_basic().await?.status, 200);
        Ok(())
    });
}

#[test]
fn credentials_are_not_guessed() {
    run_while_time_stands_still(async {
        let program = Program::new(Scope::Lsu).await?;
        let guess = |name: &str| {
            let secret = ProgramSecret::new(rentree_runtime::random());
            let request = program.asking().basic_auth(name, Some(secret.as_str().to_owned()));
            Told::of(request.form(&[("grant_type", "client_credentials")]))
        };
        // What is right does not count.
        for _ in 0..3 {
            assert_eq!(program.ask_by_basic().await?.status, 200);
        }
        for tried in 0..CREDENTIALS_BY_CLIENT.count {
            let name = if tried % 2 == 0 { program.name.as_str() } else { "personne" };
            assert_eq!(guess(name).await?.status, 401, "{tried}");
        }
        let told = guess("personne").await?;
        assert_eq!((told.status, told.body["error"].as_str()), (429, Some("temporarily_unavailable")));
        assert_eq!(told.header("retry-after"), "600");
        // Nobody is held up by them who is right: neither this program, nor another one behind the same address.
        assert_eq!(program.ask_by_basic().await?.status, 200);
        let other = Program { http: program.http.clone(), ..Program::new(Scope::Lsl).await? };
        let at_once = join_all((0..2 * CREDENTIALS_BY_CLIENT.count).map(|_| other.ask_by_basic())).await;
        assert!(at_once.into_iter().all(|told| told.is_ok_and(|told| told.status == 200)));
        Ok(())
    });
}

fn a_word(name: &rentree_domain::RecordBookName, secret: &ProgramSecret) -> ClientWord {
    ClientWord { name: name.clone(), scope: Scope::Lsu, secret_hash: secret.hash(), until: in_days(30) }
}

#[test]
fn an_operator_makes_lists_and_revokes_credentials() {
    run(async {
        let operator = Operator::of(&product().stack)?;
        let (name, secret) = (a_name(), ProgramSecret::new(rentree_runtime::random()));
        let word = a_word(&name, &secret);
        let made = operator.make_client(word.clone()).await?;
        assert_eq!((&made["refused"], &made["client"]["scope"]), (&Value::Null, &json!("lsu")), "{made}");
        assert!(!made.to_string().contains(&secret.hash().to_string()), "the report tells what proves them: {made}");
        let program = Program { name: name.clone(), secret: secret.clone(), http: a_client() };
        let bearer = program.bearer().await?;
        let (uai, _) = a_team().await?;
        of_kind(uai, "Collège").await?;
        assert_eq!(read_with(Some(&bearer), uai.as_str(), "").await?.status, 200);

        // The same word again changes nothing; another one of this name is refused.
        assert_eq!(operator.make_client(word.clone()).await?, made);
        let other = ProgramSecret::new(rentree_runtime::random());
        assert_eq!(operator.make_client(a_word(&name, &other)).await?["refused"]["code"], "name_taken");
        let longer = ClientWord { until: in_days(31), ..word.clone() };
        assert_eq!(operator.make_client(longer).await?["refused"]["code"], "name_taken");
        program.bearer().await?;

        let listed = async || {
            let list = operator.list_clients().await?;
            let clients = list["clients"].as_array().cloned().unwrap_or_default();
            anyhow::Ok(clients.into_iter().find(|client| client["name"] == name.as_str()))
        };
        assert_eq!(listed().await?.as_ref(), Some(&made["client"]));

        let revoked = operator.revoke_client(&name).await?;
        assert!(revoked["client"]["revoked_at"].is_string(), "{revoked}");
        assert_eq!(read_with(Some(&bearer), uai.as_str(), "").await?.status, 401, "tokens end at once");
        assert_eq!(program.ask_by_basic().await?.status, 401);
        // Whatever comes late or twice revives nothing, and changes no moment.
        assert_eq!(operator.make_client(word).await?, revoked);
        assert_eq!(operator.revoke_client(&name).await?, revoked);
        assert_eq!(listed().await?.as_ref(), Some(&revoked["client"]));
        assert_eq!(program.ask_by_basic().await?.status, 401);

        assert_eq!(operator.revoke_client(&a_name()).await?["refused"]["code"], "unknown");
        for (until, code) in [(in_days(-1), "until_past"), (in_days(800), "until_far")] {
            let name = a_name();
            let word = ClientWord { until, ..a_word(&name, &secret) };
            assert_eq!(operator.make_client(word).await?["refused"]["code"], code);
            assert_eq!(product().table.record_book(&name).await?, None);
        }
        Ok(())
    });
}

#[test]
fn a_word_that_failed_every_time_is_told() {
    run(async {
        let directory = directory_with(None::<Faults>)?;
        // A bucket that no one else needs is made by the first who puts something.
        operators::put_silently("credentials", b"".to_vec()).await?;
        let (name, revoked) = (a_name(), a_name());
        let secret = ProgramSecret::new(rentree_runtime::random());
        for word in
            [Word::Client(a_word(&name, &secret)), Word::RevokeClient { name: revoked.clone() }, Word::Clients {}]
        {
            done(&directory, &dead(message(&serde_json::to_value(&word)?), DIRECTORY_DEAD)).await?;
        }
        for report in [format!("clients/{name}"), format!("clients/{revoked}"), "clients".to_owned()] {
            let key = format!("reports/{report}.json");
            let report = operators::report(&product().stack, SILENT_BUCKET, &key).await?;
            assert_eq!(report["refused"]["code"], "technical", "{key}");
        }
        assert_eq!(product().table.record_book(&name).await?, None);
        Ok(())
    });
}
