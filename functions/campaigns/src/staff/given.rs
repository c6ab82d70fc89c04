//! Campaigns that the platform's team gives: a school has each from the moment when somebody of it first looks at its campaigns.
//! `docs/platform-campaigns.md` says what that costs, and why nothing is written before.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{CampaignCode, CampaignId, PlatformCampaign, PlatformCampaignName, Uai, paris};
use rentree_http::Problem;
use rentree_table::{Campaign, PlatformCampaigns, School};

use crate::Campaigns;

impl Campaigns {
    /// The campaigns of a school, with those that the platform's team gives it.
    pub(crate) async fn campaigns_of(
        &self,
        uai: Uai,
        school: &School,
        now: Timestamp,
    ) -> Result<Vec<(CampaignId, Campaign)>, Problem> {
        let (campaigns, platform) = self.table.campaigns(uai, school).await?;
        let missing: Vec<_> = missing(&campaigns, &platform, school, paris::date(now)).collect();
        if missing.is_empty() {
            return Ok(campaigns);
        }
        for given in missing {
            // Somebody else of the school may be giving it at the same moment.
            self.table.give_campaign(uai, given, || CampaignCode::draw(rentree_runtime::random()), now).await?;
            tracing::info!(%uai, campaign = %given.0, "a school got a campaign of the platform's team");
        }
        Ok(self.table.campaigns(uai, school).await?.0)
    }
}

/// Those that are for the school on `today`, and that it has not.
fn missing<'a>(
    campaigns: &'a [(CampaignId, Campaign)],
    platform: &'a PlatformCampaigns,
    school: &'a School,
    today: Date,
) -> impl Iterator<Item = (&'a PlatformCampaignName, &'a PlatformCampaign)> {
    let has = |name| campaigns.iter().any(|(_, campaign)| campaign.given.as_ref() == Some(name));
    platform
        .iter()
        .filter(move |(name, campaign)| campaign.is_given(today) && school.is_of(&campaign.audience) && !has(name))
}
