//! Checks a school's file without any network: the same reading as the import's.
//!
//! Exit status: 0 nothing wrong (there may be remarks), 1 problems, 2 the file is refused, 3 it cannot be read, or the
//! command is not understood.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{Uai, paris};
use rentree_roster::{Options, report::Report};

/// Vérifie un fichier d’élèves (SIECLE .xml ou .zip, Fregata .csv) sans rien importer.
#[derive(Parser)]
#[command(name = "check-roster")]
struct Arguments {
    /// Le fichier à vérifier
    file: PathBuf,
    /// UAI de l’établissement attendu ; sans lui, tout établissement est accepté
    #[arg(long, value_parser = Uai::parse)]
    uai: Option<Uai>,
    /// Jour de référence (AAAA-MM-JJ) ; aujourd’hui par défaut
    #[arg(long)]
    today: Option<Date>,
    /// Un objet JSON au lieu d’un texte
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too. Nothing can be done if the terminal is gone.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 3 } else { 0 });
        }
    };
    match run(&arguments) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error:#}");
            ExitCode::from(3)
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let cannot_read = || format!("impossible de lire {}", arguments.file.display());
    let file = File::open(&arguments.file).with_context(cannot_read)?;
    let today = arguments.today.unwrap_or_else(|| paris::date(Timestamp::now()));
    let reading = rentree_roster::read(file, &Options::new(arguments.uai, today)).with_context(cannot_read)?;
    let report = Report::new(&reading);
    let text = if arguments.json { serde_json::to_string(&report)? + "\n" } else { report.to_text() };
    // Whoever reads it may stop, as `head` does.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(report.exit_status())
}
