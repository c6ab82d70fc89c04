//! What lists call an import, in a word or two: by its state, by time, and by what became of others. Pure.

use jiff::Timestamp;
use rentree_domain::ImportId;
use rentree_domain::import::ImportState;
use rentree_domain::import::state::UPLOAD_VALIDITY;

use crate::Import;

/// What an import is called whose file never came.
pub const NEVER_RECEIVED: &str = "Fichier jamais reçu";
/// What an import is called in lists that changed nobody, and was undone with the one before.
const UNDONE_WITH_ANOTHER: &str = "Annulé avec un autre";

impl Import {
    /// Its state at `now` in a word or two. What time alone ended was given up by nobody; and beyond its form's time nobody is to wait for a
    /// file, though it may be on its way still.
    pub fn french_at(&self, now: Timestamp) -> &'static str {
        match (self.state, self.state_at(now)) {
            (ImportState::AwaitingUpload, ImportState::Expired) => NEVER_RECEIVED,
            (ImportState::AwaitingUpload, _) if self.requested_at + UPLOAD_VALIDITY <= now => {
                "Formulaire d’envoi expiré"
            }
            (ImportState::AwaitingConfirmation, ImportState::Expired) => "Non confirmé",
            (_, state) => state.french(),
        }
    }

    /// The same beside `others`: the state of one that was undone with another stays as it was.
    pub fn french_among(&self, others: &[(ImportId, Self)], now: Timestamp) -> &'static str {
        if self.undone_with(others).is_some() { UNDONE_WITH_ANOTHER } else { self.french_at(now) }
    }

    /// Whether another one of `all`, of which it is one, was asked for within the same minute of the clock: a list tells them apart by their
    /// seconds.
    pub fn shares_its_minute(&self, all: &[(ImportId, Self)]) -> bool {
        let minute = |import: &Self| import.requested_at.as_second().div_euclid(60);
        all.iter().filter(|(_, other)| minute(other) == minute(self)).count() > 1
    }

    /// The version of the roster that it found, and left as it was, if it succeeded so.
    pub fn left_as_it_was(&self) -> Option<u64> {
        self.outcome.shown_for.filter(|_| self.state == ImportState::Succeeded && self.outcome.versions.is_none())
    }

    /// The one of `others` that had made the roster which this one found and left as it was, if that one was undone.
    pub fn undone_with<'a>(&self, others: &'a [(ImportId, Self)]) -> Option<&'a Self> {
        let found = self.left_as_it_was()?;
        let made_it = |other: &Self| other.outcome.versions.is_some_and(|(made, _)| made == found);
        others.iter().map(|(_, other)| other).find(|other| other.state == ImportState::Undone && made_it(other))
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{ImportOptions, Outcome};

    #[test]
    fn lists_tell_what_time_alone_ended() {
        let at: Timestamp = "2026-09-01T08:00:00Z".parse().unwrap();
        let told = |state, hours| {
            let import = Import { state, ..Import::requested("Camille", at, String::new(), ImportOptions::default()) };
            import.french_at(at + SignedDuration::from_hours(hours))
        };
        for (state, hours, words) in [
            (ImportState::AwaitingUpload, 0, "En attente du fichier"),
            (ImportState::AwaitingUpload, 1, "Formulaire d’envoi expiré"),
            (ImportState::AwaitingUpload, 5, NEVER_RECEIVED),
            (ImportState::AwaitingConfirmation, 6 * 24, ImportState::AwaitingConfirmation.french()),
            (ImportState::AwaitingConfirmation, 8 * 24, "Non confirmé"),
            (ImportState::Succeeded, 9_000, ImportState::Succeeded.french()),
        ] {
            assert_eq!(told(state, hours), words, "{state:?} after {hours} h");
        }
    }

    #[test]
    fn imports_of_one_minute_are_told_by_their_seconds() {
        let asked = |at: &str| {
            let at = at.parse().unwrap();
            let import = Import::requested("Camille", at, String::new(), ImportOptions::default());
            (ImportId::new(at, [1; 10]), import)
        };
        let all = ["2026-09-01T08:00:01Z", "2026-09-01T08:00:59Z", "2026-09-01T08:01:00Z"].map(asked);
        let shared: Vec<bool> = all.iter().map(|(_, import)| import.shares_its_minute(&all)).collect();
        assert_eq!(shared, [true, true, false]);
    }

    fn of(state: ImportState, shown_for: Option<u64>, versions: Option<(u64, u64)>) -> Import {
        let at = "2026-09-01T08:00:00Z".parse().unwrap();
        let requested = Import::requested("Camille", at, String::new(), ImportOptions::default());
        Import { state, outcome: Outcome { shown_for, versions, ..Outcome::default() }, ..requested }
    }

    #[test]
    fn an_import_that_wrote_nobody_left_the_roster_as_it_was() {
        let found = |state, shown_for, versions| of(state, shown_for, versions).left_as_it_was();
        assert_eq!(found(ImportState::Succeeded, Some(4), None), Some(4));
        assert_eq!(found(ImportState::Succeeded, Some(4), Some((5, 4))), None);
        assert_eq!(found(ImportState::AwaitingConfirmation, Some(4), None), None, "it may be confirmed yet");
        assert_eq!(found(ImportState::Succeeded, None, None), None, "an import from long ago");
    }

    #[test]
    fn an_import_is_undone_with_the_one_that_made_what_it_found() {
        let same = of(ImportState::Succeeded, Some(4), None);
        let id = ImportId::new(same.touched_at, [1; 10]);
        for (other, words) in [
            (of(ImportState::Undone, Some(3), Some((4, 3))), UNDONE_WITH_ANOTHER),
            (of(ImportState::Undone, Some(4), Some((5, 4))), ImportState::Succeeded.french()),
            (of(ImportState::Succeeded, Some(3), Some((4, 3))), ImportState::Succeeded.french()),
        ] {
            assert_eq!(same.french_among(&[(id, other.clone())], same.touched_at), words, "{other:?}");
        }
    }
}
