//! The certifications of a school year as a list for spreadsheets, one column a competence, and as JSON. One class, several, or the whole
//! school in one file, as the page's filter says.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use rentree_domain::certification::{JuryComment, Told};
use rentree_domain::{SchoolYear, Uai, paris};
use rentree_http::{AskedPairs, Problem, authorise, parse_uai};
use rentree_table::Role;
use rentree_web::csv::Cell;
use rentree_web::french;
use schemars::JsonSchema;
use serde::Serialize;

use super::filter::Filter;
use super::row::Row;
use crate::Certifications;
use crate::spreadsheet::{self, COMPETENCES};

const BEFORE: [&str; 8] = ["Année scolaire", "Classe", "Nom", "Prénom", "Né(e) le", "Résultat", "Auparavant", "Score"];
const AFTER: [&str; 6] =
    ["Passée le", "Session", "Numéro", "Commentaire du jury", "N’est plus dans la liste", "Élève retrouvé"];
const COLUMNS: usize = BEFORE.len() + COMPETENCES + AFTER.len();

/// What programs get.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CertificationResults")]
pub(crate) struct ResultsView {
    /// By its first calendar year.
    school_year: SchoolYear,
    certifications: Vec<Row>,
    /// Those that no pupil of the school is found for; none where classes are asked for.
    of_no_pupil: Vec<Row>,
}

/// `GET /schools/{uai}/certifications/results.csv`
pub(crate) async fn csv(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    asked: AskedPairs<Filter>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (uai, view) = app.chosen(&uai, &asked.pairs, &headers, "CSV").await?;

    let year = view.school_year;
    let rows = view.certifications.iter().chain(&view.of_no_pupil).map(|row| cells(year, row));
    let name = format!("certifications-{uai}-{year}-{}.csv", paris::date((app.clock)()));
    spreadsheet::answer(&name, &BEFORE, &AFTER, rows)
}

/// `GET /schools/{uai}/certifications/results.json`
pub(crate) async fn json(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    asked: AskedPairs<Filter>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (uai, view) = app.chosen(&uai, &asked.pairs, &headers, "JSON").await?;

    let name = format!("certifications-{uai}-{}-{}.json", view.school_year, paris::date((app.clock)()));
    let disposition = [(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((disposition, axum::Json(view)).into_response())
}

impl Certifications {
    /// What an administrator asks for, in a format that the log of the school names.
    async fn chosen(
        &self,
        uai: &str,
        asked: &[(String, String)],
        headers: &HeaderMap,
        format: &str,
    ) -> Result<(Uai, ResultsView), Problem> {
        let uai = parse_uai(uai)?;
        let now = (self.clock)();
        let visitor = authorise(&self.table, headers, uai, Role::Administrator, now).await?;

        let filter = Filter::of_file(asked, paris::date(now))?;
        let mut results = self.results(uai, &visitor, filter.school_year).await?;
        let known = results.of_pupils.iter().filter_map(|row| row.division.as_deref());
        let what = format!("les certifications {} ({format})", filter.told(known));
        results.of_pupils.retain(|row| filter.admits(row));
        results.of_no_pupil.retain(|row| filter.admits_of_no_pupil(row));
        let view = ResultsView {
            school_year: filter.school_year,
            certifications: results.of_pupils,
            of_no_pupil: results.of_no_pupil,
        };
        self.table.audit(uai, &visitor.downloaded(what)).await?;
        Ok((uai, view))
    }
}

/// `Validée, 512 points`
fn result(told: Told) -> String {
    let score = told.score.map(|score| format!(", {score} points")).unwrap_or_default();
    format!("{}{score}", told.status.french())
}

fn cells(year: SchoolYear, row: &Row) -> [Cell; COLUMNS] {
    let formerly = row.formerly.map(|told| format!("{} ({})", result(told), french::day(&told.at)));
    let before = [
        Cell::text(year.to_string()),
        Cell::text(row.division.clone().unwrap_or_default()),
        Cell::text(row.last_name.clone()),
        Cell::text(row.first_name.clone()),
        // Of one whom no pupil is found for, it is what people look the pupil up by.
        row.birth_date.map(Cell::day).unwrap_or_default(),
        Cell::text(row.status.french()),
        Cell::text(formerly.unwrap_or_default()),
        row.score.map(|score| Cell::number(u16::from(score))).unwrap_or_default(),
    ];
    let after = [
        Cell::day(row.taken_on),
        Cell::text(row.session.as_str()),
        Cell::text(row.number.to_string()),
        Cell::text(row.comment.as_ref().map(JuryComment::as_str).unwrap_or_default()),
        Cell::text(if row.left { "Oui" } else { "" }),
        Cell::text(if row.learner.is_some() { "Oui" } else { "Non" }),
    ];
    spreadsheet::row(before, &row.levels, after)
}
