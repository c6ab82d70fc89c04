//! Which certificates a school can print of a school year: by class, and within a class by pupil.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rentree_domain::certification::years_kept;
use rentree_domain::{ByLevel, CertificationNumber, SchoolYear, Uai, name, paris};
use rentree_http::{Asked, Face, Problem, authorise, parse_uai};
use rentree_issued::{Issued, issued};
use rentree_table::Role;
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use super::class;
use super::file::MOST;
use crate::Certifications;

/// Which certificates.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Filter {
    /// The first calendar year of the school year; the present one without it.
    #[schemars(with = "SchoolYear")]
    year: Option<i16>,
    /// The class whose pupils are shown; blank for none.
    division: String,
    /// Those whose class is not known are shown.
    unknown_division: bool,
    /// Those of pupils who left, too.
    former: bool,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "certificates.html")]
pub(crate) struct CertificatesView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[schemars(with = "String")]
    uai: Uai,
    /// By its first calendar year.
    school_year: SchoolYear,
    /// The school years of which certificates are kept, from the latest.
    school_years: Vec<SchoolYear>,
    /// Whether the school year is over: then certificates of pupils who left since are always counted.
    #[serde(skip)]
    is_over: bool,
    /// Whether certificates of pupils who left are counted.
    former: bool,
    /// How many of those are not counted.
    left_out: usize,
    /// How many are.
    found: usize,
    /// Certifications that were passed and are counted nowhere here: another one has the same code, so neither certificate proves anything.
    /// The platform corrects it.
    not_printed: Vec<CertificationNumber>,
    /// By their names; a class that is not known is blank, and last.
    classes: Vec<Class>,
    /// The class whose pupils are shown; blank for none.
    division: String,
    /// Whether those are shown whose class is not known.
    unknown_division: bool,
    /// The certificates of that class, by name.
    certificates: Vec<Row>,
}

/// A class.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ClassOfCertificates")]
struct Class {
    division: String,
    certificates: usize,
}

impl Class {
    /// What asks for it in an address.
    fn in_address(&self) -> String {
        if self.division.is_empty() {
            return "unknown_division=true".to_owned();
        }
        format!("division={}", utf8_percent_encode(&self.division, NON_ALPHANUMERIC))
    }
}

/// A certificate.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CertificateRow")]
struct Row {
    number: CertificationNumber,
    /// `DUPONT Karine`.
    name: String,
}

/// `GET /schools/{uai}/certificates`
pub(crate) async fn page(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    Asked(filter): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, now).await?;

    let school_years = years_kept(paris::date(now));
    let asked = filter.year.and_then(SchoolYear::starting_in).filter(|year| school_years.contains(year));
    let school_year = asked.unwrap_or_else(|| SchoolYear::of(paris::date(now)));
    let listed = app.table.with_listing(uai, visitor.school.clone());
    let (listed, certifications, noted) =
        try_join!(listed, app.table.certifications(uai, school_year), app.table.noted_codes())?;
    let (school, listing) = listed.ok_or_else(Problem::not_found)?;

    let shared = app.table.shared_codes(&noted, &certifications, paris::date(now)).await?;
    let is_over = school_year.is_over(paris::date(now));
    let former = school_year.shows_former(filter.former, paris::date(now));
    let mut issued = issued(&certifications, &listing, &school.name, (app.verifying(), &shared));
    let not_printed = issued.extract_if(.., |it| it.code_is_shared).map(|it| it.number).collect();
    let all = issued.len();
    issued.retain(|it| former || !it.left);
    let mut classes: BTreeMap<(bool, ByLevel<&str>), usize> = BTreeMap::new();
    for it in &issued {
        *classes.entry((it.division.is_empty(), ByLevel(it.division.as_str()))).or_default() += 1;
    }
    let shown = class(&filter.division, filter.unknown_division);
    let of_class = issued.iter().filter(|it| shown.is_some_and(|class| it.division == class));
    let row = |it: &Issued| Row { number: it.number, name: name::full(&it.holder.last_name, &it.holder.first_name) };
    let view = CertificatesView {
        frame: visitor.frame("Certificats", uai, &school, Section::Certifications),
        csrf: visitor.csrf.clone(),
        uai,
        school_year,
        school_years,
        is_over,
        former,
        left_out: all - issued.len(),
        found: issued.len(),
        not_printed,
        certificates: of_class.map(row).collect(),
        classes: classes
            .into_iter()
            .map(|((_, ByLevel(division)), certificates)| Class { division: division.to_owned(), certificates })
            .collect(),
        division: filter.division,
        unknown_division: filter.unknown_division,
    };
    face.render(StatusCode::OK, &view)
}

impl CertificatesView {
    fn is_shown(&self, year: SchoolYear) -> bool {
        self.school_year == year
    }

    /// Whether all of them go into one answer.
    fn fits(&self) -> bool {
        self.found <= MOST
    }

    fn former_query(&self) -> &'static str {
        if self.former { "&former=true" } else { "" }
    }
}
