//! Campaigns: staff create, follow and export them; the assessment platform tells how far pupils are.

mod config;
mod progress;

use axum::Router;
use rentree_http::{Route, RouteDoc, Shell};
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Settings, SettingsError};
use rentree_table::Table;

pub use config::Config;
pub use progress::signature::Secrets;

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Campaigns {
    table: Table,
    config: Config,
    clock: Clock,
}

impl Campaigns {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let config = Config::read(settings)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&Aws::new(settings)?.config(Service::DynamoDb));
        Ok(Self { table: Table::new(dynamodb, &config.table), config, clock })
    }

    /// Every route, with the shell around it.
    pub fn router(self) -> Router {
        let shell = self.shell();
        rentree_http::wrap(self.routes(), shell)
    }

    /// Every route, bare: one machine puts several functions behind one port.
    pub fn routes(self) -> Router {
        Route::router(routes()).with_state(self)
    }

    /// What stands around the routes.
    pub fn shell(&self) -> Shell {
        Shell { origin: self.config.origin.clone(), upload_origin: None }
    }
}

/// Every route. `infra/template.yaml`, the watch router and the OpenAPI document list the same; a test holds them together.
fn routes() -> Vec<Route<Campaigns>> {
    vec![]
}

/// What every route is.
pub fn route_docs() -> Vec<RouteDoc> {
    Route::docs(routes())
}
