//! Campaigns: staff create, follow and export them; pupils join by code; the assessment platform tells how far pupils are.

mod campaign;
mod config;
mod course_token;
mod home;
mod new_year;
mod progress;
mod pupils;
#[cfg(test)]
mod sample;
mod staff;

use axum::Router;
use rentree_http::{Access, Purpose, Route, RouteDoc, Shell};
use rentree_orders::MailOrders;
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Lazy, Settings, SettingsError};
use rentree_table::Table;

pub use config::Config;

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Campaigns {
    table: Table,
    mails: MailOrders,
    config: Config,
    clock: Clock,
}

impl Campaigns {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let config = Config::read(settings)?;
        let aws = Aws::new(settings)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb));
        let sqs = aws.lazily(Service::Sqs, aws_sdk_sqs::Client::new);
        Ok(Self::new(config, dynamodb, sqs, clock))
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
fn routes<P: Purpose>() -> Vec<Route<Campaigns, P>> {
    use Access::{Members, Signed};
    use progress::record;
    use staff::{archive, edit, follow, list};
    let mut routes = vec![
        Route::get(
            "/schools/{uai}",
            home::page,
            Members,
            "The home of a space: its first steps, and what matters today",
        )
        .gives::<home::HomeView>(),
        Route::get(
            "/schools/{uai}/new-year",
            new_year::page,
            Members,
            "The turn of the year: the team, the pupils, the campaigns of the year that is over",
        )
        .gives::<new_year::NewYearView>(),
        Route::post(
            "/schools/{uai}/new-year",
            new_year::renew,
            Members,
            "Archives campaigns of a year that is over together, and makes some of them anew with new codes",
        )
        .takes::<new_year::Fields>()
        .gives::<new_year::RenewedView>(),
        Route::get(
            "/schools/{uai}/campaigns",
            list::list,
            Members,
            "The campaigns of a school, or those in its archive",
        )
        .gives::<list::CampaignsView>(),
        Route::get("/schools/{uai}/campaigns/{campaign}", follow::follow, Members, "A campaign, and who is how far")
            .gives::<follow::CampaignView>(),
        Route::get(
            "/schools/{uai}/campaigns/{campaign}/edit",
            edit::page,
            Members,
            "What of a campaign can be changed: title, message, classes",
        )
        .gives::<edit::EditView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/edit",
            edit::change,
            Members,
            "Changes title, message and classes of a campaign",
        )
        .takes::<edit::Fields>()
        .gives::<edit::ChangedView>(),
        Route::get(
            "/schools/{uai}/campaigns/{campaign}/archive",
            archive::ask,
            Members,
            "Asks before a campaign is archived",
        )
        .gives::<rentree_http::ConfirmView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/archive",
            archive::archive,
            Members,
            "Archives a campaign: nobody can join it any more",
        )
        .gives::<archive::ArchivedView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/restore",
            archive::restore,
            Members,
            "Takes a campaign back from the archive",
        )
        .gives::<archive::ArchivedView>(),
        Route::post(
            "/participations/progress",
            record::record,
            Signed,
            "The assessment platform tells that a pupil began a course, or sent the result",
        )
        .takes::<record::Message>()
        .gives::<record::ProgressView>(),
    ];
    routes.extend(creating());
    routes.extend(classroom());
    routes.extend(results());
    routes.extend(pupils::routes());
    routes
}

/// A campaign is made at the address of the list, and at that of its form: with errors, the page is the form's own.
fn creating<P: Purpose>() -> [Route<Campaigns, P>; 3] {
    use Access::Members;
    use staff::create;
    let form = "/schools/{uai}/campaigns/new";
    let made_at = |path, what| {
        let route: Route<Campaigns, P> = Route::post(path, create::create, Members, what);
        route.takes::<create::Fields>().gives::<create::CreatedView>().with_status(201)
    };
    [
        made_at("/schools/{uai}/campaigns", "Creates a campaign, and draws its code"),
        Route::get(form, create::page, Members, "The courses that a campaign may lead to")
            .gives::<create::NewCampaignView>(),
        made_at(form, "Creates a campaign as the address of the list does: here its form is sent"),
    ]
}

/// What a teacher does with a campaign while the class is there.
fn classroom<P: Purpose>() -> Vec<Route<Campaigns, P>> {
    use Access::Members;
    use staff::{board, classes, joining, lesson, missing, new_code};
    vec![
        Route::get(
            "/schools/{uai}/campaigns/{campaign}/board",
            board::page,
            Members,
            "The code of a campaign for the board: as large as the screen, with a QR code",
        )
        .gives::<board::BoardView>(),
        Route::get(
            "/schools/{uai}/campaigns/{campaign}/missing",
            missing::page,
            Members,
            "Who has not joined a campaign, by class",
        )
        .gives::<missing::MissingView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/classes",
            classes::choose,
            Members,
            "Chooses the classes of a campaign of the platform's team whose level no MEF tells",
        )
        .takes::<classes::Fields>()
        .gives::<classes::ClassesView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/code",
            new_code::replace,
            Members,
            "Gives a campaign a new code: nobody joins with the former one any more",
        )
        .takes::<new_code::Fields>()
        .gives::<new_code::NewCodeView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/joining",
            joining::choose,
            Members,
            "Says whether a campaign can be joined at any time, or only during a lesson",
        )
        .takes::<joining::Fields>()
        .gives::<joining::JoiningView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/lesson",
            lesson::act,
            Members,
            "Opens, prolongs or ends the lesson of a campaign",
        )
        .takes::<lesson::Fields>()
        .gives::<lesson::LessonView>(),
    ]
}

/// What came of campaigns, of each and of a school year.
fn results<P: Purpose>() -> Vec<Route<Campaigns, P>> {
    use Access::{Administrators, Members};
    use staff::{results, take_back, year};
    vec![
        Route::get(
            "/schools/{uai}/campaigns/{campaign}/results.csv",
            results::download,
            Members,
            "The results, as a list for spreadsheets",
        ),
        Route::get(
            "/schools/{uai}/campaigns/{campaign}/results/{learner}",
            take_back::page,
            Members,
            "What a pupil sent, and what of it was taken back",
        )
        .gives::<take_back::ResultView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/results/{learner}/take-back",
            take_back::take_back,
            Members,
            "Takes back a result that was sent by mistake: the pupil may begin again",
        )
        .takes::<take_back::Fields>()
        .gives::<take_back::TakenBackView>(),
        Route::get(
            "/schools/{uai}/follow-up",
            year::page,
            Members,
            "A school year across campaigns: who joined, sent, is certifiable and certified, by class and pupil",
        )
        .gives::<year::FollowUpView>(),
        Route::get(
            "/schools/{uai}/follow-up/results.csv",
            year::download::csv,
            Administrators,
            "The same as a list for spreadsheets",
        ),
    ]
}

/// What every route is.
pub fn route_docs() -> Vec<RouteDoc> {
    Route::docs(routes())
}
