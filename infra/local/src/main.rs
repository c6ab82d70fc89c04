//! `cargo dev`: everything on one machine. `cargo dev cloud`: the local cloud alone, for `cargo lambda watch`. `cargo dev deploy`: the
//! product as Lambda runs it. `cargo dev import FILE`: the main job without a browser. `cargo dev directory`, `cargo dev offer`,
//! `cargo dev mediacentre`, `cargo dev campaign`, `cargo dev certifications`, `cargo dev client`, `cargo dev totals` and
//! `cargo dev end-sessions`, `cargo dev end-second-factor`: what operators do. `cargo dev attack`: what somebody would try who means harm.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod attack;
mod campaign;
mod certifications;
mod cloud;
mod credentials;
mod deploy;
mod directory;
mod import;
mod interrupted;
mod mediacentre;
mod offer;
mod sample;
mod second_factor;
mod serve;
mod sessions;
mod totals;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rentree_local::tell;

/// Rentrée on one machine, with no account anywhere.
#[derive(Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArguments,
}

#[derive(Subcommand)]
enum Command {
    /// Run the local cloud alone, and write .env for `cargo lambda watch`
    Cloud(cloud::CloudArguments),
    /// Import a school's file: upload, wait, tell. Exit 0 succeeded, 2 failed, 3 waiting for confirmation
    Import(import::ImportArguments),
    /// Load a directory of schools: upload, wait, print the report. Exit 0 all loaded, with remarks or
    /// without, 2 something refused
    Directory(directory::DirectoryArguments),
    /// Load the certifications of a session: upload, wait, print the report. Exit 0 all loaded, 2 something refused
    Certifications(certifications::CertificationsArguments),
    /// Offer every school of an académie its space: wait, print the report. Exit 0 all sent, 2 some failed or uncertain
    Offer(offer::OfferArguments),
    /// Turn the Médiacentre of a school on or off: wait, print the report. Exit 0 done, 2 refused
    Mediacentre(mediacentre::MediacentreArguments),
    /// Give a campaign of the platform's team to schools, or withdraw it: wait, print the report. Exit 0 done, 2 refused
    Campaign(campaign::CampaignArguments),
    /// Make, list or revoke the credentials of record books: wait, print the report. Exit 0 done, 2 refused
    Client(credentials::ClientArguments),
    /// Add up what the schools of an académie, or of each, did in a school year: wait, print the report. Exit 0 done, 2 refused
    Totals(totals::TotalsArguments),
    /// End all sessions of a school or an account: wait, print the report. Exit 0 done, 2 refused
    EndSessions(sessions::SessionsArguments),
    /// End the second factor of an account: wait, print the report. Exit 0 done, 2 refused
    EndSecondFactor(second_factor::SecondFactorArguments),
    /// Try what somebody would try who means harm, and print what happened. Exit 0 it held, 2 it did not
    Attack(attack::AttackArguments),
    /// Build and deploy the product as Lambda runs it, into a stand-in for AWS on this machine; serve it, or check it
    Deploy(deploy::DeployArguments),
    /// Write a file of invented pupils, or a directory of invented schools
    Sample(sample::SampleArguments),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Not clap's 2, which says that an import failed. Nothing can be done if the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tell!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let done = match arguments.command {
        None => runtime.block_on(serve::run(&arguments.serve)).map(|()| 0),
        Some(Command::Cloud(cloud)) => runtime.block_on(cloud::run(&cloud)).map(|()| 0),
        Some(Command::Import(import)) => runtime.block_on(import::run(&import)),
        Some(Command::Directory(directory)) => runtime.block_on(directory::run(&directory)),
        Some(Command::Certifications(certifications)) => runtime.block_on(certifications::run(&certifications)),
        Some(Command::Offer(offer)) => runtime.block_on(offer::run(&offer)),
        Some(Command::Mediacentre(mediacentre)) => runtime.block_on(mediacentre::run(&mediacentre)),
        Some(Command::Campaign(campaign)) => runtime.block_on(campaign::run(campaign)),
        Some(Command::Client(client)) => runtime.block_on(credentials::run(client)),
        Some(Command::Totals(totals)) => runtime.block_on(totals::run(&totals)),
        Some(Command::EndSessions(sessions)) => runtime.block_on(sessions::run(sessions)),
        Some(Command::EndSecondFactor(arguments)) => runtime.block_on(second_factor::run(arguments)),
        Some(Command::Attack(attack)) => runtime.block_on(attack::run(&attack)),
        Some(Command::Deploy(deploy)) => runtime.block_on(deploy::run(&deploy)).map(|()| 0),
        Some(Command::Sample(sample)) => sample::run(&sample).map(|()| 0),
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            tell!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
