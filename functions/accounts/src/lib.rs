//! Accounts of staff and pupils: sign up, sign in and out, passwords, addresses, sessions, terms of use, and the spaces that an account
//! opens.

mod account;
mod config;
mod email;
mod guide;
mod home;
mod mail_forms;
mod new_password;
mod openapi;
mod password;
mod second_factor;
mod sessions;
mod sign_in;
mod sign_in_code;
mod sign_up;
mod spaces;
mod status;
mod temporary_password;
mod terms;

use axum::Router;
use axum::http::HeaderMap;
use rentree_http::{Access, Purpose, Route, RouteDoc, Shell, claimed_session};
use rentree_orders::MailOrders;
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Settings, SettingsError};
use rentree_table::Table;

pub use config::{Config, LegalNotice};

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts {
    table: Table,
    mails: MailOrders,
    config: Config,
    clock: Clock,
}

impl Accounts {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let config = Config::read(settings)?;
        let aws = Aws::new(settings)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb));
        let sqs = aws.lazily(Service::Sqs, aws_sdk_sqs::Client::new);
        let table = Table::new(dynamodb, &config.table);
        let mails = MailOrders::new(&table, sqs, &config.mail_queue_url);
        Ok(Self { table, mails, config, clock })
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

    /// Ends the session that a browser had before the one that begins now. What came before is done: a failure is for us.
    async fn end_former(&self, headers: &HeaderMap) {
        let Some(former) = claimed_session(headers) else { return };
        if let Err(error) = self.table.end_session(&former).await {
            tracing::error!(why = rentree_runtime::telemetry::chain(&error), "a former session was not ended");
        }
    }
}

/// Every route. `infra/template.yaml` and the watch router have its address, the OpenAPI document all of it; tests hold them together.
fn routes<P: Purpose>() -> Vec<Route<Accounts, P>> {
    use Access::{Everybody, LinkHolders, SignedIn};
    vec![
        Route::get(
            "/",
            home::home,
            Everybody,
            "What this is, and the doors of heads, teachers and pupils; who is signed in is led to their space, to the list of them, or to their campaigns",
        )
        .gives::<home::FrontView>(),
        Route::get("/sign-in", sign_in::page, Everybody, "The form to sign in").gives::<sign_in::SignInView>(),
        Route::post("/sign-in", sign_in::sign_in, Everybody, "Signs in; sets the session cookie")
            .takes::<sign_in::Fields>()
            .gives::<sign_in::SignedInView>(),
        Route::get("/code", sign_in_code::page, Everybody, "The form for a code that staff showed to a pupil")
            .gives::<sign_in_code::SignInCodeView>(),
        Route::post("/code", sign_in_code::sign_in, Everybody, "Signs in by such a code, once; sets the session cookie")
            .takes::<sign_in_code::Fields>()
            .gives::<sign_in::SignedInView>(),
        Route::post("/sign-out", sign_in::sign_out, SignedIn, "Ends the session")
            .takes::<sign_in::SignOutFields>()
            .gives::<sign_in::SignedOutView>(),
        Route::get("/sign-up", sign_up::ask, Everybody, "The form that asks for an account")
            .gives::<mail_forms::MailFormView>(),
        Route::post("/sign-up", sign_up::order, Everybody, "Sends a link to create an account, whoever asks")
            .takes::<mail_forms::Fields>()
            .gives::<mail_forms::MailFormView>()
            .with_status(202),
        Route::get("/sign-up/{token}", sign_up::page, LinkHolders, "The form of the new account")
            .gives::<sign_up::SignUpView>(),
        Route::post("/sign-up/{token}", sign_up::create, LinkHolders, "Creates the account and signs in")
            .takes::<rentree_identity::NewAccountFields>()
            .gives::<sign_in::SignedInView>()
            .with_status(201),
        Route::get("/forgotten-password", new_password::ask, Everybody, "The form for a forgotten password")
            .gives::<mail_forms::MailFormView>(),
        Route::post("/forgotten-password", new_password::order, Everybody, "Sends a link to choose a new password")
            .takes::<mail_forms::Fields>()
            .gives::<mail_forms::MailFormView>()
            .with_status(202),
        Route::get("/new-password/{token}", new_password::page, LinkHolders, "The form of the new password")
            .gives::<new_password::NewPasswordView>(),
        Route::post("/new-password/{token}", new_password::set, LinkHolders, "Sets the password and signs in")
            .takes::<rentree_identity::PasswordFields>()
            .gives::<sign_in::SignedInView>(),
        Route::get(
            "/temporary-password",
            temporary_password::page,
            SignedIn,
            "The form of another password, where one must be chosen first: in place of a temporary one, or of a pupil's in a team",
        )
        .gives::<temporary_password::TemporaryPasswordView>(),
        Route::post(
            "/temporary-password",
            temporary_password::choose,
            SignedIn,
            "Chooses a password in place of a temporary one; other sessions end",
        )
        .takes::<temporary_password::Fields>()
        .gives::<sign_in::SignedInView>(),
        Route::get("/terms", terms::page, Everybody, "The terms of use").gives::<terms::TermsView>(),
        Route::post("/terms", terms::accept, SignedIn, "Accepts the terms of use")
            .takes::<terms::Fields>()
            .gives::<terms::AcceptedView>(),
        Route::get("/account", account::page, SignedIn, "The account: address, password, sessions")
            .gives::<account::AccountView>(),
        Route::post("/account/password", password::change, SignedIn, "Changes the password; other sessions end")
            .takes::<password::Fields>()
            .gives::<sign_in::SignedInView>(),
        Route::post("/account/email", email::ask, SignedIn, "Sends a link that confirms another address")
            .takes::<email::Fields>()
            .gives::<email::EmailView>()
            .with_status(202),
        Route::get("/account/email/{token}", email::page, SignedIn, "The page that confirms an address")
            .gives::<email::EmailView>(),
        Route::post("/account/email/{token}", email::confirm, SignedIn, "Confirms an address")
            .gives::<email::EmailView>(),
        Route::post("/account/sessions", sessions::end, SignedIn, "Ends one session, or all the others")
            .takes::<sessions::Fields>()
            .gives::<sessions::EndedView>(),
        Route::get("/spaces", spaces::page, SignedIn, "The spaces that the account opens")
            .gives::<spaces::SpacesView>(),
        Route::get("/openapi.json", openapi::document, Everybody, "This document"),
    ]
    .into_iter()
    .chain(of_second_factor())
    .chain(for_everybody())
    .collect()
}

/// What the service tells everybody.
fn for_everybody<P: Purpose>() -> Vec<Route<Accounts, P>> {
    use Access::Everybody;
    vec![
        Route::get("/aide", guide::guides, Everybody, "The guides for pupils, teachers and heads")
            .gives::<guide::GuidesView>(),
        Route::get("/aide/{guide}", guide::guide, Everybody, "A guide").gives::<guide::TextView>(),
        Route::get(
            "/service/{text}",
            guide::service,
            Everybody,
            "Contact, legal notice, privacy, cookies, accessibility",
        )
        .gives::<guide::TextView>(),
        Route::get(
            "/service/etat",
            status::page,
            Everybody,
            "Whether the service works, as it finds out now; 503 where it does not",
        )
        .gives::<status::StatusView>(),
    ]
}

/// Those of the second factor.
fn of_second_factor<P: Purpose>() -> Vec<Route<Accounts, P>> {
    use Access::{Everybody, SignedIn};
    vec![
        Route::get(
            "/sign-in/second-factor",
            second_factor::code_page,
            Everybody,
            "The form of the code that follows the password, where there is a second factor",
        )
        .gives::<second_factor::CodeView>(),
        Route::post(
            "/sign-in/second-factor",
            second_factor::complete,
            Everybody,
            "Signs in by a code, after the password; sets the session cookie",
        )
        .takes::<second_factor::CodeFields>()
        .gives::<sign_in::SignedInView>(),
        Route::get("/account/second-factor", second_factor::page, SignedIn, "The second factor, or how to add one")
            .gives::<second_factor::SecondFactorView>(),
        Route::post(
            "/account/second-factor",
            second_factor::add,
            SignedIn,
            "Adds a second factor by its first code; other sessions end",
        )
        .takes::<second_factor::AddFields>()
        .gives::<second_factor::RecoveryCodesView>(),
        Route::post(
            "/account/second-factor/recovery-codes",
            second_factor::renew,
            SignedIn,
            "Makes other recovery codes; the ones before hold no more",
        )
        .takes::<second_factor::Fields>()
        .gives::<second_factor::RecoveryCodesView>(),
        Route::post(
            "/account/second-factor/end",
            second_factor::end,
            SignedIn,
            "Ends the second factor; other sessions end",
        )
        .takes::<second_factor::Fields>()
        .gives::<second_factor::EndedView>(),
    ]
}

/// What every route is.
pub fn route_docs() -> Vec<RouteDoc> {
    Route::docs(routes())
}
