//! Who may do what: signed out, member, administrator, somebody of another school, forged forms.

use axum::http::HeaderMap;
use jiff::Timestamp;
use rentree_domain::{CampaignCode, CampaignId, HandOutId, ImportId, LearnerId, Uai, UserId};
use rentree_http::{Access, NewSession, RouteDoc, SESSION_COOKIE};
use rentree_local::client::School;
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD, Options, Rentree};
use rentree_table::{AccessRequest, HandOut, Role};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, REFERER, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect};
use serde_json::{Value, json};

use crate::contracts::every_route;
use crate::support::campaigns::a_campaign;
use crate::support::people::{PASSWORD, Person, a_client, a_member, a_session, a_team, an_email, somebody};
use crate::support::pupils::{Classes, a_class, by_user_name};
use crate::support::{a_school, a_uai, clock, join_all, product, run};

fn http() -> Client {
    Client::builder().redirect(redirect::Policy::none()).build().expect("a client")
}

/// One kind of visitor after the other knocks at a door. Behind each door that changes something are a school, a member, a pupil, an
/// invitation, an import and a campaign of its own; those that are only looked at have one world.
#[test]
fn every_route_for_every_visitor() {
    run(async {
        let routes: Vec<RouteDoc> = every_route().into_iter().map(|(_, route)| route).collect();
        let doors = routes.iter().filter(|route| !route.path.starts_with("/assets/"));
        let doors: Vec<(&RouteDoc, &str)> = doors.flat_map(|route| VISITORS.map(|who| (route, who))).collect();
        let looked_at = World::new().await?;
        let mut looking = Vec::new();
        for who in VISITORS {
            looking.push(looked_at.visitor(who).await?);
        }
        let mut table = Vec::new();
        // Several at once: most of the time goes into making what they knock at.
        for some in doors.chunks(8) {
            let first = table.len();
            let answers = join_all(some.iter().enumerate().map(|(at, (route, who))| {
                let (looked_at, looking) = (&looked_at, &looking);
                async move {
                    let status = if route.method == "GET" {
                        let place = VISITORS.iter().position(|visitor| visitor == who).expect("one of them");
                        knock(route, looked_at, looking[place].as_ref()).await?
                    } else {
                        let world = World::new().await?;
                        knock(route, &world, world.visitor(who).await?.as_ref()).await?
                    };
                    anyhow::Ok((at, format!("{} {} | {who} | {status}\n", route.method, route.path)))
                }
            }));
            table.extend(answers.await.into_iter().collect::<anyhow::Result<Vec<_>>>()?);
            table[first..].sort_unstable();
        }
        insta::assert_snapshot!("access", table.into_iter().map(|(_, line)| line).collect::<String>());
        Ok(())
    });
}

const VISITORS: [&str; 5] = ["signed out", "removed member", "other school's administrator", "member", "administrator"];

/// What may be behind a door.
struct World {
    class: Classes,
    pupil: LearnerId,
    colleague: UserId,
    invitation: String,
    import: String,
    campaign: CampaignId,
    code: CampaignCode,
    hand_out: HandOutId,
    asker: UserId,
}

impl World {
    async fn new() -> anyhow::Result<Self> {
        let class = a_class(5).await?;
        let (uai, administrator) = (class.uai, &class.administrator);
        let pupil = class.tie(4, by_user_name()).await?.learner;
        let colleague = a_member(uai, Role::Member).await?.id;
        let invitations = format!("/schools/{uai}/invitations");
        let invited = administrator.post(&invitations, &json!({"emails": an_email()})).await?.expect(201)?;
        let import = administrator.post(&format!("/schools/{uai}/imports"), &json!({})).await?.expect(201)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (invitation, import) = (text(&invited["invitations"][0]), text(&import["id"]));
        let campaign = a_campaign(uai, administrator, "Rentrée").await?;
        let code = product().table.campaign(uai, campaign).await?.expect("just created").code;
        let joined = product().table.begin_participation(uai, campaign, (pupil, "6A"), Timestamp::now()).await?;
        assert!(joined, "takes part");
        let hand_out = HandOutId::new(Timestamp::now(), rentree_runtime::random());
        product().table.note_hand_out(uai, hand_out, &HandOut::asked(vec![pupil], Timestamp::now())).await?;
        let asker = somebody().await?;
        let request = AccessRequest::new(asker.user.full_name(), asker.email().clone(), Timestamp::now());
        assert!(product().table.ask_access(uai, asker.id, &request).await?, "asks");
        let asker = asker.id;
        Ok(Self { class, pupil, colleague, invitation, import, campaign, code, hand_out, asker })
    }

    async fn visitor(&self, who: &str) -> anyhow::Result<Option<Person>> {
        let uai = self.class.uai;
        Ok(match who {
            "removed member" => {
                let removed = a_member(uai, Role::Administrator).await?;
                let remove = format!("/schools/{uai}/members/{}/remove", removed.id);
                self.class.administrator.post(&remove, &json!({})).await?.expect(200)?;
                Some(removed)
            }
            "other school's administrator" => Some(a_team().await?.1),
            "member" => Some(a_member(uai, Role::Member).await?),
            "administrator" => Some(a_member(uai, Role::Administrator).await?),
            _ => None,
        })
    }

    /// A visitor at a door of the space that `uai` says.
    fn request(&self, route: &RouteDoc, uai: &str, visitor: Option<&Person>) -> anyhow::Result<RequestBuilder> {
        let path = route
            .path
            .replace("{hand_out}", &self.hand_out.to_string())
            .replace("{campaign}", &self.campaign.to_string())
            .replace("{code}", self.code.as_str())
            .replace("{number}", "1")
            .replace("{uai}", uai)
            .replace("{import}", &self.import)
            .replace("{invitation}", &self.invitation)
            .replace("{learner}", &self.pupil.to_string())
            .replace("{member}", &self.colleague.to_string())
            .replace("{user}", &self.asker.to_string())
            .replace("{guide}", "eleves")
            .replace("{text}", "cookies")
            .replace("{token}", &"A".repeat(43));
        let method = Method::from_bytes(route.method.as_bytes())?;
        let mut request = match visitor {
            Some(visitor) => visitor.request(method, &path),
            None => a_client().request(method, format!("{}{path}", product().url)).header(ACCEPT, "application/json"),
        };
        if route.method == "POST" {
            request = request.json(&json!({
                "uai": self.class.uai, "role": "administrator", "session": "others", "current_password": PASSWORD,
                "version": rentree_domain::terms::VERSION, "learners": [self.pupil], "sent_at": Timestamp::now(),
            }));
        }
        Ok(request)
    }
}

/// What a visitor is answered at a door. The headers that keep browsers safe are on every answer.
async fn knock(route: &RouteDoc, world: &World, visitor: Option<&Person>) -> anyhow::Result<u16> {
    let answer = world.request(route, world.class.uai.as_str(), visitor)?.send().await?;
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert!(answer.headers()["content-security-policy"].to_str()?.starts_with("default-src 'none'"));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["x-frame-options"], "DENY");
    assert_eq!(answer.headers()["referrer-policy"], "same-origin");
    assert!(answer.headers()["strict-transport-security"].to_str()?.starts_with("max-age="));
    if answer.status().is_success() {
        assert_eq!(
            answer.status(),
            route.status,
            "{} {}: another status than openapi.json says",
            route.method,
            route.path
        );
    }
    Ok(answer.status().as_u16())
}

/// At every door of a space: whose space it is, that there is none, and that the address says no UAI at all, are told alike.
#[test]
fn another_school_looks_like_none() {
    run(async {
        let (other, stranger) = (World::new().await?, a_team().await?.1);
        let routes = every_route().into_iter().map(|(_, route)| route);
        let doors: Vec<RouteDoc> = routes.filter(|route| route.path.starts_with("/schools/{uai}")).collect();
        assert!(doors.len() > 60, "{}", doors.len());
        for door in doors {
            let mut answers = Vec::new();
            for uai in [other.class.uai.to_string(), a_uai().to_string(), "0000000X".to_owned()] {
                let answer = other.request(&door, &uai, Some(&stranger))?.send().await?;
                let status = answer.status();
                assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
                let mut problem: Value = serde_json::from_str(&answer.text().await?)?;
                problem["request_id"] = "…".into();
                answers.push((status, problem));
            }
            assert_eq!(answers[0].0, StatusCode::NOT_FOUND, "{} {}", door.method, door.path);
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{} {}: {answers:?}", door.method, door.path);
        }
        Ok(())
    });
}

/// A refusal keeps the header of the space, and leads back; who is no member is told nothing.
#[test]
fn refusals_stay_within_the_space() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let member = a_member(uai, Role::Member).await?;
        let import = administrator.post(&format!("/schools/{uai}/imports"), &json!({})).await?.expect(201)?;
        let import = format!("/schools/{uai}/imports/{}", import["id"].as_str().unwrap());
        let nav = format!(r#"<a href="/schools/{uai}/learners""#);
        let leads_to = |page: &str, to: &str| page.contains(&format!(r#"<a class="button" href="{to}">"#));

        let (status, page) = administrator.post_page(&format!("{import}/undo")).await?;
        assert_eq!(status, 409);
        assert!(page.contains(&nav) && leads_to(&page, &import), "{page}");
        let (status, page) = member.post_page(&format!("{import}/cancel")).await?;
        assert_eq!(status, 403);
        assert!(page.contains(&nav) && leads_to(&page, &import), "{page}");
        for (path, to) in [
            ("imports/0199a1b2-c3d4-7000-8000-000000000001", "imports"),
            ("learners/0199a1b2-c3d4-7000-8000-000000000001", "learners"),
            ("campaigns/0199a1b2-c3d4-7000-8000-000000000001", "campaigns"),
            ("learners?page=", "learners"),
            ("nothing/of/the/kind", "team"),
        ] {
            let page = member.page(&format!("/schools/{uai}/{path}")).await?;
            assert!(page.contains(&nav) && leads_to(&page, &format!("/schools/{uai}/{to}")), "{path}: {page}");
        }

        let (other, _) = a_team().await?;
        for below in ["/learners", "/imports/0199a1b2-c3d4-7000-8000-000000000001", "/nothing"] {
            let of_other = member.page(&format!("/schools/{other}{below}")).await?;
            let of_none = member.page(&format!("/schools/{}{below}", a_uai())).await?;
            assert_eq!(of_other, of_none, "another school looks like none");
            // Pages that every space has lead to the spaces of the visitor; an address that is no page in any space leads to the start.
            let to = if below == "/nothing" { "/" } else { "/spaces" };
            assert!(leads_to(&of_other, to) && !of_other.contains("<nav"), "{of_other}");
        }
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
        // One that has expired leads back to its page, where a new one stands; another site's page is nowhere to lead to.
        for (page, is_ours) in [(url.as_str(), true), ("https://evil.example/schools", false)] {
            let expired =
                form("csrf=wrong").header(ACCEPT, "text/html").header(REFERER, page).send().await?.text().await?;
            let leads_back = expired.contains(&format!(r#"href="/schools/{uai}/imports">Revenir au formulaire</a>"#));
            assert!(leads_back == is_ours && !expired.contains("evil.example"), "{expired}");
        }

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

/// One machine has two names, and only one of them is the site that forms and uploads are allowed from.
#[test]
fn who_comes_by_the_address_of_this_machine_is_sent_to_its_name() {
    run(async {
        let home = &product().url;
        assert!(home.starts_with("http://localhost:"), "{home}");
        let path = "/sign-in?next=/account";
        let answer = a_client().get(format!("{}{path}", home.replace("localhost", "127.0.0.1"))).send().await?;
        assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(answer.headers()[LOCATION], format!("{home}{path}"));
        assert_eq!(a_client().get(format!("{home}{path}")).send().await?.status(), StatusCode::OK);
        Ok(())
    });
}

#[test]
fn the_session_cookie_is_safe() {
    run(async {
        let credentials = json!({"email": DEMO_EMAIL, "password": DEMO_PASSWORD});
        let answer = a_client().post(format!("{}/sign-in", product().url)).json(&credentials).send().await?;
        let cookie = answer.headers()[SET_COOKIE].to_str()?.to_owned();
        for part in ["__Host-session=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "until the browser is closed: {cookie}");
        Ok(())
    });
}

#[test]
fn an_expired_session_is_none() {
    run(async {
        let (uai, person) = a_team().await?;
        let mut new = NewSession::new(person.id, person.user.holder(), 0, &HeaderMap::new(), Timestamp::now());
        new.session.expires_at = Timestamp::now().as_second() - 1;
        product().table.open_session(&new.hash, &new.session, None).await?;
        let url = format!("{}/schools/{uai}/learners", product().url);
        let answer = a_client().get(url).header(COOKIE, new.cookie()).send().await?;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        Ok(())
    });
}

/// Who is refused makes the table read single items, few of them, and no more for a school that is there than for none.
#[test]
fn a_refusal_reads_little_and_the_same_for_every_school() {
    run(async {
        // A session that is in use for minutes is written, on a slow machine in the middle of this.
        let rentree = Rentree::start(&Options { clock: clock::still, ..Options::in_memory() }).await?;
        let administrator = School::enter(&rentree.url, a_uai()).await?;
        let (others, nowhere) = (a_uai(), a_uai());
        assert!(rentree.table.create_school(others, &rentree_table::School::new("Collège d’à côté")).await?);
        let strict = rentree.stack.strict();
        let reads = async |(function, route): (&str, &RouteDoc), uai: Uai, cookie: Option<&str>| {
            let id = ImportId::new(Timestamp::now(), rentree_runtime::random()).to_string();
            let path = route.path.replace("{uai}", uai.as_str()).replace("{token}", &"A".repeat(43));
            let path = ["{campaign}", "{import}", "{invitation}", "{learner}", "{member}"]
                .iter()
                .fold(path, |path, parameter| path.replace(parameter, &id));
            let method = Method::from_bytes(route.method.as_bytes())?;
            let mut request =
                http().request(method, format!("{}{path}", rentree.url)).header(ACCEPT, "application/json");
            if let Some(cookie) = cookie {
                request = request.header(COOKIE, cookie);
            }
            if route.method == "POST" {
                request = request.json(&json!({"role": "member", "session": "others", "version": rentree_domain::terms::VERSION, "learners": []}));
            }
            strict.begin_record();
            let status = request.send().await?.status().as_u16();
            // Workers look at their queues meanwhile.
            let ours = format!("{function}Function");
            let calls = strict.end_record().into_iter().filter(|call| call.function.eq_ignore_ascii_case(&ours));
            let mut operations: Vec<String> = calls.map(|call| call.operation).collect();
            operations.sort_unstable();
            anyhow::Ok((status, operations))
        };
        let forged = format!("{SESSION_COOKIE}={}", "A".repeat(43));
        // The pages of pupils who join have a guard of their own, the campaign's code.
        let guarded = |route: &RouteDoc| {
            let access = matches!(route.access, Access::SignedIn | Access::Members | Access::Administrators);
            access && !route.path.starts_with("/campagnes")
        };
        for (function, route) in every_route().into_iter().filter(|(_, route)| guarded(route)) {
            let told = format!("{} {}", route.method, route.path);
            let in_a_space = route.access != Access::SignedIn;
            // A link of the account itself is looked for beside the session.
            let most = usize::from(in_a_space || route.path.contains("{token}"));
            let (status, operations) = reads((function, &route), others, None).await?;
            assert!(matches!(status, 401 | 404), "{told}: {status}");
            let most_of_nobody = if in_a_space { 0 } else { most };
            assert!(operations.len() <= most_of_nobody, "{told}, by nobody: {operations:?}");
            let (status, operations) = reads((function, &route), others, Some(&forged)).await?;
            assert!(matches!(status, 401 | 404), "{told}: {status}");
            assert!(operations.len() <= 2 + most, "{told}, by a forger: {operations:?}");
            assert!(operations.iter().all(|operation| operation == "dynamodb:GetItem"), "{told}: {operations:?}");
            if in_a_space {
                let strangers = reads((function, &route), others, Some(administrator.cookie())).await?;
                assert_eq!(strangers.0, 404, "{told}");
                assert!(strangers.1.len() <= 6, "{told}, by a stranger: {strangers:?}");
                assert!(strangers.1.iter().all(|operation| operation == "dynamodb:GetItem"), "{told}: {strangers:?}");
                assert_eq!(
                    reads((function, &route), nowhere, Some(administrator.cookie())).await?,
                    strangers,
                    "{told}"
                );
            }
        }
        rentree.stop().await
    });
}
