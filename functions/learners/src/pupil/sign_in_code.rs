//! A code that signs a pupil in whom staff have before them, during a lesson: once, within minutes, without a new password. The answer is
//! the only place where it stands in clear: who loses it reloads the page, or shows another one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::sign_in_code::valid_until;
use rentree_domain::{LearnerId, Lesson, PersonalCode, Uai, UserId};
use rentree_http::{Face, Input, Problem, Visitor};
use rentree_table::{AuditAction, AuditEntry, Campaign, CodeShown, User};
use rentree_web::{Frame, Section, french, qr};
use schemars::JsonSchema;
use serde::Serialize;

use super::code_fields::CodeFields;
use super::of_pupil::OfPupil;
use super::{page_of, refused};
use crate::Learners;

const NO_LESSON: &str = "Aucune séance n’est ouverte. Ouvrez-en une depuis la page d’une campagne, puis recommencez.";
const STAFF: &str = "Ce compte a été celui d’un membre d’une équipe : aucun code ne l’ouvre. Donnez à l’élève un mot de passe provisoire.";
const CHANGED: &str = "Le compte a changé au même moment : aucun code n’a été créé. Recommencez.";

/// What is shown: here, and nowhere else. Never printed.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "sign-in-code.html")]
#[schemars(rename = "ShownSignInCode")]
pub(crate) struct SignInCodeView {
    #[serde(skip)]
    frame: Frame,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    learner: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    /// `nadu-reka-veta-473`: signs the pupil in, once.
    sign_in_code: String,
    /// Until when it can be used.
    valid_until: Timestamp,
    /// Where the pupil types it.
    address: String,
    /// The address with the code, as a picture.
    #[serde(skip)]
    qr: String,
    /// The pupil's page.
    #[serde(skip)]
    back: String,
}

/// `POST /schools/{uai}/learners/{learner}/sign-in-code`
pub(crate) async fn show(
    State(app): State<Learners>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
    input: Input<CodeFields>,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;
    visitor.check_meant(&input.proof)?;

    let account = app.account_to_act_on(uai, &pupil, &list);
    let (lesson, (id, user)) = tokio::try_join!(app.open_lesson(uai, &visitor), account)?;
    if user.joined_a_team {
        return Err(refused(uai, pupil.id, &list, STAFF));
    }
    let lesson = lesson.ok_or_else(|| {
        Problem::too_late(NO_LESSON).leading_to("Voir les campagnes", format!("/schools/{uai}/campaigns"))
    })?;
    let codes = input.fields.codes("sign-in code", uai, &visitor, pupil.id);
    let entry = app.told_of(&visitor, AuditAction::SignInCodeShown, &[&pupil]);
    let shown = app.show_code((uai, pupil.id), (id, &user), (codes, valid_until(lesson, visitor.at)), &entry).await?;
    let (code, until) = shown.ok_or_else(|| refused(uai, pupil.id, &list, CHANGED))?;

    let address = format!("{}/code", app.config.origin);
    let qr = qr::svg(&format!("{address}#{}", code.shown()), "Code QR de connexion");
    let view = SignInCodeView {
        frame: visitor.frame("Code de connexion", uai, &visitor.school, Section::Learners),
        uai,
        learner: pupil.id,
        last_name: pupil.entry.last_name,
        first_name: pupil.entry.first_name,
        division: pupil.entry.division,
        sign_in_code: code.shown(),
        valid_until: until,
        address,
        qr: qr.map_err(|error| Problem::internal(&error))?,
        back: page_of(uai, pupil.id, &list),
    };
    face.render(StatusCode::OK, &view)
}

/// The lesson that is under way, of those of `campaigns`; of several, the one that ends last. One of a campaign in the archive counts no
/// more.
pub(super) fn open_lesson<'a>(campaigns: impl Iterator<Item = &'a Campaign>, now: Timestamp) -> Option<Lesson> {
    campaigns.filter(|campaign| !campaign.is_archived()).filter_map(|campaign| campaign.open_lesson(now)).max()
}

impl Learners {
    /// Lets the first of `codes` open the account that was not used yet, and tells which one, and until when. `None`: the account changed
    /// meanwhile.
    async fn show_code(
        &self,
        pupil: (Uai, LearnerId),
        (id, user): (UserId, &User),
        (codes, until): (impl Iterator<Item = PersonalCode>, Timestamp),
        entry: &AuditEntry,
    ) -> Result<Option<(PersonalCode, Timestamp)>, Problem> {
        for code in codes {
            match self.table.show_sign_in_code(pupil, (id, user), (&code, until), entry).await? {
                CodeShown::Now => return Ok(Some((code, until))),
                CodeShown::Before => {
                    if let Some(until) = self.table.sign_in_code_until(id, &code, entry.at).await? {
                        return Ok(Some((code, until)));
                    }
                }
                CodeShown::Not => break,
            }
        }
        Ok(None)
    }

    /// The lesson of the visitor's school that is under way.
    async fn open_lesson(&self, uai: Uai, visitor: &Visitor) -> Result<Option<Lesson>, Problem> {
        let (campaigns, _) = self.table.campaigns(uai, &visitor.school).await?;
        Ok(open_lesson(campaigns.iter().map(|(_, campaign)| campaign), visitor.at))
    }
}

impl SignInCodeView {
    /// What pupils type: browsers add the rest.
    fn typed_address(&self) -> &str {
        rentree_web::typed_address(&self.address)
    }
}
