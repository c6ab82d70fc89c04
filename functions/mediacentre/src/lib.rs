//! Sign-on from the Médiacentre, by SAML 2.0: the address that its tile leads to, the answer of the identity provider, and what follows
//! when no account knows who came. `docs/mediacentre.md` has the rules.
//!
//! [`response`] is the strict reader of answers, and pure.

mod acs;
mod answer;
mod authn_request;
mod begin;
mod config;
mod cookies;
mod counting;
mod metadata;
mod names;
mod providers;
mod refused;
pub mod response;
mod signing;
mod suite;
mod xml;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler as _;
use rentree_http::{Access, Purpose, Route, RouteDoc, Shell};
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Settings, SettingsError};
use rentree_table::Table;

pub use config::Config;

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mediacentre {
    table: Table,
    config: Config,
    clock: Clock,
}

impl Mediacentre {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let config = Config::read(settings)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&Aws::new(settings)?.config(Service::DynamoDb));
        Ok(Self::new(config, dynamodb, clock))
    }

    /// The function with these clients.
    pub fn new(config: Config, dynamodb: aws_sdk_dynamodb::Client, clock: Clock) -> Self {
        Self { table: Table::new(dynamodb, &config.table), config, clock }
    }

    /// Every route, with the shell around it.
    pub fn router(self) -> Router {
        let origin = self.config.origin.clone();
        let shell = Shell { origin, upload_origin: None, table: self.table.clone(), clock: self.clock };
        rentree_http::wrap(self.routes(), shell)
    }

    /// Every route, bare: one machine puts several functions behind one port.
    pub fn routes(self) -> Router {
        Route::router(routes()).with_state(self)
    }
}

/// Every route. `infra/template.yaml` and the watch router have its address, the OpenAPI document all of it; tests hold them together.
fn routes<P: Purpose>() -> Vec<Route<Mediacentre, P>> {
    use Access::{Everybody, SignedIn};
    let acs = acs::sign_on.layer(DefaultBodyLimit::max(answer::LARGEST_BODY));
    vec![
        Route::get("/mediacentre", begin::begin, Everybody, "Leads to the identity provider of the Médiacentre")
            .with_status(303),
        Route::post(config::ACS, acs, Everybody, "Takes the answer of an identity provider; sets the session cookie")
            .takes::<answer::Fields>()
            .gives::<acs::SignedOnView>(),
        Route::get(acs::SUITE, suite::page, Everybody, "What follows a sign-on that no account knows")
            .gives::<suite::SuiteView>(),
        Route::post(acs::SUITE, suite::add, SignedIn, "Adds the Médiacentre to the account that is signed in")
            .takes::<suite::Fields>()
            .gives::<suite::AddedView>(),
        Route::get(config::METADATA, metadata::page, Everybody, "The SAML metadata of this service"),
    ]
}

/// What every route is.
pub fn route_docs() -> Vec<RouteDoc> {
    Route::docs(routes())
}
