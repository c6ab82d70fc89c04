//! What the forms of a pupil's page send that show a code: sent again, they show the same one.

use rentree_domain::{FormId, LearnerId, PersonalCode, Uai};
use rentree_http::Visitor;
use schemars::JsonSchema;
use serde::Deserialize;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct CodeFields {
    /// `once` of the pupil's page: what is sent twice with it within an hour shows the same code, while that holds. Without, each time shows
    /// another.
    once: Option<FormId>,
}

impl CodeFields {
    /// The codes to be shown, the first that can be: that of the page, if it is not an hour old, and one that is drawn now. `what` names
    /// their use.
    pub(super) fn codes(
        &self,
        what: &str,
        uai: Uai,
        visitor: &Visitor,
        learner: LearnerId,
    ) -> impl Iterator<Item = PersonalCode> + Send + use<> {
        let same = self.once.filter(|form| form.shown(visitor.at).is_some());
        let same = same.map(|form| form.entropy(&format!("{what} {uai} {} {learner}", visitor.user)));
        same.into_iter().chain([rentree_runtime::random()]).map(PersonalCode::draw)
    }
}
