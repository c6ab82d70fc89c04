//! The same for a person: what record books read, as a list for spreadsheets, of those classes and results that the page's filter lets
//! through.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rentree_domain::{SchoolYear, paris};
use rentree_http::{AskedPairs, Problem, authorise, parse_uai};
use rentree_table::Role;
use rentree_web::csv::Cell;

use super::taken::TakenOver;
use crate::Certifications;
use crate::results::Filter;
use crate::spreadsheet::{self, COMPETENCES};

const BEFORE: [&str; 13] = [
    "Année scolaire",
    "Classe",
    "Nom",
    "Prénom",
    "Deuxième prénom",
    "Troisième prénom",
    "Né(e) le",
    "INE",
    "Numéro",
    "Résultat",
    "Score",
    "Code de vérification",
    "Passée le",
];
const AFTER: [&str; 2] = ["N’est plus dans la liste", "Élève retrouvé"];
const COLUMNS: usize = BEFORE.len() + COMPETENCES + AFTER.len();

/// `GET /schools/{uai}/certifications/record-books.csv`
pub(crate) async fn csv(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    asked: AskedPairs<Filter>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, now).await?;

    let today = paris::date(now);
    let filter = Filter::of_file(&asked.pairs, today)?;
    let taken = app.taken_over(uai, &filter).await?.ok_or_else(Problem::not_found)?;
    let known = taken.iter().filter_map(|it| it.division.as_deref());
    let what = format!("la liste pour le livret scolaire {}", filter.told(known));
    app.table.audit(uai, &visitor.downloaded(what)).await?;

    let year = filter.school_year;
    let name = format!("livret-scolaire-{uai}-{year}-{today}.csv");
    spreadsheet::answer(&name, &BEFORE, &AFTER, taken.into_iter().map(|it| cells(year, it)))
}

fn cells(year: SchoolYear, it: TakenOver) -> [Cell; COLUMNS] {
    let text = |text: Option<String>| Cell::text(text.unwrap_or_default());
    let TakenOver { whose, levels, .. } = it;
    let before = [
        Cell::text(year.to_string()),
        text(it.division),
        text(whose.last_name),
        text(whose.first_name),
        text(whose.second_name),
        text(whose.third_name),
        whose.birth_date.map(Cell::day).unwrap_or_default(),
        text(whose.ine.map(|ine| ine.as_str().to_owned())),
        Cell::text(it.number.to_string()),
        Cell::text(it.outcome.french()),
        it.score.map(|score| Cell::number(u16::from(score))).unwrap_or_default(),
        text(it.code),
        Cell::day(it.taken_on),
    ];
    let after = [Cell::text(if it.left { "Oui" } else { "" }), Cell::text(if it.is_of_pupil { "Oui" } else { "Non" })];
    spreadsheet::row(before, &levels, after)
}
