//! Where somebody goes on after they signed in or accepted the terms.

use serde::{Deserialize, Serialize};

/// A path of this site; anything else is read as none. `next=https://evil.example` leads nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Next(Option<String>);

impl Next {
    /// The path, or `otherwise`.
    pub fn or(&self, otherwise: &str) -> String {
        self.0.clone().unwrap_or_else(|| otherwise.to_owned())
    }

    /// The path; empty for none.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl From<String> for Next {
    fn from(text: String) -> Self {
        let sign = |c: char| c.is_ascii_alphanumeric() || "/-_".contains(c);
        Self((text.starts_with('/') && !text.starts_with("//") && text.chars().all(sign)).then_some(text))
    }
}

impl From<Next> for String {
    fn from(next: Next) -> Self {
        next.0.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_nowhere_else() {
        for (text, path) in [
            ("/schools/0990001N/team", "/schools/0990001N/team"),
            ("https://evil.example", "/spaces"),
            ("//evil.example", "/spaces"),
            ("/\\evil.example", "/spaces"),
            ("/a?b=c", "/spaces"),
            ("", "/spaces"),
        ] {
            assert_eq!(Next::from(text.to_owned()).or("/spaces"), path, "{text}");
        }
    }
}
