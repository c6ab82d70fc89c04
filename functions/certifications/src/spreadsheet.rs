//! Lists of certifications for spreadsheets: some columns, one for each competence, some more.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rentree_domain::certification::{Competence, Levels};
use rentree_http::Problem;
use rentree_web::csv::{self, Cell};

/// Columns of levels.
pub(crate) const COMPETENCES: usize = 16;

/// The answer: a header of `before`, the competences and `after`, and the rows under it.
pub(crate) fn answer<const N: usize>(
    name: &str,
    before: &[&str],
    after: &[&str],
    rows: impl Iterator<Item = [Cell; N]>,
) -> Result<Response, Problem> {
    let titles: Vec<String> = Competence::all().map(|it| format!("{} {}", it.id(), it.name())).collect();
    let names = before.iter().copied().chain(titles.iter().map(String::as_str)).chain(after.iter().copied());
    let sheet = csv::sheet(in_columns::<&str, N>(names), rows).map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, csv::CONTENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, sheet).into_response())
}

/// A row under that header.
pub(crate) fn row<const N: usize>(
    before: impl IntoIterator<Item = Cell>,
    levels: &Levels,
    after: impl IntoIterator<Item = Cell>,
) -> [Cell; N] {
    let level = |it: Competence| levels.get(&it).map(|level| Cell::number(level.number())).unwrap_or_default();
    in_columns(before.into_iter().chain(Competence::all().map(level)).chain(after))
}

fn in_columns<T: Default, const N: usize>(mut cells: impl Iterator<Item = T>) -> [T; N] {
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}
