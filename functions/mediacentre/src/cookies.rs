//! The secret that a browser keeps while it is away at an identity provider.

use rentree_domain::mediacentre::REQUEST_HOLDS;
use rentree_http::{SIGN_ON_REQUESTS_COOKIE, SameSite, SecretCookie};

/// What binds requests to the browser that made them: the answer of somebody else signs nobody in here. The identity provider's page posts
/// the answer, which is why it goes with requests from another site. One a browser, and kept while it lives: whoever clicks twice is
/// let in.
pub(crate) const NONCE: SecretCookie<'static> =
    SecretCookie { name: SIGN_ON_REQUESTS_COOKIE, same_site: SameSite::None, lasts: Some(REQUEST_HOLDS) };

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn the_nonce_lives_as_long_as_a_request_and_comes_from_elsewhere() {
        let cookie = NONCE.value(&[7; 32]);
        for part in ["; HttpOnly", "; Secure", "; SameSite=None", "; Path=/", "; Max-Age=600"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(NONCE.lasts, Some(SignedDuration::from_mins(10)));
    }
}
