//! The address of a list that was searched by the name of a pupil. No name stands in an address, which browsers and proxies keep: the name
//! stands there sealed, under a key that only pages of the session which typed it can make. So "back", reload and a second tab show the list
//! as it was, and whoever reads the history of a shared computer reads nothing.

use crate::Visitor;
use crate::seal::Seal;

/// More than any name: what is longer is searched by its beginning.
const LONGEST: usize = 200;

impl Visitor {
    /// `name`, for an address; nothing for a blank one.
    pub fn seal(&self, name: &str) -> String {
        let name = name.trim();
        if name.is_empty() {
            return String::new();
        }
        let name = &name[..name.floor_char_boundary(LONGEST)];
        self.key().close(name.as_bytes(), "")
    }

    /// The name that was sealed in this session; nothing, when it was another one: the list is then shown whole.
    pub fn unseal(&self, sealed: &str) -> String {
        let name = self.key().open(sealed, "").and_then(|name| String::from_utf8(name).ok());
        name.unwrap_or_default()
    }

    /// The form token is the session's, and stands in no address.
    fn key(&self) -> Seal {
        Seal::new("rentree sought ", &self.csrf)
    }
}

/// `path`, and what a list is asked: what is blank is left out.
pub fn asking(path: &str, pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    let query = serde_html_form::to_string(&pairs).unwrap_or_default();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rentree_domain::UserId;
    use rentree_table::{Role, School, SessionHash};

    use super::*;

    fn visitor(session: u8) -> Visitor {
        Visitor {
            user: UserId::new(Timestamp::UNIX_EPOCH, [1; 10]),
            name: "Anne".to_owned(),
            role: Role::Member,
            school: School::new("Collège"),
            session: SessionHash::of(&[session; 32]),
            csrf: crate::session::form_token(&[session; 32]),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_name_opens_in_the_session_that_typed_it() {
        let one = visitor(1);
        for name in ["Élodie", "d’Hérouville & fils", &"é".repeat(300)] {
            let sealed = one.seal(name);
            assert!(name.starts_with(&one.unseal(&sealed)) && !one.unseal(&sealed).is_empty(), "{name}");
            assert!(!sealed.contains(name) && sealed.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
            assert_eq!(visitor(2).unseal(&sealed), "", "another session reads nothing");
        }
        assert_eq!((one.seal("  "), one.unseal(""), one.unseal("x")), (String::new(), String::new(), String::new()));
    }

    #[test]
    fn an_address_has_what_is_not_blank() {
        assert_eq!(asking("/list", &[("division", "3EME A"), ("sought", "")]), "/list?division=3EME+A");
        assert_eq!(asking("/list", &[("division", "")]), "/list");
    }
}
