//! The four steps of a space that begins. Pure.

use std::borrow::Cow;

use jiff::Timestamp;
use rentree_domain::{CampaignId, UserId};
use rentree_table::{Campaign, Member, School};
use schemars::JsonSchema;
use serde::Serialize;

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Somebody of the school opened the space.
    Activate,
    /// Colleagues are there.
    Team,
    /// The pupils are there.
    Import,
    /// Pupils have something to join.
    Campaign,
}

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "HomeStep")]
pub(crate) struct StepRow {
    pub(crate) step: Step,
    /// Whether nothing is left to do.
    pub(crate) is_done: bool,
    /// When it was done, where that is known.
    pub(crate) at: Option<Timestamp>,
    /// First and last name of who did it, where that is known.
    pub(crate) by: Option<String>,
    /// How many colleagues are invited, and may still accept: with one of them it is done. Told to administrators.
    pub(crate) awaited: usize,
}

impl Step {
    /// What there is to do.
    pub(crate) fn french(self) -> &'static str {
        match self {
            Self::Activate => "Activer l’espace",
            Self::Team => "Inviter l’équipe",
            Self::Import => "Importer les élèves",
            Self::Campaign => "Créer une première campagne",
        }
    }

    /// Why, and how.
    fn hint(self) -> &'static str {
        match self {
            Self::Activate => "Par le lien envoyé dans la messagerie de l’établissement.",
            Self::Team => {
                "Un second administrateur, au moins, et les enseignants qui suivront leurs classes. L’étape sera faite dès que l’un d’eux aura accepté l’invitation."
            }
            Self::Import => {
                "Avec le fichier des élèves que l’établissement a déjà : SIECLE (XML ou zip) ou Fregata (CSV)."
            }
            Self::Campaign => {
                "Choisissez un parcours : vous obtenez un code, que les élèves saisissent pour commencer."
            }
        }
    }

    /// Where it is done, below the address of the space.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Activate => "",
            Self::Team => "/team",
            Self::Import => "/imports",
            Self::Campaign => "/campaigns/new",
        }
    }

    /// Whether only administrators can do it.
    pub(crate) fn is_for_administrators(self) -> bool {
        matches!(self, Self::Team | Self::Import)
    }
}

impl StepRow {
    /// Whether it is done as soon as somebody answers.
    pub(crate) fn is_awaiting(&self) -> bool {
        self.awaited > 0
    }

    /// What is left of it.
    pub(crate) fn hint(&self) -> Cow<'static, str> {
        match self.awaited {
            0 => self.step.hint().into(),
            1 => "Une invitation attend sa réponse. L’étape sera faite dès qu’elle sera acceptée.".into(),
            more => format!(
                "{more} invitations attendent leur réponse. L’étape sera faite dès que l’une d’elles sera acceptée."
            )
            .into(),
        }
    }

    /// What the link to it says.
    pub(crate) fn link(&self) -> &'static str {
        if self.is_awaiting() { "Voir les invitations" } else { self.step.french() }
    }
}

/// The steps of a school, in their order. Beside the members stands how many are invited, and may still accept.
pub(crate) fn steps(
    school: &School,
    (members, awaited): (&[(UserId, Member)], usize),
    campaigns: &[(CampaignId, Campaign)],
) -> Vec<StepRow> {
    let open = |step| StepRow { step, is_done: false, at: None, by: None, awaited: 0 };
    let done =
        |step, at, by: Option<&str>| StepRow { step, is_done: true, at, by: by.map(ToOwned::to_owned), awaited: 0 };

    let mut joined: Vec<&Member> = members.iter().map(|(_, member)| member).collect();
    joined.sort_by_key(|member| member.joined_at);
    // Somebody is in the space, or nobody would ask.
    let activate = done(Step::Activate, school.activated_at, None);
    let team = match joined.get(1) {
        Some(second) => done(Step::Team, Some(second.joined_at), None),
        None => StepRow { awaited, ..open(Step::Team) },
    };
    let import = match school.last_import() {
        Some(last) => done(Step::Import, Some(last.at), Some(&last.by)),
        None => open(Step::Import),
    };
    // Those that the platform's team gives are there without anybody's doing.
    let first = campaigns.iter().map(|(_, campaign)| campaign).filter(|campaign| campaign.given.is_none());
    let campaign = match first.min_by_key(|campaign| campaign.created_at) {
        Some(first) => done(Step::Campaign, Some(first.created_at), Some(&first.owner_name)),
        None => open(Step::Campaign),
    };
    vec![activate, team, import, campaign]
}

#[cfg(test)]
mod tests {
    use rentree_table::Role;

    use super::*;

    fn member(number: u8) -> (UserId, Member) {
        let joined_at = Timestamp::from_second(i64::from(number)).unwrap();
        let member =
            Member { role: Role::Member, name: "Anne".to_owned(), joined_at, came_at: None, kept_at: None, invited: 0 };
        (UserId::new(Timestamp::UNIX_EPOCH, [number; 10]), member)
    }

    #[test]
    fn a_space_begins_with_who_activated_it() {
        let school = School::new("Collège");
        let done = |members: &[_]| steps(&school, (members, 1), &[]).iter().map(|row| row.is_done).collect::<Vec<_>>();
        assert_eq!(done(&[member(1)]), [true, false, false, false]);
        assert_eq!(done(&[member(2), member(1)]), [true, true, false, false]);
        let team = |members: &[_]| steps(&school, (members, 1), &[]).remove(1);
        let begun = team(&[member(2), member(1), member(3)]);
        assert_eq!(begun.at, Some(Timestamp::from_second(2).unwrap()), "the second one made it a team");
        assert_eq!((begun.awaited, team(&[member(1)]).awaited), (0, 1), "nobody is awaited for a team that is there");
    }
}
