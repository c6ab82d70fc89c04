//! That somebody gave the right password of an account which has a second factor. No session exists then: a cookie alone says so, for ten
//! minutes, until a code completes it.
//!
//! The table keeps nothing of it, and no function needs a right for it: the cookie holds the account, the moment, and a hash of both,
//! keyed with what is stored of the password, as what a device keeps is ([`crate::Device`]). So it cannot be made by anybody without the
//! table, and ends with that password and with the account's epoch. It opens nothing by itself; it is void once a
//! later one was completed ([`rentree_table::SecondFactor::completing`]), and each completing needs a code of its own.

use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::UserId;
use rentree_table::User;
use sha2::Sha256;

use crate::cookie::{SameSite, SecretCookie};
use crate::{Next, Problem};

/// Where the code is asked.
pub const CODE_PAGE: &str = "/sign-in/second-factor";
/// The field of a code, in every form: it is kept nowhere.
pub const CODE_FIELD: &str = "one_time_code";
const LASTS: SignedDuration = SignedDuration::from_mins(10);
const FIRST_FACTOR: SecretCookie<'static> =
    SecretCookie { name: "__Host-first-factor", same_site: SameSite::Lax, lasts: Some(LASTS) };
const WHO: usize = 16;
const WHEN: usize = 8;
const PROOF: usize = 32;

/// A first factor that a browser claims: its account says whether it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstFactor {
    /// Whose.
    pub user: UserId,
    /// When the password was typed.
    pub typed: Timestamp,
    proof: [u8; PROOF],
}

impl FirstFactor {
    /// What came with a request, if it is not too old.
    pub fn claimed(headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(FIRST_FACTOR.text(headers)?).ok()?;
        let bytes: [u8; WHO + WHEN + PROOF] = bytes.try_into().ok()?;
        let (who, rest) = bytes.split_first_chunk::<WHO>()?;
        let (when, rest) = rest.split_first_chunk::<WHEN>()?;
        let typed = Timestamp::from_millisecond(i64::from_be_bytes(*when)).ok()?;
        let age = now.duration_since(typed);
        let holds = !age.is_negative() && age < LASTS;
        holds.then(|| Self { user: UserId::from_bytes(*who), typed, proof: *rest.first_chunk().unwrap_or(&[0; PROOF]) })
    }

    /// Whether it was given for the account as it is.
    pub fn is_of(&self, user: &User) -> bool {
        let mac = mac((self.user, user), self.typed);
        mac.is_some_and(|mac| mac.verify_slice(&self.proof).is_ok())
    }

    /// `response`, by which the browser forgets it.
    pub fn forget(response: Response) -> Response {
        FIRST_FACTOR.forget(response)
    }
}

impl Problem {
    /// The right password of an account that has a second factor was given: its code comes next. The answer sets the cookie that says so.
    /// Browsers are led there, and go on to `next` afterwards.
    pub fn second_factor((id, user): (UserId, &User), next: &Next, now: Timestamp) -> Self {
        let Some(mac) = mac((id, user), now) else { return Self::forged_form() };
        let proof: [u8; PROOF] = mac.finalize().into_bytes().into();
        let bytes = [id.into_bytes().as_slice(), &now.as_millisecond().to_be_bytes(), &proof].concat();
        match HeaderValue::from_str(&FIRST_FACTOR.lasting(&URL_SAFE_NO_PAD.encode(bytes))) {
            Ok(cookie) => Self::code_needed(cookie, next.after(CODE_PAGE)),
            Err(error) => Self::internal(&error),
        }
    }
}

/// `None` for an account without a password: nobody gives one.
fn mac((id, user): (UserId, &User), typed: Timestamp) -> Option<Hmac<Sha256>> {
    let stored = user.password_hash.as_deref()?;
    let mac = Hmac::<Sha256>::new_from_slice(stored.as_bytes()).expect("HMAC takes keys of any length");
    // Of one length each: nothing reads as something else.
    let mac = mac.chain_update(b"rentree first factor ").chain_update(id.into_bytes());
    Some(mac.chain_update(typed.as_millisecond().to_be_bytes()).chain_update(user.epoch.to_be_bytes()))
}

#[cfg(test)]
mod tests;
