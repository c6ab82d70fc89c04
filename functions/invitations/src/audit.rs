//! The log of a space, for its administrators.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::import::ImportState;
use rentree_domain::{AuditId, ImportId, LearnerId, Uai};
use rentree_http::{Asked, Face, Problem, authorise, parse_uai};
use rentree_table::{AuditAction, AuditEntry, Import, Role};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Invitations;

const PER_PAGE: i32 = 50;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "audit.html")]
pub(crate) struct AuditView {
    #[serde(skip)]
    frame: Frame,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// The latest first.
    entries: Vec<Row>,
    /// `from` of the next page, if there is one.
    next: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditRow")]
struct Row {
    /// When.
    at: Timestamp,
    /// Who.
    by: String,
    /// What.
    #[schemars(with = "String")]
    action: AuditAction,
    /// To whom, which campaign, how many pupils of which class, which name it was before, or what a program asked for.
    subject: Option<String>,
    /// In which role, where somebody is invited or let in: `administrator` or `member`. Older entries do not tell.
    #[schemars(with = "Option<String>")]
    role: Option<Role>,
    /// Which pupil, when it is one.
    learner: Option<LearnerId>,
    /// Which import, and what became of it, as long as it is one of the latest.
    import: Option<ImportId>,
    outcome: Option<ImportState>,
    #[serde(skip)]
    outcome_text: Option<&'static str>,
}

/// Where the page begins.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct From {
    /// Where the page begins, as `next` of the one before says.
    from: Option<String>,
}

/// `GET /schools/{uai}/audit`
pub(crate) async fn page(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    Asked(query): Asked<From>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, (app.clock)()).await?;

    let from = query.from.as_deref().filter(|from| !from.is_empty());
    if from.is_some_and(|from| !is_place(from)) {
        return Err(Problem::bad_request("Cette page du journal n’existe pas. Revenez au début du journal."));
    }
    let (page, imports) = try_join!(app.table.audit_page(uai, from, PER_PAGE), app.table.recent_imports(uai))?;

    let told = |import: &Import| (import.state_at(visitor.at), import.french_among(&imports, visitor.at));
    let states: HashMap<ImportId, (ImportState, &'static str)> =
        imports.iter().map(|(id, import)| (*id, told(import))).collect();
    let outcome = |import: Option<ImportId>| import.and_then(|import| states.get(&import).copied()).unzip();
    let row = |entry: AuditEntry| {
        let (outcome, outcome_text) = outcome(entry.import);
        Row {
            at: entry.at,
            by: entry.by_name,
            action: entry.action,
            subject: entry.subject,
            role: entry.role,
            learner: entry.learner,
            import: entry.import,
            outcome,
            outcome_text,
        }
    };
    let view = AuditView {
        frame: visitor.frame("Journal de l’espace", uai, &visitor.school, Section::Team),
        uai,
        entries: page.entries.into_iter().map(row).collect(),
        next: page.next,
    };
    face.render(StatusCode::OK, &view)
}

/// Whether a text is where a page can begin: `<time>#<identifier>`, as `next` gives it.
fn is_place(text: &str) -> bool {
    let (at, id) = text.split_once('#').unwrap_or_default();
    at.parse::<Timestamp>().is_ok() && id.parse::<AuditId>().is_ok()
}

impl AuditView {
    /// `#` would end the address.
    fn next_page(&self) -> Option<String> {
        self.next.as_ref().map(|next| next.replace('#', "%23"))
    }
}

impl Row {
    fn text(&self) -> &'static str {
        match self.action {
            AuditAction::SpaceActivated => "a activé l’espace",
            AuditAction::SpaceRecovered => "a rejoint l’espace par le lien envoyé à l’établissement",
            AuditAction::Invited => "a invité",
            AuditAction::InvitationResent => "a renvoyé l’invitation à",
            AuditAction::InvitationCancelled => "a annulé l’invitation à",
            AuditAction::InvitationAccepted => "a accepté une invitation",
            AuditAction::AccessRequestAccepted => "a accepté la demande d’accès faite par",
            AuditAction::AccessRequestRefused => "a refusé la demande d’accès faite par",
            AuditAction::Promoted => "a rendu administrateur",
            AuditAction::Demoted => "a rendu membre",
            AuditAction::Removed => "a retiré",
            AuditAction::AccessConfirmed => "a rétabli l’accès pour",
            AuditAction::TeamReviewed => "a vérifié l’équipe",
            AuditAction::Left => "a quitté l’espace",
            AuditAction::Renamed => "a corrigé son nom, qui était",
            AuditAction::ImportRequested => "a demandé un import d’élèves",
            AuditAction::ImportConfirmed => "a confirmé un import d’élèves",
            AuditAction::ImportCancelled => "a abandonné un import d’élèves",
            AuditAction::ImportUndone => "a annulé un import d’élèves",
            AuditAction::CampaignCreated => "a créé la campagne",
            AuditAction::CampaignChanged => "a modifié la campagne",
            AuditAction::CampaignArchived => "a archivé la campagne",
            AuditAction::ResultTakenBack => "a annulé le résultat d’un élève dans la campagne",
            AuditAction::CampaignsPassedOn => "a confié les campagnes d’un membre qui part à",
            AuditAction::CampaignRestored => "a désarchivé la campagne",
            AuditAction::CampaignBoundToLessons => "a réservé aux séances la campagne",
            AuditAction::CampaignFreedOfLessons => "permet de rejoindre à tout moment la campagne",
            AuditAction::CampaignCodeReplaced => "a donné un nouveau code à la campagne",
            AuditAction::LessonOpened => "a ouvert une séance de la campagne",
            AuditAction::LessonProlonged => "a prolongé la séance de la campagne",
            AuditAction::LessonEnded => "a terminé la séance de la campagne",
            AuditAction::PasswordsHandedOut if self.learner.is_some() => "a distribué un mot de passe provisoire :",
            AuditAction::PasswordsHandedOut => "a distribué des mots de passe provisoires :",
            AuditAction::UserNameGiven => "a donné un identifiant :",
            AuditAction::PersonalCodeGiven => "a donné un code personnel :",
            AuditAction::SignInCodeShown => "a montré un code de connexion :",
            AuditAction::SignInCodeUsed => "s’est connecté avec un code montré pendant une séance",
            AuditAction::Unblocked => "a débloqué :",
            AuditAction::Untied => "a détaché de son compte :",
            AuditAction::MediacentreReplaced => "est revenu du Médiacentre avec un nouvel identifiant :",
            AuditAction::MediacentreRemoved => "a retiré le Médiacentre à :",
            AuditAction::CertificatesPrepared => "a demandé le fichier des certificats :",
            AuditAction::Downloaded => "a téléchargé",
            AuditAction::RecordBookRead => "a lu les certifications pour le livret scolaire :",
            AuditAction::RecordBookRefused => "s’est vu refuser les certifications pour le livret scolaire :",
        }
    }
}
