//! The committed OpenAPI document. A test holds it equal to the routes of all functions.

use axum::http::header;
use axum::response::IntoResponse;

/// `GET /openapi.json`
pub(crate) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("../../../openapi.json"))
}
