//! Somebody at the entrance of a campaign.

use rentree_domain::{CampaignId, Uai};
use rentree_http::{FormToken, Problem, Proof, SignedIn};
use rentree_table::{Campaign, School, Tie, User};

/// A campaign, and its school.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(crate) uai: Uai,
    pub(crate) school: School,
    pub(crate) id: CampaignId,
    pub(crate) campaign: Campaign,
}

/// Somebody who is signed in, and what is known of them here. Never printed: it holds the hash of a password.
pub(crate) struct Known {
    pub(crate) signed_in: SignedIn,
    pub(crate) user: User,
    /// The pupil of this school that the account is tied to.
    pub(crate) tie: Option<Tie>,
}

/// Somebody at an entrance.
pub(crate) struct Visit {
    pub(crate) entrance: Entrance,
    pub(crate) known: Option<Known>,
    pub(crate) token: FormToken,
}

impl Visit {
    /// Who is signed in.
    pub(crate) fn signed_in(&self) -> Option<&SignedIn> {
        self.known.as_ref().map(|known| &known.signed_in)
    }

    /// The token of the page's forms.
    pub(crate) fn csrf(&self) -> String {
        self.signed_in().map_or_else(|| self.token.csrf(), |signed_in| signed_in.csrf.clone())
    }

    /// Checks that a form was meant.
    pub(crate) fn check_meant(&self, proof: &Proof) -> Result<(), Problem> {
        match self.signed_in() {
            Some(signed_in) => signed_in.check_meant(proof),
            None => self.token.check_meant(proof),
        }
    }

    /// The campaign's page.
    pub(crate) fn path(&self) -> String {
        format!("/campagnes/{}", self.entrance.campaign.code)
    }

    /// Checks that the campaign can be joined.
    pub(crate) fn check_open(&self) -> Result<(), Problem> {
        if self.entrance.campaign.is_archived() { Err(Problem::campaign_archived()) } else { Ok(()) }
    }
}
