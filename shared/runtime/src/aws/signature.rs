//! AWS Signature Version 4, for what browsers send to the bucket themselves: a form that uploads, a link that downloads. The SDK has no
//! form, and its links come with a client of S3, which functions that answer pages do without.

use aws_credential_types::Credentials;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// Signs for the bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub struct BucketSigner {
    credentials: Credentials,
    region: String,
}

impl BucketSigner {
    /// By the name of which AWS knows how a signature is made.
    pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

    pub(super) fn new(credentials: Credentials, region: &str) -> Self {
        Self { credentials, region: region.to_owned() }
    }

    /// The earlier of `latest` and the end of the credentials, where whoever gave them told it: beyond, the bucket refuses what they sign,
    /// whatever it says.
    pub fn not_after(&self, latest: Timestamp) -> Timestamp {
        let end = self.credentials.expiry().and_then(|end| Timestamp::try_from(end).ok());
        end.map_or(latest, |end| end.min(latest))
    }

    /// A moment as a signature has it.
    pub fn moment(at: Timestamp) -> String {
        at.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// Who signs, and for what.
    pub fn credential(&self, at: Timestamp) -> String {
        format!("{}/{}", self.credentials.access_key_id(), self.scope(at))
    }

    /// What has to be told of temporary credentials.
    pub fn token(&self) -> Option<&str> {
        self.credentials.session_token()
    }

    /// The signature of a text.
    pub fn signature(&self, at: Timestamp, text: &str) -> String {
        let secret = format!("AWS4{}", self.credentials.secret_access_key());
        let scope = self.scope(at);
        let key = scope.split('/').fold(secret.into_bytes(), |key, part| hmac(&key, part.as_bytes()));
        hex(&hmac(&key, text.as_bytes()))
    }

    /// The signature of a request, which stands in its address.
    pub fn signature_of_request(&self, at: Timestamp, request: &str) -> String {
        let (moment, scope, hash) = (Self::moment(at), self.scope(at), hex(&Sha256::digest(request)));
        self.signature(at, &format!("{}\n{moment}\n{scope}\n{hash}", Self::ALGORITHM))
    }

    fn scope(&self, at: Timestamp) -> String {
        format!("{}/{}/s3/aws4_request", at.strftime("%Y%m%d"), self.region)
    }
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's own guide: a link to an object, signed on 24 May 2013 for a day.
    #[test]
    fn a_request_is_signed_as_the_documentation_does() {
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, None, "test");
        let signer = BucketSigner::new(credentials, "us-east-1");
        let at: Timestamp = "2013-05-24T00:00:00Z".parse().unwrap();
        assert_eq!(signer.credential(at), "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request");
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host";
        let request = format!("GET\n/test.txt\n{query}\nhost:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD");
        let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert_eq!(signer.signature_of_request(at, &request), signature);
    }
}
