//! The code of a campaign for the board of a classroom: as large as the screen, with a QR code and the address spelt out. Where nobody can
//! join today, it says so first; the page of a campaign that is put away shows no code, for it leads nowhere. A lesson that was opened from
//! it is told on it, in the words of the campaign's page, and until when one is under way. It hangs on the wall: no pupil stands on it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::platform_campaign::Closed;
use rentree_domain::{CampaignCode, CampaignId, CampaignTitle, Uai, paris};
use rentree_http::{Asked, Face, Problem, authorise_beside, parse_uai};
use rentree_table::Role;
use rentree_web::{Frame, qr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;
use crate::staff::done;

/// What was just done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Done {
    /// What was just done.
    done: String,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "board.html")]
pub(crate) struct BoardView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    done: Option<String>,
    /// The address as a QR code.
    #[serde(skip)]
    qr: String,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    id: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    /// What pupils type to join.
    #[schemars(with = "String")]
    code: CampaignCode,
    /// Where the code leads, without typing it.
    address: String,
    /// Why nobody can join it today, if that is so.
    closed: Option<Closed>,
    /// Whether nobody can join it before a lesson is opened.
    waits_for_a_lesson: bool,
    /// When the lesson ends that is under way.
    lesson_until: Option<Timestamp>,
    /// Whether no file of pupils was imported so far, or each was undone.
    #[serde(skip)]
    lacks_pupils: bool,
}

/// `GET /schools/{uai}/campaigns/{campaign}/board`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    Asked(asked): Asked<Done>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;

    let address = format!("{}/campagnes/{}", app.config.origin, campaign.code);
    let qr = qr::svg(&address, "Code QR de l’adresse de la campagne").map_err(|error| Problem::internal(&error))?;
    let closed = campaign.closed(paris::date(now));
    let lesson_until = campaign.lesson_until(now);
    let now_is = done::Now { is_closed: closed.is_some(), only_in_lessons: campaign.only_in_lessons, lesson_until };
    let view = BoardView {
        frame: Frame::bare(campaign.title.as_str()),
        csrf: visitor.csrf,
        done: done::told(&asked.done, now_is),
        qr,
        uai,
        id,
        // A lesson opens nothing that is closed anyway.
        waits_for_a_lesson: closed.is_none() && campaign.waits_for_a_lesson(now),
        lesson_until,
        lacks_pupils: visitor.school.last_import().is_none(),
        title: campaign.title,
        code: campaign.code,
        address,
        closed,
    };
    face.render(StatusCode::OK, &view)
}

impl BoardView {
    /// Whether the school has archived it, or the platform's team withdrawn it: its code is of no use any more.
    fn is_put_away(&self) -> bool {
        matches!(self.closed, Some(Closed::Archived | Closed::Withdrawn))
    }

    /// When the lesson ends, where that is of use below the code, and not just told above it.
    fn told_lesson(&self) -> Option<&Timestamp> {
        self.lesson_until.as_ref().filter(|_| self.closed.is_none() && self.done.is_none())
    }

    /// Whether the platform's team has withdrawn it.
    fn is_withdrawn(&self) -> bool {
        self.closed == Some(Closed::Withdrawn)
    }

    /// What pupils type: browsers add the rest.
    fn host(&self) -> &str {
        let address = rentree_web::typed_address(&self.address);
        address.split_once('/').map_or(address, |(host, _)| host)
    }
}
