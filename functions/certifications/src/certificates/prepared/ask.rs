//! Ask for the file. Who asks again gets the same one while it is being made, and while nothing is new.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::certification::{PrepareCertificates, SchoolCertificates, Stamp};
use rentree_domain::{PreparedFileId, paris};
use rentree_http::{Face, Input, Problem, Visitor, authorise};
use rentree_issued::issued;
use rentree_table::{AuditAction, AuditEntry, PreparedFile, PreparedState, Role};
use tokio::try_join;

use super::view::PreparedFileView;
use super::{Which, location};
use crate::Certifications;

/// Others may ask for the same file at the same moment.
const TURNS: usize = 5;

/// `POST /schools/{uai}/certificates/file`
pub(crate) async fn ask(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Which>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let of = input.fields.of(&uai, now)?;
    let visitor = authorise(&app.table, &headers, of.uai, Role::Administrator, now).await?;
    visitor.check_meant(&input.proof)?;

    let listed = app.table.with_listing(of.uai, visitor.school.clone());
    let certifications = app.table.certifications(of.uai, of.year);
    let (listed, certifications, known, noted) =
        try_join!(listed, certifications, app.table.prepared_file(&of), app.table.noted_codes())?;
    let (school, listing) = listed.ok_or_else(Problem::not_found)?;
    let shared = app.table.shared_codes(&noted, &certifications, paris::date(now)).await?;
    let issued = issued(&certifications, &listing, &school.name, (app.verifying(), &shared));
    if !issued.iter().any(|it| !it.code_is_shared && (of.former || !it.left)) {
        return Err(Problem::not_found());
    }

    let file = app.asked(&of, known, &school.stamp(&certifications), &visitor).await?;

    let view = PreparedFileView::new(&of, &school, &visitor, Some(file));
    face.after_post(StatusCode::CREATED, &format!("{}&wait=1", location(&of, "")), &view)
}

impl Certifications {
    /// The file that answers: the one that is known, unless it ended, failed, or something is new; else one that is asked for now.
    async fn asked(
        &self,
        of: &SchoolCertificates,
        mut known: Option<PreparedFile>,
        stamp: &Stamp,
        visitor: &Visitor,
    ) -> Result<PreparedFile, Problem> {
        for _ in 0..TURNS {
            let now = (self.clock)();
            if let Some(file) = known.take_if(|file| file.answers(now, stamp)) {
                // If the message about it was lost on its way, this one takes its place. A worker does nothing twice.
                if file.state_at(now) == Some(PreparedState::Asked) {
                    self.order(PrepareCertificates { of: *of, id: file.id }).await?;
                }
                return Ok(file);
            }
            let file = PreparedFile::asked(PreparedFileId::new(now, rentree_runtime::random()), now);
            let entropy = rentree_runtime::random();
            let entry = AuditEntry::new(now, entropy, visitor.user, &visitor.name, AuditAction::CertificatesPrepared);
            let entry = entry.to(of.year.to_string());
            if self.table.ask_for_file(of, &file, known.as_ref().map(|known| known.id), &entry).await? {
                self.order(PrepareCertificates { of: *of, id: file.id }).await?;
                return Ok(file);
            }
            known = self.table.prepared_file(of).await?;
        }
        Err(Problem::too_late("Le même fichier est demandé par plusieurs personnes. Réessayez dans un instant."))
    }

    /// Tells the worker.
    async fn order(&self, order: PrepareCertificates) -> Result<(), Problem> {
        let body = serde_json::to_string(&order).map_err(|error| Problem::internal(&error))?;
        let send = self.queue.send_message().queue_url(&self.config.certificates_queue_url).message_body(body);
        send.send().await.map_err(|error| Problem::internal(&error))?;
        Ok(())
    }
}
