//! What people are told who sign in and out: what is missing, who helps, and what is kept of them.

use reqwest::Method;
use reqwest::header::{ACCEPT, LOCATION};
use serde_json::json;

use crate::support::people::{Answer, PASSWORD, Person, a_client, a_stranger, somebody};
use crate::support::pupils::{a_class, by_user_name};
use crate::support::{product, run};

async fn sign_in(person: &Person, password: &str) -> anyhow::Result<Answer> {
    a_stranger().sign_in(person.email().as_str(), password).await
}

/// What is left blank is named, field by field, in the page and its title; it counts as no failure.
#[test]
fn a_blank_sign_in_names_what_is_missing() {
    run(async {
        let person = somebody().await?;
        for _ in 0..20 {
            let refused = sign_in(&person, "").await?.expect(422)?;
            assert_eq!(refused["errors"].as_array().map(Vec::len), Some(1), "{refused}");
            assert_eq!(refused["errors"][0]["field"], "password");
        }
        let blank = a_stranger().post("/sign-in", &json!({"login": " "})).await?.expect(422)?;
        let fields: Vec<_> = blank["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["login", "password"]);
        sign_in(&person, PASSWORD).await?.expect(200)?;

        let page = a_client().post(format!("{}/sign-in", product().url)).header(ACCEPT, "text/html");
        let page = page.json(&json!({})).send().await?.text().await?;
        assert!(page.contains("<title>Erreur\u{a0}: Connexion"), "{page}");
        assert!(
            page.contains("Saisissez votre identifiant") && page.contains("Saisissez votre mot de passe"),
            "{page}"
        );
        Ok(())
    });
}

/// A pupil who forgot the password types the user name: nothing can be mailed, and a teacher helps.
#[test]
fn a_forgotten_password_of_a_user_name_leads_to_a_teacher() {
    run(async {
        let ask = async |path: &str| a_stranger().post(path, &json!({"email": "karine.dunord1003"})).await?.expect(422);
        let told = ask("/forgotten-password").await?;
        assert!(told["detail"].as_str().unwrap().contains("Demandez à un enseignant"), "{told}");
        let told = ask("/sign-up").await?;
        assert!(told["detail"].as_str().unwrap().contains("C’est un identifiant"), "{told}");
        Ok(())
    });
}

/// Whoever signs out is told so, or is back where the next child goes on.
#[test]
fn signing_out_says_so_and_leads_on() {
    run(async {
        for (next, wanted) in [
            (json!({}), "/sign-in?left=1"),
            (json!({"next": "/campagnes/KRTBVW582"}), "/campagnes/KRTBVW582?done=left"),
            (json!({"next": "https://evil.example"}), "/sign-in?left=1"),
        ] {
            let person = somebody().await?;
            let out = person.request(Method::POST, "/sign-out").header(ACCEPT, "text/html").json(&next);
            assert_eq!(out.send().await?.headers()[LOCATION], wanted);
            assert_eq!(person.get("/account").await?.status, 401);
        }
        let page = a_client().get(format!("{}/sign-in?left=1", product().url)).header(ACCEPT, "text/html");
        let page = page.send().await?.text().await?;
        // The ENT's session goes on, and nobody here can end it.
        for told in ["Vous êtes déconnecté(e).", "fermez aussi la session de l’ENT"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        Ok(())
    });
}

/// A child reads what is kept, in words of a child, and has nothing to accept.
#[test]
fn pupils_read_terms_of_their_own() {
    run(async {
        let pupil = a_class(1).await?.tie(0, by_user_name()).await?;
        let pupil = Person::new(pupil.id, pupil.user).await?;
        let page = pupil.page("/terms").await?;
        assert!(page.contains("Ce que Rentrée sait de vous") && !page.contains("J’accepte"), "{page}");
        let told = pupil.get("/terms").await?.expect(200)?;
        assert_eq!((&told["is_pupil"], &told["to_accept"]), (&json!(true), &json!(false)));
        assert_eq!(somebody().await?.get("/terms").await?.expect(200)?["is_pupil"], false);
        Ok(())
    });
}
