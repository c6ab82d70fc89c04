//! Input as a form or as JSON, through one extractor.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;

use crate::Problem;

/// The hidden field of every form.
pub const CSRF_FIELD: &str = "csrf";

/// What was sent, and the form token that came with it.
#[derive(Debug)]
pub struct Input<T> {
    /// The fields.
    pub fields: T,
    /// What proves that the form is one of ours.
    pub proof: Proof,
}

/// What proves that a request was meant by the visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The token of the form, if it had one.
    Token(Option<String>),
    /// JSON: no form of another site can send it.
    Json,
}

impl Proof {
    /// Checks that a form has the token that is `expected` of it. JSON passes. `SameSite` and the check of `Origin` stand before this.
    pub(crate) fn check(&self, expected: &str) -> Result<(), Problem> {
        match self {
            Self::Json => Ok(()),
            Self::Token(Some(token)) if bool::from(token.as_bytes().ct_eq(expected.as_bytes())) => Ok(()),
            Self::Token(_) => Err(Problem::forged_form()),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_json =
            content_type.is_some_and(|t| t.split(';').next().unwrap_or_default().trim() == "application/json");
        let unreadable =
            || Problem::bad_request("Le formulaire n’a pas pu être lu. Rechargez la page, puis recommencez.");
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => unreadable(),
        })?;
        if is_json {
            let fields = serde_json::from_slice(&bytes)
                .map_err(|error| Problem::bad_request(format!("Le JSON n’a pas pu être lu : {error}.")))?;
            return Ok(Self { fields, proof: Proof::Json });
        }
        // A form is text; the reader would put signs of replacement where it is not.
        if str::from_utf8(&bytes).is_err() {
            return Err(unreadable());
        }
        let fields = serde_html_form::from_bytes(&bytes).map_err(|_| unreadable())?;
        let pairs: Vec<(String, String)> = serde_html_form::from_bytes(&bytes).map_err(|_| unreadable())?;
        let token = pairs.into_iter().find(|(name, _)| name == CSRF_FIELD).map(|(_, value)| value);
        Ok(Self { fields, proof: Proof::Token(token) })
    }
}
