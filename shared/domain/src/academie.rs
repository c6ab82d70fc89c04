//! Académies: the regions of the Education ministry, told by the department in a UAI.

use serde::{Deserialize, Serialize};

use crate::Uai;

/// An académie, known by its mail domain: a place in the list below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Academie(usize);

/// The text names no académie.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no académie is called {0}: give the name of its mail domain, for instance rennes or aix-marseille")]
pub struct AcademieError(String);

/// Mail domains, and the departments whose schools have them: the first three digits of a UAI.
const ACADEMIES: [(&str, &[u16]); 33] = [
    ("ac-aix-marseille.fr", &[4, 5, 13, 84]),
    ("ac-amiens.fr", &[2, 60, 80]),
    ("ac-besancon.fr", &[25, 39, 70, 90]),
    ("ac-bordeaux.fr", &[24, 33, 40, 47, 64]),
    ("ac-clermont.fr", &[3, 15, 43, 63]),
    ("ac-corse.fr", &[620, 720]),
    ("ac-creteil.fr", &[77, 93, 94]),
    ("ac-dijon.fr", &[21, 58, 71, 89]),
    ("ac-grenoble.fr", &[7, 26, 38, 73, 74]),
    ("ac-guadeloupe.fr", &[971]),
    ("ac-guyane.fr", &[973]),
    ("ac-lille.fr", &[59, 62]),
    ("ac-limoges.fr", &[19, 23, 87]),
    ("ac-lyon.fr", &[1, 42, 69]),
    ("ac-martinique.fr", &[972]),
    ("ac-mayotte.fr", &[976]),
    ("ac-montpellier.fr", &[11, 30, 34, 48, 66]),
    ("ac-nancy-metz.fr", &[54, 55, 57, 88]),
    ("ac-nantes.fr", &[44, 49, 53, 72, 85]),
    ("ac-nice.fr", &[6, 83]),
    ("ac-normandie.fr", &[14, 27, 50, 61, 76]),
    ("ac-noumea.nc", &[983]),
    ("ac-orleans-tours.fr", &[18, 28, 36, 37, 41, 45]),
    ("ac-paris.fr", &[75]),
    ("ac-poitiers.fr", &[16, 17, 79, 86]),
    ("ac-polynesie.pf", &[984]),
    ("ac-reims.fr", &[8, 10, 51, 52]),
    ("ac-rennes.fr", &[22, 29, 35, 56]),
    ("ac-reunion.fr", &[974]),
    ("ac-spm.fr", &[975]),
    ("ac-strasbourg.fr", &[67, 68]),
    ("ac-toulouse.fr", &[9, 12, 31, 32, 46, 65, 81, 82]),
    ("ac-versailles.fr", &[78, 91, 92, 95]),
];

impl Academie {
    /// The académie of a school; `None` when the department belongs to none.
    pub fn of(uai: Uai) -> Option<Self> {
        let department: u16 = uai.as_str().get(..3)?.parse().ok()?;
        ACADEMIES.iter().position(|(_, departments)| departments.contains(&department)).map(Self)
    }

    /// Reads the short name (`rennes`) or the mail domain (`ac-rennes.fr`), in any case.
    pub fn parse(text: &str) -> Result<Self, AcademieError> {
        let wanted = text.trim().to_ascii_lowercase();
        Self::all()
            .find(|academie| academie.mail_domain() == wanted || academie.short_name() == wanted)
            .ok_or_else(|| AcademieError(text.to_owned()))
    }

    /// Every académie, by mail domain.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..ACADEMIES.len()).map(Self)
    }

    /// `ac-rennes.fr`: where its schools have their mailboxes.
    pub fn mail_domain(self) -> &'static str {
        ACADEMIES[self.0].0
    }

    /// `rennes`: what operators type, and what keys hold.
    pub fn short_name(self) -> &'static str {
        let name = self.mail_domain().trim_start_matches("ac-");
        name.split('.').next().unwrap_or(name)
    }
}

impl TryFrom<String> for Academie {
    type Error = AcademieError;

    fn try_from(text: String) -> Result<Self, AcademieError> {
        Self::parse(&text)
    }
}

impl From<Academie> for String {
    fn from(academie: Academie) -> Self {
        academie.short_name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn of_schools_everywhere() {
        for (uai, domain) in [
            ("0750654D", Some("ac-paris.fr")),
            ("0350760L", Some("ac-rennes.fr")),
            ("0010856A", Some("ac-lyon.fr")),
            ("6200001G", Some("ac-corse.fr")),
            ("7200001N", Some("ac-corse.fr")),
            ("9840482B", Some("ac-polynesie.pf")),
            ("9830003L", Some("ac-noumea.nc")),
            ("0990001N", None),
        ] {
            assert_eq!(Academie::of(Uai::parse(uai).unwrap()).map(Academie::mail_domain), domain, "{uai}");
        }
    }

    #[test]
    fn no_department_belongs_to_two() {
        let all: Vec<u16> = ACADEMIES.iter().flat_map(|(_, departments)| departments.iter().copied()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        // 01 to 95 without 20, which Corsica's 620 and 720 replaced; 971 to 976, 983, 984.
        assert_eq!(all.len(), 94 + 2 + 6 + 2);
    }

    #[test]
    fn both_names_read() {
        for academie in Academie::all() {
            assert_eq!(Academie::parse(academie.short_name()), Ok(academie));
            assert_eq!(Academie::parse(&academie.mail_domain().to_uppercase()), Ok(academie));
        }
        assert!(Academie::parse("bretagne").unwrap_err().to_string().contains("bretagne"));
    }
}
