//! `cargo dev totals --academie rennes`

use clap::Args;
use jiff::Timestamp;
use rentree_domain::{Academie, SchoolYear, paris};
use rentree_local::operator::Operator;
use rentree_local::say;

#[derive(Args)]
pub(crate) struct TotalsArguments {
    /// The académie: rennes, aix-marseille, …; all of them without it
    #[arg(long, value_parser = Academie::parse)]
    academie: Option<Academie>,
    /// The first calendar year of the school year: 2026 for 2026-2027; the present one without it
    #[arg(long, value_parser = school_year)]
    year: Option<SchoolYear>,
}

fn school_year(text: &str) -> Result<SchoolYear, &'static str> {
    text.parse().ok().and_then(SchoolYear::starting_in).ok_or("a school year is its first calendar year, as 2026")
}

/// Adds up, and prints a report for each académie. Returns the exit status.
pub(crate) async fn run(arguments: &TotalsArguments) -> anyhow::Result<u8> {
    let year = arguments.year.unwrap_or_else(|| SchoolYear::of(paris::date(Timestamp::now())));
    let academies: Vec<Academie> = arguments.academie.map_or_else(|| Academie::all().collect(), |one| vec![one]);
    Operator::act(async |operator: &Operator| {
        let mut status = 0;
        for academie in &academies {
            let report = operator.total(*academie, year).await?;
            say!("{report:#}");
            if !report["refused"].is_null() {
                status = 2;
            }
        }
        Ok(status)
    })
    .await
}
