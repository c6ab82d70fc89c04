//! Whoever holds a certificate, of paper or as a file, finds out that it is true, by the code that stands on it.
//!
//! **No code is guessed for free.** Each is counted as a wrong one while it is looked up, and nothing is told before the count has come back
//! and the limit allows it. Only a code that proves a certificate is given back. A code that is unknown, that cannot be one, and the code of
//! a certification that was not passed, or no longer counts, are answered alike.

mod proven;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::certification::VerificationCode;
use rentree_domain::limit::VERIFICATIONS_BY_CLIENT;
use rentree_domain::{CertificationNumber, paris};
use rentree_http::{Asked, ClientAddress, Face, FormToken, Input, Problem, asking, signed_in};
use rentree_table::Certification;
use rentree_web::{Field, Form, Frame, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Certifications;
use proven::Proven;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "verification.html")]
pub(crate) struct VerificationView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// What the code proves; `null` when none was given.
    certificate: Option<Proven>,
}

/// The code: of the QR as a query, of the form as a field.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "VerificationFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// As it stands on the certificate, in any case, with or without hyphens and spaces.
    code: String,
}

/// Who asks, and how.
type Asking = (Face, FormToken, ClientAddress, HeaderMap);

/// `GET /verification`, with `?code=` from the QR
pub(crate) async fn page(
    State(app): State<Certifications>,
    Asked(asked): Asked<Fields>,
    face: Face,
    token: FormToken,
    client: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if asked.code.trim().is_empty() {
        let view = VerificationView::new(app.frame(&headers).await?, &token, "");
        return unlisted(Ok(token.on(face.render(StatusCode::OK, &view)?)));
    }
    unlisted(app.answer(&asked.code, (face, token, client, headers)).await)
}

/// `POST /verification`
pub(crate) async fn verify(
    State(app): State<Certifications>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let typed = input.fields.code;
    if typed.trim().is_empty() {
        let mut view = VerificationView::new(app.frame(&headers).await?, &token, "");
        view.form.refuse("code", "Saisissez le code qui figure en bas du certificat.");
        let problem = Problem::invalid(&view.form);
        return unlisted(Ok(token.on(face.again(problem, &view)?)));
    }
    // A browser is led to the address that the QR has, which looks the code up: "back" and reload show it again, and ask nothing.
    if face == Face::Page
        && let Ok(code) = VerificationCode::typed(&typed)
    {
        return unlisted(face.after_post(StatusCode::OK, &asking("/verification", &[("code", code.as_str())]), &()));
    }
    unlisted(app.answer(&typed, (face, token, client, headers)).await)
}

/// Search engines that come by a link on a page keep nothing of a pupil.
fn unlisted(answer: Result<Response, Problem>) -> Result<Response, Problem> {
    let mut response = answer?;
    let name = HeaderName::from_static("x-robots-tag");
    response.headers_mut().insert(name, HeaderValue::from_static("noindex"));
    Ok(response)
}

impl VerificationView {
    fn new(frame: Frame, token: &FormToken, typed: &str) -> Self {
        let code = Field::text("code", "Code de vérification")
            .hint("Il figure en bas du certificat. En majuscules ou en minuscules, avec ou sans tirets.")
            .autocomplete("off")
            .value(typed);
        Self { frame, csrf: token.csrf(), form: Form::new("verification", [code]), certificate: None }
    }
}

impl Certifications {
    /// What a code proves, as a page or for a program.
    async fn answer(&self, typed: &str, (face, token, client, headers): Asking) -> Result<Response, Problem> {
        // Each to its end: what is counted is given back.
        let (frame, proven) = tokio::join!(self.frame(&headers), self.prove(typed, &client));
        let frame = frame?;
        match proven {
            Ok(certificate) => {
                let view =
                    VerificationView { certificate: Some(certificate), ..VerificationView::new(frame, &token, "") };
                Ok(token.on(face.render(StatusCode::OK, &view)?))
            }
            Err(problem) if problem.status().is_server_error() => Err(problem),
            Err(problem) => {
                let mut view = VerificationView::new(frame, &token, typed);
                let told = if problem.status() == StatusCode::NOT_FOUND { UNKNOWN } else { problem.detail() };
                view.form.refuse("code", told);
                Ok(token.on(face.again(problem, &view)?))
            }
        }
    }

    async fn prove(&self, typed: &str, client: &ClientAddress) -> Result<Proven, Problem> {
        let now = (self.clock)();
        let count = async { Ok(self.table.allows(&VERIFICATIONS_BY_CLIENT, &client.0, now).await?) };
        let (is_allowed, found) = tokio::try_join!(count, self.found(typed, now))?;
        if !is_allowed {
            return Err(Problem::too_many(
                "Trop de codes inconnus depuis votre connexion. Réessayez dans dix minutes.",
            ));
        }
        let (number, certification) = found.ok_or_else(Problem::unknown_certificate)?;
        let proven = self.proven(number, certification).await?;
        self.table.take_back(&VERIFICATIONS_BY_CLIENT, &client.0, now).await?;
        Ok(proven)
    }

    /// The one certification that a code proves today.
    async fn found(
        &self,
        typed: &str,
        now: Timestamp,
    ) -> Result<Option<(CertificationNumber, Certification)>, Problem> {
        let Ok(code) = VerificationCode::typed(typed) else { return Ok(None) };
        let mut found = self.table.certifications_of_code(&code).await?;
        found.retain(|(_, certification)| certification.holds_on(paris::date(now)));
        if found.len() > 1 {
            // Which one is meant, the code does not tell, and neither pupil is told of to who holds the other's certificate.
            let numbers: Vec<u64> = found.iter().map(|(number, _)| u64::from(*number)).collect();
            tracing::error!(?numbers, "several certifications have the same verification code");
            return Ok(None);
        }
        Ok(found.pop())
    }

    /// With the name of who is signed in.
    async fn frame(&self, headers: &HeaderMap) -> Result<Frame, Problem> {
        let signed_in = signed_in(&self.table, headers, (self.clock)()).await?;
        let title = "Vérifier un certificat";
        Ok(signed_in.map_or_else(|| Frame::bare(title), |signed_in| signed_in.frame(title)))
    }
}

const UNKNOWN: &str =
    "Aucun certificat valable n’a ce code. Vérifiez-le sur le certificat ; un certificat annulé n’est plus reconnu.";
