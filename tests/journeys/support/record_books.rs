//! Record books: programs with credentials of their own, and schools of the kinds that they read.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{ListedSchool, Ministry, ProgramSecret, RecordBookName, Scope, Uai, paris};
use rentree_table::{AccessToken, AuditAction, RecordBook};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use super::people::a_client;
use super::product;

/// The program of a record book.
pub(crate) struct Program {
    pub(crate) name: RecordBookName,
    pub(crate) secret: ProgramSecret,
    pub(crate) http: Client,
}

/// A request with a form, whose signs need no encoding but for blanks.
pub(crate) trait WithForm {
    fn form(self, pairs: &[(&str, &str)]) -> Self;
}

impl WithForm for RequestBuilder {
    fn form(self, pairs: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let form = pairs.join("&").replace(' ', "+");
        self.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
    }
}

/// What it was answered.
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// A name that no other credentials have.
pub(crate) fn a_name() -> RecordBookName {
    let random = u64::from_be_bytes(rentree_runtime::random());
    RecordBookName::parse(&format!("livret-{random:016x}")).expect("a name")
}

/// The day in Paris on which the product is, and those around it.
pub(crate) fn in_days(days: i64) -> Date {
    paris::date(Timestamp::now()).saturating_add(jiff::Span::new().days(days))
}

/// Gives a school its kind, as the directory of schools does.
pub(crate) async fn of_kind(uai: Uai, kind: &str) -> anyhow::Result<()> {
    let school = ListedSchool {
        uai,
        name: format!("Établissement {uai}"),
        kind: kind.to_owned(),
        town: String::new(),
        ministry: Ministry::Education,
        mailbox: None,
        closed: false,
    };
    product().table.load_schools(&[school]).await?;
    Ok(())
}

/// What the log of a school tells of record books, the latest first: who, and what.
pub(crate) async fn log_of(uai: Uai) -> anyhow::Result<Vec<(String, AuditAction, String)>> {
    let entries = product().table.audit_page(uai, None, 50).await?.entries.into_iter();
    let of_books =
        entries.filter(|entry| matches!(entry.action, AuditAction::RecordBookRead | AuditAction::RecordBookRefused));
    Ok(of_books.map(|entry| (entry.by_name, entry.action, entry.subject.unwrap_or_default())).collect())
}

/// What a record book is answered that shows this.
pub(crate) async fn read_with(authorization: Option<&str>, uai: &str, query: &str) -> anyhow::Result<Told> {
    let get = a_client().get(format!("{}/api/v1/organizations/{uai}/certifications{query}", product().url));
    Told::of(authorization.into_iter().fold(get, |get, value| get.header(AUTHORIZATION, value))).await
}

impl Program {
    /// One whose credentials hold until tomorrow.
    pub(crate) async fn new(scope: Scope) -> anyhow::Result<Self> {
        Self::until(scope, in_days(1)).await
    }

    /// One whose credentials hold, or held, until a day.
    pub(crate) async fn until(scope: Scope, until: Date) -> anyhow::Result<Self> {
        let secret = ProgramSecret::new(rentree_runtime::random());
        let (name, secret_hash) = (a_name(), secret.hash());
        let book = RecordBook { scope, secret_hash, until, made_at: Timestamp::now(), revoked_at: None };
        anyhow::ensure!(product().table.make_record_book(&name, book).await?.is_some(), "{name} is taken");
        Ok(Self { name, secret, http: a_client() })
    }

    /// Asks for a token with this form.
    pub(crate) async fn ask(&self, form: &[(&str, &str)]) -> anyhow::Result<Told> {
        Told::of(self.asking().form(form)).await
    }

    /// A request for a token, without its form.
    pub(crate) fn asking(&self) -> RequestBuilder {
        self.http.post(format!("{}/api/token", product().url))
    }

    /// Asks as libraries do by default.
    pub(crate) async fn ask_by_basic(&self) -> anyhow::Result<Told> {
        let form = [("grant_type", "client_credentials")];
        Told::of(self.asking().basic_auth(&self.name, Some(self.secret.as_str())).form(&form)).await
    }

    /// `Bearer …`.
    pub(crate) async fn bearer(&self) -> anyhow::Result<String> {
        let told = self.ask_by_basic().await?;
        anyhow::ensure!(told.status == 200, "no token: {}", told.body);
        Ok(format!("Bearer {}", told.body["access_token"].as_str().unwrap_or_default()))
    }

    /// The same for a token that was issued a while ago, behind the back of whoever issues them.
    pub(crate) async fn earlier_bearer(&self, end: SignedDuration) -> anyhow::Result<String> {
        let token = ProgramSecret::new(rentree_runtime::random());
        let issued = AccessToken::new(self.name.clone(), Timestamp::now() + end);
        product().table.issue_token(&token.hash(), &issued).await?;
        Ok(format!("Bearer {}", token.as_str()))
    }

    /// Reads a school with a new token.
    pub(crate) async fn read(&self, uai: Uai, query: &str) -> anyhow::Result<Told> {
        read_with(Some(&self.bearer().await?), uai.as_str(), query).await
    }

    pub(crate) async fn revoke(&self) -> anyhow::Result<()> {
        anyhow::ensure!(product().table.revoke_record_book(&self.name, Timestamp::now()).await?);
        Ok(())
    }
}

impl Told {
    pub(crate) async fn of(request: RequestBuilder) -> anyhow::Result<Self> {
        let answer = request.header(ACCEPT, "application/json").send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await?;
        Ok(Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    /// A header, blank where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
