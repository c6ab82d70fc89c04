//! Somebody had to choose another password before anything else, and has: the page where they arrive then says so.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::asking;

const DONE: &str = "password";

/// What was just done, as far as a page where people arrive tells it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PasswordChosen {
    /// What the page tells that was just done.
    done: String,
}

impl PasswordChosen {
    /// `path`, the page of which tells it.
    pub fn told_at(path: &str) -> String {
        asking(path, &[("done", DONE)])
    }

    /// `path`, which is handed on what is to be told.
    pub fn handed_on_to(&self, path: &str) -> String {
        if self.done == DONE { Self::told_at(path) } else { path.to_owned() }
    }

    /// What the page says, if a password was just chosen.
    pub fn text(&self) -> Option<&'static str> {
        (self.done == DONE).then_some("Votre mot de passe a été changé. L’ancien ne fonctionne plus.")
    }
}
