//! The file of all certificates of a school, when it is too long for one answer: a worker makes it. Ask for it, follow it, fetch it.

mod ask;
mod download;
mod follow;
mod link;
mod view;

use jiff::Timestamp;
use rentree_domain::certification::{SchoolCertificates, years_kept};
use rentree_domain::{SchoolYear, paris};
use rentree_http::{Problem, parse_uai};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use ask::ask;
pub(crate) use download::download;
pub(crate) use follow::follow;
pub(crate) use view::PreparedFileView;

/// Which certificates of the school.
#[derive(Debug, Default, Clone, Copy, Deserialize, JsonSchema)]
#[schemars(rename = "PreparedFileFields")]
#[serde(default)]
pub(crate) struct Which {
    /// The first calendar year of the school year; the present one without it.
    #[schemars(with = "Option<SchoolYear>")]
    year: Option<i16>,
    /// Those of pupils who left, too.
    former: bool,
}

impl Which {
    fn of(self, uai: &str, now: Timestamp) -> Result<SchoolCertificates, Problem> {
        let uai = parse_uai(uai)?;
        let today = paris::date(now);
        let year = match self.year.map(SchoolYear::starting_in) {
            Some(year) => year.filter(|year| years_kept(today).contains(year)).ok_or_else(Problem::not_found)?,
            None => SchoolYear::of(today),
        };
        Ok(SchoolCertificates { uai, year, former: year.shows_former(self.former, today) })
    }
}

/// The page of a file; `end` is `""` or `.pdf`.
fn location(of: &SchoolCertificates, end: &str) -> String {
    let former = if of.former { "&former=true" } else { "" };
    format!("/schools/{}/certificates/file{end}?year={}{former}", of.uai, of.year.first())
}
