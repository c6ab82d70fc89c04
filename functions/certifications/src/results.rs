//! The certifications of a school in a school year: by class and name, on a page with a chart, and as lists to download. What was imported
//! since changes none of them; pupils who left stand there when asked for.

mod chart;
pub(crate) mod download;
mod filter;
mod row;
mod sentence;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use rentree_domain::certification::{kept_until, years_kept};
use rentree_domain::{CertificationStatus, SchoolYear, Uai, classes_by_level, paris};
use rentree_http::{AskedPairs, Face, Problem, Visitor, authorise, parse_uai};
use rentree_table::{Role, School};
use rentree_web::chart::Chart;
use rentree_web::{FilterText, Form, Frame, Section, french};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::try_join;

use crate::Certifications;
use chart::{Class, charts, tally};
pub(crate) use filter::{Facts, Filter};
use row::{Row, rows};

const PER_PAGE: usize = 50;
/// More boxes of classes than these are folded away: on a phone they would fill two screens before the first result.
const FEW_CLASSES: usize = 8;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "certifications.html")]
pub(crate) struct CertificationsView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    form: Form,
    #[serde(skip)]
    may_download: bool,
    #[serde(skip)]
    charts: Vec<Chart>,
    #[schemars(with = "String")]
    uai: Uai,
    /// By its first calendar year.
    school_year: SchoolYear,
    /// The school years of which certifications are kept, from the latest.
    school_years: Vec<SchoolYear>,
    /// How many there are, whatever the filter.
    #[serde(skip)]
    of_year: usize,
    /// How many of them of pupils there are whatever status and classes are asked for.
    #[serde(skip)]
    shown_of_year: usize,
    /// The last day on which those of this school year are kept.
    #[schemars(with = "String")]
    kept_until: Date,
    /// The numbers of each class that is shown, whatever the status, of pupils who left only when asked for.
    classes: Vec<Class>,
    /// The classes that can be chosen.
    #[serde(skip)]
    choices: Choices,
    /// The classes that are chosen; none for all.
    divisions: Vec<String>,
    /// Whether those are chosen whose class is not known.
    unknown_division: bool,
    status: Option<CertificationStatus>,
    /// Whether the school year is over: then pupils who left since are always shown.
    #[serde(skip)]
    is_over: bool,
    /// Whether pupils who left are shown.
    former: bool,
    /// Certifications of pupils who left that all else in the filter lets through.
    of_former: usize,
    /// Certifications that the filter lets through.
    found: usize,
    page: usize,
    pages: usize,
    certifications: Vec<Row>,
    /// Certifications that no pupil of the school is found for, by pages of their own. They are of no class: where classes are asked for,
    /// none is shown.
    of_no_pupil: Vec<Row>,
    /// How many of them the filter lets through.
    of_no_pupil_found: usize,
    /// How many of them it leaves out.
    of_no_pupil_left_out: usize,
    of_no_pupil_page: usize,
    of_no_pupil_pages: usize,
}

/// The classes that can be chosen.
struct Choices {
    divisions: Vec<String>,
    /// Whether that of those whose class is not known is one of them.
    has_unknown: bool,
}

/// `GET /schools/{uai}/certifications`
pub(crate) async fn list(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    asked: AskedPairs<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Member, now).await?;

    let (filter, form) = Filter::read(&asked.pairs, paris::date(now));
    let Results { school, of_pupils, of_no_pupil } = app.results(uai, &visitor, filter.school_year).await?;

    let of_year = of_pupils.len() + of_no_pupil.len();
    let shown_of_year = of_pupils.iter().filter(|row| filter.may_show(*row)).count();
    let of_former = of_pupils.iter().filter(|row| row.left && filter.asks_for(*row)).count();
    let classes = tally(of_pupils.iter().filter(|row| filter.is_of_class(*row) && filter.may_show(*row)));
    let choices = Choices::of(&of_pupils, &filter);
    let chosen: Vec<Row> = of_pupils.into_iter().filter(|row| filter.admits(row)).collect();
    let all_of_no_pupil = of_no_pupil.len();
    let of_no_pupil: Vec<Row> = of_no_pupil.into_iter().filter(|row| filter.admits_of_no_pupil(row)).collect();
    let (of_pupils, of_no_pupil) = (Paged::of(chosen, filter.page), Paged::of(of_no_pupil, filter.of_no_pupil_page));
    let problem = form.is_refused().then(|| Problem::unreadable(&form));
    let view = CertificationsView {
        frame: visitor.frame("Certifications", uai, &school, Section::Certifications),
        may_download: visitor.is_administrator(),
        charts: charts(&classes),
        uai,
        school_year: filter.school_year,
        school_years: years_kept(paris::date(now)),
        kept_until: kept_until(filter.school_year),
        of_year,
        shown_of_year,
        classes,
        choices,
        divisions: filter.divisions,
        unknown_division: filter.unknown_division,
        form,
        status: filter.status,
        is_over: filter.school_year.is_over(paris::date(now)),
        former: filter.former,
        of_former,
        found: of_pupils.found,
        page: of_pupils.page,
        pages: of_pupils.pages,
        certifications: of_pupils.rows,
        of_no_pupil: of_no_pupil.rows,
        of_no_pupil_found: of_no_pupil.found,
        of_no_pupil_left_out: all_of_no_pupil - of_no_pupil.found,
        of_no_pupil_page: of_no_pupil.page,
        of_no_pupil_pages: of_no_pupil.pages,
    };
    match problem {
        None => face.render(StatusCode::OK, &view),
        Some(problem) => face.again(problem, &view),
    }
}

impl Choices {
    /// A chosen class that the year does not have can be unchosen, too.
    fn of(rows: &[Row], filter: &Filter) -> Self {
        let divisions = rows.iter().filter_map(|row| row.division.as_ref()).chain(&filter.divisions);
        let has_unknown = filter.unknown_division || rows.iter().any(|row| row.division.is_none());
        Self { divisions: classes_by_level(divisions.map(String::as_str)), has_unknown }
    }

    fn are_many(&self) -> bool {
        self.divisions.len() > FEW_CLASSES
    }
}

/// A page of rows. One beyond the last is the last.
struct Paged {
    rows: Vec<Row>,
    found: usize,
    page: usize,
    pages: usize,
}

impl Paged {
    fn of(rows: Vec<Row>, page: usize) -> Self {
        let (found, pages) = (rows.len(), rows.len().div_ceil(PER_PAGE).max(1));
        let page = page.clamp(1, pages);
        Self { rows: rows.into_iter().skip((page - 1) * PER_PAGE).take(PER_PAGE).collect(), found, page, pages }
    }
}

/// The certifications of a school year.
struct Results {
    school: School,
    /// By class and name.
    of_pupils: Vec<Row>,
    /// By name.
    of_no_pupil: Vec<Row>,
}

impl Certifications {
    async fn results(&self, uai: Uai, visitor: &Visitor, year: SchoolYear) -> Result<Results, Problem> {
        let (listed, certifications) =
            try_join!(self.table.with_listing(uai, visitor.school.clone()), self.table.certifications(uai, year))?;
        let (school, listing) = listed.ok_or_else(Problem::not_found)?;
        let (of_pupils, of_no_pupil) = rows(certifications, &listing);
        Ok(Results { school, of_pupils, of_no_pupil })
    }
}

impl CertificationsView {
    fn is_shown(&self, year: SchoolYear) -> bool {
        self.school_year == year
    }

    fn statuses() -> [CertificationStatus; 5] {
        CertificationStatus::ALL
    }

    fn is_chosen(&self, status: CertificationStatus) -> bool {
        self.status == Some(status)
    }

    fn has(&self, division: &str) -> bool {
        self.divisions.iter().any(|chosen| chosen == division)
    }

    /// What the filter is set to: `2026-2027, résultat « Validée », classes : 3A, 3B`.
    fn filter_text(&self) -> String {
        let status = self.status.map(|status| format!("résultat «\u{A0}{}\u{A0}»", status.french()));
        let classes = if self.asks_for_all_classes() {
            "toutes les classes".to_owned()
        } else {
            format!("classes\u{A0}: {}", self.classes_text())
        };
        let of_year = FilterText::default().and(Some(self.school_year.to_string()));
        of_year.and(status).and(Some(classes)).former(self.former && !self.is_over).line()
    }

    /// The classes that are chosen, in a line: they are read where their boxes are folded away.
    fn classes_text(&self) -> String {
        let unknown = self.unknown_division.then_some("inconnue");
        let chosen: Vec<&str> = self.divisions.iter().map(String::as_str).chain(unknown).collect();
        if chosen.is_empty() { "toutes".to_owned() } else { chosen.join(", ") }
    }
}
