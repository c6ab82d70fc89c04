//! A person's word on an import: confirm it, or give it up.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rentree_domain::import::{ImportState, Resume};
use rentree_domain::{ImportId, Uai};
use rentree_http::{Face, Input, Problem, Visitor, authorise_beside, parse_uai};
use rentree_table::{AuditAction, Import, Role, School, SettleError};
use serde::{Deserialize, Serialize};
use tokio::{join, try_join};

use super::location;
use super::view::{Context, ImportView, Report};
use crate::Learners;

/// Nothing but the word itself.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Nothing {}

pub(super) type ImportPath = Path<(String, String)>;

/// `POST /schools/{uai}/imports/{import}/confirm`
pub(crate) async fn confirm(
    State(app): State<Learners>,
    Path((uai, id)): ImportPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Nothing>,
) -> Result<Response, Problem> {
    let (uai, id, import, visitor) = app.administered(&uai, &id, &headers, &input).await?;

    let state = import.state_at((app.clock)());
    if state != ImportState::AwaitingConfirmation {
        let is_confirmed = matches!(state, ImportState::Analysing | ImportState::Applying | ImportState::Succeeded);
        return face.already(is_confirmed, too_late(uai, id), &followed(uai, id));
    }

    // The message first: if what follows fails, the worker still has the word.
    app.tell_worker(&Resume {
        uai,
        id,
        confirmed: true,
        first_sent_at: Some((app.clock)()),
        asked_at: Some(import.touched_at),
        comes_back_at: None,
    })
    .await?;
    let mark = app.table.mark_confirmed(uai, id, &import, (app.clock)());
    let (marked, ()) = join!(mark, app.audit(uai, app.entry(&visitor, AuditAction::ImportConfirmed).of_import(id)));
    marked?;

    app.answer(uai, id, &visitor, face).await
}

/// `POST /schools/{uai}/imports/{import}/cancel`
pub(crate) async fn cancel(
    State(app): State<Learners>,
    Path((uai, id)): ImportPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Nothing>,
) -> Result<Response, Problem> {
    let (uai, id, import, visitor) = app.administered(&uai, &id, &headers, &input).await?;

    let entry = app.entry(&visitor, AuditAction::ImportCancelled).of_import(id);
    if let Err(error) = app.table.cancel_import(uai, (id, &import), &entry, entry.at).await {
        return app.settled(uai, id, error, ImportState::Expired, face).await;
    }

    app.answer(uai, id, &visitor, face).await
}

impl Learners {
    /// Parses and authorises, for every word on an import.
    pub(super) async fn administered<F>(
        &self,
        uai: &str,
        id: &str,
        headers: &HeaderMap,
        input: &Input<F>,
    ) -> Result<(Uai, ImportId, Import, Visitor), Problem> {
        let uai = parse_uai(uai)?;
        let (now, found) = ((self.clock)(), self.import(uai, id));
        let (visitor, (id, import)) =
            authorise_beside(&self.table, headers, uai, Role::Administrator, now, found).await?;
        visitor.check_meant(&input.proof)?;
        Ok((uai, id, import, visitor))
    }

    /// Tells the worker to take an import up, or to tidy up.
    pub(super) async fn tell_worker(&self, word: &impl Serialize) -> Result<(), Problem> {
        let body = serde_json::to_string(word).map_err(|error| Problem::internal(&error))?;
        let send = self.queue.send_message().queue_url(&self.config.import_queue_url).message_body(body);
        send.send().await.map_err(|error| Problem::internal(&error))?;
        Ok(())
    }

    /// What to answer to a word that came too late: of two clicks, the second finds what it asks for done.
    pub(super) async fn settled(
        &self,
        uai: Uai,
        id: ImportId,
        error: SettleError,
        wanted: ImportState,
        face: Face,
    ) -> Result<Response, Problem> {
        let is_done = self.table.import(uai, id).await?.is_some_and(|import| import.state == wanted);
        face.already(is_done, told(uai, id, error), &followed(uai, id))
    }

    /// The import as it is now.
    pub(super) async fn answer(
        &self,
        uai: Uai,
        id: ImportId,
        visitor: &Visitor,
        face: Face,
    ) -> Result<Response, Problem> {
        let (import, school) = try_join!(self.table.import(uai, id), self.table.school(uai))?;
        let (import, school) = import.zip(school).ok_or_else(Problem::not_found)?;
        self.answer_with((uai, id, import), &school, visitor, face)
    }

    /// The import as it was left.
    pub(super) fn answer_with(
        &self,
        (uai, id, import): (Uai, ImportId, Import),
        school: &School,
        visitor: &Visitor,
        face: Face,
    ) -> Result<Response, Problem> {
        let context = Context {
            uai,
            school,
            visitor,
            face,
            report: Report::default(),
            lines: Vec::new(),
            undone_with: None,
            sent: false,
        };
        let view = ImportView::new(self, context, id, import);
        face.after_post(axum::http::StatusCode::OK, &followed(uai, id), &view)
    }
}

/// Where what becomes of an import is waited for.
fn followed(uai: Uai, id: ImportId) -> String {
    format!("{}?wait=20", location(uai, id))
}

pub(super) fn too_late(uai: Uai, id: ImportId) -> Problem {
    let detail = "L’import a changé d’état entre-temps, dans un autre onglet ou par une autre personne. Rien n’a été fait de plus.";
    Problem::too_late(detail).leading_to("Voir où en est cet import", location(uai, id))
}

fn told(uai: Uai, id: ImportId, error: SettleError) -> Problem {
    match error {
        SettleError::TooLate => too_late(uai, id),
        SettleError::Table(error) => error.into(),
    }
}
