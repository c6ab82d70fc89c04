//! Follow the file: how much of it is made, and where it is fetched.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::SchoolYear;
use rentree_http::{Asked, Face, Problem, Wait, authorise_beside};
use rentree_table::{PreparedFile, PreparedState, Role};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Which;
use super::view::PreparedFileView;
use crate::Certifications;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct How {
    /// The first calendar year of the school year; the present one without it.
    #[schemars(with = "SchoolYear")]
    year: Option<i16>,
    /// Those of pupils who left, too.
    former: bool,
    /// Seconds to wait for the file: a browser without JavaScript sees it at once.
    wait: u64,
}

/// `GET /schools/{uai}/certificates/file`
pub(crate) async fn follow(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    Asked(how): Asked<How>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let of = Which { year: how.year, former: how.former }.of(&uai, now)?;
    let found = async { Ok(app.table.prepared_file(&of).await?) };
    let (visitor, mut file) = authorise_beside(&app.table, &headers, of.uai, Role::Administrator, now, found).await?;

    let is_under_way = |file: &Option<PreparedFile>| {
        let state = file.as_ref().and_then(|file| file.state_at((app.clock)()));
        state.is_some_and(PreparedState::is_under_way)
    };
    if is_under_way(&file)
        && let Some(wait) = Wait::begin(&app.table, &visitor, how.wait, now).await?
    {
        while is_under_way(&file) && wait.goes_on().await {
            file = app.table.prepared_file(&of).await?;
        }
        wait.end().await?;
    }

    let view = PreparedFileView::new(&of, &visitor.school, &visitor, file);
    face.render(StatusCode::OK, &view)
}
