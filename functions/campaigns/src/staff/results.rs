//! The results of a campaign as a list for spreadsheets.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use rentree_domain::paris;
use rentree_http::{Problem, authorise};
use rentree_table::{Campaign, Role};
use rentree_web::csv;

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

    let roster = app.table.roster(uai).await?.ok_or_else(Problem::not_found)?;
    let (pupils, _) = pupils(roster, app.table.participations(id).await?);
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

fn row(campaign: &Campaign, pupil: Pupil) -> [String; 11] {
    let state = pupil.state().french().to_owned();
    let part = pupil.participation.as_ref();
    let score = part.and_then(|part| part.score).map(|score| score.to_string());
    [
        campaign.title.to_string(),
        pupil.entry.division,
        pupil.entry.last_name,
        pupil.entry.usage_name.unwrap_or_default(),
        pupil.entry.first_name,
        state,
        part.map(|part| instant(part.joined_at)).unwrap_or_default(),
        part.and_then(|part| part.started_at).map(instant).unwrap_or_default(),
        part.and_then(|part| part.sent_at).map(instant).unwrap_or_default(),
        score.unwrap_or_default(),
        if pupil.left { "Oui" } else { "" }.to_owned(),
    ]
}

/// `15/07/2026 08:05`, in Paris: what French spreadsheets take for a time.
fn instant(instant: Timestamp) -> String {
    paris::date_time(instant).strftime("%d/%m/%Y %H:%M").to_string()
}
