//! The page of imports, "Importer des élèves" to administrators: what importing does, and the latest imports.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::import::{Counts, FileName, ImportState};
use rentree_domain::{FormId, ImportId};
use rentree_http::{Face, Problem, authorise, parse_uai};
use rentree_table::{Import, Role};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::Serialize;

use super::ended::{Ended, ended, undone_with};
use crate::Learners;
use crate::list::LastImport;

#[derive(Template, Serialize, JsonSchema)]
#[template(path = "imports.html")]
pub(crate) struct ImportsView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    uai: String,
    may_import: bool,
    /// What the form sends with it, so that a second click asks for no second upload.
    once: FormId,
    last_import: Option<LastImport>,
    imports: Vec<Row>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportRow")]
struct Row {
    id: ImportId,
    state: ImportState,
    requested_by: String,
    requested_at: Timestamp,
    /// What the school calls the file, once it came.
    file_name: Option<FileName>,
    /// How it ended, unless it succeeded or failed.
    ended: Option<Ended>,
    counts: Counts,
    /// When it was asked for: to the second, where another one shares its minute.
    #[serde(skip)]
    asked_at: String,
    /// What came of it, in a word or two.
    #[serde(skip)]
    state_text: &'static str,
    /// Whether who asks may undo it now.
    #[serde(skip)]
    undo: bool,
}

/// `GET /schools/{uai}/imports`
pub(crate) async fn recent(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();

    let visitor = authorise(&app.table, &headers, uai, Role::Member, now).await?;

    let may_import = visitor.is_administrator();
    let recent = app.table.recent_imports(uai).await?;
    let row = |(id, import): (ImportId, Import)| {
        let ended = ended(&import, now).or_else(|| undone_with(&import, &recent));
        let undo = may_import && visitor.school.can_undo(id, &import, now);
        let told = if import.shares_its_minute(&recent) { french::day_and_second } else { french::day_and_time };
        Row {
            id,
            state: import.state_at(now),
            asked_at: told(&import.requested_at),
            state_text: import.french_among(&recent, now),
            ended,
            requested_by: import.requested_by,
            requested_at: import.requested_at,
            file_name: import.outcome.file_name,
            counts: import.outcome.counts,
            undo,
        }
    };
    let imports = recent.iter().cloned().map(row).collect();

    let title = if may_import { "Importer des élèves" } else { "Imports" };
    let view = ImportsView {
        frame: visitor.frame(title, uai, &visitor.school, Section::Imports),
        csrf: visitor.csrf.clone(),
        uai: uai.to_string(),
        may_import,
        once: FormId::new(now, rentree_runtime::random()),
        last_import: visitor.school.last_import().map(|last| LastImport { at: last.at, by: last.by.clone() }),
        imports,
    };
    face.render(StatusCode::OK, &view)
}

impl ImportsView {
    /// Pupils who come back are rare: their column stands where there are any.
    fn has_reactivated(&self) -> bool {
        self.imports.iter().any(|import| import.has_counts() && import.counts.reactivated > 0)
    }
}

impl Row {
    /// The badge's class: the word says it all, colour only repeats it.
    fn state_class(&self) -> &'static str {
        match self.state {
            _ if self.is_undone_with_another() => "",
            ImportState::Succeeded => "good",
            ImportState::Failed => "bad",
            ImportState::AwaitingConfirmation => "careful",
            _ => "",
        }
    }

    /// Whether its counts say what was done, and holds, or what is to be done. Numbers of an import that was given up or undone would read
    /// as if its changes held.
    fn has_counts(&self) -> bool {
        matches!(self.state, ImportState::AwaitingConfirmation | ImportState::Succeeded)
            && !self.is_undone_with_another()
    }

    fn is_undone_with_another(&self) -> bool {
        matches!(self.ended, Some(Ended::UndoneWith { .. }))
    }
}
