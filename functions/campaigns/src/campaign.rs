//! The campaign of a request: its identifier in the path.

use rentree_domain::{CampaignId, Uai};
use rentree_http::Problem;
use rentree_table::Campaign;

use crate::Campaigns;

impl Campaigns {
    /// The campaign of a path, if it is the school's.
    pub(crate) async fn campaign(&self, uai: Uai, id: &str) -> Result<(CampaignId, Campaign), Problem> {
        let id: CampaignId = id.parse().map_err(|_| Problem::not_found())?;
        let campaign = self.table.campaign(uai, id).await?.ok_or_else(Problem::not_found)?;
        Ok((id, campaign))
    }
}
