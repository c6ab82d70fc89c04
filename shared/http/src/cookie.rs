//! Secrets that a browser keeps for us, in cookies that this host alone gets, over TLS (or on one's own machine), for every path.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;

/// With which requests of other sites a cookie goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// With those that follow a link.
    Lax,
    /// With all.
    None,
    /// With none.
    Strict,
}

/// A cookie that holds a secret.
#[derive(Debug, Clone, Copy)]
pub struct SecretCookie<'a> {
    /// Its name, which begins with `__Host-`.
    pub name: &'a str,
    /// With which requests it goes.
    pub same_site: SameSite,
    /// For how long; without it, until the browser is closed.
    pub lasts: Option<SignedDuration>,
}

/// Under what a sign-on by Médiacentre waits for an account: made by the function `mediacentre`, and read by whoever joins.
pub const WAITING_SIGN_ON: SecretCookie<'static> =
    SecretCookie { name: "__Host-signon", same_site: SameSite::Lax, lasts: None };

/// What binds requests of a sign-on to the browser that made them: the function `mediacentre` sets it.
pub const SIGN_ON_REQUESTS_COOKIE: &str = "__Host-mediacentre";

impl SecretCookie<'_> {
    /// The secret, if the browser has one.
    pub fn secret(&self, headers: &HeaderMap) -> Option<[u8; 32]> {
        URL_SAFE_NO_PAD.decode(self.text(headers)?).ok()?.try_into().ok()
    }

    /// What the browser has, as it is.
    pub(crate) fn text<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        pairs(headers).find(|(found, _)| *found == self.name).map(|(_, value)| value)
    }

    /// The value of `Set-Cookie`.
    pub fn value(&self, secret: &[u8; 32]) -> String {
        self.lasting(&URL_SAFE_NO_PAD.encode(secret))
    }

    /// `response`, with a cookie that holds `text`.
    pub(crate) fn text_on(&self, response: Response, text: &str) -> Response {
        set(response, &self.lasting(text))
    }

    /// The value of `Set-Cookie` for `text`.
    pub(crate) fn lasting(&self, text: &str) -> String {
        let lasts = self.lasts.map(|lasts| format!("; Max-Age={}", lasts.as_secs())).unwrap_or_default();
        self.with(text, &lasts)
    }

    /// `response`, with the cookie.
    pub fn on(&self, response: Response, secret: &[u8; 32]) -> Response {
        set(response, &self.value(secret))
    }

    /// `response`, by which the browser forgets the cookie.
    pub fn forget(&self, response: Response) -> Response {
        set(response, &self.with("", "; Max-Age=0"))
    }

    fn with(&self, value: &str, lasts: &str) -> String {
        let same_site = match self.same_site {
            SameSite::Lax => "Lax",
            SameSite::None => "None",
            SameSite::Strict => "Strict",
        };
        format!("{}={value}; Path=/{lasts}; HttpOnly; Secure; SameSite={same_site}", self.name)
    }
}

/// The names of our cookies that came with a request.
pub(crate) fn names(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    pairs(headers).map(|(name, _)| name).filter(|name| name.starts_with("__Host-"))
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

fn set(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: SecretCookie<'static> =
        SecretCookie { name: "__Host-a", same_site: SameSite::Lax, lasts: Some(SignedDuration::from_secs(9)) };

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let value = URL_SAFE_NO_PAD.encode([7; 32]);
        let secret = |cookie: String| COOKIE.secret(&headers(&cookie));
        assert_eq!(secret(format!("a=b; __Host-a={value}; c=d")), Some([7; 32]));
        assert_eq!(secret(format!("x__Host-a={value}")), None);
        assert_eq!(secret("__Host-a=short".to_owned()), None);
        assert_eq!(COOKIE.secret(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_set_comes_back_and_what_is_forgotten_does_not() {
        let set = COOKIE.value(&[7; 32]);
        assert_eq!(COOKIE.secret(&headers(set.split(';').next().unwrap())), Some([7; 32]));
        assert!(set.ends_with("; Path=/; Max-Age=9; HttpOnly; Secure; SameSite=Lax"), "{set}");
        let forgotten = COOKIE.forget(Response::default());
        assert_eq!(
            forgotten.headers()[header::SET_COOKIE],
            "__Host-a=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
        );
    }
}
