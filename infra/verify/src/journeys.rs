//! Which journeys are about what. The folder `tests/journeys` has a file for each name here.

/// What concerns every function: its routes, its events, its items, its rights, and what it must not tell.
pub(crate) const OF_ALL: [&str; 17] = [
    "chains",
    "commands",
    "contracts",
    "gateway",
    "guards",
    "lambda",
    "lapsed_forms",
    "offered",
    "privacy",
    "readme",
    "refusals",
    "rights",
    "sessions",
    "stored_items",
    "visitors",
    "watched",
    "wiring",
];

/// What concerns one function, by its folder.
pub(crate) const OF_FUNCTION: [(&str, &[&str]); 12] = [
    (
        "accounts",
        &[
            "accounts",
            "back",
            "failed_sign_ins",
            "guides",
            "homes",
            "joining_pages",
            "lesson_pages",
            "lockouts",
            "mail_permits",
            "own_name",
            "passwords",
            "presence",
            "second_factor",
            "second_factor_pages",
            "session_pages",
            "sign_in_codes",
            "signing_in",
            "staff_pages",
        ],
    ),
    ("activation", &["activation", "administrators", "passwords", "staff_pages"]),
    (
        "campaigns",
        &[
            "asking",
            "asking_pages",
            "campaigns",
            "campaign_pages",
            "certifiable",
            "classroom",
            "classroom_pages",
            "country",
            "downloads",
            "follow_up",
            "follow_up_pages",
            "guessing",
            "guessing_pages",
            "homes",
            "joining",
            "joining_at_once",
            "joining_pages",
            "lesson_pages",
            "lessons",
            "mediacentre_cases",
            "mediacentre_doubts",
            "mediacentre_joining",
            "mediacentre_once",
            "new_year",
            "personal_codes",
            "platform_campaign_pages",
            "platform_campaigns",
            "progress",
            "rosters",
            "taking_back",
            "twice",
        ],
    ),
    ("certificates-worker", &["prepared_files"]),
    (
        "certifications",
        &[
            "certificates",
            "certification_pages",
            "certifications",
            "certified_pupils",
            "downloads",
            "prepared_files",
            "presence",
            "record_book_access",
            "record_book_pages",
            "record_book_credentials",
            "record_books",
            "verification",
        ],
    ),
    ("certifications-worker", &["certifications", "certified_pupils", "verification"]),
    (
        "directory",
        &[
            "country",
            "directory",
            "mediacentre_staff",
            "offers",
            "platform_campaigns",
            "record_book_access",
            "record_book_credentials",
            "record_books",
            "totals",
        ],
    ),
    (
        "import-worker",
        &[
            "certified_pupils",
            "crashes",
            "deciding",
            "hostile",
            "imports",
            "messages",
            "pages",
            "partitions",
            "rosters",
            "starving",
            "turns",
        ],
    ),
    (
        "invitations",
        &[
            "access_requests",
            "administrators",
            "back",
            "mail_permits",
            "own_name",
            "passwords",
            "presence",
            "staff_pages",
            "team",
            "twice",
        ],
    ),
    (
        "learners",
        &[
            "asking_pages",
            "deciding",
            "downloads",
            "guessing",
            "guessing_pages",
            "homes",
            "hand_out",
            "handing_out",
            "handing_out_pages",
            "handing_out_words",
            "imports",
            "learner_pages",
            "learners",
            "lesson_pages",
            "mediacentre_removal",
            "mediacentre_staff",
            "mediacentre_staff_pages",
            "names",
            "pages",
            "passwords",
            "personal_codes",
            "rosters",
            "sign_in_codes",
            "starving",
            "twice",
        ],
    ),
    ("mail-worker", &["accounts", "activation", "administrators", "mail_permits", "passwords", "team"]),
    (
        "mediacentre",
        &[
            "mediacentre",
            "mediacentre_cases",
            "mediacentre_pages",
            "mediacentre_removal",
            "mediacentre_staff",
            "second_voice",
            "sign_ons",
        ],
    ),
];

/// What waits for queues, and is the first to suffer from a slow machine.
pub(crate) const OF_QUEUES: [&str; 25] = [
    "accounts",
    "activation",
    "certifications",
    "certified_pupils",
    "country",
    "crashes",
    "deciding",
    "directory",
    "failed_sign_ins",
    "imports",
    "lambda",
    "mail_permits",
    "mediacentre_staff",
    "messages",
    "names",
    "offers",
    "platform_campaigns",
    "prepared_files",
    "record_book_access",
    "record_book_credentials",
    "record_books",
    "starving",
    "team",
    "totals",
    "turns",
];

/// What holds while AWS refuses one call in ten for a moment.
pub(crate) const OF_REFUSALS: [&str; 9] = [
    "accounts",
    "activation",
    "deciding",
    "failed_sign_ins",
    "imports",
    "joining",
    "mail_permits",
    "mediacentre",
    "names",
];

/// Of these, what asks whether calls are refused, and expects less of a limit then.
const EXPECTS_LESS: [&str; 3] = ["activation", "failed_sign_ins", "mail_permits"];

/// What asserts the same while calls are refused; only how it is set up is more patient then.
pub(crate) fn refused_alone() -> impl Iterator<Item = &'static str> {
    OF_REFUSALS.into_iter().filter(|module| !EXPECTS_LESS.contains(module))
}

/// As libtest takes it: whole modules.
pub(crate) fn filters<'a>(modules: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    modules.into_iter().map(|module| format!("{module}::")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
    }

    #[test]
    fn every_journey_concerns_somebody() {
        let main = std::fs::read_to_string(root().join("tests/journeys/main.rs")).unwrap();
        let modules = main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
        let written: BTreeSet<&str> = modules.filter(|module| *module != "support").collect();
        let named: BTreeSet<&str> =
            OF_FUNCTION.iter().flat_map(|(_, journeys)| *journeys).copied().chain(OF_ALL).collect();
        assert_eq!(written, named);
        assert!(OF_QUEUES.iter().chain(&OF_REFUSALS).all(|module| named.contains(module)));
    }

    #[test]
    fn what_runs_refused_alone_asserts_the_same() {
        let filters = filters(refused_alone());
        let mut found = 0;
        for file in std::fs::read_dir(root().join("tests/journeys")).unwrap() {
            let path = file.unwrap().path();
            let module = format!("{}::", path.file_stem().unwrap().to_str().unwrap());
            if path.is_file() && filters.iter().any(|filter| module.contains(filter.as_str())) {
                let text = std::fs::read_to_string(&path).unwrap();
                // A test may be named so.
                let asks = |line: &str| line.contains("is_refused") && !line.contains("fn ");
                assert!(!text.lines().any(asks), "{module} expects less");
                found += 1;
            }
        }
        assert!(found >= filters.len(), "{found}");
    }

    #[test]
    fn every_function_has_journeys() {
        let folders = std::fs::read_dir(root().join("functions")).unwrap();
        let folders: BTreeSet<String> =
            folders.map(|folder| folder.unwrap().file_name().to_string_lossy().into_owned()).collect();
        let named: BTreeSet<String> = OF_FUNCTION.iter().map(|(function, _)| (*function).to_owned()).collect();
        assert_eq!(folders, named);
    }
}
