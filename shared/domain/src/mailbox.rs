//! The official mailbox of a school: the only place that the link to its space is ever sent to.

use serde::{Deserialize, Serialize};

use crate::academie::Academie;
use crate::{EmailAddress, Uai, name};

/// Who a school answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ministry {
    /// Éducation nationale (MENJ).
    Education,
    /// Agriculture (MASA).
    Agriculture,
    /// Another one, or unknown.
    Other,
}

impl Ministry {
    /// Reads `ministere_tutelle` of the directory, whatever the ministry is called this year.
    pub fn parse(text: &str) -> Self {
        let folded = name::fold(text);
        if folded.contains("educationnationale") {
            Self::Education
        } else if folded.contains("agriculture") {
            Self::Agriculture
        } else {
            Self::Other
        }
    }
}

/// The mailbox of a school: the one of the directory; else, for a school of the Education ministry,
/// `ce.<uai>@<académie>`; else none. (Agriculture has no naming rule.)
pub fn of_school(uai: Uai, in_directory: Option<&EmailAddress>, ministry: Ministry) -> Option<EmailAddress> {
    if let Some(address) = in_directory {
        return Some(address.clone());
    }
    let academie = Academie::of(uai).filter(|_| ministry == Ministry::Education)?;
    EmailAddress::parse(&format!("ce.{uai}@{}", academie.mail_domain())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_then_the_rule_then_none() {
        let uai = Uai::parse("0350760L").unwrap();
        let listed = EmailAddress::parse("college@exemple.fr").unwrap();
        assert_eq!(of_school(uai, Some(&listed), Ministry::Education), Some(listed.clone()));
        assert_eq!(of_school(uai, Some(&listed), Ministry::Agriculture), Some(listed));
        let by_rule = of_school(uai, None, Ministry::Education).unwrap();
        assert_eq!(by_rule.as_str(), "ce.0350760l@ac-rennes.fr");
        assert_eq!(of_school(uai, None, Ministry::Agriculture), None);
        assert_eq!(of_school(uai, None, Ministry::Other), None);
        assert_eq!(of_school(Uai::parse("0990001N").unwrap(), None, Ministry::Education), None);
    }

    #[test]
    fn ministries_as_the_directory_writes_them() {
        for (text, ministry) in [
            ("MINISTERE DE L'EDUCATION NATIONALE ET DE LA JEUNESSE", Ministry::Education),
            ("Ministère de l’Éducation nationale", Ministry::Education),
            ("MINISTERE DE L'AGRICULTURE ET DE L'ALIMENTATION", Ministry::Agriculture),
            ("MINISTERE DES ARMEES", Ministry::Other),
            ("", Ministry::Other),
        ] {
            assert_eq!(Ministry::parse(text), ministry, "{text}");
        }
    }
}
