//! "Importer les autres élèves": a new import of the same file, which sets the pupils with problems aside.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rentree_domain::import::{ImportState, Resume};
use rentree_domain::{FormId, ImportId};
use rentree_http::{Face, Input, Problem};
use rentree_table::{Import, ImportOptions, Outcome};

use super::Same;
use super::settle::{Nothing, too_late};
use crate::Learners;

/// `POST /schools/{uai}/imports/{import}/set-aside`
pub(crate) async fn set_aside(
    State(app): State<Learners>,
    Path((uai, id)): Path<(String, String)>,
    face: Face,
    headers: HeaderMap,
    input: Input<Nothing>,
) -> Result<Response, Problem> {
    let (uai, id, failed, visitor) = app.administered(&uai, &id, &headers, &input).await?;

    if failed.state_at((app.clock)()) != ImportState::Failed || !failed.outcome.has_others() {
        return Err(too_late(uai, id));
    }
    app.allow_import(uai, (app.clock)()).await?;
    let options = ImportOptions { set_aside: true, ..failed.options };
    let Outcome { etag, file_name, .. } = failed.outcome;
    let wanted = |_| Import {
        state: ImportState::Analysing,
        // Of this file, should another have been uploaded in the meantime.
        outcome: Outcome { etag: etag.clone(), file_name: file_name.clone(), ..Outcome::default() },
        ..Import::requested(&visitor.name, (app.clock)(), failed.object_key.clone(), options).of(visitor.user)
    };
    // The refused import stands for its form, which has one button, whoever clicks.
    let entropy = FormId::from_bytes(id.into_bytes()).entropy("set aside");
    let same = Same {
        id: ImportId::new(failed.requested_at, entropy),
        // It is of the same file each time: what succeeded, however soon, is what a second click wanted.
        holds: |state| !state.is_over() || state == ImportState::Succeeded,
    };
    let (id, import) = app.begin(uai, &visitor, Some(same), wanted).await?;
    app.tell_worker(&Resume {
        uai,
        id,
        confirmed: false,
        first_sent_at: Some(import.requested_at),
        asked_at: None,
        comes_back_at: None,
    })
    .await?;

    app.answer_with((uai, id, import), &visitor.school, &visitor, face)
}
