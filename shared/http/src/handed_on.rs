//! What came of a form, on the way to the page that shows it. A form that was carried out ends in a redirect, and what the page needs to know
//! may name somebody: it stands in the address sealed, and nowhere else. So "back", reload and a second tab show the page as it was, each
//! tab its own, and the table has nothing of it.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::seal::Seal;

/// Who may open it, and where.
#[derive(Clone, Copy)]
pub struct HandedOn<'a> {
    /// The token of the forms of who sent the form: it ends with their session, and that of who is not signed in when anybody signs out.
    pub csrf: &'a str,
    /// The page that is led to: what was sealed for another one does not open.
    pub page: &'a str,
}

impl HandedOn<'_> {
    /// `value`, for the address of the page, which shows it until then.
    pub fn seal<T: Serialize>(&self, value: &T, until: Timestamp) -> String {
        // What does not read is not opened either: the page then says so.
        let text = serde_json::to_vec(&(until.as_second(), value)).unwrap_or_default();
        self.key().close(&text, self.page)
    }

    /// What was sealed for the page, in the same browser, if that is not over.
    pub fn unseal<T: DeserializeOwned>(&self, sealed: &str, now: Timestamp) -> Option<T> {
        let text = self.key().open(sealed, self.page)?;
        let (until, value): (i64, T) = serde_json::from_slice(&text).ok()?;
        (now.as_second() < until).then_some(value)
    }

    fn key(&self) -> Seal {
        Seal::new("rentree handed on ", self.csrf)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const HERE: HandedOn<'static> = HandedOn { csrf: "token", page: "/campagnes/KRTBVW582/identity" };

    #[test]
    fn it_opens_on_its_page_in_the_same_browser_for_a_while() {
        let now = Timestamp::UNIX_EPOCH;
        let sealed = HERE.seal(&"Élodie", now + SignedDuration::from_mins(10));
        assert!(sealed.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{sealed}");
        let opened = |at: HandedOn<'_>, minutes: i64| -> Option<String> {
            at.unseal(&sealed, now + SignedDuration::from_mins(minutes))
        };
        assert_eq!(opened(HERE, 0).as_deref(), Some("Élodie"));
        assert_eq!(opened(HERE, 9).as_deref(), Some("Élodie"));
        assert_eq!(opened(HERE, 10), None, "it is over");
        assert_eq!(opened(HandedOn { csrf: "another", ..HERE }, 0), None, "another browser, or after signing out");
        assert_eq!(opened(HandedOn { page: "/campagnes/ABCDEF234/identity", ..HERE }, 0), None, "another page");
    }

    #[test]
    fn what_does_not_read_is_nothing() {
        let now = Timestamp::UNIX_EPOCH;
        let another = HERE.seal(&7, now + SignedDuration::from_mins(10));
        for sealed in ["", "x", "é", another.as_str(), &"A".repeat(100)] {
            assert_eq!(HERE.unseal::<String>(sealed, now), None, "{sealed}");
        }
    }
}
