//! `cargo dev attack guess`, `cargo dev attack mails`, `cargo dev attack sign-ins`, `cargo dev attack hour`: what somebody would try who means harm, against the product on this machine, and what came of it.

mod browser;
mod guess;
mod hour;
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
    #[command(flatten)]
    One(One),
    /// All of it at once, while people do what they do in September: an hour, by a clock that goes twelve times faster. The product is one
    /// of its own, in memory
    Hour(hour::HourArguments),
}

#[derive(Subcommand)]
enum One {
    /// Look for a classmate's birth date, whose name is known, while the class joins
    Guess(guess::GuessArguments),
    /// Order mails to strangers, fill a mailbox, and keep its owner from another password
    Mails(mails::MailsArguments),
    /// Send nonsense from the room in which a class signs in, and wrong passwords with its logins
    SignIns(sign_ins::SignInsArguments),
}

/// Attacks, and prints what happened. Returns the exit status: 0 if it held, 2 if not.
pub(crate) async fn run(arguments: &AttackArguments) -> anyhow::Result<u8> {
    let held = match &arguments.what {
        Attack::One(one) => one.run().await?,
        Attack::Hour(hour) => hour::run(hour).await?,
    };
    say!("{}", if held { "It held." } else { "It did not hold." });
    Ok(if held { 0 } else { 2 })
}

impl One {
    /// Attacks a running `cargo dev`, or the product started for it; whether it held.
    async fn run(&self) -> anyhow::Result<bool> {
        match state::hold().await? {
            Holder::Running(url) => self.at(&url).await,
            Holder::Us(_lock) => {
                let rentree = Rentree::start(&Options::on_disk(state::directory(), 0)).await?;
                let held = self.at(&rentree.url).await;
                rentree.stop().await?;
                held
            }
        }
    }

    async fn at(&self, url: &str) -> anyhow::Result<bool> {
        match self {
            Self::Guess(guess) => guess::run(url, guess).await,
            Self::Mails(mails) => mails::run(url, mails).await,
            Self::SignIns(sign_ins) => sign_ins::run(url, sign_ins).await,
        }
    }
}
