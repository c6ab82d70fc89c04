//! The token of forms for people who are not signed in: a secret in a cookie, and its hash in the form. Another site can
//! neither read the one nor write the other.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::Problem;
use crate::input::Proof;
use crate::session::{cookie_secret, form_token};

const FORM_COOKIE: &str = "__Host-form";

/// The token of a visitor, drawn at their first form.
#[derive(Debug)]
pub struct FormToken {
    secret: [u8; 32],
    is_new: bool,
}

impl FormToken {
    /// The hidden field's value.
    pub fn csrf(&self) -> String {
        form_token(&self.secret)
    }

    /// Checks that a form was meant.
    pub fn check_meant(&self, proof: &Proof) -> Result<(), Problem> {
        check(proof, &self.csrf())
    }

    /// `response`, with the cookie if the visitor has none yet.
    pub fn on(&self, mut response: Response) -> Response {
        if self.is_new {
            let secret = URL_SAFE_NO_PAD.encode(self.secret);
            let cookie = format!("{FORM_COOKIE}={secret}; Path=/; HttpOnly; Secure; SameSite=Lax");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        response
    }
}

/// JSON passes, which no form of another site can send; a form needs the token. `SameSite` and the check of `Origin` stand
/// before this.
pub(crate) fn check(proof: &Proof, expected: &str) -> Result<(), Problem> {
    match proof {
        Proof::Json => Ok(()),
        Proof::Token(Some(token)) if bool::from(token.as_bytes().ct_eq(expected.as_bytes())) => Ok(()),
        Proof::Token(_) => Err(Problem::forged_form()),
    }
}

impl<S: Sync> FromRequestParts<S> for FormToken {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(match cookie_secret(&parts.headers, FORM_COOKIE) {
            Some(secret) => Self { secret, is_new: false },
            None => Self { secret: rentree_runtime::random(), is_new: true },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_needs_the_token_of_its_cookie() {
        let token = |byte| FormToken { secret: [byte; 32], is_new: false };
        assert!(token(7).check_meant(&Proof::Token(Some(token(7).csrf()))).is_ok());
        assert!(token(7).check_meant(&Proof::Token(Some(token(8).csrf()))).is_err());
        assert!(token(7).check_meant(&Proof::Token(None)).is_err());
        assert!(token(7).check_meant(&Proof::Json).is_ok());
    }
}
