//! The certifications of a school in a school year: by class and name, page by page, and apart those of no pupil.

mod row;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use rentree_domain::certification::{kept_until, years_kept};
use rentree_domain::{SchoolYear, Uai, paris};
use rentree_http::{Face, Problem, authorise};
use rentree_table::Role;
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Certifications;
use row::{Row, rows};

const PER_PAGE: usize = 50;

/// Which certifications.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// The first calendar year of the school year; the present one without it.
    year: Option<i16>,
    /// From 1.
    page: Option<usize>,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "certifications.html")]
pub(crate) struct CertificationsView {
    #[serde(skip)]
    frame: Frame,
    #[schemars(with = "String")]
    uai: Uai,
    /// By its first calendar year.
    school_year: SchoolYear,
    /// The school years of which certifications are kept, from the latest.
    school_years: Vec<SchoolYear>,
    /// The last day on which those of this school year are kept.
    #[schemars(with = "String")]
    kept_until: Date,
    /// Certifications of pupils of the school.
    found: usize,
    page: usize,
    pages: usize,
    certifications: Vec<Row>,
    /// Certifications that no pupil of the school is found for; all of them, on every page.
    of_no_pupil: Vec<Row>,
}

/// `GET /schools/{uai}/certifications`
pub(crate) async fn list(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    Query(filter): Query<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = Uai::parse(&uai).map_err(|_| Problem::not_found())?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Member, now).await?;

    let school_years = years_kept(paris::date(now));
    let asked = filter.year.and_then(SchoolYear::starting_in).filter(|year| school_years.contains(year));
    let school_year = asked.unwrap_or_else(|| SchoolYear::of(paris::date(now)));
    let (listed, certifications) =
        try_join!(app.table.with_listing(uai, visitor.school.clone()), app.table.certifications(uai, school_year),)?;
    let (school, listing) = listed.ok_or_else(Problem::not_found)?;

    let (of_pupils, of_no_pupil) = rows(certifications, &listing);
    let found = of_pupils.len();
    let pages = found.div_ceil(PER_PAGE).max(1);
    let page = filter.page.unwrap_or(1).clamp(1, pages);
    let view = CertificationsView {
        frame: visitor.frame("Certifications", uai, &school, Section::Certifications),
        uai,
        school_year,
        school_years,
        kept_until: kept_until(school_year),
        found,
        page,
        pages,
        certifications: of_pupils.into_iter().skip((page - 1) * PER_PAGE).take(PER_PAGE).collect(),
        of_no_pupil,
    };
    face.render(StatusCode::OK, &view)
}

impl CertificationsView {
    fn is_shown(&self, year: SchoolYear) -> bool {
        self.school_year == year
    }
}
