//! A person's word on an import: confirm it, give it up, undo it.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rentree_domain::import::{ImportState, Resume, Tidy};
use rentree_domain::{ImportId, Uai};
use rentree_http::{Face, Input, Problem, Visitor, authorise};
use rentree_table::{AuditAction, Import, Role, SettleError};
use serde::{Deserialize, Serialize};

use super::location;
use super::view::{Context, ImportView, Report};
use crate::Learners;
use crate::school::parse_uai;

/// Nothing but the word itself.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Nothing {}

type ImportPath = Path<(String, String)>;

/// `POST /schools/{uai}/imports/{import}/confirm`
pub(crate) async fn confirm(
    State(app): State<Learners>,
    Path((uai, id)): ImportPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Nothing>,
) -> Result<Response, Problem> {
    let (uai, id, import, visitor) = app.administered(&uai, &id, &headers, &input).await?;

    if import.state_at((app.clock)()) != ImportState::AwaitingConfirmation {
        return Err(too_late(uai, id));
    }

    // The message first: if what follows fails, the worker still has the word.
    app.tell_worker(&Resume { uai, id, confirmed: true, first_sent_at: Some((app.clock)()) }).await?;
    app.table.mark_confirmed(uai, id, &import, (app.clock)()).await?;
    app.audit(uai, &visitor, AuditAction::ImportConfirmed).await;

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
    let (uai, id, _, visitor) = app.administered(&uai, &id, &headers, &input).await?;

    app.table.cancel_import(uai, id, &visitor.name, (app.clock)()).await.map_err(|error| told(uai, id, error))?;
    app.audit(uai, &visitor, AuditAction::ImportCancelled).await;

    app.answer(uai, id, &visitor, face).await
}

/// `POST /schools/{uai}/imports/{import}/undo`
pub(crate) async fn undo(
    State(app): State<Learners>,
    Path((uai, id)): ImportPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Nothing>,
) -> Result<Response, Problem> {
    let (uai, id, _, visitor) = app.administered(&uai, &id, &headers, &input).await?;

    app.table.undo_import(uai, id, &visitor.name, (app.clock)()).await.map_err(|error| told(uai, id, error))?;
    app.audit(uai, &visitor, AuditAction::ImportUndone).await;
    // It is undone: should the message be lost, the next import tidies up.
    if app.tell_worker(&Tidy { uai, id, first_sent_at: Some((app.clock)()) }).await.is_err() {
        tracing::error!(%uai, import = %id, "the worker was not told to tidy up after an undo");
    }

    app.answer(uai, id, &visitor, face).await
}

impl Learners {
    /// Parses and authorises, for every word on an import.
    pub(super) async fn administered(
        &self,
        uai: &str,
        id: &str,
        headers: &HeaderMap,
        input: &Input<Nothing>,
    ) -> Result<(Uai, ImportId, Import, Visitor), Problem> {
        let uai = parse_uai(uai)?;
        let visitor = authorise(&self.table, headers, uai, Role::Administrator, (self.clock)()).await?;
        visitor.check_meant(&input.proof)?;
        let (id, import) = self.import(uai, id).await?;
        Ok((uai, id, import, visitor))
    }

    /// Tells the worker to take an import up, or to tidy up.
    pub(super) async fn tell_worker(&self, word: &impl Serialize) -> Result<(), Problem> {
        let body = serde_json::to_string(word).map_err(|error| Problem::internal(&error))?;
        let send = self.queue.send_message().queue_url(&self.config.import_queue_url).message_body(body);
        send.send().await.map_err(|error| Problem::internal(&error))?;
        Ok(())
    }

    /// The import as it is now.
    pub(super) async fn answer(
        &self,
        uai: Uai,
        id: ImportId,
        visitor: &Visitor,
        face: Face,
    ) -> Result<Response, Problem> {
        let (id, import) = self.import(uai, &id.to_string()).await?;
        let school = self.school(uai).await?;
        let context =
            Context { uai, school: &school, visitor, face, report: Report::default(), lines: Vec::new(), sent: false };
        let view = ImportView::new(self, context, id, import);
        face.after_post(axum::http::StatusCode::OK, &format!("{}?wait=20", location(uai, id)), &view)
    }
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
