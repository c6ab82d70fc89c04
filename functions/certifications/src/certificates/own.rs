//! A pupil's own certificates, in all schools that the account is tied to a pupil of.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::certification::Points;
use rentree_domain::{CertificationNumber, paris};
use rentree_http::{Face, Presented, Problem, SignedIn};
use rentree_issued::certificate;
use rentree_runtime::several;
use rentree_table::{Certification, TableError};
use rentree_web::{Frame, french};
use schemars::JsonSchema;
use serde::Serialize;

use super::paper::{answer, code_is_shared, drawn};
use crate::Certifications;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "own-certificates.html")]
pub(crate) struct OwnCertificatesView {
    #[serde(skip)]
    frame: Frame,
    /// The latest first.
    certificates: Vec<Row>,
}

/// A certificate.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnCertificateRow")]
struct Row {
    number: CertificationNumber,
    /// Name of the school.
    school: String,
    /// The day of the examination.
    #[schemars(with = "String")]
    taken_on: Date,
    score: Points,
}

/// A certification of a pupil, and the school's name.
type Own = (CertificationNumber, Certification, String);

/// `GET /mes-certificats`
pub(crate) async fn own(
    State(app): State<Certifications>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (signed_in, found) = app.own_certifications(&headers).await?;
    let row =
        |(number, it, school): Own| Some(Row { number, school, taken_on: it.latest.taken_on, score: it.latest.score? });
    let mut certificates: Vec<Row> = found.into_iter().filter_map(row).collect();
    certificates.sort_by_key(|row| std::cmp::Reverse((row.taken_on, row.number)));
    let view = OwnCertificatesView { frame: signed_in.frame("Mes certificats"), certificates };
    face.render(StatusCode::OK, &view)
}

/// `GET /mes-certificats/{number}`
pub(crate) async fn own_file(
    State(app): State<Certifications>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (_, found) = app.own_certifications(&headers).await?;
    let number: CertificationNumber = number.parse().map_err(|_| Problem::not_found())?;
    let (_, certification, _) =
        found.into_iter().find(|(known, ..)| *known == number).ok_or_else(Problem::not_found)?;
    let noted = async { Ok(app.table.noted_codes().await?) };
    let ((school, holder), noted) = tokio::try_join!(app.school_and_holder(&certification), noted)?;
    let certificate = certificate(number, &certification, &holder, &school.name, app.verifying());
    let certificate = certificate.ok_or_else(Problem::not_found)?;
    let shared = app.table.shared_codes(&noted, &[(number, certification)], paris::date((app.clock)())).await?;
    if !shared.is_empty() {
        return Err(code_is_shared(number));
    }
    Ok(answer(drawn(&[certificate])?, &format!("certificat-{number}.pdf")))
}

/// Reads at a time.
const AT_ONCE: usize = 8;

/// A read panicked.
#[derive(Debug, thiserror::Error)]
#[error("a read panicked")]
struct Unread;

impl Certifications {
    /// Who is signed in, and what their pupils passed.
    async fn own_certifications(&self, headers: &HeaderMap) -> Result<(SignedIn, Vec<Own>), Problem> {
        let now: Timestamp = (self.clock)();
        let presented = Presented::read(&self.table, headers, now).await?;
        let id = presented.user().ok_or_else(Problem::signed_out)?;
        let (person, ties, ()) =
            tokio::join!(self.table.person(id), self.table.ties(id), presented.note_use(&self.table));
        let (person, ties) = (person?, ties?);
        let signed_in = person.and_then(|person| presented.held_by(person)).ok_or_else(Problem::signed_out)?;
        signed_in.check_password()?;

        let read = several(ties, AT_ONCE, |(uai, tie)| {
            let table = self.table.clone();
            async move {
                let (school, found) = tokio::try_join!(table.school(uai), table.certifications_of(tie.learner))?;
                Ok::<_, TableError>((school.map(|school| school.name).unwrap_or_default(), found))
            }
        });
        let mut own = Vec::new();
        for one in read.await {
            let (school, found) = one.ok_or(Unread).map_err(|error| Problem::internal(&error))??;
            let holds = found.into_iter().filter(|(_, it)| it.holds_on(paris::date(now)));
            own.extend(holds.map(|(number, it)| (number, it, school.clone())));
        }
        Ok((signed_in, own))
    }
}
