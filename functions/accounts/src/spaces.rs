//! The spaces that an account opens: people with several switch here.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_http::{Arrival, Asked, DoneText, Face, Presented, Problem, SignedIn};
use rentree_table::{AccessRequest, AccessRequestState, Member, Role, School, TableError, Underway};
use rentree_web::{Frame, french};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::{join, try_join};

use crate::Accounts;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "spaces.html")]
pub(crate) struct SpacesView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    done: Option<DoneText>,
    /// By name.
    spaces: Vec<Row>,
    /// Spaces that the account asked to be let into, the latest first, for sixty days.
    access_requests: Vec<AskedRow>,
}

/// A space that was asked for.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AskedSpaceRow")]
struct AskedRow {
    /// UAI, as it was typed.
    #[schemars(with = "String")]
    uai: Uai,
    /// The school's name, where the public directory has one; nothing is told of its space.
    school: Option<String>,
    /// When.
    asked_at: Timestamp,
    /// `pending` or `refused`.
    #[schemars(with = "String")]
    state: AccessRequestState,
    /// When it was refused.
    refused_at: Option<Timestamp>,
    /// Until when nothing can be asked of the school again.
    refused_until: Option<Timestamp>,
}

/// A space.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SpaceRow")]
struct Row {
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Its name.
    school: String,
    /// What the account may do there: `administrator` or `member`.
    #[schemars(with = "String")]
    role: Role,
    /// When its pupils were last imported, and by whom; nothing before the first time.
    last_import: Option<ImportedRow>,
    /// Whether an import waits for a person's word.
    import_waits: bool,
    /// Whether who asks is to review its team, this school year.
    is_review_due: bool,
}

#[derive(Serialize, JsonSchema)]
struct ImportedRow {
    at: Timestamp,
    by: String,
}

/// `GET /spaces`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Asked(arrival): Asked<Arrival>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (signed_in, places) = app.signed_in_with_spaces(&headers).await?.ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;
    signed_in.check_terms()?;

    let now = (app.clock)();
    let (mut schools, asked) = try_join!(
        app.table.schools(places.iter().map(|(uai, _)| *uai)),
        app.table.access_requests_of(signed_in.user, now)
    )?;
    let access_requests = app.asked_elsewhere(asked, &places, now).await?;
    let row = |(uai, member): (Uai, Member)| Some(Row::of(uai, schools.remove(&uai)?, member.role, now));
    let mut spaces: Vec<Row> = places.into_iter().filter_map(row).collect();
    spaces.sort_by(|one, other| one.school.cmp(&other.school).then(one.uai.cmp(&other.uai)));

    let view = SpacesView { frame: signed_in.frame("Mes espaces"), done: arrival.text(), spaces, access_requests };
    face.render(StatusCode::OK, &view)
}

impl Accounts {
    /// Requests that are still of interest, the latest first: whoever has a place that lets them in needs none any more; whoever stayed away
    /// for long asks like the others. Their schools are read at once.
    async fn asked_elsewhere(
        &self,
        mut asked: Vec<(Uai, AccessRequest)>,
        places: &[(Uai, Member)],
        now: Timestamp,
    ) -> Result<Vec<AskedRow>, TableError> {
        asked.retain(|(uai, _)| places.iter().all(|(place, member)| place != uai || member.is_absent(now)));
        asked.sort_by_key(|(uai, request)| (std::cmp::Reverse(request.asked_at), *uai));
        let mut schools = self.table.schools(asked.iter().map(|(uai, _)| *uai)).await?;
        let row = |(uai, request): (Uai, AccessRequest)| AskedRow::of(uai, &request, schools.remove(&uai), now);
        Ok(asked.into_iter().map(row).collect())
    }

    /// Who is signed in, and their places in teams. Whoever has a session reads the list of their own: it is as short as a page.
    pub(crate) async fn signed_in_with_spaces(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<(SignedIn, Vec<(Uai, Member)>)>, Problem> {
        let presented = Presented::read(&self.table, headers, (self.clock)()).await?;
        let Some(user) = presented.user() else { return Ok(None) };
        let (signed_in, spaces) = join!(presented.signed_in(&self.table), self.table.spaces(user));
        let (signed_in, spaces) = (signed_in?, spaces?);
        Ok(signed_in.map(|signed_in| (signed_in, spaces)))
    }
}

impl Row {
    fn of(uai: Uai, school: School, role: Role, now: Timestamp) -> Self {
        let last_import = school.last_import().cloned();
        Self {
            uai,
            role,
            import_waits: matches!(school.underway(now), Some(Underway::Waiting(_))),
            is_review_due: role == Role::Administrator && school.is_review_due(now),
            school: school.name,
            last_import: last_import.map(|last| ImportedRow { at: last.at, by: last.by }),
        }
    }
}

impl AskedRow {
    fn of(uai: Uai, request: &AccessRequest, school: Option<School>, now: Timestamp) -> Self {
        let (refused_at, refused_until) = request.refusal(now).unzip();
        let school = school.map(|school| school.name);
        Self { uai, school, asked_at: request.asked_at, state: request.state, refused_at, refused_until }
    }

    fn is_refused(&self) -> bool {
        self.state == AccessRequestState::Refused
    }
}
