//! Every component of the pages on one page, for whoever designs or builds another one: `docs/design.md` says when to use which.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use rentree_http::{Face, Problem};
use rentree_web::Frame;
use serde::Serialize;

#[derive(Template, Serialize)]
#[template(path = "design.html")]
struct DesignView {
    #[serde(skip)]
    frame: Frame,
}

pub(crate) fn routes() -> Router {
    Router::new().route("/demo/design", get(page))
}

/// `GET /demo/design`
async fn page(face: Face) -> Result<Response, Problem> {
    face.render(StatusCode::OK, &DesignView { frame: Frame::bare("Le design de Rentrée") })
}
