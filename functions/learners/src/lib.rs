//! The pupils of a school: list them, upload a file and follow its import, confirm, cancel, undo; hand out user names and passwords,
//! unblock, untie; the state of the Médiacentre.

mod account;
mod config;
mod former;
mod imports;
mod list;
mod mediacentre;
mod passwords;
mod pupil;
mod upload;

use axum::Router;
use rentree_domain::Uai;
use rentree_http::{Access, Purpose, Route, RouteDoc, Shell, Visitor};
use rentree_orders::MailOrders;
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Lazy, Settings, SettingsError};
use rentree_table::{AuditAction, AuditEntry, Table};

pub use config::Config;

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Learners {
    table: Table,
    queue: Lazy<aws_sdk_sqs::Client>,
    mails: MailOrders,
    signer: upload::Signer,
    config: Config,
    clock: Clock,
}

impl Learners {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let dynamodb = aws_sdk_dynamodb::Client::new(&Aws::new(settings)?.config(Service::DynamoDb));
        Self::new(settings, dynamodb, clock)
    }

    /// The function as `settings` say, with a client of the table that somebody else made.
    pub fn new(settings: &Settings, dynamodb: aws_sdk_dynamodb::Client, clock: Clock) -> Result<Self, SettingsError> {
        let config = Config::read(settings)?;
        let aws = Aws::new(settings)?;
        let table = Table::new(dynamodb, &config.table);
        let queue = aws.lazily(Service::Sqs, aws_sdk_sqs::Client::new);
        let mails = MailOrders::new(&table, queue.clone(), &config.mail_queue_url);
        Ok(Self { table, queue, mails, signer: upload::Signer::new(&aws, &config), config, clock })
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

    /// What the shell needs to know.
    pub fn shell(&self) -> Shell {
        let upload_origin = Some(self.config.upload_origin().to_owned());
        Shell { origin: self.config.origin.clone(), upload_origin, table: self.table.clone(), clock: self.clock }
    }

    /// What the school's audit log tells of what a visitor does with an import.
    fn entry(&self, visitor: &Visitor, action: AuditAction) -> AuditEntry {
        AuditEntry::new((self.clock)(), rentree_runtime::random(), visitor.user, &visitor.name, action)
    }

    /// Writes into the school's log what somebody did with an import. It is done: a log that cannot be written is for us
    /// to mend, not a reason to tell them that it failed.
    async fn audit(&self, uai: Uai, entry: AuditEntry) {
        if let Err(error) = self.table.audit(uai, &entry).await {
            let why = rentree_runtime::telemetry::chain(&error);
            tracing::error!(%uai, action = ?entry.action, why, "an audit entry was not written");
        }
    }
}

/// Every route. `infra/template.yaml` and the watch router have its address, the OpenAPI document all of it; tests hold them together.
#[expect(clippy::too_many_lines, reason = "one list, in the order of the pages")]
fn routes<P: Purpose>() -> Vec<Route<Learners, P>> {
    use Access::{Administrators, Everybody, Members};
    vec![
        Route::get("/schools/{uai}/learners", list::list, Members, "The pupils, by class and page")
            .gives::<list::LearnersView>(),
        Route::post("/schools/{uai}/learners", list::search, Members, "Pupils by name: never in an address")
            .takes::<list::Search>()
            .gives::<list::LearnersView>(),
        Route::post(
            "/schools/{uai}/learners/passwords",
            passwords::hand_out,
            Members,
            "Hands out temporary passwords to those whom the body chooses: a program is answered in place, this once; a browser is sent to a page that asks first, and whose ways back lead to the list that the query asks for",
        )
        .takes::<passwords::Fields>()
        .gives::<passwords::view::HandedOutView>(),
        Route::get(
            "/schools/{uai}/learners/passwords/{hand_out}",
            passwords::confirm::page,
            Members,
            "A hand-out: what it would do, or what it came to. To a browser that confirmed it, the passwords, once and within ten minutes",
        )
        .gives::<passwords::confirm::HandOutView>(),
        Route::post(
            "/schools/{uai}/learners/passwords/{hand_out}",
            passwords::confirm::confirm,
            Members,
            "Confirms a hand-out, which happens once: a program is answered in place, a browser is sent back to its page",
        )
        .gives::<passwords::view::HandedOutView>(),
        Route::get(
            "/schools/{uai}/learners.csv",
            list::sheet::download,
            Members,
            "The pupils as a list for spreadsheets, by the same filters",
        ),
        Route::get("/schools/{uai}/learners/former", former::list, Members, "Former pupils, by class and page")
            .gives::<former::FormerView>(),
        Route::post(
            "/schools/{uai}/learners/former",
            former::search,
            Members,
            "Former pupils by name: never in an address",
        )
        .takes::<former::Search>()
        .gives::<former::FormerView>(),
        Route::get(
            "/schools/{uai}/learners/former.csv",
            former::download,
            Members,
            "Former pupils as a list for spreadsheets",
        ),
        Route::get("/schools/{uai}/learners/{learner}", pupil::page, Members, "A pupil and the account")
            .gives::<pupil::PupilView>(),
        Route::post(
            "/schools/{uai}/learners/{learner}/user-name",
            pupil::user_name::give,
            Members,
            "Gives a user name to a pupil who has none",
        )
        .gives::<pupil::user_name::UserNameView>(),
        Route::post(
            "/schools/{uai}/learners/{learner}/personal-code",
            pupil::personal_code::give,
            Members,
            "Gives a pupil without an account a code that stands for names and birth date, once, for a day",
        )
        .takes::<pupil::code_fields::CodeFields>()
        .gives::<pupil::personal_code::PersonalCodeView>(),
        Route::post(
            "/schools/{uai}/learners/{learner}/sign-in-code",
            pupil::sign_in_code::show,
            Members,
            "Shows a code that signs a pupil in, once, within ten minutes: during a lesson of the school",
        )
        .takes::<pupil::code_fields::CodeFields>()
        .gives::<pupil::sign_in_code::SignInCodeView>(),
        Route::get(
            "/schools/{uai}/learners/{learner}/sign-in-code",
            pupil::sign_in_code::follow,
            Members,
            "The code that was shown, as long as it can be used, and whether it was",
        )
        .gives::<pupil::sign_in_code::SignInCodeView>(),
        Route::post(
            "/schools/{uai}/learners/{learner}/unblock",
            pupil::unblock::unblock,
            Members,
            "Unblocks a pupil who failed too often to sign in, or to join",
        )
        .takes::<pupil::unblock::Fields>()
        .gives::<pupil::unblock::UnblockedView>(),
        Route::get(
            "/schools/{uai}/learners/{learner}/untie",
            pupil::untie::ask,
            Members,
            "Asks before a pupil is untied from the account",
        )
        .gives::<rentree_http::ConfirmView>(),
        Route::post(
            "/schools/{uai}/learners/{learner}/untie",
            pupil::untie::untie,
            Members,
            "Unties a pupil from the account, which stays",
        )
        .gives::<pupil::untie::UntiedView>(),
        Route::get(
            "/schools/{uai}/learners/{learner}/mediacentre",
            pupil::mediacentre::page,
            Members,
            "What taking the Médiacentre off a pupil's account comes to",
        )
        .gives::<pupil::mediacentre::RemovalView>(),
        Route::post(
            "/schools/{uai}/learners/{learner}/mediacentre",
            pupil::mediacentre::remove,
            Members,
            "Takes the Médiacentre off a pupil's account, whose sessions end",
        )
        .gives::<pupil::mediacentre::RemovedView>(),
        Route::get("/schools/{uai}/mediacentre", mediacentre::page, Members, "Whether the Médiacentre works")
            .gives::<mediacentre::MediacentreView>(),
        Route::get("/schools/{uai}/imports", imports::recent::recent, Members, "The latest imports")
            .gives::<imports::recent::ImportsView>(),
        Route::post("/schools/{uai}/imports", imports::request::request, Administrators, "Asks for an upload")
            .takes::<imports::request::Asked>()
            .gives::<imports::view::ImportView>()
            .with_status(201),
        Route::get(
            "/schools/{uai}/imports/{import}",
            imports::follow::follow,
            Members,
            "An import; waits for its end with `?wait=20`",
        )
        .gives::<imports::view::ImportView>(),
        Route::get(
            "/schools/{uai}/imports/{import}/report",
            imports::report::show,
            Members,
            "The names behind the counts of an import, its problems and remarks",
        )
        .gives::<imports::report::ReportView>(),
        Route::post(
            "/schools/{uai}/imports/{import}/report",
            imports::report::search,
            Members,
            "The same, by name",
        )
        .takes::<imports::report::Search>()
        .gives::<imports::report::ReportView>(),
        Route::get(
            "/schools/{uai}/imports/{import}/report.csv",
            imports::report::download,
            Members,
            "The same as a list for spreadsheets",
        ),
        Route::post(
            "/schools/{uai}/imports/{import}/confirm",
            imports::settle::confirm,
            Administrators,
            "Confirms an import that waits",
        )
        .gives::<imports::view::ImportView>(),
        Route::post(
            "/schools/{uai}/imports/{import}/cancel",
            imports::settle::cancel,
            Administrators,
            "Gives an import up",
        )
        .gives::<imports::view::ImportView>(),
        Route::get(
            "/schools/{uai}/imports/{import}/undo",
            imports::undo::ask,
            Administrators,
            "Asks before the last import is undone",
        )
        .gives::<rentree_http::ConfirmView>(),
        Route::post(
            "/schools/{uai}/imports/{import}/undo",
            imports::undo::undo,
            Administrators,
            "Undoes the last import",
        )
        .takes::<imports::undo::Fields>()
        .gives::<imports::view::ImportView>(),
        Route::post(
            "/schools/{uai}/imports/{import}/set-aside",
            imports::set_aside::set_aside,
            Administrators,
            "Imports the pupils of a refused file that have no error",
        )
        .gives::<imports::view::ImportView>()
        .with_status(201),
        Route::get(rentree_http::ASSET_ROUTE, rentree_http::asset, Everybody, "CSS and JavaScript"),
    ]
}

/// What every route is.
pub fn route_docs() -> Vec<RouteDoc> {
    Route::docs(routes())
}
