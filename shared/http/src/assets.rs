//! CSS and JavaScript, from the binary. Their address holds their hash: browsers keep them for good.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::Problem;

/// Where assets are.
pub const ASSET_ROUTE: &str = "/assets/{version}/{name}";

/// Serves an asset, packed for those who can unpack it.
pub async fn asset(Path((_, name)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = rentree_web::asset(&name).ok_or_else(Problem::not_found)?;
    let packed = asset.gzip().filter(|_| unpacks(&headers));
    let always = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    let mut response = (always, packed.unwrap_or_else(|| asset.body())).into_response();
    if packed.is_some() {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Whether the client says that it takes gzip. Another quality than 1 counts as a no: it is rare, and unpacked bytes are always right.
fn unpacks(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| coding.trim() == "gzip" || coding.trim().starts_with("gzip;q=1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_says_so_gets_it_packed() {
        let unpacks = |text: &'static str| {
            unpacks(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]))
        };
        assert!(unpacks("gzip, deflate, br") && unpacks("br, gzip;q=1.0"));
        assert!(!unpacks("br") && !unpacks("gzip;q=0") && !super::unpacks(&HeaderMap::new()));
    }
}
