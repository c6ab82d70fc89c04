//! The uploaded file, fetched to disk: memory stays flat, and a slow table cannot keep the bucket waiting.

use std::fs::File;
use std::io::Seek;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use tokio::io::AsyncWriteExt;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The object is gone. S3 is consistent: it will not come back.
    #[error("the object is not in the bucket")]
    Missing,
    /// The object has more bytes than we read.
    #[error("the object has {size} bytes")]
    TooLarge {
        /// How many.
        size: u64,
        /// Its `ETag`: which object that was.
        etag: Option<String>,
    },
    /// S3 failed.
    #[error("the bucket did not give the object")]
    Bucket(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk failed.
    #[error("the object could not be kept")]
    Disk(#[from] std::io::Error),
}

/// Fetches an object into a file without a name: nothing is left of it when the process ends, however it ends.
///
/// Also returns the object's `ETag`.
pub async fn fetch(
    client: &Client,
    bucket: &str,
    key: &str,
    largest: u64,
) -> Result<(File, Option<String>), FetchError> {
    let object = match client.get_object().bucket(bucket).key(key).send().await {
        Ok(object) => object,
        Err(error) if matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_))) => {
            return Err(FetchError::Missing);
        }
        Err(error) => return Err(FetchError::Bucket(Box::new(error))),
    };
    let size = object.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
    let etag = object.e_tag().map(ToOwned::to_owned);
    if size > largest {
        return Err(FetchError::TooLarge { size, etag });
    }
    let mut file = tokio::fs::File::from_std(tempfile::tempfile()?);
    let mut body = object.body;
    while let Some(bytes) = body.try_next().await.map_err(|error| FetchError::Bucket(Box::new(error)))? {
        file.write_all(&bytes).await?;
    }
    file.flush().await?;
    let mut file = file.into_std().await;
    file.rewind()?;
    Ok((file, etag))
}

/// The object's `ETag`, as of now; `None` if it is gone.
pub async fn etag(client: &Client, bucket: &str, key: &str) -> Result<Option<String>, FetchError> {
    match client.head_object().bucket(bucket).key(key).send().await {
        Ok(object) => Ok(object.e_tag().map(ToOwned::to_owned)),
        Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
        Err(error) => Err(FetchError::Bucket(Box::new(error))),
    }
}
