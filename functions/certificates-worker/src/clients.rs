//! The AWS clients, built once.

use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Lazy, Settings, SettingsError};

/// One client of each service that the function calls.
#[derive(Debug, Clone)]
pub struct Clients {
    /// The table.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The bucket.
    pub s3: Lazy<aws_sdk_s3::Client>,
}

impl Clients {
    /// As the settings say.
    pub fn from_settings(settings: &Settings) -> Result<Self, SettingsError> {
        let aws = Aws::new(settings)?;
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb)),
            s3: aws.lazily(Service::S3, |config| {
                // An endpoint of one's own has no name for each bucket.
                let own = config.endpoint_url().is_some();
                aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(own).build())
            }),
        })
    }
}
