//! The results of a campaign as a list for spreadsheets.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use rentree_domain::paris;
use rentree_http::{Problem, authorise_beside, parse_uai};
use rentree_table::{Campaign, Role};
use rentree_web::csv::{self, Cell};
use tokio::try_join;

use crate::Campaigns;
use crate::staff::pupil_order::Order;
use crate::staff::tally::{Pupil, pupils};

const HEADER: [&str; 14] = [
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
    "Certifiable",
    "Compétences au niveau 1 ou plus",
    "Points du profil",
    "N’est plus dans la liste",
];

/// `GET /schools/{uai}/campaigns/{campaign}/results.csv`
pub(crate) async fn download(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;

    let (listed, participations) =
        try_join!(app.table.with_listing(uai, visitor.school.clone()), app.table.participations(id))?;
    let (_, listing) = listed.ok_or_else(Problem::not_found)?;
    let (mut pupils, _) = pupils(&listing, &campaign.concerned(&listing), participations);
    Order::Division.sort(&mut pupils);
    let rows = pupils.into_iter().map(|pupil| row(&campaign, pupil));
    let sheet = csv::sheet(HEADER, rows).map_err(|error| Problem::internal(&error))?;
    app.table.audit(uai, &visitor.downloaded(format!("les résultats de « {} »", campaign.title))).await?;

    // The code, not the title: a file's name travels further than its content.
    let name = format!("campagne-{}-{}.csv", campaign.code, paris::date(now));
    let headers = [
        (header::CONTENT_TYPE, csv::CONTENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, sheet).into_response())
}

fn row(campaign: &Campaign, pupil: Pupil<'_>) -> [Cell; 14] {
    let (state, certifiable) = (pupil.state().french(), pupil.certifiable());
    let Pupil { listed, participation } = pupil;
    let part = participation.as_ref();
    let profile = part.and_then(|part| part.profile);
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
        Cell::text(match certifiable {
            Some(true) => "Oui",
            Some(false) => "Non",
            None => "",
        }),
        profile.map(|profile| Cell::number(u8::from(profile.competences))).unwrap_or_default(),
        profile.map(|profile| Cell::number(u16::from(profile.points))).unwrap_or_default(),
        Cell::text(if listed.left() { "Oui" } else { "" }),
    ]
}
