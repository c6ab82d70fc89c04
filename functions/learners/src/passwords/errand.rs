//! The extractor of the addresses under `…/learners/passwords`.

use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use rentree_domain::{HandOutId, Uai};
use rentree_http::{Asked, Extractor, Purpose, SchemaOf, parse_uai};
use serde::Deserialize;

use crate::Learners;
use crate::list::Filter;

/// What comes with every request about handing out passwords. Never printed: it holds cookies.
pub(crate) struct Errand {
    pub(crate) uai: Uai,
    /// The hand-out of the address; `None` where it names none, or what is no identifier: that is not found, once the visitor is known.
    pub(crate) id: Option<HandOutId>,
    /// The list that it was asked from.
    pub(crate) list: Filter,
    pub(crate) headers: HeaderMap,
}

/// The variable parts of the addresses.
#[derive(Deserialize)]
struct Named {
    uai: String,
    hand_out: Option<String>,
}

impl Extractor for Errand {
    fn asked<P: Purpose>() -> Option<SchemaOf> {
        Asked::<Filter>::asked::<P>()
    }
}

impl FromRequestParts<Learners> for Errand {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Learners) -> Result<Self, Response> {
        let named = Path::<Named>::from_request_parts(parts, app).await;
        let Path(Named { uai, hand_out }) = named.map_err(IntoResponse::into_response)?;
        let list = Asked::<Filter>::from_request_parts(parts, app).await;
        let Asked(list) = list.map_err(IntoResponse::into_response)?;
        let uai = parse_uai(&uai).map_err(IntoResponse::into_response)?;
        let id = hand_out.and_then(|id| id.parse().ok());
        Ok(Self { uai, id, list, headers: parts.headers.clone() })
    }
}
