//! The code of a campaign for the board of a classroom: as large as the screen, with a QR code and the address spelt out.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{CampaignCode, CampaignId, CampaignTitle, Uai, paris};
use rentree_http::{Face, Problem, authorise_beside, parse_uai};
use rentree_table::Role;
use rentree_web::{Frame, qr};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Campaigns;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "board.html")]
pub(crate) struct BoardView {
    #[serde(skip)]
    frame: Frame,
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
    /// Whether somebody can join today, but for lessons.
    is_open: bool,
}

/// `GET /schools/{uai}/campaigns/{campaign}/board`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (_, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;

    let address = format!("{}/campagnes/{}", app.config.origin, campaign.code);
    let qr = qr::svg(&address, "Code QR de l’adresse de la campagne").map_err(|error| Problem::internal(&error))?;
    let view = BoardView {
        frame: Frame::bare(campaign.title.as_str()),
        qr,
        uai,
        id,
        is_open: campaign.closed(paris::date(now)).is_none(),
        title: campaign.title,
        code: campaign.code,
        address,
    };
    face.render(StatusCode::OK, &view)
}

impl BoardView {
    /// What pupils type: browsers add the rest.
    fn host(&self) -> &str {
        let address = rentree_web::typed_address(&self.address);
        address.split_once('/').map_or(address, |(host, _)| host)
    }
}
