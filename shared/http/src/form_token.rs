//! The token of forms for people who are not signed in: a secret in a cookie, and its hash in the form. Another site can
//! neither read the one nor write the other.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use crate::Problem;
use crate::cookie::{SameSite, SecretCookie};
use crate::input::Proof;
use crate::session::form_token;

const FORM: SecretCookie<'static> = SecretCookie { name: "__Host-form", same_site: SameSite::Lax, lasts: None };

/// The token of a visitor, drawn at their first form.
#[derive(Debug)]
pub struct FormToken {
    secret: [u8; 32],
    is_new: bool,
}

impl FormToken {
    /// Another one, in place of what the browser has: its next answer says so. Forms that it has open are refused from then on, and what was
    /// sealed for it opens no more.
    pub fn draw() -> Self {
        Self { secret: rentree_runtime::random(), is_new: true }
    }

    /// The hidden field's value.
    pub fn csrf(&self) -> String {
        form_token(&self.secret)
    }

    /// Checks that a form was meant.
    pub fn check_meant(&self, proof: &Proof) -> Result<(), Problem> {
        proof.check(&self.csrf())
    }

    /// `response`, with the cookie if the visitor has none yet.
    pub fn on(&self, response: Response) -> Response {
        if self.is_new { FORM.on(response, &self.secret) } else { response }
    }
}

impl<S: Sync> FromRequestParts<S> for FormToken {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(match FORM.secret(&parts.headers) {
            Some(secret) => Self { secret, is_new: false },
            None => Self::draw(),
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
