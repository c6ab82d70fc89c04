//! The AWS configuration, from settings alone: no profile, no metadata service, no network before the first call.
//! Lambda gives region and credentials in the environment; one machine gives endpoints of its own.

mod http_client;
mod signature;

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::SharedHttpClient;
use jiff::Timestamp;

use crate::{Lazy, Settings, SettingsError};
use http_client::Http;
pub use signature::BucketSigner;

/// An AWS service that we call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// DynamoDB.
    DynamoDb,
    /// S3.
    S3,
    /// SES, version 2 of its API.
    Ses,
    /// SQS.
    Sqs,
}

/// Builds the configuration of each service's client.
#[derive(Debug, Clone)]
pub struct Aws {
    settings: Settings,
    credentials: Credentials,
    region: Region,
    http: SharedHttpClient,
    timeouts: TimeoutConfig,
}

/// As the AWS command line calls it, and botocore.
const CREDENTIALS_END: &str = "AWS_CREDENTIAL_EXPIRATION";
/// How long a call waits for its answer before it is sent again, in seconds: short enough for the pages, for which a person waits.
const CALL_TIMEOUT_SECONDS: u32 = 6;
/// Within so many times that, all attempts of a call and the pauses between them end. It has to be less than the function's own
/// timeout: what fails is answered, what is cut off is not. `infra/template.yaml` sets both, and a test holds the proportion.
pub const LONGEST_CALL: u32 = 3;

impl Aws {
    /// Reads `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, if set, `AWS_SESSION_TOKEN`,
    /// `AWS_CREDENTIAL_EXPIRATION` (when the credentials end; Lambda does not tell), `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_SESV2`, `CALL_TIMEOUT_SECONDS` and `SSL_CERT_FILE` (the authorities that are trusted, if not those of the system).
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let end: Option<Timestamp> = match settings.optional(CREDENTIALS_END) {
            Some(end) => {
                let expected = "a moment such as 2026-09-01T08:20:00Z";
                Some(end.parse().map_err(|_| SettingsError::Invalid { name: CREDENTIALS_END, expected })?)
            }
            None => None,
        };
        let credentials = Credentials::new(
            settings.required("AWS_ACCESS_KEY_ID")?,
            settings.required("AWS_SECRET_ACCESS_KEY")?,
            settings.optional("AWS_SESSION_TOKEN").map(ToOwned::to_owned),
            end.map(SystemTime::from),
            "settings",
        );
        let patience = match settings.optional("CALL_TIMEOUT_SECONDS") {
            Some(_) => settings.number("CALL_TIMEOUT_SECONDS")?,
            None => CALL_TIMEOUT_SECONDS,
        };
        let patience = Duration::from_secs(patience.into());
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(patience / 3)
            .read_timeout(patience)
            .operation_attempt_timeout(patience * 3 / 2)
            .operation_timeout(patience * LONGEST_CALL)
            .build();
        Ok(Self {
            timeouts,
            settings: settings.clone(),
            credentials,
            region: Region::new(settings.required("AWS_REGION")?.to_owned()),
            http: SharedHttpClient::new(Http::new(settings.optional("SSL_CERT_FILE"))),
        })
    }

    /// What signs what browsers send to the bucket.
    pub fn bucket_signer(&self) -> BucketSigner {
        BucketSigner::new(self.credentials.clone(), self.region.as_ref())
    }

    /// A client of `service` that a function may never call. It costs nothing before the first request: each client reads its rules
    /// of endpoints and regions when it is made.
    pub fn lazily<C>(&self, service: Service, client: impl FnOnce(&SdkConfig) -> C + Send + 'static) -> Lazy<C> {
        let config = self.config(service);
        Lazy::new(move || client(&config))
    }

    /// The configuration for a client of `service`.
    pub fn config(&self, service: Service) -> SdkConfig {
        let own = match service {
            Service::DynamoDb => self.settings.optional("AWS_ENDPOINT_URL_DYNAMODB"),
            Service::Ses => self.settings.optional("AWS_ENDPOINT_URL_SESV2"),
            Service::S3 | Service::Sqs => None,
        };
        let endpoint = own.or_else(|| self.settings.optional("AWS_ENDPOINT_URL"));
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .http_client(self.http.clone())
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SystemTimeSource::new())
            .retry_config(RetryConfig::standard().with_max_attempts(5))
            .timeout_config(self.timeouts.clone());
        config.set_endpoint_url(endpoint.map(ToOwned::to_owned));
        config.build()
    }
}
