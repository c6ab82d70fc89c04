//! What was just done on the way in, told by the page where somebody arrives: a password chosen that had to be, a recovery code used, the
//! Médiacentre added, or not.

use rentree_domain::{CampaignCode, Uai};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Next, asking};

/// What an address says where somebody has just signed out.
const LEFT: &str = "left";

/// What somebody may have done before they arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoneOnTheWay {
    /// They had to choose another password before anything else.
    PasswordChosen,
    /// They signed in by a recovery code, in place of one of their application.
    RecoveryCodeUsed,
    /// They came by the Médiacentre, and added it to the account.
    MediacentreAdded,
    /// They came by the Médiacentre, and answered that it is not to be added to the account.
    MediacentreDeclined,
}

/// What a page tells that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoneText {
    /// What was done.
    pub text: &'static str,
    /// What there is to do about it, and where.
    pub way_on: Option<(&'static str, &'static str)>,
}

/// What was just done, as far as a page where people arrive tells it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Arrival {
    /// What the page tells that was just done.
    done: String,
}

impl DoneOnTheWay {
    const ALL: [Self; 4] =
        [Self::PasswordChosen, Self::RecoveryCodeUsed, Self::MediacentreAdded, Self::MediacentreDeclined];

    /// Where somebody goes on who did it. The pages where people arrive say that it is done; others lead on with what they are for.
    pub fn told_at(self, next: &Next) -> String {
        let path = next.or("/");
        let is_home = path.strip_prefix("/schools/").is_some_and(|uai| Uai::parse(uai).is_ok());
        let is_campaign = path.strip_prefix("/campagnes/").is_some_and(|code| CampaignCode::parse(code).is_ok());
        if is_home || is_campaign || ["/", "/mes-campagnes", "/spaces"].contains(&path.as_str()) {
            self.at(&path)
        } else {
            path
        }
    }

    /// `path`, the page of which tells it.
    pub fn at(self, path: &str) -> String {
        asking(path, &[("done", self.name())])
    }

    fn name(self) -> &'static str {
        match self {
            Self::PasswordChosen => "password",
            Self::RecoveryCodeUsed => "recovery-code",
            Self::MediacentreAdded => "mediacentre",
            Self::MediacentreDeclined => "no-mediacentre",
        }
    }

    /// What tells it.
    pub fn told(self) -> DoneText {
        match self {
            Self::PasswordChosen => {
                DoneText { text: "Votre mot de passe a été changé. L’ancien ne fonctionne plus.", way_on: None }
            }
            Self::RecoveryCodeUsed => DoneText {
                text: "Vous vous êtes connecté(e) avec un code de secours, qui ne fonctionne plus. Téléphone perdu ? Désactivez la validation en deux étapes, puis activez-la avec le nouveau.",
                way_on: Some(("Codes de secours qui restent, nouveau téléphone", "/account/second-factor")),
            },
            Self::MediacentreAdded => DoneText {
                text: "Le Médiacentre ouvre maintenant ce compte, en plus de vos autres façons de vous connecter.",
                way_on: None,
            },
            Self::MediacentreDeclined => DoneText {
                text: "Le Médiacentre n’a pas été ajouté à ce compte. Si c’est le vôtre, vous pouvez le faire plus tard, depuis « Mon compte ».",
                way_on: None,
            },
        }
    }
}

/// `path`, the page of which tells that somebody has just signed out.
pub fn after_signing_out(path: &str) -> String {
    asking(path, &[("done", LEFT)])
}

impl Arrival {
    /// Whether somebody has just signed out.
    pub fn has_left(&self) -> bool {
        self.done == LEFT
    }

    /// `path`, which is handed on what is to be told.
    pub fn handed_on_to(&self, path: &str) -> String {
        self.done().map_or_else(|| path.to_owned(), |done| done.at(path))
    }

    /// What the page says, if something was just done.
    pub fn text(&self) -> Option<DoneText> {
        self.done().map(DoneOnTheWay::told)
    }

    /// What was just done, if something was. The address can be written by anybody.
    pub fn done(&self) -> Option<DoneOnTheWay> {
        DoneOnTheWay::ALL.into_iter().find(|done| done.name() == self.done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(done: &str) -> Arrival {
        Arrival { done: done.to_owned() }
    }

    #[test]
    fn what_an_address_tells_is_read_as_what_was_done() {
        for done in DoneOnTheWay::ALL {
            let arrival = arrival(done.name());
            assert_eq!((arrival.done(), arrival.text()), (Some(done), Some(done.told())));
            assert_eq!(arrival.handed_on_to("/schools/0990001N"), format!("/schools/0990001N?done={}", done.name()));
        }
        for nothing in ["", "Mediacentre", "<b>", LEFT] {
            assert_eq!(arrival(nothing).text(), None, "{nothing}");
            assert_eq!(arrival(nothing).has_left(), nothing == LEFT, "{nothing}");
            assert_eq!(arrival(nothing).handed_on_to("/spaces"), "/spaces");
        }
    }

    #[test]
    fn pages_where_people_arrive_tell_it_and_others_do_not() {
        let told_at = |path: &str| DoneOnTheWay::PasswordChosen.told_at(&Next::from(path.to_owned()));
        for path in ["/", "/mes-campagnes", "/spaces", "/schools/0990001N", "/campagnes/KRTBVW582"] {
            assert_eq!(told_at(path), format!("{path}?done=password"));
        }
        for path in ["/campagnes/KRTBVW582/identity", "/schools/0990001N/team", "/schools/", "/account"] {
            assert_eq!(told_at(path), path);
        }
        assert_eq!(told_at(""), "/?done=password", "nowhere is home");
    }
}
