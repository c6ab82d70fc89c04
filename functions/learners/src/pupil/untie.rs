//! Untie a pupil from an account: a classmate joined with the pupil's name and birth date, or an account was lost.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::LearnerId;
use rentree_http::{ConfirmView, Face, Input, Problem};
use rentree_table::AuditAction;
use rentree_web::Section;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::of_pupil::OfPupil;
use super::{done_at, page_of, path, refused};
use crate::Learners;

const NOT_TIED: &str = "L’élève n’est rattaché à aucun compte, ou ne l’est plus : il n’y a rien à détacher.";

const MOVED: &str =
    "Le compte de l’élève vient de changer : rien n’a été détaché. Vérifiez sa fiche, puis recommencez.";

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UntiedView {
    learner: LearnerId,
}

/// `GET /schools/{uai}/learners/{learner}/untie`
pub(crate) async fn ask(
    State(app): State<Learners>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;
    if pupil.user.is_none() {
        return Err(refused(uai, pupil.id, &list, NOT_TIED));
    }

    let view = ConfirmView {
        frame: visitor.frame("Confirmer", uai, &visitor.school, Section::Learners),
        csrf: visitor.csrf.clone(),
        alert: None,
        title: format!("Détacher {} de son compte ?", pupil.entry.full_name()),
        consequences: vec![
            "À faire si quelqu’un d’autre a rejoint une campagne à sa place, ou si le compte est perdu.".to_owned(),
            "Le compte est conservé, avec ses méthodes de connexion, mais il n’est plus celui de cet élève. Les participations de l’élève aux campagnes sont conservées.".to_owned(),
            "L’élève pourra rejoindre une campagne avec un autre compte, ou avec le même.".to_owned(),
        ],
        action: list.asking(&format!("{}/untie", path(uai, pupil.id))),
        button: "Détacher l’élève",
        hidden: None,
        choice: None,
        back: ("Revenir à la fiche de l’élève", page_of(uai, pupil.id, &list)),
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/learners/{learner}/untie`
pub(crate) async fn untie(
    State(app): State<Learners>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;
    visitor.check_meant(&input.proof)?;

    let location = done_at(uai, pupil.id, "untied", &list);
    let not_tied = refused(uai, pupil.id, &list, NOT_TIED);
    let Some(user) = pupil.user else { return face.already(true, not_tied, &location) };

    let entry = app.told_of(&visitor, AuditAction::Untied, &[&pupil]);
    if !app.table.untie(uai, (pupil.id, pupil.entry.ine), user, &entry, (app.clock)()).await? {
        let is_tied = app.table.learner(uai, pupil.id).await?.is_some_and(|learner| learner.user.is_some());
        let problem = if is_tied { refused(uai, pupil.id, &list, MOVED) } else { not_tied };
        return face.already(!is_tied, problem, &location);
    }

    face.after_post(StatusCode::OK, &location, &UntiedView { learner: pupil.id })
}
