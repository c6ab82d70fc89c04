//! A head asks for the school's space, or for it back; a single-use link in the school's mailbox makes an administrator.

mod config;
mod join;
mod request;

use axum::Router;
use rentree_http::{Access, Purpose, Route, RouteDoc, Shell};
use rentree_orders::MailOrders;
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Lazy, Settings, SettingsError};
use rentree_table::Table;

pub use config::Config;

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Activation {
    table: Table,
    mails: MailOrders,
    config: Config,
    clock: Clock,
}

impl Activation {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let aws = Aws::new(settings)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb));
        let sqs = aws.lazily(Service::Sqs, aws_sdk_sqs::Client::new);
        Ok(Self::new(Config::read(settings)?, dynamodb, sqs, clock))
    }

    /// The function with these clients.
    pub fn new(
        config: Config,
        dynamodb: aws_sdk_dynamodb::Client,
        sqs: impl Into<Lazy<aws_sdk_sqs::Client>>,
        clock: Clock,
    ) -> Self {
        let table = Table::new(dynamodb, &config.table);
        let mails = MailOrders::new(&table, sqs, &config.mail_queue_url);
        Self { table, mails, config, clock }
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
fn routes<P: Purpose>() -> Vec<Route<Activation, P>> {
    use Access::{Everybody, LinkHolders};
    vec![
        Route::get("/demande-administration-sco", request::page, Everybody, "The form that asks for a school's space")
            .gives::<request::RequestView>(),
        Route::post(
            "/demande-administration-sco",
            request::request,
            Everybody,
            "Sends a link to the school's mailbox, if the school is known; the answer does not tell",
        )
        .takes::<request::Fields>()
        .gives::<request::RequestView>()
        .with_status(202),
        Route::get("/activation/{token}", join::page, LinkHolders, "The page of the link in the school's mailbox")
            .gives::<join::JoinView>(),
        Route::post("/activation/{token}", join::join, LinkHolders, "Uses the link: makes an administrator")
            .takes::<rentree_identity::EntryFields>()
            .gives::<rentree_identity::JoinedView>(),
    ]
}

/// What every route is.
pub fn route_docs() -> Vec<RouteDoc> {
    Route::docs(routes())
}
