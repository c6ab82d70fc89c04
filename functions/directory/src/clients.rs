//! The AWS clients, built once.

use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Settings, SettingsError};

/// One client of each service that the function calls.
#[derive(Debug, Clone)]
pub struct Clients {
    /// The table.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The bucket.
    pub s3: aws_sdk_s3::Client,
    /// The queue of offers.
    pub sqs: aws_sdk_sqs::Client,
    /// Mails.
    pub ses: aws_sdk_sesv2::Client,
}

impl Clients {
    /// As the settings say.
    pub fn from_settings(settings: &Settings) -> Result<Self, SettingsError> {
        let aws = Aws::new(settings)?;
        let s3 = aws.config(Service::S3);
        // An endpoint of one's own has no name for each bucket.
        let s3 = aws_sdk_s3::config::Builder::from(&s3).force_path_style(s3.endpoint_url().is_some()).build();
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb)),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&aws.config(Service::Sqs)),
            ses: aws_sdk_sesv2::Client::new(&aws.config(Service::Ses)),
        })
    }
}
