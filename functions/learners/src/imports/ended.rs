//! How an import came to an end that is neither success nor failure, and which import came after it. Pure.

use jiff::Timestamp;
use rentree_domain::ImportId;
use rentree_domain::import::ImportState;
use rentree_domain::import::state::{CONFIRMATION_VALIDITY, UPLOAD_VALIDITY};
use rentree_table::{Applied, Import};
use schemars::JsonSchema;
use serde::Serialize;

/// How it ended. Who did it is `null` where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ImportEnd")]
#[serde(tag = "how", rename_all = "snake_case")]
pub(crate) enum Ended {
    /// Somebody gave it up before a file came.
    AbandonedUpload { by: Option<String>, at: Timestamp },
    /// Somebody gave it up instead of confirming it.
    AbandonedConfirmation { by: Option<String>, at: Timestamp },
    /// No file came while the form was valid.
    UploadExpired {
        /// When the form ended.
        at: Timestamp,
    },
    /// Nobody confirmed it in time.
    ConfirmationExpired {
        /// When it was too late.
        at: Timestamp,
    },
    /// Somebody undid it.
    Undone { by: Option<String>, at: Timestamp },
    /// It changed nobody, and somebody undid the import that had made the list as it found it. Its state stays `succeeded`.
    UndoneWith { by: Option<String>, at: Timestamp },
}

/// An import that was applied after this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "LaterImport")]
pub(crate) struct Later {
    pub(crate) import: ImportId,
    pub(crate) at: Timestamp,
    /// First and last name of who asked for it.
    pub(crate) by: String,
}

/// How `import` ended, as of `now`.
pub(crate) fn ended(import: &Import, now: Timestamp) -> Option<Ended> {
    let (by, at) = (import.ended_by.clone(), import.touched_at);
    match (import.state, import.state_at(now)) {
        // A reader has seen the file: there was something to confirm.
        (ImportState::Expired, _) if import.outcome.format.is_some() => Some(Ended::AbandonedConfirmation { by, at }),
        (ImportState::Expired, _) => Some(Ended::AbandonedUpload { by, at }),
        (ImportState::AwaitingUpload, ImportState::Expired) => {
            Some(Ended::UploadExpired { at: import.requested_at + UPLOAD_VALIDITY })
        }
        (ImportState::AwaitingConfirmation, ImportState::Expired) => {
            Some(Ended::ConfirmationExpired { at: at + CONFIRMATION_VALIDITY })
        }
        (ImportState::Undone, _) => Some(Ended::Undone { by, at }),
        _ => None,
    }
}

/// How `import` ended where it changed nobody, and one of `others`, which had made the roster that it found, was undone.
pub(crate) fn undone_with(import: &Import, others: &[(ImportId, Import)]) -> Option<Ended> {
    let other = import.undone_with(others)?;
    Some(Ended::UndoneWith { by: other.ended_by.clone(), at: other.touched_at })
}

/// The import that readers see, if it was applied after `import` (called `id`) came to where it is.
pub(crate) fn later(id: ImportId, import: &Import, applied: Option<&Applied>) -> Option<Later> {
    let applied = applied.filter(|applied| applied.import != id && applied.at > import.touched_at)?;
    Some(Later { import: applied.import, at: applied.at, by: applied.by.clone() })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use rentree_table::ImportOptions;

    use super::*;

    fn import(state: ImportState) -> Import {
        let at = "2026-09-01T08:00:00Z".parse().unwrap();
        Import { state, ..Import::requested("Camille", at, String::new(), ImportOptions::default()) }
    }

    #[test]
    fn each_end_is_told_apart() {
        let at = import(ImportState::AwaitingUpload).touched_at;
        let after = |hours| at + SignedDuration::from_hours(hours);
        let by = Some("Dominique".to_owned());
        let by_somebody = |state| Import { ended_by: by.clone(), ..import(state) };
        let read = |mut import: Import| {
            import.outcome.format = Some("siecle".to_owned());
            import
        };
        for (import, now, wanted) in [
            (import(ImportState::AwaitingUpload), after(1), None),
            (import(ImportState::AwaitingUpload), after(5), Some(Ended::UploadExpired { at: after(1) })),
            (import(ImportState::AwaitingConfirmation), after(24), None),
            (
                import(ImportState::AwaitingConfirmation),
                after(200),
                Some(Ended::ConfirmationExpired { at: after(7 * 24) }),
            ),
            (by_somebody(ImportState::Expired), after(1), Some(Ended::AbandonedUpload { by: by.clone(), at })),
            (read(by_somebody(ImportState::Expired)), at, Some(Ended::AbandonedConfirmation { by: by.clone(), at })),
            (by_somebody(ImportState::Undone), after(1), Some(Ended::Undone { by: by.clone(), at })),
            (import(ImportState::Undone), after(1), Some(Ended::Undone { by: None, at })),
            (import(ImportState::Succeeded), after(9_000), None),
            (import(ImportState::Analysing), after(3), None),
        ] {
            assert_eq!(ended(&import, now), wanted, "{:?}", import.state);
        }
    }

    #[test]
    fn only_another_import_that_came_after_is_later() {
        let one = import(ImportState::Succeeded);
        let (id, other) = (ImportId::new(one.touched_at, [1; 10]), ImportId::new(one.touched_at, [2; 10]));
        let applied = |import, minutes| {
            let at = one.touched_at + SignedDuration::from_mins(minutes);
            Applied { import, at, by: "Dominique".to_owned(), dated: rentree_domain::import::Dated::default() }
        };
        assert_eq!(later(id, &one, None), None);
        assert_eq!(later(id, &one, Some(&applied(id, 5))), None);
        assert_eq!(later(id, &one, Some(&applied(other, -5))), None);
        assert_eq!(later(id, &one, Some(&applied(other, 5))).map(|later| later.import), Some(other));
    }
}
