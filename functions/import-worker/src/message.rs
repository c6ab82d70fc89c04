//! The body of a message: events of the bucket, or our own word to take an import up.

use percent_encoding::percent_decode_str;
use rentree_domain::import::Resume;
use rentree_domain::{ImportId, Uai};
use serde_json::Value;

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Carry an import through.
    Import {
        uai: Uai,
        id: ImportId,
        /// A person overruled the brake.
        confirmed: bool,
    },
    /// Nothing that we know. Trying again would not change it.
    Nothing { why: &'static str },
}

/// Every task of a body; at least one.
pub(crate) fn tasks(body: &str) -> Vec<Task> {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return vec![Task::Nothing { why: "the body is not JSON" }];
    };
    if body["Event"] == "s3:TestEvent" {
        return vec![Task::Nothing { why: "S3 tells that notifications are set up" }];
    }
    if let Some(records) = body["Records"].as_array() {
        return records.iter().map(upload).collect();
    }
    match serde_json::from_value::<Resume>(body) {
        Ok(Resume { uai, id, confirmed }) => vec![Task::Import { uai, id, confirmed }],
        Err(_) => vec![Task::Nothing { why: "the body is neither an event of S3 nor a word of ours" }],
    }
}

fn upload(record: &Value) -> Task {
    if !record["eventName"].as_str().unwrap_or_default().starts_with("ObjectCreated:") {
        return Task::Nothing { why: "the event is not the creation of an object" };
    }
    let key = record["s3"]["object"]["key"].as_str().unwrap_or_default();
    match parse_key(key) {
        Some((uai, id)) => Task::Import { uai, id, confirmed: false },
        None => Task::Nothing { why: "the object is not under imports/<uai>/<import id>" },
    }
}

/// `imports/<uai>/<import id>`, as S3 events carry it: URL-encoded, `+` for a space.
fn parse_key(key: &str) -> Option<(Uai, ImportId)> {
    let spaced = key.replace('+', " ");
    let key = percent_decode_str(&spaced).decode_utf8().ok()?;
    let (uai, id) = key.strip_prefix("imports/")?.split_once('/')?;
    Some((Uai::parse(uai).ok()?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const UAI: &str = "0350760L";
    const ID: &str = "0199a1b2-c3d4-7000-8000-000000000001";

    fn import(confirmed: bool) -> Task {
        Task::Import { uai: Uai::parse(UAI).unwrap(), id: ID.parse().unwrap(), confirmed }
    }

    fn created(key: &str) -> Value {
        json!({"eventName": "ObjectCreated:Post", "s3": {"object": {"key": key}}})
    }

    #[test]
    fn uploads() {
        let body =
            json!({"Records": [created(&format!("imports/{UAI}/{ID}")), created(&format!("imports%2F{UAI}%2F{ID}"))]});
        assert_eq!(tasks(&body.to_string()), [import(false), import(false)]);
    }

    #[test]
    fn a_word_of_ours_comes_back_as_it_was_sent() {
        let resume = Resume { uai: Uai::parse(UAI).unwrap(), id: ID.parse().unwrap(), confirmed: true };
        let body = serde_json::to_string(&resume).unwrap();
        assert_eq!(body, format!(r#"{{"resume":"import","uai":"{UAI}","id":"{ID}","confirmed":true}}"#));
        assert_eq!(tasks(&body), [import(true)]);
    }

    #[test]
    fn all_else_asks_for_nothing() {
        for body in [
            "",
            "not JSON",
            "{}",
            "[]",
            "null",
            r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#,
            r#"{"Records":[{"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"imports/a/b"}}}]}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"imports/0350760A/x"}}}]}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"directory/a.csv"}}}]}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"imports/%FF/x"}}}]}"#,
            r#"{"Records":[null]}"#,
        ] {
            assert!(matches!(tasks(body).as_slice(), [Task::Nothing { .. }]), "{body}");
        }
    }
}
