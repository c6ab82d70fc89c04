//! What a message asks for: events of the bucket, or our own word to take an import up.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use rentree_domain::import::{Resume, Tidy};
use rentree_domain::{ImportId, Uai};
use rentree_runtime::batch::Record;
use serde_json::Value;

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Carry an import through.
    Import(Resume),
    /// Put right what an undone import left behind.
    Tidy(Tidy),
    /// Nothing that we know. Trying again would not change it.
    Nothing { why: &'static str },
}

/// Every task of a message; at least one.
pub(crate) fn tasks(message: &Record) -> Vec<Task> {
    let Ok(body) = serde_json::from_str::<Value>(&message.body) else {
        return vec![Task::Nothing { why: "the body is not JSON" }];
    };
    if body["Event"] == "s3:TestEvent" {
        return vec![Task::Nothing { why: "S3 tells that notifications are set up" }];
    }
    if let Some(records) = body["Records"].as_array() {
        return records.iter().map(|record| upload(record, message.sent_at)).collect();
    }
    // What a struct is tagged with is written, and not looked at when it is read.
    if body["tidy"] == "roster"
        && let Ok(tidy) = serde_json::from_value::<Tidy>(body.clone())
    {
        return vec![Task::Tidy(Tidy { first_sent_at: tidy.first_sent_at.or(Some(message.sent_at)), ..tidy })];
    }
    match serde_json::from_value::<Resume>(body) {
        Ok(resume) => {
            vec![Task::Import(Resume { first_sent_at: resume.first_sent_at.or(Some(message.sent_at)), ..resume })]
        }
        Err(_) => vec![Task::Nothing { why: "the body is neither an event of S3 nor a word of ours" }],
    }
}

/// `sent_at`: when the message was sent, should the event not say when the object was created.
fn upload(record: &Value, sent_at: Timestamp) -> Task {
    if !record["eventName"].as_str().unwrap_or_default().starts_with("ObjectCreated:") {
        return Task::Nothing { why: "the event is not the creation of an object" };
    }
    let key = record["s3"]["object"]["key"].as_str().unwrap_or_default();
    match parse_key(key) {
        Some((uai, id)) => {
            let created_at = record["eventTime"].as_str().and_then(|time| time.parse().ok());
            let first_sent_at = created_at.or(Some(sent_at));
            Task::Import(Resume { uai, id, confirmed: false, first_sent_at, asked_at: None, comes_back_at: None })
        }
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
    const CREATED_AT: &str = "2026-09-01T08:00:00Z";

    fn import(confirmed: bool, first_sent_at: Timestamp) -> Task {
        let first_sent_at = Some(first_sent_at);
        Task::Import(Resume {
            uai: Uai::parse(UAI).unwrap(),
            id: ID.parse().unwrap(),
            confirmed,
            first_sent_at,
            asked_at: None,
            comes_back_at: None,
        })
    }

    fn created(key: &str) -> Value {
        json!({"eventName": "ObjectCreated:Post", "eventTime": CREATED_AT, "s3": {"object": {"key": key}}})
    }

    fn tasks_of(body: &str) -> Vec<Task> {
        tasks(&Record { body: body.to_owned(), queue_arn: String::new(), tries: 1, sent_at: Timestamp::UNIX_EPOCH })
    }

    #[test]
    fn uploads() {
        let (key, created_at) = (format!("imports/{UAI}/{ID}"), CREATED_AT.parse().unwrap());
        let mut timeless = created(&key);
        timeless["eventTime"].take();
        let body = json!({"Records": [created(&key), created(&format!("imports%2F{UAI}%2F{ID}")), timeless]});
        assert_eq!(
            tasks_of(&body.to_string()),
            [import(false, created_at), import(false, created_at), import(false, Timestamp::UNIX_EPOCH)]
        );
    }

    #[test]
    fn a_word_of_ours_comes_back_as_it_was_sent() {
        let first_sent_at: Timestamp = CREATED_AT.parse().unwrap();
        let (uai, id) = (Uai::parse(UAI).unwrap(), ID.parse().unwrap());
        let resume = Resume {
            uai,
            id,
            confirmed: true,
            first_sent_at: Some(first_sent_at),
            asked_at: None,
            comes_back_at: None,
        };
        let body = serde_json::to_string(&resume).unwrap();
        let text = r#"{"resume":"import","uai":"0350760L","id":"0199a1b2-c3d4-7000-8000-000000000001","confirmed":true,"first_sent_at":"2026-09-01T08:00:00Z"}"#;
        assert_eq!(body, text);
        assert_eq!(tasks_of(&body), [import(true, first_sent_at)]);
        // As it was sent before it said when.
        let former =
            r#"{"resume":"import","uai":"0350760L","id":"0199a1b2-c3d4-7000-8000-000000000001","confirmed":true}"#;
        assert_eq!(tasks_of(former), [import(true, Timestamp::UNIX_EPOCH)]);
    }

    #[test]
    fn a_word_to_tidy_up_is_no_word_to_import() {
        let first_sent_at = CREATED_AT.parse().ok();
        let tidy = Tidy { uai: Uai::parse(UAI).unwrap(), id: ID.parse().unwrap(), first_sent_at };
        assert_eq!(tasks_of(&serde_json::to_string(&tidy).unwrap()), [Task::Tidy(tidy)]);
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
            assert!(matches!(tasks_of(body).as_slice(), [Task::Nothing { .. }]), "{body}");
        }
    }
}
