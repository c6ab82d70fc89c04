//! What the link of a course carries, and the assessment platform gives back: who came, for which try, and until when the link holds.
//! `docs/campaigns.md` says what the platform checks of it.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::progress::{CourseTry, ProgressEvent};
use rentree_domain::{CampaignId, LearnerId};
use rentree_http::Problem;
use rentree_webhook::{Secrets, TOLERANCE};
use serde::Deserialize;
use serde_json::json;

/// How long a link leads into the course. Each look at the page of the campaign makes a new one.
pub(crate) const LINK_LASTS: SignedDuration = SignedDuration::from_hours(2);
/// How long after its link a course that was begun in time may be ended.
pub(crate) const RESULT_LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The claims of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct CourseToken {
    /// The campaign.
    pub(crate) campaign: CampaignId,
    /// The pupil.
    pub(crate) learner: LearnerId,
    /// Which try of the pupil.
    #[serde(rename = "try")]
    pub(crate) of: CourseTry,
    /// Until when the link leads into the course, in seconds since 1970.
    exp: i64,
}

impl CourseToken {
    /// For a link that is made `now`.
    pub(crate) fn new(campaign: CampaignId, learner: LearnerId, of: CourseTry, now: Timestamp) -> Self {
        Self { campaign, learner, of, exp: (now + LINK_LASTS).as_second() }
    }

    /// As the link carries it.
    pub(crate) fn sign(&self, secrets: &Secrets) -> String {
        let Self { campaign, learner, of, exp } = self;
        secrets.token(&json!({"campaign": campaign, "learner": learner, "try": of, "exp": exp}))
    }

    /// Reads what the platform gives back.
    pub(crate) fn read(token: &str, secrets: &Secrets) -> Result<Self, Problem> {
        secrets.claims(token).map_err(|_| {
            Problem::bad_request(
                "Le champ « token » n’est pas un jeton que Rentrée a signé. Rendez celui du lien du parcours, sans le changer.",
            )
        })
    }

    /// Whether the platform should have let `event` happen: a course begins while its link holds, and ends within thirty days.
    pub(crate) fn check_in_time(&self, event: ProgressEvent) -> Result<(), Problem> {
        let (at, lasts) = match event {
            ProgressEvent::Started { at } => (at, SignedDuration::ZERO),
            ProgressEvent::Sent { at, .. } => (at, RESULT_LASTS),
        };
        let until = Timestamp::from_second(self.exp).ok().map(|exp| exp + lasts + TOLERANCE);
        if until.is_some_and(|until| at <= until) { Ok(()) } else { Err(Problem::course_link_over()) }
    }
}

#[cfg(test)]
mod tests {
    use rentree_domain::Score;

    use super::*;

    #[test]
    fn a_course_begins_while_its_link_holds_and_ends_within_thirty_days() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let token =
            CourseToken::new(CampaignId::new(now, [1; 10]), LearnerId::new(now, [2; 10]), CourseTry::default(), now);
        let secrets = Secrets::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(CourseToken::read(&token.sign(&secrets), &secrets).ok(), Some(token));
        let begun = |after: SignedDuration| token.check_in_time(ProgressEvent::Started { at: now + after }).is_ok();
        let sent = |after: SignedDuration| {
            let (at, score) = (now + after, Score::new(1).unwrap());
            token.check_in_time(ProgressEvent::Sent { at, score, profile: None }).is_ok()
        };
        let (end, second) = (LINK_LASTS + TOLERANCE, SignedDuration::from_secs(1));
        assert_eq!((begun(end), begun(end + second)), (true, false));
        assert_eq!((sent(end + RESULT_LASTS), sent(end + RESULT_LASTS + second)), (true, false));
    }
}
