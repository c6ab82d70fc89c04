//! `cargo dev import FILE`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use rentree_domain::Uai;
use rentree_domain::import::Counts;
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
    if let Some(numbers) = numbers(&summary.status, &summary.counts) {
        say!("{numbers}");
    }
    for line in summary.problems.iter().chain(&summary.remarks).chain(&summary.left_out) {
        say!("  {}", line.message);
        if !line.remedy.is_empty() {
            say!("    → {}", line.remedy);
        }
    }
    say!("Requêtes d’écriture : {} ; élèves écrits : {}.", summary.write_requests, summary.items_written);
}

/// How many pupils it changed, or would change once it is confirmed; nothing of an import that changes nobody.
fn numbers(status: &str, counts: &Counts) -> Option<String> {
    let (added, modified, reactivated, deactivated) = match status {
        "succeeded" => ("Ajoutés", "modifiés", "réactivés", "désactivés"),
        "awaiting_confirmation" => ("À ajouter", "à modifier", "à réactiver", "à désactiver"),
        _ => return None,
    };
    Some(format!(
        "{added} : {}, {modified} : {}, {reactivated} : {}, {deactivated} : {}, inchangés : {}, hors import : {}, mis de côté : {}.",
        counts.added,
        counts.modified,
        counts.reactivated,
        counts.deactivated,
        counts.unchanged,
        counts.left_out,
        counts.set_aside
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_told_as_what_is_to_be_done() {
        let counts = Counts { added: 12, deactivated: 200, ..Counts::default() };
        let told = |status| numbers(status, &counts);
        let done = "Ajoutés : 12, modifiés : 0, réactivés : 0, désactivés : 200, inchangés : 0, hors import : 0, mis de côté : 0.";
        let to_do = "À ajouter : 12, à modifier : 0, à réactiver : 0, à désactiver : 200, inchangés : 0, hors import : 0, mis de côté : 0.";
        assert_eq!(told("succeeded").as_deref(), Some(done));
        assert_eq!(told("awaiting_confirmation").as_deref(), Some(to_do));
        assert_eq!(told("failed"), None, "nothing was changed, and nothing will be");
    }
}
