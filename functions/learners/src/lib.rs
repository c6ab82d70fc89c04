//! The pupils of a school: list them, upload a file and follow its import, confirm, cancel, undo.

mod config;
mod imports;
mod list;
mod school;
mod upload;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use rentree_http::Shell;
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Settings, SettingsError};
use rentree_table::Table;

pub use config::Config;

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Learners {
    table: Table,
    queue: aws_sdk_sqs::Client,
    signer: upload::Signer,
    config: Config,
    clock: Clock,
}

impl Learners {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let config = Config::read(settings)?;
        let aws = Aws::new(settings)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb));
        Ok(Self {
            table: Table::new(dynamodb, &config.table),
            queue: aws_sdk_sqs::Client::new(&aws.config(Service::Sqs)),
            signer: upload::Signer::new(&aws, &config),
            config,
            clock,
        })
    }

    /// Every route, with the shell around it.
    pub fn router(self) -> Router {
        let shell = self.shell();
        rentree_http::wrap(self.routes(), shell)
    }

    /// Every route, bare: one machine puts several functions behind one port.
    pub fn routes(self) -> Router {
        let routes = routes().into_iter().fold(Router::new(), |router, (_, path, handler)| router.route(path, handler));
        routes.with_state(self)
    }

    /// What the shell needs to know.
    pub fn shell(&self) -> Shell {
        Shell { origin: self.config.origin.clone(), upload_origin: self.config.upload_origin().to_owned() }
    }
}

/// Method, path and handler of every route. `infra/template.yaml` and the watch router list the same; a test holds them
/// together.
fn routes() -> Vec<(&'static str, &'static str, MethodRouter<Learners>)> {
    vec![
        ("GET", "/schools/{uai}/learners", get(list::list)),
        ("POST", "/schools/{uai}/learners", post(list::search)),
        ("GET", "/schools/{uai}/imports", get(imports::recent::recent)),
        ("POST", "/schools/{uai}/imports", post(imports::request::request)),
        ("GET", "/schools/{uai}/imports/{import}", get(imports::follow::follow)),
        ("POST", "/schools/{uai}/imports/{import}/confirm", post(imports::settle::confirm)),
        ("POST", "/schools/{uai}/imports/{import}/cancel", post(imports::settle::cancel)),
        ("POST", "/schools/{uai}/imports/{import}/undo", post(imports::settle::undo)),
        ("POST", "/schools/{uai}/imports/{import}/set-aside", post(imports::set_aside::set_aside)),
        ("GET", rentree_http::ASSET_ROUTE, get(rentree_http::asset)),
    ]
}

/// Method and path of every route.
pub fn route_names() -> Vec<(&'static str, &'static str)> {
    routes().into_iter().map(|(method, path, _)| (method, path)).collect()
}
