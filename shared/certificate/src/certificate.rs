//! What a certificate says.

use jiff::civil::Date;
use rentree_domain::PersonName;
use rentree_domain::certification::Levels;

/// One pupil's certificate. The file shows all that stands here, and nothing else. `Debug` shows no name.
#[derive(Clone)]
pub struct Certificate {
    /// Printed before the last name, as on a diploma.
    pub first_name: PersonName,
    /// The last name, as the school's list writes it.
    pub last_name: PersonName,
    /// Printed if it is given.
    pub birth_date: Option<Date>,
    /// The school, as people call it, with its town if that tells it from others: `Collège Jean Moulin, Lyon`.
    pub school: String,
    /// The class in the year of the certification, as the school writes it: `3A`.
    pub class: String,
    /// The session, as the platform calls it: `2026`, `mai 2026`; of `2026-10`, the month is printed.
    pub session: String,
    /// The day of the certification.
    pub date: Date,
    /// Points in all.
    pub score: u16,
    /// The level in each competence. One of 0 is shown as one that is absent: none was reached.
    pub levels: Levels,
    /// The certificate's number.
    pub number: String,
    /// How anybody finds out that the paper is true.
    pub verification: Verification,
}

/// How a reader of the paper verifies it.
#[derive(Clone)]
pub struct Verification {
    /// What is typed on the page.
    pub code: String,
    /// The address of the page, as people type it: `rentree.example/verification`.
    pub page: String,
    /// Where the QR and the link lead, with scheme: the page, with the code if it takes one.
    pub link: String,
}

impl Certificate {
    /// `Lina DUPONT`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// `DUPONT Lina`, in the order of the school's lists.
    pub(crate) fn listed_name(&self) -> String {
        rentree_domain::name::full(self.last_name.as_str(), self.first_name.as_str())
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("number", &self.number).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Verification {
    /// The code opens the page about a pupil.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verification(…)")
    }
}
