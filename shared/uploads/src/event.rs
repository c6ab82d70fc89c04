//! The body of a message, as far as the bucket writes it. The bucket also tells that it was set up, tells twice, and encodes what it names.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What the bucket tells of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It was uploaded under this key.
    Uploaded {
        /// As operators wrote it.
        key: String,
    },
    /// Nothing to do.
    Nothing {
        /// Why.
        why: &'static str,
    },
    /// Nothing that is understood. Trying again would not change it.
    Mistake {
        /// What is wrong.
        why: &'static str,
    },
}

/// What a body tells; `None` if it is no event of a bucket at all.
pub fn told(body: &Value) -> Option<Vec<Told>> {
    if body["Event"] == "s3:TestEvent" {
        return Some(vec![Told::Nothing { why: "S3 tells that notifications are set up" }]);
    }
    let records = body["Records"].as_array()?;
    if records.is_empty() {
        return Some(vec![Told::Mistake { why: "the event of S3 has no records" }]);
    }
    Some(records.iter().map(upload).collect())
}

fn upload(record: &Value) -> Told {
    if !record["eventName"].as_str().unwrap_or_default().starts_with("ObjectCreated:") {
        return Told::Nothing { why: "the event is not the creation of an object" };
    }
    match decode(record["s3"]["object"]["key"].as_str().unwrap_or_default()) {
        Some(key) => Told::Uploaded { key },
        None => Told::Nothing { why: "the key of the object is no text" },
    }
}

/// A key as events carry it: URL-encoded, `+` for a space.
fn decode(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    Some(percent_decode_str(&spaced).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn created(key: &str) -> Value {
        json!({"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}})
    }

    #[test]
    fn keys_are_read_as_they_were_written() {
        let body = json!({"Records": [created("a/b.csv"), created("a%2Frentr%C3%A9e+2026.csv"), created("%FF")]});
        let uploaded = |key: &str| Told::Uploaded { key: key.to_owned() };
        let [one, two, Told::Nothing { .. }] = &told(&body).unwrap()[..] else { panic!("three objects") };
        assert_eq!((one, two), (&uploaded("a/b.csv"), &uploaded("a/rentrée 2026.csv")));
    }

    #[test]
    fn all_else_asks_for_nothing() {
        for body in [
            json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}),
            json!({"Records": []}),
            json!({"Records": [null]}),
            json!({"Records": [{"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": "a.csv"}}}]}),
        ] {
            let all = told(&body).unwrap();
            assert!(matches!(all.as_slice(), [Told::Nothing { .. } | Told::Mistake { .. }]), "{body}");
        }
        for body in [json!({}), json!([]), json!(null), json!({"Records": 1})] {
            assert_eq!(told(&body), None, "{body}");
        }
    }
}
