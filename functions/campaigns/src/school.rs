//! The school and the campaign of a request: their identifiers in the path.

use rentree_domain::{CampaignId, Uai};
use rentree_http::Problem;
use rentree_table::Campaign;

use crate::Campaigns;

/// The UAI of a path. What is no UAI is no school either.
pub(crate) fn parse_uai(text: &str) -> Result<Uai, Problem> {
    Uai::parse(text).map_err(|_| Problem::not_found())
}

impl Campaigns {
    /// The campaign of a path, if it is the school's.
    pub(crate) async fn campaign(&self, uai: Uai, id: &str) -> Result<(CampaignId, Campaign), Problem> {
        let id: CampaignId = id.parse().map_err(|_| Problem::not_found())?;
        let campaign = self.table.campaign(uai, id).await?.ok_or_else(Problem::not_found)?;
        Ok((id, campaign))
    }
}
