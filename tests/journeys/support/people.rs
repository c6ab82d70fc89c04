//! People with accounts and sessions, and the doors they knock at. Each has an address of their own, so that no limit by
//! client holds two tests up.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::HeaderMap;
use jiff::Timestamp;
use rentree_domain::{EmailAddress, Login, Uai, UserId};
use rentree_http::NewSession;
use rentree_local::people::{an_account, begin, enrol};
use rentree_table::{Methods, Role, School, User};
use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{a_uai, now, product};

/// Everybody's password here.
pub(crate) const PASSWORD: &str = "trois huîtres au petit matin";

/// Somebody, signed in or not.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) user: User,
    /// `__Host-session=…`, or nothing.
    pub(crate) cookie: String,
    http: Client,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A client with an address of its own: the whole of 127/8 is this machine.
pub(crate) fn a_client() -> Client {
    a_client_at().0
}

/// The same, and its address.
pub(crate) fn a_client_at() -> (Client, IpAddr) {
    let number = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let address = IpAddr::V4(Ipv4Addr::new(127, 1 + number[1], number[2], number[3]));
    let builder = Client::builder().redirect(redirect::Policy::none()).no_proxy().local_address(address);
    (builder.build().expect("a client"), address)
}

/// An address that nobody else has.
pub(crate) fn an_email() -> EmailAddress {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    EmailAddress::parse(&format!("personne-{number}@exemple.fr")).expect("an address")
}

/// A failed attempt to sign in with `login`, at a time of the test's own.
pub(crate) async fn a_failure(login: &Login, at: Timestamp) -> anyhow::Result<()> {
    let seen = product().table.attempts(login, at).await?;
    Ok(product().table.begin_attempt(login, seen, at).await?)
}

/// An account that is nowhere yet. Hashing is slow: all share one hash.
pub(crate) async fn an_unknown_user() -> anyhow::Result<User> {
    static ONE: OnceCell<User> = OnceCell::const_new();
    let one =
        ONE.get_or_try_init(|| an_account("Dominique", "Essai", "un@exemple.fr", PASSWORD, Timestamp::now())).await?;
    Ok(User { methods: Methods::of_email(an_email()), ..one.clone() })
}

/// Somebody signed in, with no place in any team.
pub(crate) async fn somebody() -> anyhow::Result<Person> {
    let user = an_unknown_user().await?;
    let id = begin(&product().table, &user, now()).await?;
    Person::new(id, user).await
}

/// Somebody signed in, with a place in the team of `uai`.
pub(crate) async fn a_member(uai: Uai, role: Role) -> anyhow::Result<Person> {
    let user = an_unknown_user().await?;
    let id = enrol(&product().table, uai, role, &user, now()).await?;
    Person::new(id, user).await
}

/// A school with an administrator.
pub(crate) async fn a_team() -> anyhow::Result<(Uai, Person)> {
    let uai = a_uai();
    product().table.create_school(uai, &School::new(format!("Collège {uai}"))).await?;
    Ok((uai, a_member(uai, Role::Administrator).await?))
}

/// A session of somebody with this role in the school, or with no place in it.
pub(crate) async fn a_session(uai: Uai, role: Option<Role>) -> anyhow::Result<String> {
    Ok(match role {
        Some(role) => a_member(uai, role).await?.cookie,
        None => somebody().await?.cookie,
    })
}

impl Person {
    /// What they sign in with.
    pub(crate) fn email(&self) -> &EmailAddress {
        self.user.methods.email.as_ref().expect("staff have an address")
    }

    /// Somebody whose account there is, with a session.
    pub(crate) async fn new(id: UserId, user: User) -> anyhow::Result<Self> {
        let mut person = Self { id, user, cookie: String::new(), http: a_client() };
        person.open_session().await?;
        Ok(person)
    }

    /// Opens another session, which the person then uses.
    pub(crate) async fn open_session(&mut self) -> anyhow::Result<()> {
        let epoch = product().table.person(self.id).await?.map_or(0, |person| person.epoch);
        let session = NewSession::new(self.id, self.user.holder(), epoch, &HeaderMap::new(), now());
        anyhow::ensure!(product().table.open_session(&session.hash, &session.session, None).await?, "no session");
        self.cookie = session.cookie().split(';').next().unwrap_or_default().to_owned();
        Ok(())
    }

    /// A request as JSON.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", product().url)).header(ACCEPT, "application/json");
        if self.cookie.is_empty() { request } else { request.header(COOKIE, &self.cookie) }
    }

    /// GETs a page, as a browser does.
    pub(crate) async fn page(&self, path: &str) -> anyhow::Result<String> {
        let page = self.http.get(format!("{}{path}", product().url)).header(ACCEPT, "text/html");
        Ok(page.header(COOKIE, &self.cookie).send().await?.text().await?)
    }

    /// POSTs, and is answered with a page.
    pub(crate) async fn post_page(&self, path: &str) -> anyhow::Result<(u16, String)> {
        let page = self.http.post(format!("{}{path}", product().url)).header(ACCEPT, "text/html");
        let answer = page.header(COOKIE, &self.cookie).json(&json!({})).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// GETs JSON.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        Answer::read(self.request(Method::GET, path).send().await?).await
    }

    /// POSTs JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        Answer::read(self.request(Method::POST, path).json(body).send().await?).await
    }
}

/// Somebody who is not signed in.
pub(crate) fn a_stranger() -> Stranger {
    Stranger(a_client())
}

/// A client without a session.
#[derive(Debug, Clone)]
pub(crate) struct Stranger(pub(crate) Client);

impl Stranger {
    /// GETs JSON.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let get = self.0.get(format!("{}{path}", product().url)).header(ACCEPT, "application/json");
        Answer::read(get.send().await?).await
    }

    /// POSTs JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        let post = self.0.post(format!("{}{path}", product().url)).header(ACCEPT, "application/json");
        Answer::read(post.json(body).send().await?).await
    }

    /// Signs in, or not.
    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> anyhow::Result<Answer> {
        self.post("/sign-in", &json!({ "login": login, "password": password })).await
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// `__Host-session=…`, if a session began.
    pub(crate) session: Option<String>,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> anyhow::Result<Self> {
        let status = response.status().as_u16();
        let cookies = response.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut session = cookies
            .filter(|cookie| cookie.starts_with("__Host-session="))
            .map(|cookie| cookie.split(';').next().unwrap_or_default().to_owned());
        let session = session.next_back();
        let text = response.text().await?;
        Ok(Self { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)), session })
    }

    /// Its code, if it is a problem.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The body, if the status is `status`.
    pub(crate) fn expect(self, status: u16) -> anyhow::Result<Value> {
        anyhow::ensure!(self.status == status, "{status} expected: {} {}", self.status, self.body);
        Ok(self.body)
    }
}
