//! Somebody at the entrance of a campaign.

use rentree_domain::platform_campaign::Closed;
use rentree_domain::{CampaignId, Uai};
use rentree_http::{DoneOnTheWay, FormToken, Problem, Proof, SignedIn};
use rentree_table::{Campaign, School, Tie, User};

use super::closed::problem;
use super::pupil::Pupil;
use super::waiting::{SignOn, gone};
use super::who::ToldNames;

/// A campaign, and its school.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(crate) uai: Uai,
    pub(crate) school: School,
    pub(crate) id: CampaignId,
    pub(crate) campaign: Campaign,
    /// Why nobody can join it, if that is so.
    pub(crate) closed: Option<Closed>,
    /// Whether nobody can join it before its next lesson. Who has joined goes on.
    pub(crate) waits_for_a_lesson: bool,
}

impl Entrance {
    /// Whether the school has put the campaign away.
    pub(crate) fn is_archived(&self) -> bool {
        self.closed == Some(Closed::Archived)
    }
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
    /// What waits in this browser, whoever it is of.
    pub(crate) waiting: Option<SignOn>,
    pub(crate) token: FormToken,
}

impl Visit {
    /// Who is signed in.
    pub(crate) fn signed_in(&self) -> Option<&SignedIn> {
        self.known.as_ref().map(|known| &known.signed_in)
    }

    /// The sign-on by Médiacentre of a pupil that waits in this browser. One of staff is not for campaigns.
    pub(crate) fn sign_on(&self) -> Option<&SignOn> {
        self.waiting.as_ref().filter(|waiting| !waiting.is_of_staff())
    }

    /// First and last name, where the Médiacentre tells them: nobody types them.
    pub(crate) fn told_names(&self) -> Option<ToldNames<'_>> {
        self.waiting.as_ref().and_then(SignOn::names)
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

    /// Whether a pupil is of a level that the campaign is not for.
    pub(crate) fn is_of_another_level(&self, pupil: &Pupil) -> bool {
        self.entrance.campaign.is_of_another_level(&pupil.entry)
    }

    /// The campaign's page.
    pub(crate) fn path(&self) -> String {
        format!("/campagnes/{}", self.entrance.campaign.code)
    }

    /// The same, where it says what was `done`.
    pub(crate) fn path_after(&self, done: DoneOnTheWay) -> String {
        done.at(&self.path())
    }

    /// The way in by the Médiacentre, which comes back to the campaign.
    pub(crate) fn mediacentre(&self) -> String {
        format!("/mediacentre?code={}", self.entrance.campaign.code)
    }

    /// Checks that the campaign can be joined now, before anything is told of who joins.
    pub(crate) fn check_open(&self) -> Result<(), Problem> {
        self.check_not_closed()?;
        self.check_lesson()
    }

    /// Checks that the campaign is not closed: for who may have joined it.
    pub(crate) fn check_not_closed(&self) -> Result<(), Problem> {
        self.entrance.closed.map_or(Ok(()), |closed| Err(problem(closed)))
    }

    /// Checks that a lesson is under way, if the campaign is bound to lessons.
    pub(crate) fn check_lesson(&self) -> Result<(), Problem> {
        if self.entrance.waits_for_a_lesson {
            return Err(Problem::outside_lesson().leading_to("Réessayer", self.path()));
        }
        Ok(())
    }

    /// Checks that a sign-on waits still, if a form was `about` one.
    pub(crate) fn check_waiting(&self, about: bool) -> Result<(), Problem> {
        if about && self.sign_on().is_none() { Err(gone(self.mediacentre())) } else { Ok(()) }
    }
}
