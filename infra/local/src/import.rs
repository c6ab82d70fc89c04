//! `cargo dev import FILE`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use rentree_domain::Uai;
use rentree_local::client::{School, Summary, school_of};
use rentree_local::say;
use rentree_local::state::{self, Holder};
use rentree_local::{Options, Rentree};

#[derive(Args)]
pub(crate) struct ImportArguments {
    /// The file: SIECLE .xml or .zip, Fregata .csv
    file: PathBuf,
    /// The school, created if need be; without it, the one that the file names, else the demo school
    #[arg(long, value_parser = Uai::parse)]
    uai: Option<Uai>,
    /// Import the pupils without problems, and list the others
    #[arg(long)]
    set_aside: bool,
    /// One JSON object instead of a text
    #[arg(long)]
    json: bool,
}

/// Imports, beside a running `cargo dev` or alone, and tells. Returns the exit status.
pub(crate) async fn run(arguments: &ImportArguments) -> anyhow::Result<u8> {
    let file = std::fs::read(&arguments.file).with_context(|| format!("reading {}", arguments.file.display()))?;
    let uai = match arguments.uai {
        Some(uai) => uai,
        None => school_of(&arguments.file)?,
    };
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let import = async |url: &str| School::enter(url, uai).await?.import_named(&name, file, arguments.set_aside).await;
    let summary = match state::hold().await? {
        Holder::Running(url) => import(&url).await?,
        Holder::Us(_lock) => {
            let rentree = Rentree::start(&Options::on_disk(state::directory(), 0)).await?;
            let summary = import(&rentree.url).await;
            rentree.stop().await?;
            summary?
        }
    };
    if arguments.json {
        say!("{}", serde_json::to_string(&summary)?);
    } else {
        tell(uai, &summary);
    }
    Ok(match summary.status.as_str() {
        "succeeded" => 0,
        "awaiting_confirmation" => 3,
        _ => 2,
    })
}

fn tell(uai: Uai, summary: &Summary) {
    let counts = summary.counts;
    match summary.status.as_str() {
        "succeeded" => say!("{uai} : la liste a été importée avec succès."),
        "awaiting_confirmation" => {
            say!("{uai} : à confirmer, rien n’a encore été changé ({}).", summary.brake.join(", "));
        }
        _ => say!("{uai} : le fichier n’a pas été importé, rien n’a été changé."),
    }
    if let Some(refused) = &summary.refused {
        say!("{} ({})", refused.detail, refused.code);
    }
    say!(
        "Ajoutés {}, modifiés {}, réactivés {}, désactivés {}, inchangés {}, non importés {}, mis de côté {}.",
        counts.added,
        counts.modified,
        counts.reactivated,
        counts.deactivated,
        counts.unchanged,
        counts.left_out,
        counts.set_aside
    );
    for line in summary.problems.iter().chain(&summary.remarks).chain(&summary.left_out) {
        say!("  {}", line.message);
        if !line.remedy.is_empty() {
            say!("    → {}", line.remedy);
        }
    }
    say!("Requêtes d’écriture : {} ; élèves écrits : {}.", summary.write_requests, summary.items_written);
}
