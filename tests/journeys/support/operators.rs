//! What the journeys of operators share: the function `directory` with clients of one's own, and a bucket that tells nobody.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use directory::{Clients, Config, Directory};
use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_runtime::Settings;
use rentree_testkit::Stack;
use rentree_testkit::cloud::REGION;
use serde_json::Value;

use super::{batch, eventually, product};

/// Of the dead-letter queues of the product's stack.
pub(crate) const DIRECTORY_DEAD: &str = "arn:aws:sqs:eu-west-3:000000000000:rentree-directory-dead";
pub(crate) const OFFERS_DEAD: &str = "arn:aws:sqs:eu-west-3:000000000000:rentree-offers-dead";

/// A bucket of the product's cloud that no notification looks at: only who is told loads its files.
pub(crate) const SILENT_BUCKET: &str = "rentree-silent";

/// The settings of the function, on the silent bucket.
pub(crate) fn settings() -> anyhow::Result<Settings> {
    Ok(product().stack.function_settings("DirectoryFunction")?.with([("BUCKET", SILENT_BUCKET)]))
}

/// The function, with something between it and the table.
pub(crate) fn directory_with(between: Option<impl Intercept + 'static>) -> anyhow::Result<Directory> {
    let settings = settings()?;
    let mut clients = Clients::from_settings(&settings)?;
    if let Some(between) = between {
        let config = clients.dynamodb.config().to_builder().interceptor(between).build();
        clients.dynamodb = aws_sdk_dynamodb::Client::from_conf(config);
    }
    Ok(Directory::new(Config::read(&settings)?, &clients, Timestamp::now))
}

/// Carries a batch out; nothing of it may come again.
pub(crate) async fn done(directory: &Directory, event: &Value) -> anyhow::Result<()> {
    let answer = directory.handle(event).await?;
    anyhow::ensure!(answer.batch_item_failures.is_empty(), "{event} comes again");
    Ok(())
}

/// Puts a file where only who is told loads it.
pub(crate) async fn put_silently(name: &str, file: Vec<u8>) -> anyhow::Result<()> {
    put_silently_as(&format!("directory/{name}.csv"), file).await
}

/// The same under any key.
pub(crate) async fn put_silently_as(key: &str, file: Vec<u8>) -> anyhow::Result<()> {
    let s3 = &product().stack.s3;
    eventually("the silent bucket is there", async || {
        if s3.head_bucket().bucket(SILENT_BUCKET).send().await.is_ok() {
            return Ok(Some(()));
        }
        let place =
            CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(REGION)).build();
        // Another test may be faster.
        let _ = s3.create_bucket().bucket(SILENT_BUCKET).create_bucket_configuration(place).send().await;
        Ok(None)
    })
    .await?;
    let put = s3.put_object().bucket(SILENT_BUCKET).key(key);
    put.body(ByteStream::from(file)).send().await?;
    Ok(())
}

/// The event that a file was uploaded.
pub(crate) fn uploaded(name: &str) -> Value {
    let key = format!("directory/{name}.csv");
    let record = serde_json::json!({"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}});
    message(&serde_json::json!({ "Records": [record] }))
}

/// A batch of one message.
pub(crate) fn message(body: &Value) -> Value {
    batch([("m-1", body.to_string().as_str())])
}

/// The same event, from a dead-letter queue.
pub(crate) fn dead(mut event: Value, queue: &str) -> Value {
    event["Records"][0]["eventSourceARN"] = queue.into();
    event
}

/// A report in the silent bucket.
pub(crate) async fn silent_report(name: &str) -> anyhow::Result<Value> {
    report(&product().stack, SILENT_BUCKET, &format!("reports/directory/{name}.json")).await
}

/// A report.
pub(crate) async fn report(stack: &Stack, bucket: &str, key: &str) -> anyhow::Result<Value> {
    let object = stack.s3.get_object().bucket(bucket).key(key).send().await?;
    Ok(serde_json::from_slice(&object.body.collect().await?.into_bytes())?)
}

/// A school activates its space. (Behind the back of the function that will do it.)
pub(crate) async fn activate(stack: &Stack, uai: Uai) -> anyhow::Result<()> {
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let update = stack
        .dynamodb
        .update_item()
        .table_name(stack.value("Table")?)
        .key("PK", key(&format!("SCHOOL#{uai}")))
        .key("SK", key("SCHOOL"))
        .update_expression("SET activated_at = :now")
        .expression_attribute_values(":now", key(&Timestamp::now().to_string()));
    update.send().await?;
    Ok(())
}
