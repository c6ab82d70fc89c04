//! The list of pupils: by class, by name, page by page.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{LearnerId, Uai, name};
use rentree_http::{Face, Input, Problem, Visitor, authorise};
use rentree_table::{ActiveLearner, Role, Roster};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Learners;
use crate::school::parse_uai;

const PER_PAGE: usize = 50;

/// What to show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// Part of a name. By POST only: no name of a pupil ever stands in an address.
    #[serde(skip_deserializing)]
    q: String,
    /// A class.
    division: String,
    /// From 1.
    page: Option<usize>,
}

/// A [`Filter`] with a name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "LearnerSearch")]
#[serde(default)]
pub(crate) struct Search {
    q: String,
    division: String,
    page: Option<usize>,
}

#[derive(Template, Serialize, JsonSchema)]
#[template(path = "learners.html")]
pub(crate) struct LearnersView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    uai: String,
    q: String,
    division: String,
    divisions: Vec<String>,
    /// Active pupils of the school.
    enrolled: usize,
    /// Those that the filter lets through.
    found: usize,
    page: usize,
    pages: usize,
    learners: Vec<Row>,
    last_import: Option<LastImport>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LearnerRow")]
struct Row {
    id: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    birth_date: Date,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct LastImport {
    pub(crate) at: Timestamp,
    pub(crate) by: String,
}

/// `GET /schools/{uai}/learners`
pub(crate) async fn list(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    Query(filter): Query<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    app.show(uai, &visitor, face, filter).await
}

/// `POST /schools/{uai}/learners`
pub(crate) async fn search(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Search>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    visitor.check_meant(&input.proof)?;
    let Search { q, division, page } = input.fields;
    app.show(uai, &visitor, face, Filter { q, division, page }).await
}

impl Learners {
    async fn show(&self, uai: Uai, visitor: &Visitor, face: Face, filter: Filter) -> Result<Response, Problem> {
        let Roster { school, learners, .. } = self.table.roster(uai).await?.ok_or_else(Problem::not_found)?;

        let page = select(learners, &filter);
        let view = LearnersView {
            frame: visitor.frame("Élèves", uai, &school.name, Section::Learners),
            csrf: visitor.csrf.clone(),
            uai: uai.to_string(),
            q: filter.q,
            division: filter.division,
            divisions: page.divisions,
            enrolled: page.enrolled,
            found: page.found,
            page: page.number,
            pages: page.pages,
            learners: page.rows,
            last_import: school.applied.map(|applied| LastImport { at: applied.at, by: applied.by }),
        };
        face.render(StatusCode::OK, &view)
    }
}

struct Page {
    divisions: Vec<String>,
    enrolled: usize,
    found: usize,
    number: usize,
    pages: usize,
    rows: Vec<Row>,
}

/// The page of `learners` that `filter` asks for, by name. A page beyond the last is the last.
fn select(learners: Vec<ActiveLearner>, filter: &Filter) -> Page {
    let enrolled = learners.len();
    let mut divisions: Vec<String> = learners.iter().map(|learner| learner.entry.division.clone()).collect();
    divisions.sort_unstable();
    divisions.dedup();

    let words: Vec<String> = filter.q.split_whitespace().map(name::fold).filter(|word| !word.is_empty()).collect();
    let mut found: Vec<(String, ActiveLearner)> = learners
        .into_iter()
        .filter(|learner| filter.division.is_empty() || learner.entry.division == filter.division)
        .filter_map(|learner| {
            let entry = &learner.entry;
            let usage_name = entry.usage_name.as_deref().unwrap_or_default();
            let sought = format!(
                "{} {} {}",
                name::fold(&entry.last_name),
                name::fold(&entry.first_name),
                name::fold(usage_name)
            );
            words.iter().all(|word| sought.contains(word)).then_some((sought, learner))
        })
        .collect();
    found.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.id.cmp(&b.id)));

    let pages = found.len().div_ceil(PER_PAGE).max(1);
    let number = filter.page.unwrap_or(1).clamp(1, pages);
    let rows = found.iter().skip((number - 1) * PER_PAGE).take(PER_PAGE).map(|(_, learner)| Row {
        id: learner.id,
        last_name: learner.entry.last_name.clone(),
        first_name: learner.entry.first_name.clone(),
        division: learner.entry.division.clone(),
        birth_date: learner.entry.birth_date,
    });
    Page { divisions, enrolled, found: found.len(), number, pages, rows: rows.collect() }
}
