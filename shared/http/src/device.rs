//! What a device keeps of who signed in there, so that strangers' failures do not lock its people out (`docs/accounts.md` says how
//! failures are counted).
//!
//! The cookie holds an entry for each login that signed in on the device: a random number, the moment, and a hash of both, of the login
//! and of its account, keyed with what is stored of the password that succeeded. So an entry is signed and says nothing of whom it is
//! to anybody without the table; it holds for that login alone, and no longer than that password: who knew a former one, and has a
//! drawer full of cookies, has nothing.
//!
//! **What voids an entry is not in the cookie:** it is the count of failures under the entry's random number, which stays in the
//! table longer than any entry holds ([`DEVICE_LASTS`]). A cookie that is copied, or put back, finds the count as it left it; a success
//! keeps the number, so that all copies share one count. Who signs in after an entry was voided gets a new number.

use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use rentree_domain::{Login, UserId};
use rentree_table::{DEVICE_LASTS, DeviceEntry, Methods, User};
use sha2::Sha256;

use crate::cookie::{SameSite, SecretCookie};

/// The cookie.
pub(crate) const DEVICE_COOKIE: &str = "__Host-device";
const DEVICE: SecretCookie = SecretCookie { name: DEVICE_COOKIE, same_site: SameSite::Lax, lasts: Some(DEVICE_LASTS) };
/// Of so many logins a device keeps something; of one more, the one that signed in longest ago goes.
const MOST: usize = 40;
const NUMBER: usize = 16;
const SINCE: usize = 4;
const PROOF: usize = 16;
const ENTRY: usize = NUMBER + SINCE + PROOF;

/// What a browser keeps of who signed in there, the latest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    kept: Vec<Kept>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    entry: DeviceEntry,
    /// In epoch seconds.
    since: u32,
    proof: [u8; PROOF],
}

/// Whose login something is kept of, and with what it is keyed.
#[derive(Clone, Copy)]
struct Whose<'a> {
    login: &'a Login,
    user: UserId,
    password_hash: &'a str,
}

impl Device {
    /// What came with a request. What does not read is nothing.
    pub fn of(headers: &HeaderMap) -> Self {
        let longest = (MOST * ENTRY).div_ceil(3) * 4;
        let text = DEVICE.text(headers).filter(|text| text.len() <= longest);
        let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).unwrap_or_default();
        let (entries, rest) = bytes.as_chunks::<ENTRY>();
        let kept =
            if rest.is_empty() { entries.iter().filter_map(Kept::read).take(MOST).collect() } else { Vec::new() };
        Self { kept }
    }

    /// Whether nobody signed in here.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// What is kept of `login`, whose is `account`. That of nobody's takes as long as that of somebody's.
    pub fn entry(&self, login: &Login, account: Option<(UserId, &User)>, now: Timestamp) -> Option<DeviceEntry> {
        let user = account.map_or_else(|| UserId::new(Timestamp::UNIX_EPOCH, [0; 10]), |(id, _)| id);
        let stored = account.and_then(|(_, user)| user.password_hash.as_deref());
        let whose = Whose { login, user, password_hash: stored.unwrap_or_default() };
        let found = self.kept.iter().find(|kept| kept.is_of(whose) && kept.holds(now))?;
        stored.map(|_| found.entry)
    }

    /// What is kept once `login` has signed in by the password of which `password_hash` is stored: under the number `entry`.
    #[must_use]
    pub fn with(
        &self,
        login: &Login,
        (user, password_hash): (UserId, &str),
        entry: DeviceEntry,
        now: Timestamp,
    ) -> Self {
        let whose = Whose { login, user, password_hash };
        let others = self.kept.iter().filter(|kept| kept.holds(now) && kept.entry != entry && !kept.is_of(whose));
        let latest = Kept::new(whose, entry, now);
        Self { kept: std::iter::once(latest).chain(others.cloned()).take(MOST).collect() }
    }

    /// What is kept once somebody has chosen the password of an account here: of each of its logins, under numbers of their own.
    #[must_use]
    pub fn with_new_password(&self, methods: &Methods, (user, hash): (UserId, &str), now: Timestamp) -> Self {
        let logins = methods.logins();
        let random = || DeviceEntry::new(rentree_runtime::random());
        logins.iter().fold(self.clone(), |device, login| device.with(login, (user, hash), random(), now))
    }

    /// `response`, by which the browser keeps it.
    pub fn on(&self, response: Response) -> Response {
        DEVICE.text_on(response, &self.text())
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.kept.iter().flat_map(Kept::bytes).collect::<Vec<_>>())
    }
}

impl Kept {
    fn new(whose: Whose<'_>, entry: DeviceEntry, now: Timestamp) -> Self {
        let since = u32::try_from(now.as_second()).unwrap_or_default();
        let full = mac(whose, entry, since).finalize().into_bytes();
        let mut proof = [0; PROOF];
        proof.copy_from_slice(&full[..PROOF]);
        Self { entry, since, proof }
    }

    fn read(bytes: &[u8; ENTRY]) -> Option<Self> {
        let (number, rest) = bytes.split_first_chunk::<NUMBER>()?;
        let (since, rest) = rest.split_first_chunk::<SINCE>()?;
        let proof = *rest.first_chunk::<PROOF>()?;
        Some(Self { entry: DeviceEntry::new(*number), since: u32::from_be_bytes(*since), proof })
    }

    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.entry.bytes().into_iter().chain(self.since.to_be_bytes()).chain(self.proof)
    }

    fn is_of(&self, whose: Whose<'_>) -> bool {
        mac(whose, self.entry, self.since).verify_truncated_left(&self.proof).is_ok()
    }

    fn holds(&self, now: Timestamp) -> bool {
        i64::from(self.since) + DEVICE_LASTS.as_secs() > now.as_second()
    }
}

fn mac(whose: Whose<'_>, entry: DeviceEntry, since: u32) -> Hmac<Sha256> {
    let Whose { login, user, password_hash } = whose;
    let typed = match login {
        Login::Email(address) => address.as_str(),
        Login::UserName(name) => name.as_str(),
    };
    // Of one length each, but the last: nothing reads as something else.
    Hmac::<Sha256>::new_from_slice(password_hash.as_bytes())
        .expect("HMAC takes keys of any length")
        .chain_update(b"rentree device ")
        .chain_update(entry.bytes())
        .chain_update(since.to_be_bytes())
        .chain_update(user.to_string())
        .chain_update(typed)
}

#[cfg(test)]
mod tests;
