//! In which order the campaigns of a school stand. There is none by their numbers: these are read for the page that is shown alone. Pure.

use std::cmp::Reverse;

use rentree_domain::{CampaignId, name};
use rentree_table::Campaign;
use rentree_web::ListOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("type" = "string"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// The newest first.
    #[default]
    #[serde(rename = "")]
    Newest,
    /// By title.
    Title,
    /// By who created them, and within that by title.
    Owner,
}

impl ListOrder for Order {
    const ALL: &'static [Self] = &[Self::Newest, Self::Title, Self::Owner];

    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Newest => ("", "Les plus récentes d’abord"),
            Self::Title => ("title", "Par titre"),
            Self::Owner => ("owner", "Par créateur, puis par titre"),
        }
    }
}

impl Order {
    /// Puts campaigns in this order. Of two that it does not tell apart, the newer one comes first.
    pub(crate) fn sort(self, campaigns: &mut [(CampaignId, Campaign)]) {
        campaigns.sort_by_key(|(id, campaign)| Reverse((campaign.created_at, *id)));
        match self {
            Self::Newest => {}
            Self::Title => campaigns.sort_by_cached_key(|(_, campaign)| by_letters(campaign)),
            Self::Owner => campaigns.sort_by_cached_key(|(_, campaign)| {
                // Two people of one name stay apart.
                (name::fold(&campaign.owner_name), campaign.owner, by_letters(campaign))
            }),
        }
    }
}

/// A title is no name: `St` is no saint in it.
fn by_letters(campaign: &Campaign) -> String {
    name::letters(campaign.title.as_str())
}
