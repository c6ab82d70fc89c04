//! Fetch the file: each time the right is checked, and the browser sent to the bucket by a link that ends after minutes.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rentree_http::{Asked, Problem, authorise_beside};
use rentree_table::{PreparedState, Role};

use super::{Which, link, location};
use crate::Certifications;

/// `GET /schools/{uai}/certificates/file.pdf`
pub(crate) async fn download(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    Asked(which): Asked<Which>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let of = which.of(&uai, now)?;
    let found = async { Ok(app.table.prepared_file(&of).await?) };
    let (visitor, file) = authorise_beside(&app.table, &headers, of.uai, Role::Administrator, now, found).await?;

    let ready = file.filter(|file| file.state_at(now) == Some(PreparedState::Ready)).and_then(|file| file.ready);
    let gone = || Problem::not_found().leading_to("Voir où en est le fichier", location(&of, ""));
    let ready = ready.ok_or_else(gone)?;

    app.table.audit(of.uai, &visitor.downloaded(format!("les certificats {}", of.year))).await?;
    let name = format!("certificats-{}-{}.pdf", of.uai, of.year.first());
    let link = link::to(&app, &of.object(&ready.stamp), &name, now);
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, link)]).into_response())
}
