//! Why a campaign cannot be joined, as staff read it beside its title.

use std::borrow::Borrow;

use rentree_domain::platform_campaign::Closed;
use rentree_web::french;

/// A few words.
pub(crate) fn badge(closed: impl Borrow<Closed>) -> String {
    match *closed.borrow() {
        Closed::Archived => "Archivée".to_owned(),
        Closed::Withdrawn => "Retirée par l’équipe de la plateforme".to_owned(),
        Closed::NotYet(day) => format!("Pas encore ouverte, ouvre le\u{A0}{}", french::date(&day)),
        Closed::Over(day) => format!("Terminée depuis le\u{A0}{}", french::date(&day)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_day_is_told() {
        let day = date(2026, 10, 15);
        assert_eq!(badge(Closed::NotYet(day)), "Pas encore ouverte, ouvre le\u{A0}15/10/2026");
        assert_eq!(badge(Closed::Over(day)), "Terminée depuis le\u{A0}15/10/2026");
    }
}
