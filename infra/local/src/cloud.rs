//! `cargo dev cloud`

use anyhow::bail;
use clap::Args;
use rentree_local::env_file::EnvFile;
use rentree_local::say;
use rentree_local::state::{self, Address, Holder};
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD, Options, Watched, cargo_lambda};

use crate::interrupted::interrupted;
use crate::serve;

/// Where `cargo lambda watch` answers when it is told nothing else.
const WATCH_PORT: u16 = 9000;

#[derive(Args)]
pub(crate) struct CloudArguments {
    /// Port of the mailbox, the demo course and the like
    #[arg(long, default_value_t = 3001)]
    port: u16,
    /// Port that `cargo lambda watch` is going to serve the product on
    #[arg(long, default_value_t = WATCH_PORT)]
    watch_port: u16,
}

/// Runs the local cloud until Ctrl-C.
pub(crate) async fn run(arguments: &CloudArguments) -> anyhow::Result<()> {
    serve::log();
    let lock = match state::hold().await? {
        Holder::Us(lock) => lock,
        Holder::Running(url) => bail!("cargo dev is already running at {url}"),
    };
    let folder = if cargo_lambda::is_on_the_path() { None } else { Some(cargo_lambda::folder().await?) };
    let watched = Watched::start(&Options::on_disk(state::directory(), arguments.port), arguments.watch_port).await?;
    let file = EnvFile::write(&rentree_testkit::workspace_root().join(".env"), watched.settings())?;
    let address = Address::tell(&watched.pages)?;
    say!("Le cloud local tourne, les réglages des fonctions sont dans .env. Dans un autre terminal :");
    say!();
    if let Some(folder) = folder {
        say!("  export PATH=\"{}:$PATH\"", folder.display());
    }
    let port = match arguments.watch_port {
        WATCH_PORT => String::new(),
        other => format!(" -P {other}"),
    };
    say!("  cargo lambda watch --env-file .env -A 127.0.0.1{port}");
    say!();
    say!("Rentrée : {} (la première page attend que sa fonction soit compilée)", watched.product);
    say!("Démonstration : {0}/demo ; messages envoyés : {0}/demo/mailbox", watched.pages);
    say!("Compte : {DEMO_EMAIL} ; mot de passe : {DEMO_PASSWORD}");
    say!(
        "Ctrl-C pour arrêter ; l’état est gardé dans .local/state. Relancez cargo lambda watch après chaque démarrage."
    );

    interrupted().await?;
    drop((file, address));
    watched.stop().await?;
    drop(lock);
    Ok(())
}
