//! The results of a campaign as a list for spreadsheets.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use rentree_domain::paris;
use rentree_http::{Problem, authorise};
use rentree_table::{Campaign, Role};
use rentree_web::csv::{self, Cell};

use crate::Campaigns;
use crate::school::parse_uai;
use crate::staff::tally::{Pupil, pupils};

const HEADER: [&str; 11] = [
    "Campagne",
    "Classe",
    "Nom de famille",
    "Nom d’usage",
    "Prénom",
    "Avancement",
    "A rejoint le",
    "A commencé le",
    "A envoyé le",
    "Score (%)",
    "Parti de l’établissement",
];

/// `GET /schools/{uai}/campaigns/{campaign}/results.csv`
pub(crate) async fn download(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    authorise(&app.table, &headers, uai, Role::Member, now).await?;
    let (id, campaign) = app.campaign(uai, &id).await?;

    let (_, listing) = app.table.listed(uai).await?.ok_or_else(Problem::not_found)?;
    let (pupils, _) = pupils(&listing, app.table.participations(id).await?);
    let rows = pupils.into_iter().map(|pupil| row(&campaign, pupil));
    let sheet = csv::sheet(HEADER, rows).map_err(|error| Problem::internal(&error))?;

    // The code, not the title: a file's name travels further than its content.
    let name = format!("campagne-{}-{}.csv", campaign.code, paris::date(now));
    let headers = [
        (header::CONTENT_TYPE, csv::CONTENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, sheet).into_response())
}

fn row(campaign: &Campaign, pupil: Pupil<'_>) -> [Cell; 11] {
    let state = pupil.state().french();
    let Pupil { listed, participation } = pupil;
    let part = participation.as_ref();
    let moment = |moment: Option<jiff::Timestamp>| moment.map(Cell::moment).unwrap_or_default();
    [
        Cell::text(campaign.title.as_str()),
        Cell::text(listed.division.clone()),
        Cell::text(listed.last_name.clone()),
        Cell::text(listed.usage_name.clone().unwrap_or_default()),
        Cell::text(listed.first_name.clone()),
        Cell::text(state),
        moment(part.map(|part| part.joined_at)),
        moment(part.and_then(|part| part.started_at)),
        moment(part.and_then(|part| part.sent_at)),
        part.and_then(|part| part.score).map(|score| Cell::number(score.per_cent())).unwrap_or_default(),
        Cell::text(if listed.left() { "Oui" } else { "" }),
    ]
}
