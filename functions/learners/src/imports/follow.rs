//! Follow an import: its state, and its report page by page.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::import::ImportState;
use rentree_domain::{ImportId, Uai};
use rentree_http::{Asked, Face, Problem, Wait, authorise_beside, parse_uai};
use rentree_table::{Import, ReportLine, Role, RosterUndone, School};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::join;

use super::ended::Ended;
use super::view::{Context, ImportView, Report};
use crate::Learners;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct How {
    /// Seconds to wait for the import to be settled: a browser without JavaScript sees the result at once. Nobody waits for a file
    /// that was not sent.
    wait: u64,
    /// The browser comes from the bucket: the file was sent.
    sent: Option<String>,
    /// Page of the report, from 1.
    page: Option<u32>,
}

/// `GET /schools/{uai}/imports/{import}`
pub(crate) async fn follow(
    State(app): State<Learners>,
    Path((uai, id)): Path<(String, String)>,
    Asked(how): Asked<How>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;

    let found = app.import(uai, &id);
    let (visitor, (id, mut import)) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;

    let sent = how.sent.is_some();
    let is_under_way = |import: &Import| match import.state_at((app.clock)()) {
        ImportState::AwaitingUpload => sent,
        state => !state.is_settled(),
    };
    if is_under_way(&import)
        && let Some(wait) = Wait::begin(&app.table, &visitor, how.wait, (app.clock)()).await?
    {
        while is_under_way(&import) && wait.goes_on().await {
            import = app.table.import(uai, id).await?.ok_or_else(Problem::not_found)?;
        }
        wait.end().await?;
    }
    // The school after the import: what an import did is seen with the import that did it.
    let (school, told) = join!(app.school(uai), app.told(uai, (id, &import), face, how.page));
    let (school, (report, lines)) = (school?, told?);

    let undone_with = app.undone_with(uai, &import, &school).await?;
    let context = Context { uai, school: &school, visitor: &visitor, face, report, lines, undone_with, sent };
    face.render(StatusCode::OK, &ImportView::new(&app, context, id, import))
}

impl Learners {
    async fn school(&self, uai: Uai) -> Result<School, Problem> {
        self.table.school(uai).await?.ok_or_else(Problem::not_found)
    }

    /// How an import that changed nobody ended with the one that had made the list as it found it, if that one was undone. It is looked for
    /// only where the roster is another one by now.
    async fn undone_with(&self, uai: Uai, import: &Import, school: &School) -> Result<Option<Ended>, Problem> {
        let version = import.left_as_it_was().filter(|version| *version != school.roster_version);
        let Some(version) = version else { return Ok(None) };
        let undone = self.table.roster_undone(uai, version).await?;
        Ok(undone.map(|RosterUndone { at, by }| Ended::UndoneWith { by, at }))
    }

    /// The report: people see the whole of it, in groups; programs turn its pages.
    async fn told(
        &self,
        uai: Uai,
        (id, import): (ImportId, &Import),
        face: Face,
        page: Option<u32>,
    ) -> Result<(Report, Vec<ReportLine>), Problem> {
        Ok(match face {
            Face::Page => (Report::default(), self.table.report(uai, id, import.outcome.report_pages).await?),
            Face::Json => (self.report(uai, id, import, page).await?, Vec::new()),
        })
    }

    async fn report(&self, uai: Uai, id: ImportId, import: &Import, page: Option<u32>) -> Result<Report, Problem> {
        let pages = import.outcome.report_pages;
        if pages == 0 {
            return Ok(Report::default());
        }
        let page = page.unwrap_or(1).clamp(1, pages);
        let lines = self.table.report_page(uai, id, page).await?.map(|page| page.lines).unwrap_or_default();
        Ok(Report { page, pages, lines })
    }
}
