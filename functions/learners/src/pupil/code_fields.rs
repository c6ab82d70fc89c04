//! What the forms of a pupil's page send that show a code in their answer: reloaded, that answer shows the same code.

use jiff::Timestamp;
use rentree_domain::{FormId, LearnerId, PersonalCode, Uai};
use rentree_http::Visitor;
use schemars::JsonSchema;
use serde::Deserialize;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct CodeFields {
    /// `once` of the pupil's page: what is sent twice with it shows the same code, while that holds. Without, each time shows another.
    once: Option<FormId>,
}

impl CodeFields {
    /// When the page was shown, and the code that it stands for; `what` names its use. None for a page that is an hour old.
    pub(super) fn code(
        &self,
        what: &str,
        uai: Uai,
        visitor: &Visitor,
        learner: LearnerId,
    ) -> Option<(Timestamp, PersonalCode)> {
        let (at, entropy) = self.once?.makes(&format!("{what} {uai} {} {learner}", visitor.user), visitor.at)?;
        let mut wide = [0; 16];
        wide[..entropy.len()].copy_from_slice(&entropy);
        Some((at, PersonalCode::draw(wide)))
    }
}
