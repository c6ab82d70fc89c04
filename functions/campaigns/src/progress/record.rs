//! A pupil began a course, or sent the result. The platform may send a message again, late, or before the one before it.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::profile::CollectedProfile;
use rentree_domain::progress::{ProgressEvent, Sent};
use rentree_domain::{CampaignId, LearnerId, Progress, Score};
use rentree_http::Problem;
use rentree_table::ProgressError;
use rentree_webhook::{Doubt, TOLERANCE};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;
use crate::course_token::CourseToken;

/// What the platform sends.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ProgressMessage")]
pub(crate) struct Message {
    /// `token` of the course's link.
    token: String,
    /// `started` or `sent`.
    event: Event,
    /// When it happened.
    at: Timestamp,
    /// In per cent, from 0 to 100; of `sent`.
    #[serde(default)]
    score: Option<Score>,
    /// Of `sent`, where the campaign collects profiles: competences at level 1 or more, and all points of the profile.
    #[serde(default)]
    profile: Option<CollectedProfile>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ProgressMessageEvent")]
enum Event {
    /// The pupil began.
    Started,
    /// The pupil sent the result.
    Sent,
}

/// What is known of the pupil now.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ProgressView {
    /// The campaign.
    campaign: CampaignId,
    /// The pupil.
    learner: LearnerId,
    /// Whether the message is about a try that the school took back: it changed nothing, and need not come again.
    taken_back: bool,
    /// How far the pupil is.
    progress: Progress,
    /// When the pupil began.
    started_at: Option<Timestamp>,
    /// When the pupil sent the result that holds.
    sent_at: Option<Timestamp>,
    /// The result that holds: the later one, and of one moment the greater one.
    score: Option<Score>,
    /// What the profile said with that result, if it was collected.
    profile: Option<CollectedProfile>,
    /// The results that do not hold, from the oldest.
    former: Vec<Sent>,
}

/// How late a result may be told. The earlier beginning holds, so one that a clock has wrong would hold for ever.
const LATEST: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

/// `POST /participations/progress`
pub(crate) async fn record(State(app): State<Campaigns>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    // The signature is of the bytes: it comes before the parsing.
    let now = (app.clock)();
    app.config.webhook_secrets.check(&headers, &body, now).map_err(|doubt| match doubt {
        Doubt::Forged => Problem::bad_signature(),
        Doubt::Stale => Problem::stale_message(),
    })?;

    let message: Message = serde_json::from_slice(&body)
        .map_err(|error| Problem::bad_request(format!("Le JSON n’a pas pu être lu : {error}.")))?;
    let event = message.event(now)?;
    let token = CourseToken::read(&message.token, &app.config.webhook_secrets)?;
    token.check_in_time(event)?;

    let CourseToken { campaign, learner, of, .. } = token;
    let known = app.table.record_progress(campaign, (learner, of), event).await.map_err(|error| match error {
        ProgressError::Unknown => Problem::no_participation(),
        ProgressError::Table(error) => error.into(),
    })?;

    let view = ProgressView {
        campaign,
        learner,
        taken_back: of < known.current,
        progress: known.progress(),
        started_at: known.started_at,
        sent_at: known.sent_at,
        score: known.score,
        profile: known.profile,
        former: known.former,
    };
    Ok(axum::Json(view).into_response())
}

impl Message {
    fn event(&self, now: Timestamp) -> Result<ProgressEvent, Problem> {
        let at = self.at;
        if at > now + TOLERANCE {
            return Err(Problem::bad_request("La date « at » est dans le futur. Vérifiez l’horloge."));
        }
        if at < now - LATEST {
            return Err(Problem::bad_request("La date « at » est antérieure de plus de deux ans. Vérifiez l’horloge."));
        }
        match (self.event, self.score) {
            (Event::Started, _) => Ok(ProgressEvent::Started { at }),
            (Event::Sent, Some(score)) => Ok(ProgressEvent::Sent { at, score, profile: self.profile }),
            (Event::Sent, None) => {
                Err(Problem::bad_request("Le champ « score » manque : un nombre entier de 0 à 100 est attendu."))
            }
        }
    }
}
