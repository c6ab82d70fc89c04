//! `cargo dev campaign give …`, `cargo dev campaign withdraw --name …`, `cargo dev campaign pass --name … --academie …`

use anyhow::Context;
use clap::{Args, Subcommand};
use directory::message::CampaignWord;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::platform_campaign::Audience;
use rentree_domain::{Academie, CampaignMessage, CampaignTitle, CourseId, Level, PlatformCampaignName};
use rentree_local::operator::Operator;
use rentree_local::{say, tell};
use serde_json::Value;

#[derive(Args)]
pub(crate) struct CampaignArguments {
    #[command(subcommand)]
    word: CampaignCommand,
}

#[derive(Subcommand)]
enum CampaignCommand {
    /// Give a campaign of the platform's team to schools, or say something else of it than before
    Give(GiveArguments),
    /// Withdraw it: nobody can join it any more, and no school gets it
    Withdraw {
        /// What operators call it
        #[arg(long, value_parser = PlatformCampaignName::parse)]
        name: PlatformCampaignName,
    },
    /// Give it to every school of these académies now, not when somebody there first looks
    Pass {
        /// What operators call it
        #[arg(long, value_parser = PlatformCampaignName::parse)]
        name: PlatformCampaignName,
        /// An académie, as often as wanted; without, all of them
        #[arg(long, value_parser = Academie::parse)]
        academie: Vec<Academie>,
    },
}

#[derive(Args)]
struct GiveArguments {
    /// What operators call it: a-z, 0-9 and -, for instance 2026-rentree-6e
    #[arg(long, value_parser = PlatformCampaignName::parse)]
    name: PlatformCampaignName,
    /// What pupils and staff read
    #[arg(long, value_parser = CampaignTitle::parse)]
    title: CampaignTitle,
    /// The course that it leads to
    #[arg(long, value_parser = CourseId::parse)]
    course: CourseId,
    /// What pupils read before they begin
    #[arg(long, value_parser = CampaignMessage::parse)]
    message: Option<CampaignMessage>,
    /// An académie, as often as wanted; without, the whole country
    #[arg(long, value_parser = Academie::parse)]
    academie: Vec<Academie>,
    /// A kind of school, as the directory calls it (Collège), as often as wanted; without, all kinds
    #[arg(long)]
    kind: Vec<String>,
    /// A level (6e, 5e, 4e, 3e, 2de, 1re, Tle), as often as wanted; without, all classes
    #[arg(long, value_parser = Level::parse)]
    level: Vec<Level>,
    /// The first day on which pupils can join, as 2026-09-01
    #[arg(long)]
    opens: Date,
    /// The last one
    #[arg(long)]
    closes: Date,
}

/// Sends the word, and prints the report. Returns the exit status.
pub(crate) async fn run(arguments: CampaignArguments) -> anyhow::Result<u8> {
    let reports = Operator::act(async |operator: &Operator| match &arguments.word {
        CampaignCommand::Give(give) => Ok(vec![operator.tell_campaign(give.word()).await?]),
        CampaignCommand::Withdraw { name } => Ok(vec![operator.withdraw_campaign(name).await?]),
        CampaignCommand::Pass { name, academie } => {
            let all: Vec<_> = if academie.is_empty() { Academie::all().collect() } else { academie.clone() };
            let mut reports = Vec::with_capacity(all.len());
            for (before, &academie) in all.iter().enumerate() {
                tell!("{}/{}: académie {} …", before + 1, all.len(), academie.short_name());
                let report = operator.give_campaign(name, academie).await;
                reports.push(report.with_context(|| academie.short_name().to_owned())?);
            }
            Ok(reports)
        }
    });
    let reports = reports.await?;
    for report in &reports {
        say!("{report:#}");
    }
    Ok(status(&reports))
}

/// 2 if a word was refused.
fn status(reports: &[Value]) -> u8 {
    if reports.iter().all(|report| report["refused"].is_null()) { 0 } else { 2 }
}

impl GiveArguments {
    fn word(&self) -> CampaignWord {
        CampaignWord {
            name: self.name.clone(),
            title: self.title.clone(),
            course: self.course.clone(),
            message: self.message.clone(),
            audience: Audience {
                academies: self.academie.iter().copied().collect(),
                kinds: self.kind.iter().cloned().collect(),
            },
            levels: self.level.iter().copied().collect(),
            opens_on: self.opens,
            closes_on: self.closes,
            at: Some(Timestamp::now()),
        }
    }
}
