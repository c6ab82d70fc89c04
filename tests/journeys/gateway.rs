//! Behind the gateway: what it sends to the functions' own binaries, and what they answer, which is ours in every case. `docs/gateway.md`
//! says where each form of an event is documented.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rentree_http::{CSRF_FIELD, Shell, wrap};
use rentree_runtime::Settings;
use rentree_runtime::aws::{Aws, Service};
use rentree_table::{Role, Table, TableError};
use rentree_testkit::Template;
use reqwest::Method;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::contracts::{every_address, every_route};
use crate::support::people::{a_client, a_session};
use crate::support::runtime_api::Function;
use crate::support::stall::Silence;
use crate::support::{a_school, a_uai, product, run};

/// A request of a browser, as the gateway hands it to a function.
fn event(method: &str, path: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "content-length": "0",
            "host": "rentree.example",
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "x-amzn-trace-id": "Root=1-65a5e7f1-0c8f9c3a1b2d4e5f60718293",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "a1b2c3d4e5",
            "domainName": "rentree.example",
            "domainPrefix": "rentree",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Sep/2026:08:00:00 +0000",
            "timeEpoch": 1_788_249_600_000_u64,
        },
        "isBase64Encoded": false,
    })
}

/// A form, which the gateway sends in base64: `application/x-www-form-urlencoded` is no text for it.
fn form(path: &str, body: &[u8]) -> Value {
    let mut event = event("POST", path);
    event["headers"]["content-type"] = "application/x-www-form-urlencoded".into();
    event["headers"]["content-length"] = body.len().to_string().into();
    event["body"] = STANDARD.encode(body).into();
    event["isBase64Encoded"] = true.into();
    event
}

async fn start(function: &str) -> anyhow::Result<Function> {
    Function::start(function, &product().stack.function_settings(&logical(function))?).await
}

fn logical(function: &str) -> String {
    function[..1].to_uppercase() + &function[1..] + "Function"
}

/// An answer that has our headers, and the face that the event asks for; its status.
#[track_caller]
fn ours(answer: &Value) -> u64 {
    let header = |name: &str| answer["headers"][name].as_str().unwrap_or_default();
    assert!(header("content-security-policy").starts_with("default-src 'none'"), "{answer}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{answer}");
    assert_eq!(header("x-frame-options"), "DENY", "{answer}");
    assert_eq!(header("referrer-policy"), "same-origin", "{answer}");
    assert!(header("strict-transport-security").starts_with("max-age="), "{answer}");
    assert_eq!(header("x-request-id").len(), 16, "{answer}");
    answer["statusCode"].as_u64().unwrap()
}

/// The same, of a page that tells people what happened.
#[track_caller]
fn our_page(answer: &Value) -> (u64, &str) {
    let status = ours(answer);
    assert_eq!(answer["headers"]["content-type"], "text/html; charset=utf-8", "{answer}");
    assert_eq!(answer["isBase64Encoded"], false);
    let page = answer["body"].as_str().unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("<h1"), "{page}");
    (status, page)
}

#[test]
fn an_unknown_address_gets_our_page_or_our_problem() {
    run(async {
        let mut accounts = start("accounts").await?;
        for method in ["GET", "POST", "DELETE", "PATCH"] {
            let answer = accounts.invoke(event(method, "/nulle-part")).await?;
            let (status, page) = our_page(&answer);
            assert_eq!(status, 404, "{method}");
            assert!(page.contains("Cette page n’existe pas"), "{page}");
        }
        let mut program = event("GET", "/nulle-part");
        program["headers"]["accept"] = "application/json".into();
        let answer = accounts.invoke(program).await?;
        assert_eq!((ours(&answer), &answer["headers"]["content-type"]), (404, &json!("application/problem+json")));
        let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap())?;
        assert_eq!((&problem["code"], &problem["status"]), (&json!("not_found"), &json!(404)));

        let head = accounts.invoke(event("HEAD", "/nulle-part")).await?;
        assert_eq!((ours(&head), &head["body"]), (404, &json!("")));
        accounts.kill().await
    });
}

/// The page stands in the space of the school, for those who are in it.
#[test]
fn an_unknown_address_within_a_space_keeps_its_frame() {
    run(async {
        let (uai, _) = a_school().await?;
        let cookie = a_session(uai, Some(Role::Member)).await?;
        let team = format!("/schools/{uai}/team");
        let mut accounts = start("accounts").await?;
        let mut member = event("GET", &format!("/schools/{uai}/nulle-part"));
        member["cookies"] = json!([cookie]);
        let answer = accounts.invoke(member).await?;
        let (status, page) = our_page(&answer);
        assert_eq!(status, 404);
        assert!(page.contains(&team), "{page}");

        let answer = accounts.invoke(event("GET", &format!("/schools/{uai}/nulle-part"))).await?;
        let (status, page) = our_page(&answer);
        assert_eq!(status, 404);
        assert!(!page.contains(&team), "{page}");
        accounts.kill().await
    });
}

/// Each address of each function, behind the gateway and on one machine alike: other methods are refused with those that there are,
/// OPTIONS tells them, and HEAD is GET without its body.
#[test]
fn every_address_knows_its_methods() {
    run(async {
        let addresses = every_address();
        let functions: BTreeSet<&str> = addresses.values().copied().collect();
        for function in functions {
            let mut running = start(function).await?;
            for path in addresses.iter().filter(|(_, of)| **of == function).map(|(path, _)| *path) {
                let methods: BTreeSet<&str> = every_route()
                    .iter()
                    .filter(|(_, route)| route.path == path)
                    .map(|(_, route)| route.method)
                    .collect();
                let mut allowed = methods.clone();
                if methods.contains("GET") {
                    allowed.insert("HEAD");
                }
                let filled = filled(path);

                let refused = running.invoke(event("DELETE", &filled)).await?;
                let (status, page) = our_page(&refused);
                assert_eq!((status, allow(&refused["headers"]["allow"])), (405, allowed.clone()), "DELETE {path}");
                assert!(page.contains("Action impossible"), "{page}");
                let told = running.invoke(event("OPTIONS", &filled)).await?;
                assert_eq!((ours(&told), allow(&told["headers"]["allow"])), (204, allowed.clone()), "OPTIONS {path}");
                assert_eq!(told["body"], "", "OPTIONS {path}");
                let head = running.invoke(event("HEAD", &filled)).await?;
                assert_eq!(
                    (ours(&head), &head["body"]),
                    (head["statusCode"].as_u64().unwrap(), &json!("")),
                    "HEAD {path}"
                );
                if methods.contains("GET") {
                    let page = running.invoke(event("GET", &filled)).await?;
                    assert_eq!(same_each_time(&head), same_each_time(&page), "{path}");
                } else {
                    let refused = (head["statusCode"].clone(), allow(&head["headers"]["allow"]));
                    assert_eq!(refused, (json!(405), allowed.clone()), "HEAD {path}");
                }

                for (method, behind) in [("DELETE", refused), ("OPTIONS", told), ("HEAD", head)] {
                    let url = format!("{}{filled}", product().url);
                    let request = a_client().request(Method::from_bytes(method.as_bytes())?, url);
                    let here = request.header("accept", "text/html").send().await?;
                    assert_eq!(here.status().as_u16(), behind["statusCode"], "{method} {path}");
                    let header = here.headers().get("allow").map_or(Ok(""), |allow| allow.to_str())?;
                    assert_eq!(allow(&json!(header)), allow(&behind["headers"]["allow"]), "{method} {path}");
                    assert_eq!(here.headers()["x-content-type-options"], "nosniff");
                }
            }
            running.kill().await?;
        }
        Ok(())
    });
}

/// Nothing that exists.
fn filled(path: &str) -> String {
    path.replace("{uai}", a_uai().as_str()).replace(['{', '}'], "")
}

fn allow(header: &Value) -> BTreeSet<&str> {
    header.as_str().unwrap_or_default().split(',').map(str::trim).filter(|method| !method.is_empty()).collect()
}

/// What two answers to the same question have in common.
fn same_each_time(answer: &Value) -> (Value, Value) {
    let mut headers = answer["headers"].clone();
    headers["x-request-id"] = "…".into();
    // Each sign-on at an identity provider asks for its own answer.
    if let Some((place, _)) = headers["location"].as_str().and_then(|location| location.split_once("?SAMLRequest=")) {
        headers["location"] = place.into();
    }
    (answer["statusCode"].clone(), headers)
}

/// The gateway decodes paths, all but `%25`; other emulators of it do not. Neither is ever a bare error.
#[test]
fn paths_with_any_signs_are_answered_by_us() {
    run(async {
        let mut accounts = start("accounts").await?;
        let expected = [
            ("/sign-in", 200),
            ("/sign-in/", 404),
            ("//sign-in", 404),
            // é, decoded or not: it is in no token.
            ("/sign-up/é", 404),
            ("/sign-up/%C3%A9", 404),
            // %2F in a parameter is one segment more, once decoded.
            ("/sign-up/a/b", 404),
            ("/sign-up/a%2Fb", 404),
            ("/sign-up/a+b", 404),
            ("/sign-up/a b", 404),
            ("/sign-up/\0", 404),
            ("/sign-up/%00", 404),
            // What is no UTF-8.
            ("/sign-up/\u{FFFD}", 404),
            ("/sign-up/%FF", 400),
            ("/sign-up/a%25b", 404),
            ("/sign-up/a%b", 404),
            ("/sign-up/<a>\"`{}|^", 404),
            ("/nulle-part/été", 404),
            // Nothing of the path becomes a query, a fragment or another path.
            ("/sign-in#a", 404),
            ("/sign-in?a", 404),
            ("/sign-in\\a", 404),
            ("", 200),
        ];
        let mut answered = Vec::new();
        for (path, _) in expected {
            let answer = accounts.invoke(event("GET", path)).await?;
            answered.push((path, our_page(&answer).0));
        }
        assert_eq!(answered, expected);
        // rawPath alone counts: an API mapping stands in the other one, a stage other than $default in both.
        let mut mapped = event("GET", "/sign-in");
        mapped["requestContext"]["http"]["path"] = "/mapping/sign-in".into();
        assert_eq!(our_page(&accounts.invoke(mapped).await?).0, 200);
        let mut staged = event("GET", "/prod/sign-in");
        staged["requestContext"]["stage"] = "prod".into();
        assert_eq!(our_page(&accounts.invoke(staged).await?).0, 404);
        accounts.kill().await
    });
}

#[test]
fn cookies_come_and_go_beside_the_headers() {
    run(async {
        let (uai, _) = a_school().await?;
        let session = a_session(uai, Some(Role::Member)).await?;
        let mut accounts = start("accounts").await?;
        let mut request = event("GET", "/account");
        request["cookies"] = json!(["theme=sombre", "__Host-form=abc", session, "x=y=z"]);
        assert_eq!(our_page(&accounts.invoke(request).await?).0, 200);

        let answer = accounts.invoke(event("GET", "/account")).await?;
        assert_eq!((ours(&answer), &answer["headers"]["location"]), (303, &json!("/sign-in?next=/account")));

        let answer = accounts.invoke(event("GET", "/sign-in")).await?;
        let cookie = answer["cookies"][0].as_str().unwrap();
        assert!(cookie.starts_with("__Host-form=") && cookie.ends_with("; Secure; SameSite=Lax"), "{cookie}");
        assert_eq!(answer["headers"].get("set-cookie"), None);
        accounts.kill().await
    });
}

#[test]
fn bodies_come_in_base64_as_text_or_not_at_all() {
    run(async {
        let mut accounts = start("accounts").await?;
        // A form of ours, filled in.
        let page = accounts.invoke(event("GET", "/sign-in")).await?;
        let (_, html) = our_page(&page);
        let csrf = html.split_once(&format!("name=\"{CSRF_FIELD}\" value=\"")).unwrap().1.split_once('"').unwrap().0;
        let fields = format!("{CSRF_FIELD}={csrf}&login=h%C3%A9rouville%40exemple.fr&password=faux");
        let mut request = form("/sign-in", fields.as_bytes());
        request["cookies"] = json!([page["cookies"][0].as_str().unwrap().split_once(';').unwrap().0]);
        let answer = accounts.invoke(request.clone()).await?;
        let (status, html) = our_page(&answer);
        assert_eq!(status, 422);
        assert!(html.contains("hérouville@exemple.fr"), "{html}");
        // The same as text, as other emulators of the gateway send it.
        request["body"] = fields.into();
        request["isBase64Encoded"] = false.into();
        assert_eq!(our_page(&accounts.invoke(request).await?).0, 422);

        let answer = accounts.invoke(form("/sign-in", b"login=\xE9\xFF&password=a")).await?;
        let (status, html) = our_page(&answer);
        assert_eq!(status, 400);
        assert!(html.contains("n’a pas pu être lu"), "{html}");

        let mut no_json = form("/sign-in", b"{\"login\": \"\xE9\"}");
        no_json["headers"]["content-type"] = "application/json".into();
        assert_eq!(our_page(&accounts.invoke(no_json).await?).0, 400);

        // No body, and no type of one: an empty form, which lacks its token.
        assert_eq!(our_page(&accounts.invoke(event("POST", "/sign-in")).await?).0, 403);

        let kilobytes =
            |kilobytes: usize| "login=".bytes().chain(std::iter::repeat_n(b'a', kilobytes << 10)).collect::<Vec<_>>();
        assert_eq!(our_page(&accounts.invoke(form("/sign-in", &kilobytes(63))).await?).0, 403);
        for (path, kilobytes) in [("/sign-in", kilobytes(64)), ("/sign-in", kilobytes(4 << 10))] {
            let answer = accounts.invoke(form(path, &kilobytes)).await?;
            let (status, html) = our_page(&answer);
            assert_eq!(status, 413);
            assert!(html.contains("trop volumineux"), "{html}");
        }
        accounts.kill().await?;

        let mut campaigns = start("campaigns").await?;
        let mut signed = form("/participations/progress", &kilobytes(65));
        signed["headers"]["accept"] = "application/json".into();
        let answer = campaigns.invoke(signed).await?;
        assert_eq!(ours(&answer), 413);
        let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap())?;
        assert_eq!(problem["code"], "too_large");
        campaigns.kill().await
    });
}

/// `queryStringParameters` joins what stands twice with commas: only `rawQueryString` is what was asked.
#[test]
fn the_raw_query_counts() {
    run(async {
        let mut accounts = start("accounts").await?;
        let mut request = event("GET", "/sign-in");
        request["queryStringParameters"] = json!({"next": "/spaces,/terms", "a": "1,2"});
        request["rawQueryString"] = "a=1&next=%2Fspaces&a=2".into();
        let answer = accounts.invoke(request.clone()).await?;
        let (status, page) = our_page(&answer);
        assert_eq!(status, 200);
        assert!(page.contains("value=\"/spaces\""), "{page}");

        // Signs that no address has.
        request["rawQueryString"] = "next=/spaces&q=\"<é> b\"\t#`^{}|\\".into();
        let answer = accounts.invoke(request).await?;
        let (status, page) = our_page(&answer);
        assert_eq!(status, 200);
        assert!(page.contains("value=\"/spaces\""), "{page}");
        accounts.kill().await
    });
}

/// Their names come in small letters, and what stands twice is joined with commas.
#[test]
fn headers_that_stand_twice_are_joined() {
    run(async {
        let mut accounts = start("accounts").await?;
        let mut twice = event("GET", "/nulle-part");
        twice["headers"]["accept"] = "application/json,text/html".into();
        let answer = accounts.invoke(twice).await?;
        assert_eq!((ours(&answer), &answer["headers"]["content-type"]), (404, &json!("application/problem+json")));

        // Two origins, one of which is ours: nobody's browser says that.
        let mut origins = form("/sign-in", b"login=a");
        origins["headers"]["origin"] = format!("{},https://evil.example", product().url).into();
        let answer = accounts.invoke(origins).await?;
        let (status, page) = our_page(&answer);
        assert_eq!(status, 403);
        assert!(page.contains("Le formulaire a expiré"), "{page}");
        accounts.kill().await
    });
}

/// Excel takes a list without its byte order mark for something else than UTF-8.
#[test]
fn a_list_keeps_its_byte_order_mark() {
    run(async {
        let (uai, _) = a_school().await?;
        let mut learners = start("learners").await?;
        let mut request = event("GET", &format!("/schools/{uai}/learners/former.csv"));
        request["cookies"] = json!([a_session(uai, Some(Role::Administrator)).await?]);
        let answer = learners.invoke(request).await?;
        assert_eq!((ours(&answer), &answer["headers"]["content-type"]), (200, &json!("text/csv; charset=utf-8")));
        assert!(answer["body"].as_str().unwrap().starts_with('\u{FEFF}'), "{answer}");
        learners.kill().await
    });
}

/// Lambda would end the process, and the gateway answer with a bare error.
#[test]
fn an_answer_that_lambda_would_not_take_is_told() {
    run(async {
        let table = product().table.clone();
        let shell = Shell { origin: product().url.clone(), upload_origin: None, table, clock: jiff::Timestamp::now };
        let routes = Router::new().route("/fits", get(async || "a".repeat(6 << 20 >> 1)));
        let router = wrap(routes.route("/", get(async || "a".repeat(7 << 20))), shell);
        for (accept, path, status, said) in [
            ("text/html", "/", 500, "La réponse est trop longue"),
            ("application/json", "/", 500, "answer_too_large"),
            ("text/html", "/fits", 200, "aaa"),
        ] {
            let request = Request::get(path).header("accept", accept).body(Body::empty())?;
            let answer = router.clone().oneshot(request).await?;
            assert_eq!(answer.status(), status);
            assert!(answer.headers().contains_key("content-security-policy"));
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await?;
            assert!(str::from_utf8(&body)?.contains(said), "{path}");
        }
        Ok(())
    });
}

/// Without the deadline, the function would wait for five minutes, and the test fail.
#[test]
fn a_table_that_never_answers_gets_our_page_before_lambda_ends_the_function() {
    run(async {
        let silence = Silence::new()?;
        let settings = product().stack.function_settings("AccountsFunction")?;
        let settings =
            settings.with([("AWS_ENDPOINT_URL_DYNAMODB", silence.url()?), ("CALL_TIMEOUT_SECONDS", "3600".into())]);
        let mut accounts = Function::start("accounts", &settings).await?;
        let session = format!("__Host-session={}", "A".repeat(43));
        let mut request = event("GET", "/account");
        request["cookies"] = json!([session]);
        let answer = accounts.invoke_for(Duration::from_secs(3), request.clone()).await?;
        let (status, page) = our_page(&answer);
        assert_eq!((status, &answer["headers"]["retry-after"]), (503, &json!("5")));
        let id = answer["headers"]["x-request-id"].as_str().unwrap();
        assert!(page.contains("Réessayez dans un instant") && page.contains(id), "{page}");

        request["headers"]["accept"] = "application/json".into();
        let answer = accounts.invoke_for(Duration::from_secs(3), request).await?;
        assert_eq!((ours(&answer), &answer["headers"]["content-type"]), (503, &json!("application/problem+json")));
        let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap())?;
        assert_eq!(problem["code"], "unavailable");

        // It goes on with the next request.
        assert_eq!(our_page(&accounts.invoke(event("GET", "/terms")).await?).0, 200);
        let log = accounts.log()?;
        assert!(log.contains("a request was given up shortly before the timeout of the function"), "{log}");
        accounts.kill().await
    });
}

/// A call that is never answered fails before its function is ended, whichever function it is. Its time is not ours.
#[tokio::test(start_paused = true)]
async fn a_call_fails_before_its_function_is_ended() {
    let silence = Silence::new().unwrap();
    let template = Template::of_project().unwrap();
    for (name, function) in template.resources("AWS::Serverless::Function") {
        let patience = function["Environment"]["Variables"]["CALL_TIMEOUT_SECONDS"].as_str().unwrap();
        let settings = Settings::from_pairs([
            ("AWS_REGION", "eu-west-3"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", &silence.url().unwrap()),
            ("CALL_TIMEOUT_SECONDS", patience),
        ]);
        let config = Aws::new(&settings).unwrap().config(Service::DynamoDb);
        let began = tokio::time::Instant::now();
        let told = Table::new(Client::new(&config), "rentree").school(a_uai()).await;
        assert!(matches!(told, Err(TableError::Unanswered { .. })), "{name}: {told:?}");
        let timeout = Duration::from_secs(function["Timeout"].as_u64().unwrap());
        assert!(began.elapsed() + Duration::from_secs(1) < timeout, "{name}: {:?}", began.elapsed());
    }
}
