//! What the filter let through, in words: in the line above the list and, where nothing was found, in the title that stands in its place.

use rentree_domain::{CertificationStatus, classes_by_level};
use rentree_web::french;

use super::{CertificationsView, FEW_CLASSES};

impl CertificationsView {
    /// `5 certifications rejetées en 3E3 et 3E4, sur 120 en 2026-2027`; where all of the year is asked for, `120 certifications en 2026-2027`.
    /// On paper, where the filter is not printed, nothing else says what the list leaves out.
    pub(super) fn found_text(&self) -> String {
        let found = self.counted(self.found);
        match self.shown_of_year {
            _ if self.asks_for_all() => format!("{found} en {}", self.school_year),
            // All of the year are of former pupils, or of nobody who was found.
            0 => format!("{found}, en {}", self.school_year),
            of_year => format!("{found}, sur {} en {}", french::number(of_year), self.school_year),
        }
    }

    /// What was looked for in vain, as `Aucune certification rejetée en 3E1`; none where something was found, or all of the year asked for.
    pub(super) fn looked_for_in_vain(&self) -> Option<String> {
        if self.asks_for_all() || self.of_year == 0 || self.found + self.of_no_pupil_found > 0 {
            return None;
        }
        let of_year = if self.asks_for_all_classes() { format!(" en {}", self.school_year) } else { String::new() };
        // The line above counts those that stand there only when asked for: none of the others is what is true.
        let but_former = if self.of_former > 0 && !self.former { ", hors anciens élèves" } else { "" };
        Some(format!("{}{of_year}{but_former}", self.counted(0)))
    }

    fn asks_for_all(&self) -> bool {
        self.status.is_none() && self.asks_for_all_classes()
    }

    pub(super) fn asks_for_all_classes(&self) -> bool {
        self.divisions.is_empty() && !self.unknown_division
    }

    /// So many of the status and the classes that are asked for.
    fn counted(&self, number: usize) -> String {
        let counted = if number == 0 {
            "Aucune certification".to_owned()
        } else {
            french::count(number, "certification", "certifications")
        };
        let status = self.status.map(|status| format!(" {}", agreeing(status, number))).unwrap_or_default();
        format!("{counted}{status}{}", self.of_whom())
    }

    /// ` en 3E3 et 3E4`; nothing for all classes. More than a few are counted alone: a line that names forty says nothing.
    fn of_whom(&self) -> String {
        let divisions = classes_by_level(self.divisions.iter().map(String::as_str));
        let classes = match divisions.split_last() {
            None => String::new(),
            Some((only, [])) => format!(" en {only}"),
            Some((last, before)) if divisions.len() <= FEW_CLASSES => format!(" en {} et {last}", before.join(", ")),
            Some(_) => format!(" dans les {} classes choisies", divisions.len()),
        };
        let or = if classes.is_empty() { "" } else { ", ou" };
        let unknown = if self.unknown_division { format!("{or} dont la classe est inconnue") } else { String::new() };
        format!("{classes}{unknown}")
    }
}

/// A status as it stands beside so many certifications: `rejetée`, `rejetées`.
fn agreeing(status: CertificationStatus, number: usize) -> String {
    let one = status.french().to_lowercase();
    match status {
        CertificationStatus::Started | CertificationStatus::InError => one,
        CertificationStatus::Rejected | CertificationStatus::Validated | CertificationStatus::Cancelled => {
            if number < 2 { one } else { format!("{one}s") }
        }
    }
}
