//! A record book gets a token for its credentials ([RFC 6749, 4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::limit::CREDENTIALS_BY_CLIENT;
use rentree_domain::{ProgramSecret, RecordBookName, Scope, SecretHash, paris};
use rentree_http::{ClientAddress, Problem};
use rentree_table::{AccessToken, RecordBook, TableError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::credentials::Shown;
use super::refusal::Refusal;
use crate::Certifications;

/// Enough for the schools of an académie, one after the other. Whoever needs longer asks again.
const VALIDITY: SignedDuration = SignedDuration::from_mins(15);

/// What is sent, as a form. A name that stands twice does not read; others than these are passed over.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct TokenFields {
    /// `client_credentials`.
    grant_type: String,
    /// The name of the credentials, unless it comes in `Authorization`.
    client_id: String,
    /// Their secret, unless it comes in `Authorization`.
    client_secret: String,
    /// `lsu` or `lsl`; without it, the scope of the credentials.
    scope: String,
}

/// A token.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub(crate) struct TokenView {
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// In seconds.
    expires_in: i64,
    scope: &'static str,
}

/// Why none is issued.
enum NotIssued {
    Refused(Refusal),
    Failed(TableError),
}

impl From<Refusal> for NotIssued {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<TableError> for NotIssued {
    fn from(error: TableError) -> Self {
        Self::Failed(error)
    }
}

/// `POST /api/token`
pub(crate) async fn issue(
    State(app): State<Certifications>,
    client: ClientAddress,
    headers: HeaderMap,
    form: Result<Form<TokenFields>, FormRejection>,
) -> Result<Response, Problem> {
    match app.issue(&client, &headers, form).await {
        Ok(issued) => Ok(never_kept((StatusCode::OK, axum::Json(issued)).into_response())),
        Err(NotIssued::Refused(refusal)) => Ok(refusal.into_response()),
        Err(NotIssued::Failed(error)) => Err(error.into()),
    }
}

impl Certifications {
    async fn issue(
        &self,
        client: &ClientAddress,
        headers: &HeaderMap,
        form: Result<Form<TokenFields>, FormRejection>,
    ) -> Result<TokenView, NotIssued> {
        let now = (self.clock)();
        let Ok(Form(fields)) = form else {
            return Err(Refusal::Request("The body is no form, is too long, or a name in it stands twice.").into());
        };
        match fields.grant_type.as_str() {
            "client_credentials" => {}
            "" => return Err(Refusal::Request("The grant_type is missing.").into()),
            _ => return Err(Refusal::GrantType.into()),
        }
        let shown = Shown::read(headers, &fields.client_id, &fields.client_secret)?;

        let (name, book) = self.whose(shown, client, now).await?;

        if let Err(ended) = book.check(now) {
            tracing::info!(record_book = %name, ?ended, "a record book shows credentials that ended");
            return Err(Refusal::Ended(ended).into());
        }
        let is_its_own = |scope: &str| scope == book.scope.name();
        if !fields.scope.split_ascii_whitespace().all(is_its_own) {
            return Err(Refusal::Scope(book.scope).into());
        }

        let token = ProgramSecret::new(rentree_runtime::random());
        let end = paris::end_of(book.until).map_or(now + VALIDITY, |end| end.min(now + VALIDITY));
        self.table.issue_token(&token.hash(), &AccessToken::new(name.clone(), end)).await?;

        tracing::info!(record_book = %name, scope = %book.scope, "a record book got a token");
        Ok(TokenView::new(&token, book.scope, now, end))
    }

    /// Whose credentials these are. Only wrong ones count, and only they are refused for being many: a program that is wrong keeps no
    /// other one behind its address out, nor itself once it is mended.
    async fn whose(
        &self,
        shown: Shown,
        client: &ClientAddress,
        now: Timestamp,
    ) -> Result<(RecordBookName, RecordBook), NotIssued> {
        let known = match &shown.name {
            Some(name) => self.table.record_book(name).await?,
            None => None,
        };
        let kept = known.as_ref().map_or(SecretHash::OF_NOTHING, |book| book.secret_hash);
        let is_right = shown.secret.is_some_and(|sent| sent == kept);
        if let Some(proven) = shown.name.zip(known).filter(|_| is_right) {
            return Ok(proven);
        }
        let may_try = self.table.allows(&CREDENTIALS_BY_CLIENT, &client.0, now).await?;
        Err(if may_try { Refusal::WrongCredentials } else { Refusal::TooMany }.into())
    }
}

impl TokenView {
    fn new(token: &ProgramSecret, scope: Scope, now: Timestamp, end: Timestamp) -> Self {
        Self {
            access_token: token.as_str().to_owned(),
            token_type: "Bearer",
            expires_in: end.as_second() - now.as_second(),
            scope: scope.name(),
        }
    }
}

/// Nothing between us and the program keeps what opens something.
pub(super) fn never_kept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
