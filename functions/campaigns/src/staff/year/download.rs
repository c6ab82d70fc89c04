//! The follow-up of a school year as a list for spreadsheets. It has results of certifications: administrators download it, as they do those.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use rentree_domain::{SchoolYear, paris};
use rentree_http::{Asked, Problem, authorise, parse_uai};
use rentree_table::Role;
use rentree_web::csv::{self, Cell};

use super::pupils::Pupil;
use super::{Filter, Followed};
use crate::Campaigns;

const HEADER: [&str; 16] = [
    "Année scolaire",
    "Classe",
    "Nom de famille",
    "Nom d’usage",
    "Prénom",
    "Campagnes rejointes",
    "Résultats envoyés",
    "Score moyen (%)",
    "Certifiable",
    "Compétences au niveau 1 ou plus",
    "Points du profil",
    "Profil envoyé le",
    "Certification",
    "Passée le",
    "Score de certification",
    "N’est plus dans la liste",
];

/// `GET /schools/{uai}/follow-up/results.csv`
pub(crate) async fn csv(
    State(app): State<Campaigns>,
    Path(uai): Path<String>,
    Asked(filter): Asked<Filter>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, now).await?;

    let today = paris::date(now);
    let year = filter.year(today)?;
    let Followed { mut pupils, .. } = app.followed(uai, visitor.school.clone(), year).await?;
    let told = filter.told(year, pupils.iter().any(|pupil| filter.is_of_class(pupil)));
    let former = year.shows_former(filter.former, today);
    pupils.retain(|pupil| (former || !pupil.listed.left()) && filter.asks_for(pupil));
    let rows = pupils.into_iter().map(|pupil| row(year, pupil));
    let sheet = csv::sheet(HEADER, rows).map_err(|error| Problem::internal(&error))?;
    app.table.audit(uai, &visitor.downloaded(told)).await?;

    let name = format!("suivi-{uai}-{year}-{today}.csv");
    let headers = [
        (header::CONTENT_TYPE, csv::CONTENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, sheet).into_response())
}

fn row(year: SchoolYear, pupil: Pupil) -> [Cell; 16] {
    let Pupil { listed, division, of_year } = pupil;
    let count = |number: usize| Cell::number(u32::try_from(number).unwrap_or(u32::MAX));
    let profile = of_year.profile.and_then(|sent| sent.profile);
    let certification = of_year.certification.as_ref().map(|it| &it.latest);
    let left = listed.left();
    [
        Cell::text(year.to_string()),
        Cell::text(division.unwrap_or_default()),
        Cell::text(listed.last_name),
        Cell::text(listed.usage_name.unwrap_or_default()),
        Cell::text(listed.first_name),
        count(of_year.joined),
        count(of_year.sent),
        of_year.mean_score().map(Cell::number).unwrap_or_default(),
        Cell::text(match of_year.certifiable() {
            Some(true) => "Oui",
            Some(false) => "Non",
            None => "",
        }),
        profile.map(|profile| Cell::number(u8::from(profile.competences))).unwrap_or_default(),
        profile.map(|profile| Cell::number(u16::from(profile.points))).unwrap_or_default(),
        of_year.profile.map(|sent| Cell::moment(sent.at)).unwrap_or_default(),
        Cell::text(certification.map(|it| it.status.french()).unwrap_or_default()),
        certification.map(|it| Cell::day(it.taken_on)).unwrap_or_default(),
        certification.and_then(|it| it.score).map(|score| Cell::number(u16::from(score))).unwrap_or_default(),
        Cell::text(if left { "Oui" } else { "" }),
    ]
}
