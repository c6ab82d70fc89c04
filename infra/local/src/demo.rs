//! What exists on one machine only: a demo school, and a route that opens a session for its administrator. (Accounts
//! will replace the route.)

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use rentree_domain::{Uai, UserId};
use rentree_http::{Face, Input, Problem};
use rentree_runtime::Clock;
use rentree_table::{Member, Role, School, Table, TableError};
use rentree_web::Frame;
use serde::{Deserialize, Serialize};

/// The demo school: its key is right, and no French school has a number of department 099.
pub const DEMO_UAI: &str = "0990001N";
const DEMO_SCHOOL: &str = "Collège de démonstration";
const DEMO_ADMINISTRATOR: &str = "Camille Démonstration";

#[derive(Clone)]
pub(crate) struct Demo {
    table: Table,
    clock: Clock,
}

#[derive(Template, Serialize)]
#[template(path = "home.html")]
struct HomeView {
    #[serde(skip)]
    frame: Frame,
    school: &'static str,
    administrator: &'static str,
    uai: &'static str,
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Another school than the demo one; it is created if need be.
    uai: Option<String>,
}

impl Demo {
    pub(crate) fn new(table: Table, clock: Clock) -> Self {
        Self { table, clock }
    }

    pub(crate) fn routes(self) -> Router {
        Router::new().route("/", get(home)).route("/demo/session", post(session)).with_state(self)
    }

    pub(crate) async fn create_school(&self) -> Result<(), TableError> {
        let uai = Uai::parse(DEMO_UAI).expect("the demo school's key is right");
        self.administer(uai, DEMO_SCHOOL).await?;
        Ok(())
    }

    /// Makes the demo administrator an administrator of `uai`, which is created if need be.
    async fn administer(&self, uai: Uai, name: &str) -> Result<UserId, TableError> {
        self.table.create_school(uai, &School::new(name)).await?;
        let user = UserId::new(Timestamp::UNIX_EPOCH, *b"demo admin");
        let member = Member { role: Role::Administrator, name: DEMO_ADMINISTRATOR.to_owned() };
        self.table.put_member(uai, user, &member).await?;
        Ok(user)
    }
}

/// `GET /`
async fn home(face: Face) -> Result<Response, Problem> {
    let view = HomeView {
        frame: Frame::bare("Accueil"),
        school: DEMO_SCHOOL,
        administrator: DEMO_ADMINISTRATOR,
        uai: DEMO_UAI,
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /demo/session`
async fn session(State(demo): State<Demo>, input: Input<Asked>) -> Result<Response, Problem> {
    let uai = input.fields.uai.unwrap_or_else(|| DEMO_UAI.to_owned());
    let uai = Uai::parse(&uai).map_err(|error| Problem::bad_request(format!("UAI {uai} : {error}")))?;

    let user = demo.administer(uai, &format!("Établissement {uai}")).await?;
    let cookie = rentree_http::open_session(&demo.table, user, (demo.clock)()).await?;

    let location = format!("/schools/{uai}/imports");
    Ok((StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, location)]).into_response())
}
