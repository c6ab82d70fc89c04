//! Where somebody goes on after they signed in, chose a password or accepted the terms.

use axum::http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// Longer ones are not passed on: an address with forty classes has a quarter of it.
const LONGEST: usize = 2_000;
/// What browsers and links of ours leave in a query.
const SIGNS_OF_A_QUERY: &str = "/-_.~*+%=&:,";
/// What stands as it is where the address is a value of another one.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An address of this site, with its query; anything else is read as none. `next=https://evil.example` leads nowhere.
///
/// The path is what decides where a browser goes, so it has few signs: letters, digits, `/`, `-` and `_`. No address of ours names a person,
/// so what it asks for may stand in another one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Next(Option<String>);

impl Next {
    /// The address of a page that somebody asked for, and may see later. Without its query, if that cannot stand here.
    pub fn of(asked: &Uri) -> Self {
        let whole = asked.path_and_query().map(ToString::to_string).map(Self::from).filter(|next| next.0.is_some());
        whole.unwrap_or_else(|| Self::from(asked.path().to_owned()))
    }

    /// The address of `page`, which leads on there.
    pub fn after(&self, page: &str) -> String {
        match &self.0 {
            Some(next) => format!("{page}?next={}", utf8_percent_encode(next, IN_QUERY)),
            None => page.to_owned(),
        }
    }

    /// The address, or `otherwise`.
    pub fn or(&self, otherwise: &str) -> String {
        self.0.clone().unwrap_or_else(|| otherwise.to_owned())
    }

    /// The address; empty for none.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl From<String> for Next {
    fn from(text: String) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((&text, ""));
        let is_path = path.starts_with('/') && !path.starts_with("//") && has_only(path, "/-_");
        Self((is_path && has_only(query, SIGNS_OF_A_QUERY) && text.len() <= LONGEST).then_some(text))
    }
}

fn has_only(text: &str, signs: &str) -> bool {
    text.chars().all(|sign| sign.is_ascii_alphanumeric() || signs.contains(sign))
}

impl From<Next> for String {
    fn from(next: Next) -> Self {
        next.0.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::Query;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leads_nowhere_else() {
        let long = format!("/a?b={}", "c".repeat(LONGEST));
        for (text, path) in [
            ("/schools/0990001N/team", "/schools/0990001N/team"),
            ("/schools/0990001N/follow-up?division=3A&year=2025", "/schools/0990001N/follow-up?division=3A&year=2025"),
            ("/a?b=%C3%A9+c&d=", "/a?b=%C3%A9+c&d="),
            ("/terms?next=/spaces", "/terms?next=/spaces"),
            ("https://evil.example", "/spaces"),
            ("//evil.example", "/spaces"),
            ("//evil.example?a=b", "/spaces"),
            ("/\\evil.example", "/spaces"),
            ("/%2Fevil.example", "/spaces"),
            ("?next=//evil.example", "/spaces"),
            ("/a?b=c#d", "/spaces"),
            ("/a?b=c?d", "/spaces"),
            ("/a?b=c\r\nset-cookie:d", "/spaces"),
            ("/a?b=\"><script>", "/spaces"),
            ("/a?b=é", "/spaces"),
            (&long, "/spaces"),
            ("", "/spaces"),
        ] {
            assert_eq!(Next::from(text.to_owned()).or("/spaces"), path, "{text}");
        }
    }

    #[test]
    fn a_query_that_cannot_stand_there_is_left_out() {
        for (asked, next) in [("/a?b=c", "/a?b=c"), ("/a?b='", "/a"), ("/a", "/a"), ("/a.b?c=d", ""), ("//a?b=c", "")] {
            assert_eq!(Next::of(&asked.parse().unwrap()).as_str(), next, "{asked}");
        }
    }

    proptest! {
        /// What a browser makes of the address: nothing in it says another host, or ends the header that it stands in.
        #[test]
        fn stays_on_this_site(text in "[/?\\\\a-z.:@%&=# \r\n\t]{0,12}") {
            let next = Next::from(text).or("/");
            let mut signs = next.chars();
            prop_assert_eq!(signs.next(), Some('/'));
            prop_assert!(!signs.next().is_some_and(|sign| sign == '/' || sign == '\\'));
            prop_assert!(next.bytes().all(|sign| sign.is_ascii_graphic() && sign != b'\\' && sign != b'#'));
        }

        #[test]
        fn comes_back_as_it_was(path in "/[a-zA-Z0-9-_][a-zA-Z0-9/_-]{0,20}", query in "[a-z0-9/._~*+%=&:,-]{0,20}") {
            let next = Next::from(format!("{path}?{query}"));
            let page = next.after("/terms");
            let Query(read): Query<Vec<(String, Next)>> = Query::try_from_uri(&page.parse().unwrap()).unwrap();
            prop_assert_eq!(read, vec![("next".to_owned(), next)]);
        }
    }
}
