//! Why no token is issued, as [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-5.2) has it: English and ASCII, for the log of a program.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rentree_domain::Scope;
use rentree_table::Ended;
use schemars::JsonSchema;
use serde::Serialize;

/// Why no token is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The form does not read, or lacks something.
    Request(&'static str),
    /// Another way to a token is asked for than there is.
    GrantType,
    /// No credentials were shown, or not in a way that we read.
    NoCredentials,
    /// The credentials are unknown or wrong: which, nobody is told.
    WrongCredentials,
    /// They were right once. Whoever has the secret is told why they hold no more.
    Ended(Ended),
    /// Another scope is asked for than the credentials have.
    Scope(Scope),
    /// Too many wrong ones.
    TooMany,
}

/// An error, as programs read it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TokenError")]
pub(crate) struct RefusalView {
    /// `invalid_request`, `unsupported_grant_type`, `invalid_client`, `invalid_scope` or `temporarily_unavailable`.
    error: &'static str,
    error_description: String,
}

impl Refusal {
    fn told(self) -> (StatusCode, &'static str, String) {
        let (status, error, description) = match self {
            Self::Request(what) => (StatusCode::BAD_REQUEST, "invalid_request", what),
            Self::GrantType => {
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", "The grant_type is client_credentials.")
            }
            Self::NoCredentials => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "No credentials: send Authorization: Basic, or client_id and client_secret in the form.",
            ),
            Self::WrongCredentials => {
                (StatusCode::UNAUTHORIZED, "invalid_client", "The client is unknown, or the secret is wrong.")
            }
            Self::Ended(Ended::Revoked) => {
                (StatusCode::UNAUTHORIZED, "invalid_client", "These credentials were revoked.")
            }
            Self::Ended(Ended::Over(day)) => {
                let told = format!("These credentials ended with {day}.");
                return (StatusCode::UNAUTHORIZED, "invalid_client", told);
            }
            Self::Scope(scope) => {
                let told = format!("The scope of these credentials is {scope}.");
                return (StatusCode::BAD_REQUEST, "invalid_scope", told);
            }
            Self::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                "Too many wrong credentials from this address. Try again in ten minutes.",
            ),
        };
        (status, error, description.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, error_description) = self.told();
        let mut response = (status, axum::Json(RefusalView { error, error_description })).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="rentree""#));
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("600"));
        }
        super::token::never_kept(response)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// RFC 6749, 5.2: `%x20-21 / %x23-5B / %x5D-7E`.
    #[test]
    fn descriptions_have_the_signs_that_they_may() {
        for refusal in [
            Refusal::Request("The body is no form."),
            Refusal::GrantType,
            Refusal::NoCredentials,
            Refusal::WrongCredentials,
            Refusal::Ended(Ended::Revoked),
            Refusal::Ended(Ended::Over(date(2027, 8, 31))),
            Refusal::Scope(Scope::Lsl),
            Refusal::TooMany,
        ] {
            let (status, _, description) = refusal.told();
            let may_stand = |byte: u8| (0x20..=0x7E).contains(&byte) && byte != b'"' && byte != b'\\';
            assert!(description.bytes().all(may_stand), "{description}");
            assert!(status.is_client_error());
        }
    }
}
