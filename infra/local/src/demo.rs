//! What exists on one machine only: a demo school with an administrator whose password is no secret, and a page that makes
//! others.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use encoding_rs::ISO_8859_15;
use rentree_domain::{EmailAddress, Uai, terms};
use rentree_http::{Face, Input, Problem};
use rentree_runtime::Clock;
use rentree_samples::Sample;
use rentree_table::{Role, School, Table, Terms};
use rentree_web::Frame;
use serde::{Deserialize, Serialize};

use crate::people::{an_account, enrol};

/// The demo school: its key is right, and no French school has a number of department 099.
pub const DEMO_UAI: &str = "0990001N";
/// The address of its administrator.
pub const DEMO_EMAIL: &str = "camille.demonstration@rentree.example";
/// Their password.
pub const DEMO_PASSWORD: &str = "une année bien préparée";
/// A school of the directory without a space yet: whoever starts as a head of school asks for it.
const LISTED_UAI: &str = "0990003R";
const LISTED_SCHOOL: &str = "Collège à activer";
const DEMO_SCHOOL: &str = "Collège de démonstration";
/// As the directory of schools calls it: the record books of collèges read it.
const DEMO_KIND: &str = "Collège";
/// The pupils of the file that the page offers.
const PUPILS: usize = 300;
const SEED: u64 = 1;
pub(crate) const DEMO_NAME: (&str, &str) = ("Camille", "Démonstration");

#[derive(Clone)]
pub(crate) struct Demo {
    table: Table,
    clock: Clock,
    /// Where the product is reached.
    product: String,
    /// Where the Médiacentre of this machine is, if there is one.
    mediacentre: Option<String>,
}

#[derive(Template, Serialize)]
#[template(path = "demo.html")]
struct DemoView {
    #[serde(skip)]
    frame: Frame,
    /// Where the product is reached.
    product: String,
    school: &'static str,
    uai: &'static str,
    email: &'static str,
    password: &'static str,
    listed_school: &'static str,
    listed_uai: &'static str,
    mediacentre: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Asked {
    uai: String,
}

#[derive(Serialize)]
struct Made {
    uai: Uai,
    /// Where the product is reached.
    product: String,
}

impl Demo {
    pub(crate) fn new(table: Table, clock: Clock, product: &str) -> Self {
        Self { table, clock, product: product.to_owned(), mediacentre: None }
    }

    /// With the Médiacentre at `mediacentre` beside it.
    pub(crate) fn beside(self, mediacentre: Option<&str>) -> Self {
        Self { mediacentre: mediacentre.map(ToOwned::to_owned), ..self }
    }

    pub(crate) fn routes(self) -> Router {
        Router::new()
            .route("/demo", get(page))
            .route("/demo/schools", post(make))
            .route("/demo/schools/{uai}/eleves.xml", get(pupils))
            .with_state(self)
    }

    pub(crate) async fn create_school(&self) -> anyhow::Result<()> {
        self.administer(Uai::parse(DEMO_UAI)?, DEMO_SCHOOL).await?;
        self.list(Uai::parse(LISTED_UAI)?, LISTED_SCHOOL).await
    }

    /// A school of the directory, with a mailbox, so that its space can be asked for.
    async fn list(&self, uai: Uai, name: &str) -> anyhow::Result<()> {
        let mailbox = EmailAddress::parse(&format!("ce.{uai}@rentree.example"))?;
        let school = School { kind: DEMO_KIND.to_owned(), mailbox: Some(mailbox), ..School::new(name) };
        Ok(self.table.create_school(uai, &school).await.map(drop)?)
    }

    /// Makes the demo administrator an administrator of `uai`, which is created if need be.
    async fn administer(&self, uai: Uai, name: &str) -> anyhow::Result<()> {
        self.list(uai, name).await?;
        let now = (self.clock)();
        let (first_name, last_name) = DEMO_NAME;
        let administrator = an_account(first_name, last_name, DEMO_EMAIL, DEMO_PASSWORD, now).await?;
        let id = enrol(&self.table, uai, Role::Administrator, &administrator, now).await?;
        // A state that was kept may be from before the terms changed: programs that use the demo cannot read them.
        self.table.accept_terms(id, Terms { version: terms::VERSION, at: now }).await?;
        Ok(())
    }
}

/// `GET /demo`
async fn page(State(demo): State<Demo>, face: Face) -> Result<Response, Problem> {
    let view = DemoView {
        frame: Frame::bare("Démonstration"),
        product: demo.product,
        school: DEMO_SCHOOL,
        uai: DEMO_UAI,
        email: DEMO_EMAIL,
        password: DEMO_PASSWORD,
        listed_school: LISTED_SCHOOL,
        listed_uai: LISTED_UAI,
        mediacentre: demo.mediacentre,
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /demo/schools`: a school that the demo administrator may enter. It opens no session.
async fn make(State(demo): State<Demo>, face: Face, input: Input<Asked>) -> Result<Response, Problem> {
    let uai = Uai::parse(&input.fields.uai)
        .map_err(|error| Problem::bad_request(format!("UAI {} : {error}", input.fields.uai)))?;
    demo.administer(uai, &format!("Établissement {uai}")).await.map_err(|error| Problem::internal(error.as_ref()))?;
    let made = Made { uai, product: demo.product };
    face.after_post(StatusCode::CREATED, &format!("{}/schools/{uai}/imports", made.product), &made)
}

/// `GET /demo/schools/{uai}/eleves.xml`: the file of a school's pupils, invented, as SIECLE would write it.
async fn pupils(Path(uai): Path<String>) -> Result<Response, Problem> {
    let uai = Uai::parse(&uai).map_err(|_| Problem::not_found())?;
    let file = Sample::new(uai, PUPILS, SEED).siecle(ISO_8859_15).bytes;
    let headers = [
        (header::CONTENT_TYPE, "application/xml"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ElevesSansAdresses.xml\""),
    ];
    Ok((headers, file).into_response())
}
