//! The lesson of a campaign: opened by a click, prolonged, ended. While one is under way, a campaign that is bound to lessons can be
//! joined, and pupils of the school can be shown sign-in codes.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::lesson::{self, Over};
use rentree_domain::{CampaignId, Lesson, paris};
use rentree_http::{Face, Input, Problem, authorise_beside, parse_uai};
use rentree_table::{AuditAction, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "LessonFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// What to do.
    act: Act,
    /// To prolong: the end that was shown. If it is another one, nothing is changed.
    until: Option<Timestamp>,
    /// Whether browsers go back to the board, in place of the campaign's page: a class looks at it.
    from_board: bool,
}

/// What to do with the lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LessonAct")]
enum Act {
    /// Open one for two hours, unless one is open.
    #[default]
    Open,
    /// Prolong the one that is open by two hours, to four hours from now at most.
    Prolong,
    /// End the one that is open.
    End,
}

/// The lesson.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LessonView")]
pub(crate) struct LessonView {
    campaign: CampaignId,
    /// When the lesson ends that is under way; none: no lesson is.
    lesson_until: Option<Timestamp>,
}

/// `POST /schools/{uai}/campaigns/{campaign}/lesson`
pub(crate) async fn act(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;
    visitor.check_meant(&input.proof)?;
    let path = format!("/schools/{uai}/campaigns/{id}");
    let Fields { act, until, from_board } = input.fields;
    let (back_label, back) =
        if from_board { ("Revenir au code", format!("{path}/board")) } else { ("Revenir à la campagne", path) };

    if act != Act::End && campaign.closed(paris::date(now)).is_some() {
        return Err(Problem::too_late(CLOSED).leading_to(back_label, back));
    }
    let (act, action) = match act {
        Act::Open => (lesson::Act::Open, AuditAction::LessonOpened),
        Act::Prolong => (lesson::Act::Prolong { shown: until }, AuditAction::LessonProlonged),
        Act::End => (lesson::Act::End, AuditAction::LessonEnded),
    };
    let next = lesson::decide(act, campaign.lesson, now)
        .map_err(|Over| Problem::too_late(OVER).leading_to(back_label, back.as_str()))?;

    let lesson = match next {
        None => campaign.lesson,
        Some(next) => {
            let entry = visitor.did(action).to(campaign.title.as_str());
            let is_set = app.table.set_lesson((uai, id), campaign.lesson, next, &entry).await?;
            // A colleague was faster, who wanted the same or something else: what holds is told.
            if is_set { Some(next) } else { app.campaign(uai, &id.to_string()).await?.1.lesson }
        }
    };

    let lesson_until = lesson.filter(|lesson| lesson.is_open(now)).map(Lesson::until);
    let done = if lesson_until.is_some() { "lesson" } else { "lesson_ended" };
    face.after_post(StatusCode::OK, &format!("{back}?done={done}"), &LessonView { campaign: id, lesson_until })
}

const CLOSED: &str = "Personne ne peut rejoindre cette campagne aujourd’hui : il n’y a pas de séance à ouvrir.";
const OVER: &str = "La séance est déjà terminée. Ouvrez-en une autre.";
