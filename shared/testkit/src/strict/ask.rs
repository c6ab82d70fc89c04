//! What a request to AWS asks for: the actions, resources and condition keys that a policy judges it by.
//!
//! DynamoDB asks once for each part of a transaction, under the action of that part (a put within a transaction wants
//! `dynamodb:PutItem`), and once for a batch, with the keys of all its parts.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use axum::http::{HeaderMap, Method, Uri};
use serde_json::Value;

use crate::cloud::REGION;
use crate::provision::ACCOUNT;

/// The condition key of the partition keys that a call to DynamoDB touches.
pub(super) const LEADING_KEYS: &str = "dynamodb:LeadingKeys";
/// The condition key of the address that a mail comes from.
pub(super) const FROM_ADDRESS: &str = "ses:FromAddress";
/// The condition key of the beginning of the names that a list of a bucket asks for.
pub(super) const PREFIX: &str = "s3:prefix";

/// One thing that must be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    /// As policies name it, `dynamodb:PutItem`.
    pub(super) action: String,
    /// Its ARN.
    pub(super) resource: String,
    /// Values of condition keys.
    pub(super) context: BTreeMap<&'static str, Vec<String>>,
}

/// How long AWS takes for it, and what it may be refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads of DynamoDB.
    Read,
    /// Single writes to DynamoDB.
    Write,
    /// Transactions.
    Transaction,
    /// Every other service.
    Elsewhere,
}

/// The key of an item: partition key and sort key.
pub(super) type ItemKey = (String, String);

/// A request, understood.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// `dynamodb`, `sqs`, `s3`, `ses`.
    pub(super) service: String,
    /// The operation of its API, `TransactWriteItems`.
    pub(super) operation: String,
    /// What must be allowed.
    pub(super) asks: Vec<Ask>,
    /// The items that it writes or reads by their keys, in their order.
    pub(super) items: Vec<ItemKey>,
    /// The partition key of a query.
    pub(super) partition: Option<String>,
}

impl Request {
    /// What kind of call it is.
    pub(super) fn kind(&self) -> Kind {
        match (self.service.as_str(), self.operation.as_str()) {
            ("dynamodb", "GetItem" | "BatchGetItem" | "Query" | "Scan") => Kind::Read,
            ("dynamodb", "TransactWriteItems" | "TransactGetItems") => Kind::Transaction,
            ("dynamodb", _) => Kind::Write,
            _ => Kind::Elsewhere,
        }
    }
}

/// The names of partition keys: of tables, and by index.
pub(super) type PartitionKeys = BTreeMap<Option<String>, String>;

/// Reads a signed request to `service`.
pub(super) fn read(
    service: &str,
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
    body: &[u8],
    partition_keys: &PartitionKeys,
    mail_identity: &str,
) -> anyhow::Result<Request> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let mut request =
        Request { service: service.to_owned(), operation, asks: Vec::new(), items: Vec::new(), partition: None };
    match service {
        "dynamodb" => dynamodb(&mut request, &serde_json::from_slice(body).context("a body of JSON")?, partition_keys)?,
        "sqs" => {
            let body: Value = serde_json::from_slice(body).context("a body of JSON")?;
            let queue = body["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next()).context("a QueueUrl")?;
            // Rights are by message, whether one or ten travel together.
            let action = request.operation.trim_end_matches("Batch");
            request.asks.push(ask(format!("sqs:{action}"), format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")));
        }
        "s3" => s3(&mut request, method, uri)?,
        "ses" => {
            if method != Method::POST || uri.path() != "/v2/email/outbound-emails" {
                bail!("no function was seen to ask SES for {method} {uri}");
            }
            let body: Value = serde_json::from_slice(body).context("a body of JSON")?;
            let from = body["FromEmailAddress"].as_str().context("a FromEmailAddress")?;
            let address = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>'));
            "SendEmail".clone_into(&mut request.operation);
            let mut wanted = ask("ses:SendEmail".to_owned(), identity_of(address, mail_identity));
            wanted.context.insert(FROM_ADDRESS, vec![address.to_owned()]);
            request.asks.push(wanted);
        }
        other => bail!("no function was seen to call {other}"),
    }
    Ok(request)
}

/// The upload of a form that `function` signed: a put in its name.
pub(super) fn upload(bucket: &str, key: &str) -> Request {
    Request {
        service: "s3".to_owned(),
        operation: "PostObject".to_owned(),
        asks: vec![ask("s3:PutObject".to_owned(), format!("arn:aws:s3:::{bucket}/{key}"))],
        items: Vec::new(),
        partition: None,
    }
}

fn ask(action: String, resource: String) -> Ask {
    Ask { action, resource, context: BTreeMap::new() }
}

/// SES judges by the verified identity that covers an address: its own, or its domain's.
fn identity_of(address: &str, verified: &str) -> String {
    let covered = address == verified || address.rsplit('@').next() == Some(verified);
    format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{}", if covered { verified } else { address })
}

fn s3(request: &mut Request, method: &Method, uri: &Uri) -> anyhow::Result<()> {
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let query = uri.query().unwrap_or_default();
    let arn = format!("arn:aws:s3:::{bucket}");
    let (operation, action) = match (method, key.is_empty()) {
        (&Method::GET | &Method::HEAD, false) => ("GetObject", "s3:GetObject"),
        (&Method::PUT, false) => ("PutObject", "s3:PutObject"),
        (&Method::DELETE, false) => ("DeleteObject", "s3:DeleteObject"),
        (&Method::GET, true) if query.contains("list-type=2") => ("ListObjectsV2", "s3:ListBucket"),
        _ => bail!("no function was seen to ask S3 for {method} {uri}"),
    };
    operation.clone_into(&mut request.operation);
    let resource = if key.is_empty() { arn } else { format!("{arn}/{key}") };
    let mut wanted = ask(action.to_owned(), resource);
    if let Some(prefix) = query.split('&').find_map(|pair| pair.strip_prefix("prefix=")) {
        wanted.context.insert(PREFIX, vec![prefix.replace("%2F", "/")]);
    }
    request.asks.push(wanted);
    Ok(())
}

fn dynamodb(request: &mut Request, body: &Value, partition_keys: &PartitionKeys) -> anyhow::Result<()> {
    let key_of = |item: &Value| -> ItemKey {
        let part = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
        (part("PK"), part("SK"))
    };
    let operation = request.operation.clone();
    let mut want = |action: &str, resource: String, keys: Vec<String>| {
        let mut wanted = ask(format!("dynamodb:{action}"), resource);
        if !keys.is_empty() {
            wanted.context.insert(LEADING_KEYS, keys);
        }
        request.asks.push(wanted);
    };
    match operation.as_str() {
        "TransactWriteItems" | "TransactGetItems" => {
            for part in body["TransactItems"].as_array().context("TransactItems")? {
                let (name, part) = part.as_object().and_then(|part| part.iter().next()).context("a part")?;
                let action = match name.as_str() {
                    "Put" => "PutItem",
                    "Update" => "UpdateItem",
                    "Delete" => "DeleteItem",
                    "ConditionCheck" => "ConditionCheckItem",
                    "Get" => "GetItem",
                    other => bail!("an unknown part of a transaction: {other}"),
                };
                let key = key_of(if name == "Put" { &part["Item"] } else { &part["Key"] });
                want(action, table_arn(&part["TableName"], None)?, vec![key.0.clone()]);
                request.items.push(key);
            }
        }
        "BatchGetItem" => {
            for (table, wanted) in body["RequestItems"].as_object().context("RequestItems")? {
                let keys: Vec<ItemKey> = wanted["Keys"].as_array().context("Keys")?.iter().map(key_of).collect();
                let leading = keys.iter().map(|(partition, _)| partition.clone()).collect();
                want("BatchGetItem", table_arn(&Value::from(table.as_str()), None)?, leading);
                request.items.extend(keys);
            }
        }
        "Query" => {
            let index = body["IndexName"].as_str();
            let attribute = partition_keys.get(&index.map(ToOwned::to_owned));
            let partition = leading_key(body, attribute.context("a table or index of the template")?);
            let partition = partition.context("a query names its partition key")?;
            want("Query", table_arn(&body["TableName"], index)?, vec![partition.clone()]);
            request.partition = Some(partition);
        }
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" => {
            let key = key_of(if operation == "PutItem" { &body["Item"] } else { &body["Key"] });
            want(&operation, table_arn(&body["TableName"], None)?, vec![key.0.clone()]);
            request.items.push(key);
        }
        other => want(other, table_arn(&body["TableName"], None)?, Vec::new()),
    }
    Ok(())
}

fn table_arn(table: &Value, index: Option<&str>) -> anyhow::Result<String> {
    let table = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{}", table.as_str().context("TableName")?);
    Ok(index.map_or(table.clone(), |index| format!("{table}/index/{index}")))
}

/// The value that a query's key condition gives to `attribute`.
fn leading_key(body: &Value, attribute: &str) -> Option<String> {
    let condition = body["KeyConditionExpression"].as_str()?;
    let words: Vec<&str> = condition.split_whitespace().collect();
    let is_attribute = |word: &str| word == attribute || body["ExpressionAttributeNames"][word] == attribute;
    let value = words.windows(3).find(|words| is_attribute(words[0]) && words[1] == "=").map(|words| words[2])?;
    body["ExpressionAttributeValues"][value]["S"].as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_dynamodb(operation: &str, body: &Value) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-target", format!("DynamoDB_20120810.{operation}").parse().unwrap());
        let keys = [(None, "PK"), (Some("GSI1".to_owned()), "GSI1PK")].map(|(index, name)| (index, name.to_owned()));
        let uri = Uri::from_static("/");
        read("dynamodb", (&Method::POST, &uri, &headers), body.to_string().as_bytes(), &keys.into(), "").unwrap()
    }

    #[test]
    fn a_transaction_asks_for_each_of_its_parts() {
        let key = |pk: &str| json!({"PK": {"S": pk}, "SK": {"S": "X"}});
        let request = of_dynamodb(
            "TransactWriteItems",
            &json!({"TransactItems": [
                {"Put": {"TableName": "rentree", "Item": key("SCHOOL#1")}},
                {"ConditionCheck": {"TableName": "rentree", "Key": key("USER#2")}},
            ]}),
        );
        let asked: Vec<_> =
            request.asks.iter().map(|ask| (ask.action.as_str(), ask.context[LEADING_KEYS][0].as_str())).collect();
        assert_eq!(asked, [("dynamodb:PutItem", "SCHOOL#1"), ("dynamodb:ConditionCheckItem", "USER#2")]);
        assert_eq!(request.kind(), Kind::Transaction);
    }

    #[test]
    fn a_query_of_an_index_asks_for_the_index() {
        let request = of_dynamodb(
            "Query",
            &json!({
                "TableName": "rentree", "IndexName": "GSI1", "KeyConditionExpression": "#p = :p AND GSI1SK > :s",
                "ExpressionAttributeNames": {"#p": "GSI1PK"},
                "ExpressionAttributeValues": {":p": {"S": "USER#1"}, ":s": {"S": "A"}},
            }),
        );
        assert!(request.asks[0].resource.ends_with("table/rentree/index/GSI1"), "{request:?}");
        assert_eq!(request.asks[0].context[LEADING_KEYS], ["USER#1"]);
    }

    #[test]
    fn a_batch_asks_once_with_all_its_keys() {
        let keys = ["USER#1", "USER#2"].map(|pk| json!({"PK": {"S": pk}, "SK": {"S": "X"}}));
        let request = of_dynamodb("BatchGetItem", &json!({"RequestItems": {"rentree": {"Keys": keys}}}));
        assert_eq!(request.asks.len(), 1);
        assert_eq!(request.asks[0].context[LEADING_KEYS], ["USER#1", "USER#2"]);
    }

    #[test]
    fn a_mail_asks_for_the_identity_that_covers_it() {
        let uri = Uri::from_static("/v2/email/outbound-emails");
        let body = json!({"FromEmailAddress": "Rentrée <a@rentree.example>"}).to_string();
        let of = |identity: &str| {
            let parts = (&Method::POST, &uri, &HeaderMap::new());
            read("ses", parts, body.as_bytes(), &PartitionKeys::new(), identity).unwrap().asks.remove(0)
        };
        assert!(of("rentree.example").resource.ends_with("identity/rentree.example"));
        assert!(of("other.example").resource.ends_with("identity/a@rentree.example"));
        assert_eq!(of("rentree.example").context[FROM_ADDRESS], ["a@rentree.example"]);
    }
}
