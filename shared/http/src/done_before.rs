//! What somebody had to do, or chose to, before they go on to where they arrive: the page there then says that it is done.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::asking;

/// Another password was chosen, which had to be.
const PASSWORD: &str = "password";
/// The Médiacentre was added to the account.
const MEDIACENTRE: &str = "mediacentre";

/// What was just done, as far as a page where people arrive tells it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DoneBefore {
    /// What the page tells that was just done.
    done: String,
}

impl DoneBefore {
    /// `path`, the page of which tells that a password was chosen.
    pub fn password_at(path: &str) -> String {
        asking(path, &[("done", PASSWORD)])
    }

    /// `path`, the page of which tells that the Médiacentre was added.
    pub fn mediacentre_at(path: &str) -> String {
        asking(path, &[("done", MEDIACENTRE)])
    }

    /// `path`, which is handed on what is to be told.
    pub fn handed_on_to(&self, path: &str) -> String {
        match self.done.as_str() {
            PASSWORD => Self::password_at(path),
            MEDIACENTRE => Self::mediacentre_at(path),
            _ => path.to_owned(),
        }
    }

    /// What the page says, if something was just done.
    pub fn text(&self) -> Option<&'static str> {
        match self.done.as_str() {
            PASSWORD => Some("Votre mot de passe a été changé. L’ancien ne fonctionne plus."),
            MEDIACENTRE => {
                Some("Le Médiacentre ouvre maintenant ce compte, en plus de vos autres façons de vous connecter.")
            }
            _ => None,
        }
    }
}
