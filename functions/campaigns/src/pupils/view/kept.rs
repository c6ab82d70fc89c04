//! What a step of joining is, as the address of its page keeps it, sealed: what the page shows, and what its forms hand on. It is shown
//! again, never decided again: the form that is sent from it is looked at like any other.

use rentree_domain::{LearnerId, Level, SecretHash};
use serde::{Deserialize, Serialize};

use super::{MethodHint, NewAccount, Step, account_forms};
use crate::pupils::decide::Doubt;
use crate::pupils::visit::Visit;
use crate::pupils::waiting::SignOn;
use crate::pupils::who::{IdentityFields, code_form};

/// A step that comes of saying who one is. Never printed: it names somebody.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Who it is, as typed.
    identity: IdentityFields,
    /// Whose sign-on by Médiacentre waited, without saying who that is.
    sign_on: Option<SecretHash>,
    step: KeptStep,
}

/// What the page shows besides.
#[derive(Serialize, Deserialize)]
enum KeptStep {
    Ask { learner: LearnerId, first_name: String, last_name: String, division: String, doubt: Doubt },
    SeeTeacher,
    NewAccount { user_name: String, may_use_email: bool, level: Option<Level>, first_name: String },
    NewByMediacentre { first_name: String, other_level: bool },
    HasAccount { methods: Vec<MethodHint>, elsewhere: bool, by_mail: bool },
}

impl Kept {
    /// What is kept of `step`, to which somebody came while `sign_on` waited; nothing of one that stands on the campaign's own page.
    pub(crate) fn of(step: &Step, sign_on: Option<&SignOn>) -> Option<Self> {
        let (identity, step) = match step {
            Step::Ask { learner, first_name, last_name, division, doubt, identity } => {
                let (first_name, last_name) = (first_name.clone(), last_name.clone());
                let (learner, division, doubt) = (*learner, division.clone(), *doubt);
                (identity.clone(), KeptStep::Ask { learner, first_name, last_name, division, doubt })
            }
            Step::SeeTeacher { .. } => (IdentityFields::default(), KeptStep::SeeTeacher),
            Step::NewAccount(account) => {
                let NewAccount { user_name, may_use_email, level, first_name, identity, .. } = account.as_ref();
                let (user_name, first_name) = (user_name.clone(), first_name.clone());
                let (may_use_email, level) = (*may_use_email, *level);
                (identity.clone(), KeptStep::NewAccount { user_name, may_use_email, level, first_name })
            }
            Step::NewByMediacentre { first_name, other_level, identity } => {
                let (first_name, other_level) = (first_name.clone(), *other_level);
                (identity.clone(), KeptStep::NewByMediacentre { first_name, other_level })
            }
            Step::HasAccount { methods, elsewhere, by_mail, identity } => {
                let (methods, elsewhere, by_mail) = (methods.clone(), *elsewhere, *by_mail);
                (identity.clone(), KeptStep::HasAccount { methods, elsewhere, by_mail })
            }
            Step::Closed(_)
            | Step::OutsideLesson
            | Step::Identify { .. }
            | Step::Join { .. }
            | Step::Left { .. }
            | Step::Joined { .. } => return None,
        };
        Some(Self { identity, sign_on: digest(sign_on), step })
    }

    /// The step again, for `visit`; nothing where it was about a sign-on by Médiacentre that waits no more.
    pub(crate) fn step(self, visit: &Visit) -> Option<Step> {
        if !self.holds_beside(visit.sign_on()) {
            return None;
        }
        let Self { identity, step, .. } = self;
        Some(match step {
            KeptStep::Ask { learner, first_name, last_name, division, doubt } => {
                Step::Ask { learner, first_name, last_name, division, doubt, identity }
            }
            KeptStep::SeeTeacher => Step::SeeTeacher { form: code_form("") },
            KeptStep::NewAccount { user_name, may_use_email, level, first_name } => {
                let (by_name, by_email) = account_forms("");
                let account = NewAccount { user_name, may_use_email, level, first_name, identity, by_name, by_email };
                Step::NewAccount(Box::new(account))
            }
            KeptStep::NewByMediacentre { first_name, other_level } => {
                Step::NewByMediacentre { first_name, other_level, identity }
            }
            KeptStep::HasAccount { methods, elsewhere, by_mail } => {
                Step::HasAccount { methods, elsewhere, by_mail, identity }
            }
        })
    }
}

impl Kept {
    /// The form to say who one is, with what was typed: a wrong letter is mended, not everything typed again. Nothing where the names are
    /// those of a sign-on by Médiacentre by now, or were and are no more.
    pub(crate) fn form(self, visit: &Visit) -> Option<Step> {
        let told = visit.told_names();
        let is_of_both = self.identity.is_by_code() || self.identity.mediacentre == told.is_some();
        (is_of_both && self.holds_beside(visit.sign_on())).then(|| Step::Identify { forms: self.identity.forms(told) })
    }

    /// Whether it is about no sign-on by Médiacentre, or about the one that waits: the next child on the same computer has another.
    fn holds_beside(&self, waiting: Option<&SignOn>) -> bool {
        let is_about_a_sign_on = self.identity.mediacentre
            || matches!(self.step, KeptStep::NewByMediacentre { .. } | KeptStep::Ask { doubt: Doubt::Mediacentre, .. });
        !is_about_a_sign_on || (waiting.is_some() && self.sign_on == digest(waiting))
    }
}

fn digest(sign_on: Option<&SignOn>) -> Option<SecretHash> {
    sign_on.map(|sign_on| sign_on.id().digest())
}

impl Step {
    /// Whether who is there is still to say who they are: only then does what came of it matter.
    pub(crate) fn asks_who(&self) -> bool {
        matches!(self, Self::Identify { .. } | Self::Left { .. })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rentree_domain::mediacentre::Profile;
    use rentree_domain::{EntityId, Ido, SignOnId};
    use rentree_table::WaitingSignOn;

    use super::*;
    use crate::pupils::who::Answer;

    #[test]
    fn a_question_is_kept_with_what_was_typed() {
        let identity = IdentityFields {
            first_name: "Emma".to_owned(),
            last_name: "Martin".to_owned(),
            birth_date: "12/05/2013".to_owned(),
            answer: Answer::Yes,
            ..IdentityFields::default()
        };
        let step = Step::Ask {
            learner: LearnerId::new(Timestamp::UNIX_EPOCH, [1; 10]),
            first_name: "Emmy".to_owned(),
            last_name: "MARTIN".to_owned(),
            division: "6E2".to_owned(),
            doubt: Doubt::Typed,
            identity,
        };
        let text = serde_json::to_string(&Kept::of(&step, None).unwrap()).unwrap();
        let kept: Kept = serde_json::from_str(&text).unwrap();
        assert_eq!((kept.identity.first_name.as_str(), kept.identity.answer), ("Emma", Answer::Yes));
        assert!(matches!(kept.step, KeptStep::Ask { first_name, doubt: Doubt::Typed, .. } if first_name == "Emmy"));
    }

    #[test]
    fn what_stands_on_the_page_of_the_campaign_is_not_kept() {
        let identify = Step::Identify { forms: IdentityFields::default().forms(None) };
        assert!(identify.asks_who() && Kept::of(&identify, None).is_none());
        assert!(!Step::OutsideLesson.asks_who() && Kept::of(&Step::OutsideLesson, None).is_none());
    }

    /// Of two children who come by the Médiacentre one after the other, the second is not shown the step of the first.
    #[test]
    fn what_is_about_a_sign_on_is_shown_while_that_one_waits() {
        let sign_on = |ido| {
            let id = SignOnId { idp: EntityId::parse("urn:idp").unwrap(), ido: Ido::parse(ido).unwrap() };
            let (first_name, last_name, uai, campaign) = (None, None, None, None);
            let (profile, expires_at) = (Profile::Pupil, 0);
            let waiting = WaitingSignOn { id, first_name, last_name, uai, profile, campaign, expires_at };
            SignOn { secret: [0; 32], waiting }
        };
        let (one, next) = (sign_on("1"), sign_on("2"));
        let identity = IdentityFields::default();
        let begins = Step::NewByMediacentre { first_name: "Emma".to_owned(), other_level: false, identity };
        let text = serde_json::to_string(&Kept::of(&begins, Some(&one)).unwrap()).unwrap();
        let kept: Kept = serde_json::from_str(&text).unwrap();
        assert!(kept.holds_beside(Some(&one)));
        assert!(!kept.holds_beside(Some(&next)) && !kept.holds_beside(None));

        let teacher = Kept::of(&Step::SeeTeacher { form: code_form("") }, Some(&one)).unwrap();
        assert!(teacher.holds_beside(Some(&next)) && teacher.holds_beside(None), "it is about no sign-on");
    }
}
