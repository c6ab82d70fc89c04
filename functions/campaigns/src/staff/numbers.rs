//! How far campaigns are in all: for whom they are, who joined, who sent a result.

use rentree_domain::{CampaignId, LearnerId, Listing};
use rentree_http::Problem;
use rentree_runtime::several;
use rentree_table::{Campaign, Participation};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Campaigns;
use crate::staff::tally::{Counts, pupils, tally};

/// How many are read at a time: each is a read of everybody who joined.
const AT_ONCE: usize = 10;

/// The numbers of a campaign.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(rename = "CampaignNumbers")]
pub(crate) struct Numbers {
    /// Pupils whom it is for, and those who joined it and left the school.
    pub(crate) pupils: usize,
    /// Who joined.
    pub(crate) joined: usize,
    /// Who sent a result.
    pub(crate) sent: usize,
}

impl Numbers {
    fn of(campaign: &Campaign, participations: Vec<(LearnerId, Participation)>, listing: &Listing) -> Self {
        let (pupils, _) = pupils(listing, &campaign.concerned(listing), participations);
        let (counts, _) = tally(&pupils);
        let Counts { joined, sent, .. } = counts;
        Self { pupils: counts.all(), joined, sent }
    }
}

impl Campaigns {
    /// These campaigns, in their order, each with its numbers.
    pub(crate) async fn with_numbers(
        &self,
        campaigns: Vec<(CampaignId, Campaign)>,
        listing: &Listing,
    ) -> Result<Vec<(CampaignId, Campaign, Numbers)>, Problem> {
        let table = self.table.clone();
        let read = several(campaigns, AT_ONCE, move |(id, campaign)| {
            let table = table.clone();
            async move { Ok::<_, Problem>((id, campaign, table.participations(id).await?)) }
        });
        let read: Result<Vec<_>, _> = read.await.into_iter().flatten().collect();
        let numbered = read?.into_iter().map(|(id, campaign, participations)| {
            let numbers = Numbers::of(&campaign, participations, listing);
            (id, campaign, numbers)
        });
        Ok(numbered.collect())
    }
}
