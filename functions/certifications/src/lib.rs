//! Certifications: the assessment platform states, by signed messages, how pupils' examinations ended; the school sees the results of each
//! school year, whatever was imported since, and prints the certificates; anybody verifies one by its code; school record books take them over.
//! Files of whole sessions are loaded by `certifications-worker`, the certificates of a large school made by `certificates-worker`.

mod certificates;
mod config;
mod holder;
mod message;
mod record_books;
mod results;
mod spreadsheet;
mod state;
mod verification;

use axum::Router;
use rentree_http::{Access, Purpose, Route, RouteDoc, Shell};
use rentree_runtime::aws::{Aws, BucketSigner, Service};
use rentree_runtime::{Clock, Lazy, Settings, SettingsError};
use rentree_table::Table;

pub use config::Config;

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Certifications {
    table: Table,
    queue: Lazy<aws_sdk_sqs::Client>,
    signer: BucketSigner,
    config: Config,
    clock: Clock,
}

impl Certifications {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let config = Config::read(settings)?;
        let aws = Aws::new(settings)?;
        Ok(Self {
            table: Table::new(aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb)), &config.table),
            queue: aws.lazily(Service::Sqs, aws_sdk_sqs::Client::new),
            signer: aws.bucket_signer(),
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
        Route::router(routes()).with_state(self)
    }

    /// What stands around the routes.
    pub fn shell(&self) -> Shell {
        let origin = self.config.origin.clone();
        Shell { origin, upload_origin: None, table: self.table.clone(), clock: self.clock }
    }
}

/// Every route. `infra/template.yaml` and the watch router have its address, the OpenAPI document all of it; tests hold them together.
fn routes<P: Purpose>() -> Vec<Route<Certifications, P>> {
    use Access::{Administrators, Everybody, Members, Signed, SignedIn};
    use results::download;
    let mut routes = vec![
        Route::get(
            "/schools/{uai}/certifications",
            results::list,
            Members,
            "The certifications of a school in a school year, those of no pupil included",
        )
        .gives::<results::CertificationsView>(),
        Route::get(
            "/schools/{uai}/certifications/results.csv",
            download::csv,
            Administrators,
            "The certifications of a school year, as a list for spreadsheets",
        ),
        Route::get(
            "/schools/{uai}/certifications/results.json",
            download::json,
            Administrators,
            "The certifications of a school year, all of them at once",
        )
        .gives::<download::ResultsView>(),
        Route::post("/certifications", state::state, Signed, "The assessment platform states how an examination ended")
            .takes::<message::Message>()
            .gives::<state::StatedView>(),
        Route::get(
            "/schools/{uai}/certificates",
            certificates::page,
            Administrators,
            "The certificates of a school in a school year, by class",
        )
        .gives::<certificates::CertificatesView>(),
        Route::get(
            "/schools/{uai}/certificates.pdf",
            certificates::file,
            Administrators,
            "The certificates of one pupil (`number`), of a class (`class`) or of the school, of the school year `year`, as PDF",
        ),
        Route::post(
            "/schools/{uai}/certificates/file",
            certificates::ask,
            Administrators,
            "Asks for the file of all certificates of a school year, which a worker makes",
        )
        .takes::<certificates::Which>()
        .gives::<certificates::PreparedFileView>()
        .with_status(201),
        Route::get(
            "/schools/{uai}/certificates/file",
            certificates::follow,
            Administrators,
            "How far that file is; waits up to `wait` seconds for it",
        )
        .gives::<certificates::PreparedFileView>(),
        Route::get(
            "/schools/{uai}/certificates/file.pdf",
            certificates::download,
            Administrators,
            "Leads to that file, by a link that ends after five minutes",
        )
        .with_status(303),
        Route::get(
            "/mes-certificats",
            certificates::own,
            SignedIn,
            "The certificates of the pupils whose account is signed in",
        )
        .gives::<certificates::OwnCertificatesView>(),
        Route::get("/mes-certificats/{number}", certificates::own_file, SignedIn, "One of them, as PDF"),
        Route::get(
            "/verification",
            verification::page,
            Everybody,
            "The form that verifies a certificate; with its code as `code`, what it proves",
        )
        .gives::<verification::VerificationView>(),
        Route::post("/verification", verification::verify, Everybody, "What the code of a certificate proves")
            .takes::<verification::Fields>()
            .gives::<verification::VerificationView>(),
    ];
    routes.extend(of_record_books());
    routes
}

/// Those by which record books take certifications over.
fn of_record_books<P: Purpose>() -> [Route<Certifications, P>; 3] {
    use Access::{Administrators, Credentials, Tokens};
    [
        Route::get(
            "/schools/{uai}/certifications/record-books.csv",
            record_books::csv,
            Administrators,
            "What school record books (LSU, LSL) take over of a school year, as a list for spreadsheets",
        ),
        Route::post("/api/token", record_books::issue, Credentials, "A token for the credentials of a record book")
            .takes_form::<record_books::TokenFields>()
            .gives::<record_books::TokenView>()
            .refuses::<record_books::RefusalView>(),
        Route::get(
            "/api/v1/organizations/{uai}/certifications",
            record_books::read,
            Tokens,
            "The certifications of a school, in the shape that is published for record books",
        )
        .gives::<record_books::RecordBookView>(),
    ]
}

/// What every route is.
pub fn route_docs() -> Vec<RouteDoc> {
    Route::docs(routes())
}
