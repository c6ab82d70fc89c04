//! Former pupils: whom an import has deactivated, when, and which import it was. By name, class and import, page by page, and as a list
//! for spreadsheets.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use rentree_domain::{ImportId, LearnerId, ListedPupil, Listing, Uai, paris};
use rentree_http::{Asked, Face, Input, Problem, Visitor, asking, authorise, parse_uai};
use rentree_table::{Role, RosterMade, School};
use rentree_web::csv::{self, Cell};
use rentree_web::{Frame, ListOrder as _, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Learners;
use crate::list::filter::{Order, PER_PAGE, divisions, page, sought};

const HEADER: [&str; 5] = ["Nom", "Prénom", "Classe", "Désactivé le", "Import demandé par"];
const UNKNOWN: &str = "date inconnue";

/// Which former pupils.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Filter {
    /// Part of a name, as it was typed by POST: no name of a pupil ever stands in an address.
    #[serde(skip_deserializing)]
    q: String,
    /// Part of a name that was searched by POST, sealed: only the session that typed it reads it.
    sought: String,
    /// The last class; blank for all.
    division: String,
    /// The import that deactivated them; blank for all.
    #[schemars(with = "ImportId")]
    import: String,
    /// In which order.
    order: Order,
    /// From 1.
    page: Option<usize>,
}

/// A [`Filter`] with a name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "FormerSearch")]
#[serde(default)]
pub(crate) struct Search {
    q: String,
    division: String,
    import: String,
    order: Order,
    page: Option<usize>,
}

#[derive(Template, Serialize, JsonSchema)]
#[template(path = "former.html")]
pub(crate) struct FormerView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    uai: String,
    q: String,
    division: String,
    import: String,
    order: Order,
    /// The last classes of those who left.
    divisions: Vec<String>,
    /// Former pupils of the school.
    former: usize,
    /// Those that the filter lets through.
    found: usize,
    page: usize,
    pages: usize,
    learners: Vec<Row>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FormerLearner")]
struct Row {
    id: LearnerId,
    last_name: String,
    first_name: String,
    /// The last one.
    division: String,
    /// `null` where it is not known: who deactivated pupils was not always kept.
    deactivated: Option<Deactivated>,
}

#[derive(Serialize, JsonSchema)]
struct Deactivated {
    at: Timestamp,
    /// The import that did it.
    import: ImportId,
    /// First and last name of who asked for that import.
    by: String,
}

/// `GET /schools/{uai}/learners/former`
pub(crate) async fn list(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    Asked(filter): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    let q = visitor.unseal(&filter.sought);
    app.show_former(uai, &visitor, face, Filter { q, ..filter }).await
}

/// `POST /schools/{uai}/learners/former`: a browser is led to the list, so that "back" and reload show it again.
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
    let Search { q, division, import, order, page } = input.fields;
    if face == Face::Page {
        let (sought, page) = (visitor.seal(&q), page.map(|page| page.to_string()).unwrap_or_default());
        let asked = [
            ("division", division.as_str()),
            ("import", &import),
            ("order", order.value()),
            ("sought", &sought),
            ("page", &page),
        ];
        return Ok(Redirect::to(&asking(&format!("/schools/{uai}/learners/former"), &asked)).into_response());
    }
    app.show_former(uai, &visitor, face, Filter { q, sought: String::new(), division, import, order, page }).await
}

/// `GET /schools/{uai}/learners/former.csv`
pub(crate) async fn download(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    Asked(filter): Asked<Filter>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;

    let Former { listing, made, .. } = app.former(uai, &visitor).await?;
    let q = visitor.unseal(&filter.sought);
    let mut pupils = sought(listing.former(), &q, &filter.division);
    filter.order.sort(&mut pupils);
    let rows = pupils.into_iter().map(|pupil| row(pupil, &made)).filter(|row| row.is_of(&filter.import));
    let sheet = csv::sheet(HEADER, rows.map(Row::cells)).map_err(|error| Problem::internal(&error))?;
    app.table.audit(uai, &visitor.downloaded("la liste des anciens élèves")).await?;

    let day = paris::date((app.clock)());
    let headers = [
        (header::CONTENT_TYPE, csv::CONTENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"anciens-eleves-{uai}-{day}.csv\"")),
    ];
    Ok((headers, sheet).into_response())
}

/// Those who left a school, and the imports that changed its roster.
struct Former {
    school: School,
    listing: Arc<Listing>,
    made: HashMap<u64, RosterMade>,
}

impl Learners {
    /// The imports after the pupils: so the one that deactivated a pupil who was seen is never missed.
    async fn former(&self, uai: Uai, visitor: &Visitor) -> Result<Former, Problem> {
        let listed = self.table.with_listing(uai, visitor.school.clone()).await?;
        let (school, listing) = listed.ok_or_else(Problem::not_found)?;
        Ok(Former { school, listing, made: self.table.rosters_made(uai).await? })
    }

    async fn show_former(&self, uai: Uai, visitor: &Visitor, face: Face, filter: Filter) -> Result<Response, Problem> {
        let Former { school, listing, made } = self.former(uai, visitor).await?;
        let (former, divisions) = (listing.former().count(), divisions(listing.former()));

        let mut pupils = sought(listing.former(), &filter.q, &filter.division);
        filter.order.sort(&mut pupils);
        let rows = pupils.into_iter().map(|pupil| row(pupil, &made));
        let found: Vec<Row> = rows.filter(|row| row.is_of(&filter.import)).collect();
        let count = found.len();
        let page = page(found, filter.page, PER_PAGE);

        let view = FormerView {
            frame: visitor.frame("Anciens élèves", uai, &school, Section::Learners),
            csrf: visitor.csrf.clone(),
            uai: uai.to_string(),
            q: filter.q,
            division: filter.division,
            import: filter.import,
            order: filter.order,
            divisions,
            former,
            found: count,
            page: page.number,
            pages: page.pages,
            learners: page.rows,
        };
        face.render(StatusCode::OK, &view)
    }
}

fn row(pupil: &ListedPupil, made: &HashMap<u64, RosterMade>) -> Row {
    let made = pupil.left_in.and_then(|version| made.get(&version));
    Row {
        id: pupil.id,
        last_name: pupil.last_name.clone(),
        first_name: pupil.first_name.clone(),
        division: pupil.division.clone(),
        deactivated: made.map(|made| Deactivated { at: made.at, import: made.import, by: made.by.clone() }),
    }
}

impl Row {
    /// Whether the import of this identifier deactivated the pupil; a blank one asks for nothing.
    fn is_of(&self, import: &str) -> bool {
        import.is_empty() || self.deactivated.as_ref().is_some_and(|it| it.import.to_string() == import)
    }

    fn cells(self) -> [Cell; 5] {
        let (at, by) = match self.deactivated {
            Some(deactivated) => (Cell::moment(deactivated.at), Cell::text(deactivated.by)),
            None => (Cell::text(UNKNOWN), Cell::default()),
        };
        [Cell::text(self.last_name), Cell::text(self.first_name), Cell::text(self.division), at, by]
    }
}

impl FormerView {
    fn location(&self) -> String {
        format!("/schools/{}/learners/former", self.uai)
    }

    /// The address of the list for spreadsheets: that of the same import, in the same order.
    fn sheet(&self) -> String {
        let import = if self.import_is_known() { self.import.as_str() } else { "" };
        asking(&format!("{}.csv", self.location()), &[("import", import), ("order", self.order.value())])
    }

    fn import_is_known(&self) -> bool {
        self.import.parse::<ImportId>().is_ok()
    }
}
