//! The uploaded file, fetched to disk: a zip must be read from its end, and memory stays flat.

use std::fs::File;
use std::io::Seek;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use rentree_domain::import::file_name::{FILE_NAME_METADATA, FileName};
use tokio::io::AsyncWriteExt;

use crate::file_name;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The object is gone. S3 is consistent: it will not come back.
    #[error("the object is not in the bucket")]
    Missing,
    /// S3 failed.
    #[error("the bucket did not give the object")]
    Bucket(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk failed.
    #[error("the object could not be kept")]
    Disk(#[from] std::io::Error),
}

/// An object of the bucket.
pub(crate) struct Fetched {
    pub(crate) file: File,
    pub(crate) etag: Option<String>,
    /// What the school calls it.
    pub(crate) name: Option<FileName>,
}

/// Fetches an object into a file without a name: nothing is left of it when the process ends, however it ends.
pub(crate) async fn fetch(client: &Client, bucket: &str, key: &str) -> Result<Fetched, FetchError> {
    let object = match client.get_object().bucket(bucket).key(key).send().await {
        Ok(object) => object,
        Err(error) if matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_))) => {
            return Err(FetchError::Missing);
        }
        Err(error) => return Err(FetchError::Bucket(Box::new(error))),
    };
    let etag = object.e_tag().map(ToOwned::to_owned);
    let name = object.metadata().and_then(|metadata| metadata.get(FILE_NAME_METADATA));
    let name = name.and_then(|told| FileName::parse(&file_name::decode(told)));
    let mut file = tokio::fs::File::from_std(tempfile::tempfile()?);
    let mut body = object.body;
    while let Some(bytes) = body.try_next().await.map_err(|error| FetchError::Bucket(Box::new(error)))? {
        file.write_all(&bytes).await?;
    }
    file.flush().await?;
    let mut file = file.into_std().await;
    file.rewind()?;
    Ok(Fetched { file, etag, name })
}
