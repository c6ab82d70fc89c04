//! The presigned POST of a file: a form that the bucket itself checks. The SDK presigns PUT only, but a POST policy is
//! what enforces a size and works from a plain form, so we sign it ourselves (AWS Signature Version 4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rentree_domain::import::state::UPLOAD_VALIDITY;
use rentree_domain::import::{MAX_FILE_BYTES, file_name};
use rentree_runtime::aws::{Aws, BucketSigner};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::Config;

const CONTENT_TYPE: &str = "application/octet-stream";
/// The worker reads it as [`file_name::FILE_NAME_METADATA`].
const FILE_NAME_FIELD: &str = "x-amz-meta-name";

/// Where and how to send a file: a `multipart/form-data` POST with these fields in this order, then the field `file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Upload {
    pub(crate) url: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) max_bytes: u64,
    pub(crate) expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// What the bucket does once the file is there.
pub(crate) enum Afterwards {
    /// Send the browser here.
    Redirect(String),
    /// Answer 201.
    Created,
}

/// Signs uploads.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    signature: BucketSigner,
    bucket: String,
    url: String,
}

impl Signer {
    pub(crate) fn new(aws: &Aws, config: &Config) -> Self {
        Self { signature: aws.bucket_signer(), bucket: config.bucket.clone(), url: config.upload_url.clone() }
    }

    /// A form that uploads one file to `key`, valid from `requested_at` for [`UPLOAD_VALIDITY`], but never longer than the
    /// credentials that sign it: beyond, the bucket refuses it whatever it says. The same arguments give the same form, so that a page
    /// can be shown again.
    pub(crate) fn sign(&self, key: &str, requested_at: Timestamp, afterwards: Afterwards) -> Upload {
        let expires_at = self.signature.not_after(requested_at + UPLOAD_VALIDITY);
        // Whoever signs cannot know it: the bucket puts it there, whatever it is.
        let file_name = Field { name: FILE_NAME_FIELD, value: file_name::PLACEHOLDER.to_owned() };
        let mut fields = vec![
            Field { name: "key", value: key.to_owned() },
            Field { name: "Content-Type", value: CONTENT_TYPE.to_owned() },
            match afterwards {
                Afterwards::Redirect(url) => Field { name: "success_action_redirect", value: url },
                Afterwards::Created => Field { name: "success_action_status", value: "201".to_owned() },
            },
            Field { name: "x-amz-algorithm", value: "AWS4-HMAC-SHA256".to_owned() },
            Field { name: "x-amz-credential", value: self.signature.credential(requested_at) },
            Field { name: "x-amz-date", value: BucketSigner::moment(requested_at) },
        ];
        if let Some(token) = self.signature.token() {
            fields.push(Field { name: "x-amz-security-token", value: token.to_owned() });
        }

        let mut conditions = vec![json!({"bucket": self.bucket}), json!(["content-length-range", 0, MAX_FILE_BYTES])];
        conditions.extend(fields.iter().map(|field| json!({ field.name: field.value })));
        conditions.push(json!(["starts-with", format!("${}", file_name.name), ""]));
        fields.push(file_name);
        let expiration = expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let policy = STANDARD.encode(json!({"expiration": expiration, "conditions": conditions}).to_string());

        let signature = self.signature.signature(requested_at, &policy);
        fields.push(Field { name: "policy", value: policy });
        fields.push(Field { name: "x-amz-signature", value: signature });
        Upload { url: self.url.clone(), fields, max_bytes: MAX_FILE_BYTES, expires_at }
    }
}

#[cfg(test)]
mod tests {
    use rentree_runtime::Settings;

    use super::*;

    const REQUESTED_AT: &str = "2026-09-01T08:00:00Z";

    fn signer(settings: &[(&str, &str)]) -> Signer {
        let given = [("AWS_REGION", "eu-west-3"), ("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        let settings = given.iter().chain(&[("AWS_SESSION_TOKEN", "token")]).chain(settings);
        let settings = Settings::from_pairs(settings.copied());
        let config = Config {
            table: String::new(),
            bucket: "uploads".into(),
            upload_url: "https://uploads/".into(),
            import_queue_url: String::new(),
            mail_queue_url: String::new(),
            support_email: String::new(),
            has_mediacentre: false,
            origin: String::new(),
        };
        Signer::new(&Aws::new(&settings).unwrap(), &config)
    }

    fn policy(upload: &Upload) -> serde_json::Value {
        let policy = upload.fields.iter().find(|field| field.name == "policy").unwrap();
        serde_json::from_slice(&STANDARD.decode(&policy.value).unwrap()).unwrap()
    }

    #[test]
    fn every_field_is_in_the_policy() {
        let at = REQUESTED_AT.parse().unwrap();
        let upload = signer(&[]).sign("imports/0350760L/x", at, Afterwards::Created);
        let policy = policy(&upload);
        assert_eq!(policy["expiration"], "2026-09-01T09:00:00Z");
        for field in upload.fields.iter().filter(|f| !matches!(f.name, "policy" | "x-amz-signature")) {
            let condition = match field.name {
                FILE_NAME_FIELD => json!(["starts-with", "$x-amz-meta-name", ""]),
                name => json!({ name: field.value }),
            };
            assert!(policy["conditions"].as_array().unwrap().contains(&condition), "{condition}");
        }
        assert_eq!(upload, signer(&[]).sign("imports/0350760L/x", at, Afterwards::Created));
    }

    /// A form that outlives what signed it would be refused by the bucket while the page calls it valid.
    #[test]
    fn a_form_is_never_longer_valid_than_the_credentials() {
        let at: Timestamp = REQUESTED_AT.parse().unwrap();
        for (end, expires_at) in [
            ("2026-09-01T08:20:00Z", "2026-09-01T08:20:00Z"),
            ("2026-09-01T08:20:00+00:00", "2026-09-01T08:20:00Z"),
            ("2026-09-01T14:00:00Z", "2026-09-01T09:00:00Z"),
        ] {
            let signer = signer(&[("AWS_CREDENTIAL_EXPIRATION", end)]);
            let upload = signer.sign("imports/0350760L/x", at, Afterwards::Created);
            assert_eq!(
                (upload.expires_at.to_string().as_str(), &policy(&upload)["expiration"]),
                (expires_at, &json!(expires_at))
            );
        }
    }
}
