//! The pupils as a list for spreadsheets: those of the same filters, all of them.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use rentree_domain::paris;
use rentree_http::{Asked, Problem, authorise, parse_uai};
use rentree_table::Role;
use rentree_web::csv::{self, Cell};
use tokio::try_join;

use super::filter::sought;
use super::found::Found;
use super::{Filter, Row};
use crate::Learners;

const HEADER: [&str; 6] = ["Nom", "Prénom", "Classe", "Date de naissance", "Méthode(s) de connexion", "Certifiable"];

/// The list of everybody would be more than was asked for.
const OTHER_SESSION: &str =
    "Le nom cherché venait d’une autre session. Cherchez-le de nouveau, puis téléchargez la liste.";

/// `GET /schools/{uai}/learners.csv`
pub(crate) async fn download(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    Asked(filter): Asked<Filter>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;

    let name = visitor.unseal(&filter.sought);
    if name.is_empty() && !filter.sought.is_empty() {
        return Err(
            Problem::bad_request(OTHER_SESSION).leading_to("Voir les élèves", format!("/schools/{uai}/learners"))
        );
    }
    let listed = app.table.with_listing(uai, visitor.school.clone()).await?;
    let (_, listing) = listed.ok_or_else(Problem::not_found)?;
    let mut pupils = sought(listing.enrolled(), &name, &filter.division);
    filter.order.sort(&mut pupils);
    let (mut profiles, (_, page)) = try_join!(
        async { Ok::<_, Problem>(app.table.latest_profiles(uai).await?) },
        app.found(uai, pupils, filter.account, (None, usize::MAX)),
    )?;
    let certifiable = |found: &Found<'_>| {
        let profile = profiles.get(&found.pupil.id);
        filter.certifiable.admits(profile.map(|latest| latest.profile.is_certifiable()))
    };
    let found: Vec<Found<'_>> = page.rows.into_iter().filter(certifiable).collect();
    let rows = found.into_iter().map(|found| Row::of(found, &mut profiles, visitor.at).cells());
    let sheet = csv::sheet(HEADER, rows).map_err(|error| Problem::internal(&error))?;
    app.table.audit(uai, &visitor.downloaded("la liste des élèves")).await?;

    let day = paris::date(visitor.at);
    let headers = [
        (header::CONTENT_TYPE, csv::CONTENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"eleves-{uai}-{day}.csv\"")),
    ];
    Ok((headers, sheet).into_response())
}

impl Row {
    fn cells(self) -> [Cell; 6] {
        let methods = self.account.map_or_else(|| "Pas encore de compte".to_owned(), |account| account.methods_text());
        [
            Cell::text(self.last_name),
            Cell::text(self.first_name),
            Cell::text(self.division),
            Cell::day(self.birth_date),
            Cell::text(methods),
            Cell::text(self.profile.map(|profile| profile.text()).unwrap_or_default()),
        ]
    }
}
