//! A personal code for a pupil whom names and birth date do not find, or who has a homonym. The answer is the only place where it
//! stands in clear: who loses it reloads the page, or gives another one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::personal_code::valid_until;
use rentree_domain::{FormId, LearnerId, PersonalCode, Uai};
use rentree_http::{Face, Input, Problem};
use rentree_table::{AuditAction, AuditEntry, CodeShown};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::Serialize;

use super::code_fields::CodeFields;
use super::of_pupil::OfPupil;
use super::{page_of, path, refused};
use crate::Learners;
use crate::passwords::due::Unserved;

const TIED: &str =
    "L’élève a déjà un compte : c’est avec lui qu’il faut se connecter. Donnez-lui plutôt un mot de passe provisoire.";

/// What was given: here, and nowhere else. Never printed.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "personal-code.html")]
pub(crate) struct PersonalCodeView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    /// What the form for another code sends, so that a second click shows the same one.
    #[serde(skip)]
    once: FormId,
    /// Where it is sent.
    #[serde(skip)]
    action: String,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Name of the school.
    school: String,
    learner: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    /// `nadu-reka-veta-473`: once, in place of names and birth date.
    personal_code: String,
    /// Until when it can be used.
    valid_until: Timestamp,
    /// Where the campaign's code is typed.
    address: String,
    /// The pupil's page.
    #[serde(skip)]
    back: String,
}

/// `POST /schools/{uai}/learners/{learner}/personal-code`
pub(crate) async fn give(
    State(app): State<Learners>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
    input: Input<CodeFields>,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;
    visitor.check_meant(&input.proof)?;

    if !pupil.is_enrolled {
        return Err(refused(uai, pupil.id, &list, Unserved::Left.told()));
    }
    let codes = input.fields.codes("personal code", uai, &visitor, pupil.id);
    let entry = app.told_of(&visitor, AuditAction::PersonalCodeGiven, &[&pupil]);
    let given = app.give_code((uai, pupil.id), codes, &entry).await?;
    let (code, valid_until) = given.ok_or_else(|| refused(uai, pupil.id, &list, TIED))?;

    let view = PersonalCodeView {
        frame: visitor.frame("Code personnel", uai, &visitor.school, Section::Learners),
        csrf: visitor.csrf.clone(),
        once: FormId::new(visitor.at, rentree_runtime::random()),
        action: list.asking(&format!("{}/personal-code", path(uai, pupil.id))),
        uai,
        school: visitor.school.name.clone(),
        learner: pupil.id,
        last_name: pupil.entry.last_name,
        first_name: pupil.entry.first_name,
        division: pupil.entry.division,
        personal_code: code.shown(),
        valid_until,
        address: format!("{}/campagnes", app.config.origin),
        back: page_of(uai, pupil.id, &list),
    };
    face.render(StatusCode::OK, &view)
}

impl Learners {
    /// Gives the first of `codes` that was not used or replaced yet, and tells which one, and until when. `None`: the pupil is tied, or not
    /// there.
    async fn give_code(
        &self,
        pupil: (Uai, LearnerId),
        codes: impl Iterator<Item = PersonalCode>,
        entry: &AuditEntry,
    ) -> Result<Option<(PersonalCode, Timestamp)>, Problem> {
        let until = valid_until(entry.at);
        for code in codes {
            match self.table.give_personal_code(pupil, (&code, until), entry).await? {
                CodeShown::Now => return Ok(Some((code, until))),
                CodeShown::Before => {
                    if let Some(until) = self.table.personal_code_until(pupil, &code, entry.at).await? {
                        return Ok(Some((code, until)));
                    }
                }
                CodeShown::Not => break,
            }
        }
        Ok(None)
    }
}

impl PersonalCodeView {
    /// What pupils type: browsers add the rest.
    fn typed_address(&self) -> &str {
        rentree_web::typed_address(&self.address)
    }
}
