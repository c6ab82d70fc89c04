//! What random bytes that a browser keeps are for one account: other bytes for every other one, also in the same browser.
//!
//! Whoever was signed in there before may have looked at the cookie, or put it there. So what comes of it is keyed with what is stored of
//! the password, as what a device keeps is ([`crate::Device`]): nobody makes it without the table, and it ends with that password.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rentree_domain::UserId;
use rentree_table::User;
use sha2::Sha256;

/// What `kept`, which a browser has, is for the account.
pub fn account_seed(kept: &[u8; 32], (id, user): (UserId, &User)) -> [u8; 32] {
    let stored = user.password_hash.as_deref().unwrap_or_default();
    let mac = Hmac::<Sha256>::new_from_slice(stored.as_bytes()).expect("HMAC takes keys of any length");
    // Of one length each: nothing reads as something else.
    mac.chain_update(b"rentree account seed ")
        .chain_update(id.into_bytes())
        .chain_update(kept)
        .finalize()
        .into_bytes()
        .into()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rentree_domain::{EmailAddress, PersonName};
    use rentree_table::Methods;

    use super::*;

    fn somebody(password_hash: &str) -> User {
        User {
            first_name: PersonName::parse("Camille").unwrap(),
            last_name: PersonName::parse("Essai").unwrap(),
            methods: Methods::of_email(EmailAddress::parse("camille@exemple.fr").unwrap()),
            email_confirmed: true,
            password_hash: Some(password_hash.to_owned()),
            password_to_change: None,
            birth_date: None,
            joined_a_team: false,
            second_factor: None,
            epoch: 0,
            terms: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn it_is_of_one_account_one_password_and_one_cookie() {
        let id = |number| UserId::new(Timestamp::UNIX_EPOCH, [number; 10]);
        let user = somebody("$argon2id$a");
        let seed = account_seed(&[1; 32], (id(7), &user));
        assert_eq!(account_seed(&[1; 32], (id(7), &user)), seed);
        assert_ne!(account_seed(&[1; 32], (id(8), &user)), seed, "another account");
        assert_ne!(account_seed(&[2; 32], (id(7), &user)), seed, "another cookie");
        assert_ne!(account_seed(&[1; 32], (id(7), &somebody("$argon2id$b"))), seed, "another password");
        assert_ne!(seed, [1; 32], "the cookie alone tells nothing");
    }
}
