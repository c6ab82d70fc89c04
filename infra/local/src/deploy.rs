//! `cargo dev deploy`: the product as Lambda runs it, on one machine. `sam build` builds every function, `sam deploy` deploys
//! `infra/template.yaml` as it is into a stand-in that checks signatures and rights, and a door of ours makes one address of it.
//!
//! Everything is in memory and ends with the command.

mod check;
mod dead_letters;
mod deployed;
mod door;
mod loopback;
mod sam;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use rentree_local::{say, tell};
use rentree_samples::SchoolDirectory;
use rentree_testkit::cloud::Ministack;
use rentree_testkit::{mail, workspace_root};
use rentree_webhook::Secrets;
use tokio::net::TcpListener;

use crate::interrupted::interrupted;
use deployed::Deployed;
use door::Door;
use loopback::Loopback;
use sam::{Architecture, Parameters, Sam, is_profile_of_releases};

/// Schools of the directory that is loaded for people to look around.
const SCHOOLS: usize = 20;
/// How often mails are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Args)]
pub(crate) struct DeployArguments {
    /// Call every route, lead the main journeys through the gateway, see a message end as a dead letter, and end
    #[arg(long)]
    check: bool,
    /// A stand-in on this machine that runs already, `http://127.0.0.1:PORT`; without it one is started
    #[arg(long)]
    endpoint: Option<String>,
    /// Port for browsers; with --check any
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

/// Builds, deploys, and serves until Ctrl-C, or checks.
pub(crate) async fn run(arguments: &DeployArguments) -> anyhow::Result<()> {
    let asked = Loopback::asked(arguments.endpoint.as_deref(), std::env::vars())?;
    let port = if arguments.check { 0 } else { arguments.port };
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("port {port} is taken; choose another with --port"))?;
    let folder = workspace_root().join(".local/deployed");
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;

    let started = tokio::select! {
        started = Target::start(asked, &folder) => started?,
        end = interrupted() => return end,
    };
    let done = tokio::select! {
        done = deploy(arguments, &started.endpoint, listener, folder) => done,
        // To serve until somebody wants an end is all well; to check until then is not.
        end = interrupted() => end.and_then(|()| if arguments.check { bail!("interrupted") } else { Ok(()) }),
    };
    started.stop().await?;
    done
}

/// The stand-in that is deployed into.
struct Target {
    endpoint: Loopback,
    /// Unless somebody else started it.
    ours: Option<Ministack>,
}

impl Target {
    async fn start(asked: Option<Loopback>, folder: &Path) -> anyhow::Result<Self> {
        if let Some(endpoint) = asked {
            return Ok(Self { endpoint, ours: None });
        }
        let ministack = Ministack::start_with_functions(folder).await?;
        Ok(Self { endpoint: Loopback::parse(ministack.endpoint())?, ours: Some(ministack) })
    }

    async fn stop(self) -> anyhow::Result<()> {
        match self.ours {
            Some(ministack) => ministack.stop().await,
            None => Ok(()),
        }
    }
}

async fn deploy(
    arguments: &DeployArguments,
    endpoint: &Loopback,
    listener: TcpListener,
    folder: PathBuf,
) -> anyhow::Result<()> {
    let sam = Sam::install(folder).await?;
    let architecture = Architecture::of_this_machine()?;
    let began = Instant::now();
    sam.build(endpoint, architecture).await?;
    tell!("deploy: every function built for {architecture} in {} s", began.elapsed().as_secs());

    let url = format!("http://{}", listener.local_addr()?);
    let secret: [u8; 24] = rentree_runtime::random();
    let secret = format!("whsec_{}", STANDARD.encode(secret));
    let identity_providers = rentree_local::idp::setting();
    let parameters =
        Parameters { architecture, origin: &url, webhook_secret: &secret, identity_providers: &identity_providers };
    let began = Instant::now();
    sam.deploy(endpoint, &parameters).await?;
    let deployed = Deployed::find(endpoint).await?;
    deployed.make_mail_identity().await?;
    tell!(
        "deploy: infra/template.yaml deployed in {} s; API Gateway: {}",
        began.elapsed().as_secs(),
        deployed.gateway()
    );

    let _door = Door::open(listener, deployed.gateway())?;
    if arguments.check {
        check::everything(&deployed, &url, Secrets::parse(&secret)?).await?;
        if !is_profile_of_releases() {
            tell!("deploy: all well, but not written down: these are no builds for Lambda");
            return Ok(());
        }
        rentree_verify::deployed::record(&workspace_root()).map_err(anyhow::Error::msg)?;
        tell!("deploy: all well; written down in {}", rentree_verify::deployed::RECORD);
        return Ok(());
    }
    serve(&deployed, &url).await
}

/// Serves until somebody ends it. Mails do not leave the machine: they are printed.
async fn serve(deployed: &Deployed, url: &str) -> anyhow::Result<()> {
    let schools = SchoolDirectory::new(SCHOOLS, 1);
    deployed.operator().await?.load("demonstration", schools.csv()).await?;
    let school = schools.schools.first().context("a school")?;
    say!("Rentrée : {url}");
    say!("Un établissement qui peut demander son espace ({url}/demande-administration-sco) : {}", school.uai);
    say!("Les messages envoyés s’affichent ici. Ctrl-C pour arrêter ; rien n’est gardé.");
    let mut told = 0;
    loop {
        let sent = mail::sent(deployed.endpoint()).await?;
        for mail in sent.iter().skip(told) {
            say!("Message à {} : {}", mail.to.join(", "), mail.subject);
            mail.text.lines().filter(|line| line.starts_with(url)).for_each(|link| say!("  {link}"));
        }
        told = sent.len();
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
