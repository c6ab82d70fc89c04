//! Ask for an upload.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{FormId, ImportId};
use rentree_http::{Face, Input, Problem, authorise, parse_uai};
use rentree_table::{Import, ImportOptions, Role};
use schemars::JsonSchema;
use serde::Deserialize;

use super::view::{Context, ImportView, Report};
use super::{Same, location, object_key};
use crate::Learners;

/// What may be asked for. A checkbox that is ticked sends `true`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ImportRequest")]
#[serde(default)]
pub(crate) struct Asked {
    /// Stop and show the changes before anything is written.
    preview: bool,
    /// Import the pupils without problems, and list the others.
    set_aside: bool,
    /// `once` of the page: what is sent twice with it asks for one upload. Without, each time asks for another.
    once: Option<FormId>,
}

/// `POST /schools/{uai}/imports`
pub(crate) async fn request(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Asked>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();

    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, now).await?;
    visitor.check_meant(&input.proof)?;
    app.allow_import(uai, now).await?;

    let options = ImportOptions { preview: input.fields.preview, set_aside: input.fields.set_aside };
    let wanted = |id| Import::requested(&visitor.name, now, object_key(uai, id), options).of(visitor.user);
    let content = format!("upload {uai} {} {options:?}", visitor.user);
    let same = input.fields.once.and_then(|form| form.makes(&content, now));
    // Once an import is over, the same form is for the next file.
    let same = same.map(|(at, entropy)| Same { id: ImportId::new(at, entropy), holds: |state| !state.is_over() });
    let (id, import) = app.begin(uai, &visitor, same, wanted).await?;

    let context = Context {
        uai,
        school: &visitor.school,
        visitor: &visitor,
        face,
        report: Report::default(),
        lines: Vec::new(),
        undone_with: None,
        sent: false,
    };
    face.after_post(StatusCode::CREATED, &location(uai, id), &ImportView::new(&app, context, id, import))
}
