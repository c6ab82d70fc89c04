//! `cargo dev attack guess`, `cargo dev attack mails`, `cargo dev attack sign-ins`: what somebody would try who means harm, against the product on this machine, and what came of it.

mod browser;
mod guess;
mod mails;
mod place;
mod sign_ins;

use clap::{Args, Subcommand};
use rentree_local::say;
use rentree_local::state::{self, Holder};
use rentree_local::{Options, Rentree};

#[derive(Args)]
pub(crate) struct AttackArguments {
    #[command(subcommand)]
    what: Attack,
}

#[derive(Subcommand)]
enum Attack {
    /// Look for a classmate's birth date, whose name is known, while the class joins
    Guess(guess::GuessArguments),
    /// Order mails to strangers, fill a mailbox, and keep its owner from another password
    Mails(mails::MailsArguments),
    /// Send nonsense from the room in which a class signs in, and wrong passwords with its logins
    SignIns(sign_ins::SignInsArguments),
}

/// Attacks a running `cargo dev`, or the product started for it, and prints what happened. Returns the exit status: 0 if it held, 2 if not.
pub(crate) async fn run(arguments: &AttackArguments) -> anyhow::Result<u8> {
    let attack = async |url: &str| match &arguments.what {
        Attack::Guess(guess) => guess::run(url, guess).await,
        Attack::Mails(mails) => mails::run(url, mails).await,
        Attack::SignIns(sign_ins) => sign_ins::run(url, sign_ins).await,
    };
    let held = match state::hold().await? {
        Holder::Running(url) => attack(&url).await?,
        Holder::Us(_lock) => {
            let rentree = Rentree::start(&Options::on_disk(state::directory(), 0)).await?;
            let held = attack(&rentree.url).await;
            rentree.stop().await?;
            held?
        }
    };
    say!("{}", if held { "It held." } else { "It did not hold." });
    Ok(if held { 0 } else { 2 })
}
