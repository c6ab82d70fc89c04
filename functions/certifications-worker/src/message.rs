//! The body of a message: events of the bucket.

use rentree_domain::certification::SessionName;
use rentree_uploads::{Told, told};
use serde_json::Value;

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Load `certifications/<session>.csv`.
    Load { session: SessionName },
    /// Nothing.
    Nothing { why: &'static str },
    /// Something that we do not understand. Trying again would not change it.
    Mistake { why: &'static str },
}

/// Where the file of a session is.
pub(crate) fn key(session: &SessionName) -> String {
    format!("certifications/{}.csv", session.as_str())
}

/// Every task of a body; at least one.
pub(crate) fn tasks(body: &str) -> Vec<Task> {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return vec![Task::Mistake { why: "the body is not JSON" }];
    };
    match told(&body) {
        Some(told) => told.into_iter().map(task).collect(),
        None => vec![Task::Mistake { why: "the body is no event of S3" }],
    }
}

fn task(told: Told) -> Task {
    match told {
        Told::Uploaded { key } => {
            match key.strip_prefix("certifications/").and_then(|name| name.strip_suffix(".csv")) {
                // Nobody reads the report of a file whose name is no session's: the log must say it.
                Some(name) => SessionName::parse(name).map_or(
                    Task::Mistake {
                        why: "the name of the file is none of a session: letters, digits, -, _, . and blanks",
                    },
                    |session| Task::Load { session },
                ),
                None => Task::Nothing { why: "the object is not under certifications/<session>.csv" },
            }
        }
        Told::Nothing { why } => Task::Nothing { why },
        Told::Mistake { why } => Task::Mistake { why },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_called_as_its_session() {
        let of = |key: &str| {
            let record = json!({"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}});
            tasks(&json!({ "Records": [record] }).to_string())
        };
        let session = SessionName::parse("2027-05 Paris").unwrap();
        assert_eq!(key(&session), "certifications/2027-05 Paris.csv");
        assert_eq!(of("certifications/2027-05+Paris.csv"), [Task::Load { session }]);
        for key in ["certifications/a/b.csv", "certifications/.csv"] {
            assert!(matches!(of(key)[..], [Task::Mistake { .. }]), "{key}");
        }
        for key in ["directory/a.csv", "certifications/a.txt"] {
            assert!(matches!(of(key)[..], [Task::Nothing { .. }]), "{key}");
        }
        for body in ["", "{}", "null", r#"{"Records":[]}"#] {
            assert!(matches!(tasks(body)[..], [Task::Mistake { .. }]), "{body}");
        }
    }
}
