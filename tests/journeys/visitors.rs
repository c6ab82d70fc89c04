//! Who may do what: signed out, member, administrator, somebody of another school, forged forms.

use jiff::Timestamp;
use rentree_domain::UserId;
use rentree_table::{Member, Role};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::Value;

use crate::support::{a_school, a_session, a_uai, base64_url, product, run};

const ID: &str = "0199a1b2-c3d4-7000-8000-000000000001";

fn http() -> Client {
    Client::builder().redirect(redirect::Policy::none()).build().expect("a client")
}

#[test]
fn every_route_for_every_visitor() {
    run(async {
        let (uai, _) = a_school().await?;
        let visitors = [
            ("signed out", None),
            ("stranger", Some(a_session(uai, None).await?)),
            ("member", Some(a_session(uai, Some(Role::Member)).await?)),
            ("administrator", Some(a_session(uai, Some(Role::Administrator)).await?)),
        ];
        let mut table = String::new();
        for (method, path) in learners::route_names() {
            if path.starts_with("/assets/") {
                continue;
            }
            let url = format!("{}{}", product().url, path.replace("{uai}", uai.as_str()).replace("{import}", ID));
            for (who, cookie) in &visitors {
                let mut request =
                    http().request(Method::from_bytes(method.as_bytes())?, &url).header(ACCEPT, "application/json");
                if method == "POST" {
                    request = request.header(CONTENT_TYPE, "application/json").body("{}");
                }
                if let Some(cookie) = cookie {
                    request = request.header(COOKIE, cookie);
                }
                let answer = request.send().await?;
                table.push_str(&format!("{method} {path} | {who} | {}\n", answer.status().as_u16()));
                assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
                assert!(answer.headers()["content-security-policy"].to_str()?.starts_with("default-src 'none'"));
                assert_eq!(answer.headers()["cache-control"], "no-store");
            }
        }
        insta::assert_snapshot!("access", table);
        Ok(())
    });
}

#[test]
fn another_school_looks_like_none() {
    run(async {
        let (uai, _) = a_school().await?;
        let cookie = a_session(uai, Some(Role::Administrator)).await?;
        let (other, _) = a_school().await?;
        let mut answers = Vec::new();
        for uai in [other.to_string(), a_uai().to_string(), "0000000X".to_owned()] {
            let url = format!("{}/schools/{uai}/learners", product().url);
            let answer = http().get(url).header(COOKIE, &cookie).header(ACCEPT, "application/json").send().await?;
            assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
            let mut problem: Value = serde_json::from_str(&answer.text().await?)?;
            problem["request_id"] = "…".into();
            answers.push(problem);
        }
        assert_eq!(answers[0]["status"], 404);
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
        Ok(())
    });
}

#[test]
fn forged_forms_are_refused() {
    run(async {
        let (uai, _) = a_school().await?;
        let cookie = a_session(uai, Some(Role::Administrator)).await?;
        let url = format!("{}/schools/{uai}/imports", product().url);
        let form = |body: &'static str| {
            http()
                .post(&url)
                .header(COOKIE, &cookie)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body)
        };
        assert_eq!(form("").send().await?.status(), StatusCode::FORBIDDEN, "no token");
        assert_eq!(form("csrf=wrong").send().await?.status(), StatusCode::FORBIDDEN, "a wrong token");

        let page = http().get(&url).header(COOKIE, &cookie).header(ACCEPT, "text/html").send().await?.text().await?;
        let token = page.split(r#"name="csrf" value=""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let with_token = |origin: &str| {
            let form = http().post(&url).header(COOKIE, &cookie).header(ACCEPT, "text/html");
            form.header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(ORIGIN, origin)
                .body(format!("csrf={token}"))
        };
        let foreign = with_token("https://evil.example").send().await?;
        assert_eq!(foreign.status(), StatusCode::FORBIDDEN, "another site");
        let own = with_token(&product().url).send().await?;
        assert_eq!(own.status(), StatusCode::SEE_OTHER);
        assert!(own.headers()[LOCATION].to_str()?.starts_with(&format!("/schools/{uai}/imports/")));
        Ok(())
    });
}

#[test]
fn the_session_cookie_is_safe() {
    run(async {
        let answer = http().post(format!("{}/demo/session", product().url)).json(&serde_json::json!({})).send().await?;
        let cookie = answer.headers()[SET_COOKIE].to_str()?.to_owned();
        for part in ["__Host-session=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        Ok(())
    });
}

#[test]
fn an_expired_session_is_none() {
    run(async {
        let (uai, _) = a_school().await?;
        let user = UserId::new(Timestamp::now(), rentree_runtime::random());
        product().table.put_member(uai, user, &Member { role: Role::Member, name: "Test".into() }).await?;
        let secret: [u8; 32] = rentree_runtime::random();
        let past = Timestamp::now().as_second() - 1;
        let session = rentree_table::Session { user, created_at: Timestamp::now(), expires_at: past };
        product().table.create_session(&secret, &session).await?;
        let cookie = format!("__Host-session={}", base64_url(&secret));
        let url = format!("{}/schools/{uai}/learners", product().url);
        assert_eq!(http().get(url).header(COOKIE, cookie).send().await?.status(), StatusCode::UNAUTHORIZED);
        Ok(())
    });
}
