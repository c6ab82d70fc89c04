//! A code that signs a pupil in whom staff have before them, during a lesson: once, within minutes, without a new password. The page is the
//! only place where it stands in clear, until it is used: its address has it sealed, for the session that it was shown to, for that page alone,
//! for an hour: the code itself stands there only while it can be used.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::sign_in_code::valid_until;
use rentree_domain::{FormId, LearnerId, Lesson, PersonalCode, Uai, UserId};
use rentree_http::{Asked, Face, HandedOn, Input, Problem, Visitor};
use rentree_table::{AuditAction, AuditEntry, Campaign, CodeShown, CodeState, User};
use rentree_web::{Frame, Section, french, qr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::code_fields::CodeFields;
use super::of_pupil::OfPupil;
use super::{page_of, path, refused};
use crate::Learners;
use crate::list::Filter;
use crate::passwords::hand_out::Chosen;

const NO_LESSON: &str = "Aucune séance n’est ouverte. Ouvrez-en une depuis la page d’une campagne, puis recommencez.";
const STAFF: &str = "Ce compte a été celui d’un membre d’une équipe : aucun code ne l’ouvre. Donnez à l’élève un mot de passe provisoire.";
const CHANGED: &str = "Le compte a changé au même moment : aucun code n’a été créé. Recommencez.";
const NOT_SHOWN: &str = "Par sécurité, ce code ne s’affiche plus ici : une heure a passé, ou votre session n’est pas celle où il a été montré. Montrez-en un autre à l’élève depuis sa fiche.";

/// How long the page of a code tells what became of it: longer than any code can be used.
const SHOWN: SignedDuration = SignedDuration::from_hours(1);

/// Which code.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "WhichSignInCode")]
#[serde(default)]
pub(crate) struct Which {
    /// The code that was shown, sealed: only the session that it was shown to reads it, for an hour, and only here.
    shown: String,
}

/// What is shown: here, and nowhere else. Never printed.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "sign-in-code.html")]
#[schemars(rename = "ShownSignInCode")]
pub(crate) struct SignInCodeView {
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
    learner: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    /// `mave-tuza-dune-586`: signs the pupil in, once. `null` when it does no more.
    sign_in_code: Option<String>,
    /// Until when it can be used; `null` when it cannot any more.
    valid_until: Option<Timestamp>,
    /// When it was used.
    used_at: Option<Timestamp>,
    /// Where the pupil types it.
    address: String,
    /// The address with the code, as a picture.
    #[serde(skip)]
    qr: Option<String>,
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

    let page = page_of_code(uai, pupil.id);
    let sealed = HandedOn { csrf: &visitor.csrf, page: &page }.seal(&code.shown(), visitor.at + SHOWN);
    let location = list.asking_also(("shown", &sealed), &page);
    let view = app.code_page((uai, &visitor), pupil, &list, (&code, CodeState::Holds(until)))?;
    face.after_post(StatusCode::OK, &location, &view)
}

/// `GET /schools/{uai}/learners/{learner}/sign-in-code`
pub(crate) async fn follow(
    State(app): State<Learners>,
    Asked(which): Asked<Which>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;
    if which.shown.is_empty() && face == Face::Page {
        // No code was shown here: it was refused, and the answer is loaded again.
        return Ok(Redirect::to(&page_of(uai, pupil.id, &list)).into_response());
    }
    let page = page_of_code(uai, pupil.id);
    let shown: Option<String> = HandedOn { csrf: &visitor.csrf, page: &page }.unseal(&which.shown, visitor.at);
    let code = shown.and_then(|shown| PersonalCode::parse(&shown).ok());
    let code = code.ok_or_else(|| refused(uai, pupil.id, &list, NOT_SHOWN))?;

    // Whoever was untied since is opened nothing.
    let state = match pupil.user {
        Some(user) => app.table.sign_in_code_state(user, &code, visitor.at).await?,
        None => CodeState::Over,
    };
    face.render(StatusCode::OK, &app.code_page((uai, &visitor), pupil, &list, (&code, state))?)
}

/// Where the code of a pupil stands: what is sealed for it opens on no page of another pupil.
fn page_of_code(uai: Uai, id: LearnerId) -> String {
    format!("{}/sign-in-code", path(uai, id))
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
                    if let CodeState::Holds(until) = self.table.sign_in_code_state(id, &code, entry.at).await? {
                        return Ok(Some((code, until)));
                    }
                }
                CodeShown::Not => break,
            }
        }
        Ok(None)
    }

    /// The page of a code, which shows it as long as it can be used.
    fn code_page(
        &self,
        (uai, visitor): (Uai, &Visitor),
        pupil: Chosen,
        list: &Filter,
        (code, state): (&PersonalCode, CodeState),
    ) -> Result<SignInCodeView, Problem> {
        let (valid_until, used_at) = match state {
            CodeState::Holds(until) => (Some(until), None),
            CodeState::Used(at) => (None, Some(at)),
            CodeState::Over => (None, None),
        };
        let sign_in_code = valid_until.map(|_| code.shown());
        let address = format!("{}/code", self.config.origin);
        let qr = sign_in_code.as_ref().map(|code| qr::svg(&format!("{address}#{code}"), "Code QR de connexion"));
        Ok(SignInCodeView {
            frame: visitor.frame("Code de connexion", uai, &visitor.school, Section::Learners),
            csrf: visitor.csrf.clone(),
            once: FormId::new(visitor.at, rentree_runtime::random()),
            action: list.asking(&page_of_code(uai, pupil.id)),
            uai,
            learner: pupil.id,
            last_name: pupil.entry.last_name,
            first_name: pupil.entry.first_name,
            division: pupil.entry.division,
            sign_in_code,
            valid_until,
            used_at,
            address,
            qr: qr.transpose().map_err(|error| Problem::internal(&error))?,
            back: page_of(uai, pupil.id, list),
        })
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
