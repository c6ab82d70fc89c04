//! What random bytes that a browser keeps are for one account: other bytes for every other one, also in the same browser.
//!
//! Whoever was signed in there before may have looked at the cookie, or put it there. So what comes of it is keyed with what is stored of
//! the password, as what a device keeps is ([`crate::Device`]): nobody makes it without the table, and it ends with that password.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rentree_domain::UserId;
use sha2::Sha256;

/// What `kept`, which a browser has, is for the account whose password is stored as `hash`. Without a password there is none: whoever knows
/// the cookie and the account would know it.
pub fn account_seed(kept: &[u8; 32], (id, hash): (UserId, &str)) -> [u8; 32] {
    // Of one length each: nothing reads as something else.
    keyed(hash)
        .chain_update(b"rentree account seed ")
        .chain_update(id.into_bytes())
        .chain_update(kept)
        .finalize()
        .into_bytes()
        .into()
}

fn keyed(hash: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(hash.as_bytes()).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn it_is_of_one_account_one_password_and_one_cookie() {
        let id = |number| UserId::new(Timestamp::UNIX_EPOCH, [number; 10]);
        let hash = "$argon2id$a";
        let seed = account_seed(&[1; 32], (id(7), hash));
        assert_eq!(account_seed(&[1; 32], (id(7), hash)), seed);
        assert_ne!(account_seed(&[1; 32], (id(8), hash)), seed, "another account");
        assert_ne!(account_seed(&[2; 32], (id(7), hash)), seed, "another cookie");
        assert_ne!(account_seed(&[1; 32], (id(7), "$argon2id$b")), seed, "another password");
        assert_ne!(seed, [1; 32], "the cookie alone tells nothing");
    }
}
