//! CSS and JavaScript, from the binary. Their address holds their hash: browsers keep them for good.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::Problem;

/// Where assets are.
pub const ASSET_ROUTE: &str = "/assets/{version}/{name}";

/// Serves an asset.
pub async fn asset(Path((_, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let asset = rentree_web::asset(&name).ok_or_else(Problem::not_found)?;
    let headers =
        [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.content).into_response())
}
