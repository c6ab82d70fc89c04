//! The link to an object of the bucket, signed by us and ended after minutes.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rentree_runtime::aws::BucketSigner;

use crate::Certifications;

/// Long enough to begin a download on a slow line; whoever the link is passed on to comes too late.
const LASTS: SignedDuration = SignedDuration::from_mins(5);
/// What a signature leaves as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a browser fetches an object, which is saved as `name`.
pub(super) fn to(app: &Certifications, object: &str, name: &str, now: Timestamp) -> String {
    signed(&app.signer, &app.config.upload_url, object, name, now)
}

fn signed(signer: &BucketSigner, bucket: &str, object: &str, name: &str, now: Timestamp) -> String {
    let address = format!("{}/{object}", bucket.trim_end_matches('/'));
    let (_, after_scheme) = address.split_once("://").unwrap_or(("", &address));
    let (host, path) = after_scheme.split_once('/').unwrap_or((after_scheme, ""));
    let lasts = signer.not_after(now + LASTS).duration_since(now).as_secs().max(1);
    let mut parameters = vec![
        ("X-Amz-Algorithm", BucketSigner::ALGORITHM.to_owned()),
        ("X-Amz-Credential", signer.credential(now)),
        ("X-Amz-Date", BucketSigner::moment(now)),
        ("X-Amz-Expires", lasts.to_string()),
    ];
    if let Some(token) = signer.token() {
        parameters.push(("X-Amz-Security-Token", token.to_owned()));
    }
    parameters.push(("X-Amz-SignedHeaders", "host".to_owned()));
    parameters.push(("response-content-disposition", format!("attachment; filename=\"{name}\"")));
    // In this order they are signed; so they stand.
    let mut query = String::new();
    for (name, value) in parameters {
        let begin = if query.is_empty() { "" } else { "&" };
        let _ = write!(query, "{begin}{name}={}", utf8_percent_encode(&value, ENCODED));
    }
    let request = format!("GET\n/{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
    format!("{address}?{query}&X-Amz-Signature={}", signer.signature_of_request(now, &request))
}

#[cfg(test)]
mod tests {
    use rentree_runtime::Settings;
    use rentree_runtime::aws::Aws;

    use super::*;

    fn link(more: &[(&str, &str)]) -> String {
        let given = [("AWS_REGION", "eu-west-3"), ("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        let settings = Settings::from_pairs(given.iter().chain(more).copied());
        let signer = Aws::new(&settings).unwrap().bucket_signer();
        let now = "2026-09-01T08:00:00Z".parse().unwrap();
        signed(&signer, "https://uploads.s3.eu-west-3.amazonaws.com/", "certificates/a-b.pdf", "c.pdf", now)
    }

    /// Whether the bucket takes it, a journey looks.
    #[test]
    fn a_link_says_until_when_and_in_whose_name() {
        let plain = link(&[]);
        assert!(plain.starts_with("https://uploads.s3.eu-west-3.amazonaws.com/certificates/a-b.pdf?X-Amz-Algorithm="));
        assert!(plain.contains("&X-Amz-Date=20260901T080000Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&"), "{plain}");
        let temporary = link(&[("AWS_SESSION_TOKEN", "to/ken")]);
        assert!(temporary.contains("&X-Amz-Security-Token=to%2Fken&X-Amz-SignedHeaders=host&"), "{temporary}");
    }

    /// Beyond, the bucket would refuse it while it says that it holds.
    #[test]
    fn a_link_never_outlives_the_credentials() {
        let link = link(&[("AWS_CREDENTIAL_EXPIRATION", "2026-09-01T08:02:00Z")]);
        assert!(link.contains("&X-Amz-Expires=120&"), "{link}");
    }
}
