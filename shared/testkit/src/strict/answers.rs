//! How AWS refuses, service by service.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer that says no, or nothing at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The caller has no right to it.
    AccessDenied(String),
    /// Too much at once.
    Throttled,
    /// A fault of AWS's own.
    Internal,
    /// A single write met a transaction on its item.
    Conflict,
    /// A transaction was cancelled: a reason for each of its parts, `None` for a part that was not the reason.
    Cancelled(Vec<&'static str>),
}

/// As `service` would say it.
pub(super) fn refused(service: &str, refusal: &Refusal) -> Response {
    match service {
        "dynamodb" => dynamodb(refusal),
        "s3" => {
            let (status, code, message) = match refusal {
                Refusal::AccessDenied(why) => (StatusCode::FORBIDDEN, "AccessDenied", why.as_str()),
                Refusal::Throttled => (StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate."),
                _ => (StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "We encountered an internal error."),
            };
            let message = message.replace('&', "&amp;").replace('<', "&lt;");
            let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
        }
        // SQS speaks as DynamoDB does; SES names its error in a header.
        _ => {
            let (status, name, message) = match refusal {
                Refusal::AccessDenied(why) => (StatusCode::FORBIDDEN, "AccessDeniedException", why.as_str()),
                Refusal::Throttled if service == "sqs" => {
                    (StatusCode::BAD_REQUEST, "RequestThrottled", "Too many requests.")
                }
                Refusal::Throttled => {
                    (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Maximum sending rate exceeded.")
                }
                _ => (StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", "An internal error."),
            };
            let body = json!({"__type": format!("com.amazonaws.{service}#{name}"), "message": message});
            let mut response = json_body(status, "application/json", &body);
            response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(name));
            response
        }
    }
}

/// DynamoDB answers 400 to whoever has no right, unlike the others.
fn dynamodb(refusal: &Refusal) -> Response {
    let (status, name, message) = match refusal {
        Refusal::AccessDenied(why) => (StatusCode::BAD_REQUEST, "AccessDeniedException", why.clone()),
        Refusal::Throttled => (
            StatusCode::BAD_REQUEST,
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded.".to_owned(),
        ),
        Refusal::Internal => {
            (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "Internal server error".to_owned())
        }
        Refusal::Conflict => {
            (StatusCode::BAD_REQUEST, "TransactionConflictException", "Transaction is ongoing for the item".to_owned())
        }
        Refusal::Cancelled(reasons) => (
            StatusCode::BAD_REQUEST,
            "TransactionCanceledException",
            format!("Transaction cancelled, please refer cancellation reasons for specific reasons {reasons:?}"),
        ),
    };
    let mut body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": message});
    if let Refusal::Cancelled(reasons) = refusal {
        let reasons = reasons.iter().map(|code| match *code {
            "None" => json!({"Code": "None"}),
            code => json!({"Code": code, "Message": "as AWS may say at any time"}),
        });
        body["CancellationReasons"] = Value::Array(reasons.collect());
    }
    json_body(status, "application/x-amz-json-1.0", &body)
}

fn json_body(status: StatusCode, content_type: &'static str, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, content_type)], Body::from(body.to_string())).into_response()
}
