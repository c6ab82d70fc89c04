//! The answer to a file: one JSON object in the bucket, overwritten by the next. The same state gives the same bytes.

use std::error::Error;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use serde::Serialize;

/// Writes `report` under `key`.
pub async fn write_report<T: Serialize + Sync>(
    client: &Client,
    bucket: &str,
    key: &str,
    report: &T,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let body = serde_json::to_vec_pretty(report)?;
    let put = client.put_object().bucket(bucket).key(key).content_type("application/json");
    put.body(ByteStream::from(body)).send().await?;
    Ok(())
}
