//! Follow the file: how much of it is made, and where it is fetched.

use std::time::{Duration, Instant};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::certification::SchoolCertificates;
use rentree_http::{Face, Problem, authorise_beside};
use rentree_table::{PreparedFile, PreparedState, Role};
use serde::Deserialize;

use super::Which;
use super::view::PreparedFileView;
use crate::Certifications;

/// API Gateway gives up after 30 seconds.
const LONGEST_WAIT: u64 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(250);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct How {
    year: Option<i16>,
    left: bool,
    /// Seconds to wait for the file: a browser without JavaScript sees it at once.
    wait: u64,
}

/// `GET /schools/{uai}/certificates/file`
pub(crate) async fn follow(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    Query(how): Query<How>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let of = Which { year: how.year, left: how.left }.of(&uai, now)?;
    let found = async { Ok(app.table.prepared_file(&of).await?) };
    let (visitor, file) = authorise_beside(&app.table, &headers, of.uai, Role::Administrator, now, found).await?;

    let file = app.ended(&of, file, Duration::from_secs(how.wait.min(LONGEST_WAIT))).await?;

    let view = PreparedFileView::new(&of, &visitor.school, &visitor, file);
    face.render(StatusCode::OK, &view)
}

impl Certifications {
    /// The file once it is ready or has failed, or as it is after `wait`.
    async fn ended(
        &self,
        of: &SchoolCertificates,
        mut file: Option<PreparedFile>,
        wait: Duration,
    ) -> Result<Option<PreparedFile>, Problem> {
        let until = Instant::now() + wait;
        let under_way = |file: &PreparedFile| file.state_at((self.clock)()).is_some_and(PreparedState::is_under_way);
        while file.as_ref().is_some_and(under_way) && Instant::now() < until {
            tokio::time::sleep(LOOK_EVERY).await;
            file = self.table.prepared_file(of).await?;
        }
        Ok(file)
    }
}
