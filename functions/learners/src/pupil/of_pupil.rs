//! The extractor of the addresses of a pupil.

use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use rentree_domain::{LearnerId, Uai};
use rentree_http::{Asked, Extractor, Purpose, SchemaOf, parse_uai};

use crate::Learners;
use crate::list::Filter;

/// What comes with every request about a pupil. Never printed: it holds cookies.
pub(crate) struct OfPupil {
    pub(crate) uai: Uai,
    /// The pupil of the address; `None` where that is no identifier: nobody is found then, once the visitor is known.
    pub(crate) id: Option<LearnerId>,
    /// The list that led to the pupil's page.
    pub(crate) list: Filter,
    pub(crate) headers: HeaderMap,
}

impl Extractor for OfPupil {
    fn asked<P: Purpose>() -> Option<SchemaOf> {
        Asked::<Filter>::asked::<P>()
    }
}

impl FromRequestParts<Learners> for OfPupil {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Learners) -> Result<Self, Response> {
        let named = Path::<(String, String)>::from_request_parts(parts, app).await;
        let Path((uai, id)) = named.map_err(IntoResponse::into_response)?;
        let list = Asked::<Filter>::from_request_parts(parts, app).await;
        let Asked(list) = list.map_err(IntoResponse::into_response)?;
        let uai = parse_uai(&uai).map_err(IntoResponse::into_response)?;
        Ok(Self { uai, id: id.parse().ok(), list, headers: parts.headers.clone() })
    }
}
