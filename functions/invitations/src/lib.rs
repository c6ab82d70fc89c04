//! The team of a school: invite, accept, roles, remove, leave; by which names its members are shown; and the log of who did what.

mod access_requests;
mod account_name;
mod ask_access;
mod audit;
mod config;
mod done;
mod invite;
mod join;
mod keep;
mod members;
mod remove;
mod review;
mod settle;
mod team;
mod withdraw;

use axum::Router;
use rentree_domain::InvitationId;
use rentree_http::{Access, ConfirmView, Problem, Purpose, Route, RouteDoc, Shell};
use rentree_orders::{InvitationPermit, MailOrders};
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Lazy, Settings, SettingsError};
use rentree_table::{Delivery, Table};

pub use config::Config;

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Invitations {
    table: Table,
    mails: MailOrders,
    config: Config,
    clock: Clock,
}

impl Invitations {
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

    /// Orders the mail of an invitation that is stored. One that cannot be ordered is shown as failed, to be sent again.
    async fn order_invitation(&self, permit: &InvitationPermit, id: InvitationId) -> Result<(), Problem> {
        if let Err(error) = self.mails.order_invitation(permit, id).await {
            let uai = permit.uai();
            let why = rentree_runtime::telemetry::chain(&error);
            tracing::error!(%uai, invitation = %id, why, "the mail of an invitation was not ordered");
            self.table.mark_delivery(uai, id, Delivery::Failed, (self.clock)()).await?;
        }
        Ok(())
    }
}

/// Every route. `infra/template.yaml` and the watch router have its address, the OpenAPI document all of it; tests hold them together.
fn routes<P: Purpose>() -> Vec<Route<Invitations, P>> {
    use Access::{Administrators, LinkHolders, Members};
    let mut routes = vec![
        Route::get("/schools/{uai}/team", team::page, Members, "The team, and for administrators its invitations")
            .gives::<team::TeamView>(),
        Route::post("/schools/{uai}/invitations", invite::invite, Administrators, "Invites addresses, several at once")
            .takes::<invite::Fields>()
            .gives::<invite::InvitedView>()
            .with_status(201),
        Route::post(
            "/schools/{uai}/invitations/{invitation}/resend",
            settle::resend,
            Administrators,
            "Sends an invitation again, five minutes after the last time at the earliest",
        )
        .gives::<settle::SettledView>(),
        Route::get(
            "/schools/{uai}/invitations/{invitation}/cancel",
            settle::ask_cancel,
            Administrators,
            "Asks before an invitation is cancelled",
        )
        .gives::<ConfirmView>(),
        Route::post(
            "/schools/{uai}/invitations/{invitation}/cancel",
            settle::cancel,
            Administrators,
            "Cancels an invitation; its link does nothing any more",
        )
        .gives::<settle::SettledView>(),
        Route::get(
            "/schools/{uai}/members/{member}/role",
            members::ask_role,
            Administrators,
            "Asks before a member gets the other role",
        )
        .gives::<ConfirmView>(),
        Route::post("/schools/{uai}/members/{member}/role", members::change_role, Administrators, "Changes a role")
            .takes::<members::Fields>()
            .gives::<members::ChangedView>(),
        Route::get(
            "/schools/{uai}/members/{member}/remove",
            remove::ask,
            Administrators,
            "Asks before a member is removed, and who takes their campaigns",
        )
        .gives::<ConfirmView>(),
        Route::post(
            "/schools/{uai}/members/{member}/remove",
            remove::remove,
            Administrators,
            "Removes a member, and passes their campaigns on",
        )
        .takes::<remove::Fields>()
        .gives::<members::ChangedView>(),
        Route::post(
            "/schools/{uai}/members/{member}/keep",
            keep::keep,
            Administrators,
            "Lets in again a member who stayed away for thirteen months",
        )
        .gives::<members::ChangedView>(),
        Route::get(
            "/schools/{uai}/team/review",
            review::page,
            Administrators,
            "The yearly review: when each member was last there, and who stays",
        )
        .gives::<review::ReviewView>(),
        Route::post(
            "/schools/{uai}/team/review",
            review::review,
            Administrators,
            "Reviews the team: removes some members, and lets the others in for another year",
        )
        .takes::<review::Fields>()
        .gives::<review::ReviewedView>(),
        Route::get("/schools/{uai}/leave", members::ask_leave, Members, "Asks before somebody leaves the team")
            .gives::<ConfirmView>(),
        Route::post("/schools/{uai}/leave", members::leave, Members, "Leaves the team").gives::<members::ChangedView>(),
        Route::get("/schools/{uai}/audit", audit::page, Administrators, "Who did what when, for a year")
            .gives::<audit::AuditView>(),
        Route::get("/invitation/{token}", join::page, LinkHolders, "The page of an invitation's link")
            .gives::<join::JoinView>(),
        Route::post("/invitation/{token}", join::join, LinkHolders, "Uses the link: makes a member")
            .takes::<rentree_identity::EntryFields>()
            .gives::<rentree_identity::JoinedView>(),
    ];
    routes.extend(routes_of_access());
    routes.extend(routes_of_name());
    routes
}

/// Those of the name of an account. They are here, where teams are kept: the function that checks passwords needs no right over schools.
fn routes_of_name<P: Purpose>() -> Vec<Route<Invitations, P>> {
    use Access::SignedIn;
    vec![
        Route::get("/account/name", account_name::page, SignedIn, "The form to correct one's own name")
            .gives::<account_name::AccountNameView>(),
        Route::post(
            "/account/name",
            account_name::change,
            SignedIn,
            "Corrects one's own name, which colleagues are shown from then on; not a pupil's, which the school gives",
        )
        .takes::<rentree_identity::NameFields>()
        .gives::<account_name::AccountNameView>(),
    ]
}

/// Those of who has no invitation.
fn routes_of_access<P: Purpose>() -> Vec<Route<Invitations, P>> {
    use Access::{Administrators, SignedIn};
    vec![
        Route::get("/spaces/request", ask_access::page, SignedIn, "The form to ask to be let into a school's space")
            .gives::<ask_access::AskAccessView>(),
        Route::post(
            "/spaces/request",
            ask_access::ask,
            SignedIn,
            "Asks to be let into a school's space; answered alike for every UAI",
        )
        .takes::<ask_access::Fields>()
        .gives::<ask_access::AskAccessView>()
        .with_status(202),
        Route::get(
            "/spaces/request/{uai}/withdraw",
            withdraw::ask_withdraw,
            SignedIn,
            "Asks before a request to be let in is taken back",
        )
        .gives::<ConfirmView>(),
        Route::post(
            "/spaces/request/{uai}/withdraw",
            withdraw::withdraw,
            SignedIn,
            "Takes back a request to be let in; the same for every UAI, and as often as it is sent",
        )
        .gives::<withdraw::WithdrawnView>(),
        Route::get(
            "/schools/{uai}/access-requests/{user}",
            access_requests::page,
            Administrators,
            "Who asks to be let in, and whether they may be a pupil",
        )
        .gives::<access_requests::AccessRequestView>(),
        Route::post(
            "/schools/{uai}/access-requests/{user}/accept",
            access_requests::accept,
            Administrators,
            "Lets somebody in who asked for it",
        )
        .takes::<access_requests::Fields>()
        .gives::<access_requests::AnsweredView>(),
        Route::get(
            "/schools/{uai}/access-requests/{user}/refuse",
            access_requests::ask_refuse,
            Administrators,
            "Asks before somebody is not let in",
        )
        .gives::<ConfirmView>(),
        Route::post(
            "/schools/{uai}/access-requests/{user}/refuse",
            access_requests::refuse,
            Administrators,
            "Does not let somebody in who asked for it",
        )
        .gives::<access_requests::AnsweredView>(),
    ]
}

/// What every route is.
pub fn route_docs() -> Vec<RouteDoc> {
    Route::docs(routes())
}
