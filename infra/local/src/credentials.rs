//! `cargo dev client new --name … --scope … --until …`, `cargo dev client list`, `cargo dev client revoke --name …`

use std::str::FromStr as _;

use clap::{Args, Subcommand};
use directory::message::ClientWord;
use jiff::civil::Date;
use rentree_domain::{ProgramSecret, RecordBookName, Scope};
use rentree_local::operator::Operator;
use rentree_local::{say, tell};
use serde_json::Value;

#[derive(Args)]
pub(crate) struct ClientArguments {
    #[command(subcommand)]
    word: ClientCommand,
}

#[derive(Subcommand)]
enum ClientCommand {
    /// Make credentials. Their secret is made on this machine, and printed once
    New {
        /// What the record book calls itself, and the logs of schools: a-z, 0-9 and -, for instance lsu-2026
        #[arg(long, value_parser = RecordBookName::parse)]
        name: RecordBookName,
        /// Which schools it reads: lsu (écoles, collèges and EREA) or lsl (lycées and EREA)
        #[arg(long, value_parser = Scope::from_str)]
        scope: Scope,
        /// The last day on which they hold, as 2027-08-31: two years away at most
        #[arg(long)]
        until: Date,
    },
    /// List all credentials, those that hold no more, too
    List,
    /// Revoke credentials, and all that was let in by them
    Revoke {
        /// Which
        #[arg(long, value_parser = RecordBookName::parse)]
        name: RecordBookName,
    },
}

/// Sends the word, and prints the report. Returns the exit status.
pub(crate) async fn run(arguments: ClientArguments) -> anyhow::Result<u8> {
    let secret = ProgramSecret::new(rentree_runtime::random());
    let report = Operator::act(async |operator: &Operator| match &arguments.word {
        ClientCommand::New { name, scope, until } => {
            let word = ClientWord { name: name.clone(), scope: *scope, secret_hash: secret.hash(), until: *until };
            operator.make_client(word).await
        }
        ClientCommand::List => operator.list_clients().await,
        ClientCommand::Revoke { name } => operator.revoke_client(name).await,
    });
    let report: Value = report.await?;
    let is_done = report["refused"].is_null();
    if let (ClientCommand::New { name, .. }, true) = (&arguments.word, is_done) {
        say!("client_id={name}");
        say!("client_secret={}", secret.as_str());
        tell!("The secret stands nowhere else: hand it over now.");
    }
    say!("{report:#}");
    Ok(if is_done { 0 } else { 2 })
}
