//! `cargo dev`

use std::io::stderr;

use anyhow::bail;
use clap::Args;
use jiff::civil::Date;
use rentree_local::say;
use rentree_local::state::{self, Address, Holder};
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD, Options, Rentree, proposed};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::interrupted::interrupted;

#[derive(Args)]
pub(crate) struct ServeArguments {
    /// Port for browsers
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Also start an ENT with its Médiacentre, to sign on from: it is installed when first asked for
    #[arg(long)]
    mediacentre: bool,
    /// Propose to schools to collect profiles before the certification, from a day until a day (2027-01-10 2027-02-05)
    #[arg(long, num_args = 2, value_names = ["FROM", "UNTIL"])]
    certification_campaign: Option<Vec<Date>>,
}

/// Serves until Ctrl-C.
pub(crate) async fn run(arguments: &ServeArguments) -> anyhow::Result<()> {
    log();
    let lock = match state::hold().await? {
        Holder::Us(lock) => lock,
        Holder::Running(url) => bail!("cargo dev is already running at {url}"),
    };
    let mut options =
        Options { mediacentre: arguments.mediacentre, ..Options::on_disk(state::directory(), arguments.port) };
    if let Some([from, until]) = arguments.certification_campaign.as_deref() {
        options.parameters.extend(proposed(*from, *until));
    }
    let rentree = Rentree::start(&options).await?;
    let address = Address::tell(&rentree.url)?;
    say!("Rentrée : {}", rentree.url);
    say!("Démonstration : {0}/demo ; messages envoyés : {0}/demo/mailbox", rentree.url);
    say!("Compte : {DEMO_EMAIL} ; mot de passe : {DEMO_PASSWORD}");
    if let Some(ent) = &rentree.ent {
        say!("Médiacentre de démonstration : {}", ent.url());
    }
    say!("Ctrl-C pour arrêter ; l’état est gardé dans .local/state.");

    interrupted().await?;
    drop(address);
    rentree.stop().await?;
    drop(lock);
    Ok(())
}

/// Shows what is logged.
pub(crate) fn log() {
    // The stand-in warns of every condition that fails; failing is what conditions are for.
    let levels = Targets::new().with_default(LevelFilter::INFO).with_target("dynoxide", LevelFilter::ERROR);
    tracing_subscriber::registry().with(fmt::layer().with_writer(stderr).with_filter(levels)).init();
}
