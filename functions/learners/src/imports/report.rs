//! The report of an import: every name behind its counts, by kind and class, on pages, as JSON, and as a list for spreadsheets.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use rentree_domain::import::FileName;
use rentree_domain::name::fold;
use rentree_domain::{ImportId, Uai, classes_by_level, paris};
use rentree_http::{Asked, Face, Input, Problem, Visitor, asking, authorise_beside, parse_uai};
use rentree_table::{Import, LineKind, ReportLine, Role};
use rentree_web::csv::{self, Cell};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{self, Tense};
use crate::Learners;

const LINES_PER_PAGE: usize = 50;
/// The gateway's answers hold 6 MB; the longest lines take half a kilobyte.
const MOST_LINES_OF_A_PAGE: usize = 5_000;
const HEADER: [&str; 7] = ["Nature", "Ligne du fichier", "Nom", "Classe", "Champ", "Détail", "Que faire"];

/// Which lines.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Filter {
    /// Part of a name, as it was typed by POST: no name of a pupil ever stands in an address.
    #[serde(skip_deserializing)]
    q: String,
    /// Part of a name that was searched by POST, sealed: only the session that typed it reads it.
    sought: String,
    /// A kind; blank for all.
    #[schemars(with = "LineKind")]
    kind: String,
    /// A class; blank for all.
    division: String,
    /// From 1.
    page: Option<usize>,
    /// All of it on one page: for paper.
    whole: bool,
}

/// A [`Filter`] with a name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ReportSearch")]
#[serde(default)]
pub(crate) struct Search {
    q: String,
    kind: String,
    division: String,
    page: Option<usize>,
    /// All of it on one page.
    whole: bool,
}

#[derive(Template, Serialize, JsonSchema)]
#[template(path = "report.html")]
#[schemars(rename = "ImportReport")]
pub(crate) struct ReportView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    /// How headings tell what becomes of pupils.
    #[serde(skip)]
    tense: Tense,
    uai: String,
    import: ImportId,
    requested_by: String,
    requested_at: Timestamp,
    /// What the school calls the file.
    file_name: Option<FileName>,
    q: String,
    kind: String,
    division: String,
    /// The kinds that the report has, with the number of their lines.
    kinds: Vec<KindCount>,
    /// The classes that it names.
    divisions: Vec<String>,
    /// Lines that the filter lets through.
    found: usize,
    whole: bool,
    page: usize,
    pages: usize,
    lines: Vec<ReportLine>,
}

#[derive(Serialize, JsonSchema)]
struct KindCount {
    kind: LineKind,
    count: usize,
}

/// `GET /schools/{uai}/imports/{import}/report`
pub(crate) async fn show(
    State(app): State<Learners>,
    Path((uai, id)): Path<(String, String)>,
    Asked(filter): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let found = app.import(uai, &id);
    let (visitor, (id, import)) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;
    let q = visitor.unseal(&filter.sought);
    app.show_report((uai, id, import), &visitor, face, Filter { q, ..filter }).await
}

/// `POST /schools/{uai}/imports/{import}/report`: a browser is led to the report, so that "back" and reload show it again.
pub(crate) async fn search(
    State(app): State<Learners>,
    Path((uai, id)): Path<(String, String)>,
    face: Face,
    headers: HeaderMap,
    input: Input<Search>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let found = app.import(uai, &id);
    let (visitor, (id, import)) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;
    visitor.check_meant(&input.proof)?;
    let Search { q, kind, division, page, whole } = input.fields;
    if face == Face::Page {
        let (sought, page) = (visitor.seal(&q), page.map(|page| page.to_string()).unwrap_or_default());
        let asked = [
            ("kind", kind.as_str()),
            ("division", &division),
            ("sought", &sought),
            ("page", &page),
            ("whole", if whole { "true" } else { "" }),
        ];
        return Ok(Redirect::to(&asking(&format!("/schools/{uai}/imports/{id}/report"), &asked)).into_response());
    }
    let filter = Filter { q, sought: String::new(), kind, division, page, whole };
    app.show_report((uai, id, import), &visitor, face, filter).await
}

/// `GET /schools/{uai}/imports/{import}/report.csv`
pub(crate) async fn download(
    State(app): State<Learners>,
    Path((uai, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let found = app.import(uai, &id);
    let (visitor, (id, import)) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;

    let lines = app.table.report(uai, id, import.outcome.report_pages).await?;
    let sheet = csv::sheet(HEADER, lines.iter().map(row)).map_err(|error| Problem::internal(&error))?;

    let day = paris::date(import.requested_at);
    app.table.audit(uai, &visitor.downloaded(format!("le rapport de l’import du {}", french::date(&day)))).await?;
    let headers = [
        (header::CONTENT_TYPE, csv::CONTENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"import-{uai}-{day}.csv\"")),
    ];
    Ok((headers, sheet).into_response())
}

fn row(line: &ReportLine) -> [Cell; 7] {
    let number = u32::try_from(line.line).ok().filter(|number| *number > 0);
    [
        Cell::text(words::change(line.kind)),
        number.map(Cell::number).unwrap_or_default(),
        Cell::text(line.name.as_str()),
        Cell::text(line.division.as_str()),
        Cell::text(line.field.as_str()),
        Cell::text(words::told(line)),
        Cell::text(line.remedy.as_str()),
    ]
}

impl Learners {
    async fn show_report(
        &self,
        (uai, id, import): (Uai, ImportId, Import),
        visitor: &Visitor,
        face: Face,
        filter: Filter,
    ) -> Result<Response, Problem> {
        let lines = self.table.report(uai, id, import.outcome.report_pages).await?;

        let tense = Tense::of(import.state_at(visitor.at));
        let kinds = count(&lines);
        let divisions = lines.iter().map(|line| line.division.as_str()).filter(|name| !name.is_empty());
        let divisions = classes_by_level(divisions);
        let found = sought(lines, &filter);
        let per_page = if filter.whole { MOST_LINES_OF_A_PAGE } else { LINES_PER_PAGE };
        let pages = found.len().div_ceil(per_page).max(1);
        let page = filter.page.unwrap_or(1).clamp(1, pages);
        let view = ReportView {
            frame: visitor.frame("Détail de l’import", uai, &visitor.school, Section::Imports),
            csrf: visitor.csrf.clone(),
            tense,
            uai: uai.to_string(),
            import: id,
            requested_by: import.requested_by,
            requested_at: import.requested_at,
            file_name: import.outcome.file_name,
            q: filter.q,
            kind: filter.kind,
            division: filter.division,
            kinds,
            divisions,
            found: found.len(),
            whole: filter.whole,
            page,
            pages,
            lines: found.into_iter().skip((page - 1) * per_page).take(per_page).collect(),
        };
        face.render(StatusCode::OK, &view)
    }
}

impl KindCount {
    fn value(&self) -> &'static str {
        words::value(self.kind)
    }
}

/// How many lines there are of each kind, in the order of the report.
fn count(lines: &[ReportLine]) -> Vec<KindCount> {
    let mut kinds: Vec<KindCount> = Vec::new();
    for line in lines {
        match kinds.last_mut().filter(|last| last.kind == line.kind) {
            Some(last) => last.count += 1,
            None => kinds.push(KindCount { kind: line.kind, count: 1 }),
        }
    }
    kinds
}

/// The lines that a filter lets through. Names are compared folded.
fn sought(lines: Vec<ReportLine>, filter: &Filter) -> Vec<ReportLine> {
    let words: Vec<String> = filter.q.split_whitespace().map(fold).collect();
    let lets_through = |line: &ReportLine| {
        let name = fold(&line.name);
        (filter.kind.is_empty() || words::value(line.kind) == filter.kind)
            && (filter.division.is_empty() || line.division == filter.division)
            && words.iter().all(|word| name.contains(word))
    };
    lines.into_iter().filter(lets_through).collect()
}

impl ReportView {
    fn location(&self) -> String {
        format!("/schools/{}/imports/{}", self.uai, self.import)
    }

    /// What the filter lets through, for paper: `Élèves désactivés, classe 6A, nom « martin »`.
    fn narrowed_to(&self) -> Option<String> {
        let kind = self.kinds.iter().find(|one| one.value() == self.kind).map(|one| self.heading_of(one).to_owned());
        let division = (!self.division.is_empty()).then(|| format!("classe {}", self.division));
        let name = (!self.q.is_empty()).then(|| french::spaced(&format!("nom « {} »", self.q)));
        let parts: Vec<String> = kind.into_iter().chain(division).chain(name).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn heading_of(&self, one: &KindCount) -> &'static str {
        words::heading(one.kind, self.tense)
    }

    fn change(line: &ReportLine) -> &'static str {
        words::change(line.kind)
    }

    fn told(line: &ReportLine) -> String {
        words::told(line)
    }
}
