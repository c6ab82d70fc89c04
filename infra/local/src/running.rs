//! The whole product, running.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use accounts::Accounts;
use activation::Activation;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use campaigns::Campaigns;
use certifications::Certifications;
use directory::Directory;
use import_worker::Worker;
use invitations::Invitations;
use jiff::civil::Date;
use learners::Learners;
use mail_worker::MailWorker;
use mediacentre::Mediacentre;
use rentree_runtime::{Clock, Settings};
use rentree_table::Table;
use rentree_testkit::{Cloud, CloudOptions, Stack, StackOptions, Strict, Template};
use rentree_webhook::Secrets;
use serde_json::json;

use crate::course::{self, Platform};
use crate::demo::Demo;
use crate::door::Door;
use crate::ent::{self, Ent};
use crate::event_source::{self, End, Times};
use crate::serving::Serving;
use crate::{design, idp, mailbox, operator, publisher};

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where state survives a restart; `None` keeps it in memory.
    pub state: Option<PathBuf>,
    /// Port for browsers; 0 takes any.
    pub port: u16,
    /// Parameters of the template to be set to something else than their default.
    pub parameters: BTreeMap<String, String>,
    /// Settings of every function, over those of the template.
    pub settings: BTreeMap<String, String>,
    /// Whether an ENT is started beside the product, to sign on from its Médiacentre.
    pub mediacentre: bool,
    /// Where the time comes from, also for what runs past its timeout.
    pub clock: Clock,
    /// After how long a message comes again that failed.
    pub retry_after: Duration,
    /// No function that takes messages is ended before this, whatever the template says.
    pub least_timeout: Duration,
}

/// The parameter of the template.
const IDENTITY_PROVIDERS: &str = "IdentityProviders";

impl Options {
    /// State in memory, any port, real time, failed messages that come again at once, and an identity provider for tests.
    pub fn in_memory() -> Self {
        let mut parameters = publisher::parameters();
        // Nobody's rate is to be kept here.
        parameters.insert("OfferMailsPerSecond".to_owned(), "1000".to_owned());
        parameters.insert(IDENTITY_PROVIDERS.to_owned(), idp::setting());
        Self {
            state: None,
            port: 0,
            parameters,
            // No partition of one machine has a limit, unless it is the subject.
            settings: BTreeMap::from([("WRITE_UNITS_PER_SECOND".to_owned(), "0".to_owned())]),
            mediacentre: false,
            clock: jiff::Timestamp::now,
            retry_after: Duration::from_secs(1),
            least_timeout: Duration::ZERO,
        }
    }

    /// State under `state`, browsers on `port`, real time. Nobody signs people on from the Médiacentre.
    pub fn on_disk(state: PathBuf, port: u16) -> Self {
        let mut options = Self { state: Some(state), port, retry_after: Duration::from_secs(10), ..Self::in_memory() };
        options.parameters.remove(IDENTITY_PROVIDERS);
        options
    }
}

/// The parameters by which schools are proposed to collect profiles before the certification, from a day until a day.
pub fn proposed(from: Date, until: Date) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("CertificationCampaignFrom".to_owned(), from.to_string()),
        ("CertificationCampaignUntil".to_owned(), until.to_string()),
    ])
}

/// The product, running on this machine until [`stop`](Self::stop).
pub struct Rentree {
    /// Where browsers reach it.
    pub url: String,
    /// Its resources.
    pub stack: Stack,
    /// Its table.
    pub table: Table,
    /// What its functions take for now.
    pub clock: Clock,
    /// The ENT beside it, if it was asked for.
    pub ent: Option<Ent>,
    /// Until it is stopped.
    running: Mutex<Option<(Serving, Cloud)>>,
}

impl Rentree {
    /// Starts the local cloud, makes what the template says, and serves.
    pub async fn start(options: &Options) -> anyhow::Result<Self> {
        let door = Door::open(options.port).await?;
        let cloud = Cloud::start(&CloudOptions { state: options.state.clone() }).await?;
        Self::start_in(cloud, door, options).await
    }

    /// Serves at `door` from a local cloud that runs already.
    pub async fn start_in(cloud: Cloud, door: Door, options: &Options) -> anyhow::Result<Self> {
        let url = door.url();
        let mut parameters = course::parameters(&url)?;
        parameters.extend(options.parameters.clone());
        let ent = if options.mediacentre { Some(Ent::start(&url, &ent::of_the_demo()?).await?) } else { None };
        if let Some(ent) = &ent {
            parameters.insert(IDENTITY_PROVIDERS.to_owned(), json!([ent.described()]).to_string());
        }
        let origin = url.clone();
        let stack_options = StackOptions { name: "rentree".to_owned(), origin, parameters, shared_key: false };
        let stack = cloud.provision(&Template::of_project()?, &stack_options).await?;

        let settings_of = |function: &str| -> anyhow::Result<Settings> {
            Ok(stack.function_settings(function)?.with(options.settings.clone()))
        };
        let learners_settings = settings_of("LearnersFunction")?;
        let learners = Learners::from_settings(&learners_settings, options.clock)?;
        let import_worker = Worker::from_settings(&settings_of("ImportWorkerFunction")?, options.clock)?;
        let import_worker: event_source::Worker = Arc::new(move |event| {
            let worker = import_worker.clone();
            Box::pin(async move { Ok(worker.handle(&event).await?) })
        });
        let directory = Directory::from_settings(&settings_of("DirectoryFunction")?, options.clock)?;
        let directory: event_source::Worker = Arc::new(move |event| {
            let directory = directory.clone();
            Box::pin(async move { Ok(directory.handle(&event).await?) })
        });
        let certifications_worker =
            certifications_worker::Worker::from_settings(&settings_of("CertificationsWorkerFunction")?, options.clock)?;
        let certifications_worker: event_source::Worker = Arc::new(move |event| {
            let worker = certifications_worker.clone();
            Box::pin(async move { Ok(worker.handle(&event).await?) })
        });
        let certificates_worker =
            certificates_worker::Worker::from_settings(&settings_of("CertificatesWorkerFunction")?, options.clock)?;
        let certificates_worker: event_source::Worker = Arc::new(move |event| {
            let worker = certificates_worker.clone();
            Box::pin(async move { Ok(worker.handle(&event).await?) })
        });
        let table = Table::new(stack.dynamodb.clone(), stack.value("Table")?);

        let mail_worker = MailWorker::from_settings(&settings_of("MailWorkerFunction")?, options.clock)?;
        let mail_worker: event_source::Worker = Arc::new(move |event| {
            let worker = mail_worker.clone();
            Box::pin(async move { Ok(worker.handle(&event).await?) })
        });

        let demo = Demo::new(table.clone(), options.clock, &url).beside(ent.as_ref().map(Ent::url));
        demo.create_school().await?;
        let campaigns_settings = settings_of("CampaignsFunction")?;
        let campaigns = Campaigns::from_settings(&campaigns_settings, options.clock)?;
        let secrets = Secrets::parse(campaigns_settings.required("WEBHOOK_SECRETS")?)?;
        let shell = learners.shell();
        let routes = Accounts::from_settings(&settings_of("AccountsFunction")?, options.clock)?
            .routes()
            .merge(Activation::from_settings(&settings_of("ActivationFunction")?, options.clock)?.routes())
            .merge(campaigns.routes())
            .merge(Certifications::from_settings(&settings_of("CertificationsFunction")?, options.clock)?.routes())
            .merge(Mediacentre::from_settings(&settings_of("MediacentreFunction")?, options.clock)?.routes())
            .merge(Invitations::from_settings(&settings_of("InvitationsFunction")?, options.clock)?.routes())
            .merge(learners.routes())
            .merge(demo.routes())
            .merge(Platform::new(&url, secrets, options.clock)?.routes())
            .merge(mailbox::routes(stack.clone()))
            .merge(design::routes())
            .merge(operator::routes(&stack)?);
        let strict = stack.strict().clone();
        let router = rentree_http::wrap(routes.layer(middleware::from_fn_with_state(strict, under_way)), shell);
        let router = router.merge(mailbox::mails(stack.clone()));
        let mut serving = Serving::start(door.into_listeners(), &url, router);
        let Options { clock, retry_after, least_timeout, .. } = *options;
        let times = Times { end: End::Timeout { clock, least: least_timeout }, retry_after };
        for mapping in stack.mappings()? {
            let worker = match mapping.function.as_str() {
                "ImportWorkerFunction" => import_worker.clone(),
                "CertificatesWorkerFunction" => certificates_worker.clone(),
                "CertificationsWorkerFunction" => certifications_worker.clone(),
                "DirectoryFunction" => directory.clone(),
                "MailWorkerFunction" => mail_worker.clone(),
                other => anyhow::bail!("{other} takes messages, and nobody here starts it"),
            };
            serving.poll(&stack, &mapping, &worker, times)?;
        }
        Ok(Self { url, stack, table, clock: options.clock, ent, running: Mutex::new(Some((serving, cloud))) })
    }

    /// Ends the requests and messages at work, then everything else.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.end().await?;
        match self.ent {
            Some(ent) => ent.stop().await,
            None => Ok(()),
        }
    }

    /// The same, but for the ENT, where somebody still refers to the product.
    pub async fn end(&self) -> anyhow::Result<()> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((serving, cloud)) = running else { return Ok(()) };
        serving.stop().await;
        cloud.stop().await
    }
}

/// Tells the strict cloud which request it works for.
async fn under_way(State(strict): State<Strict>, path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let path = path.map_or_else(|| request.uri().path().to_owned(), |path| path.as_str().to_owned());
    let _under_way = strict.under_way(format!("{} {path}", request.method()));
    next.run(request).await
}
