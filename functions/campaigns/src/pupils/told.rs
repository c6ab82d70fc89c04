//! What the Médiacentre tells of somebody, beside a pupil of the school: is it the same child?

use rentree_domain::SignOnId;
use rentree_domain::matching::{Closeness, KnownAs, Typed};
use schemars::JsonSchema;
use serde::Serialize;

use super::pupil::{By, Pupil};
use super::waiting::SignOn;
use super::who::ToldNames;

/// What it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) id: SignOnId,
    /// How near the names come to the pupil's; `None` where none are told.
    pub(crate) likeness: Option<Closeness>,
    /// Whether it is of another school than the campaign.
    pub(crate) is_of_another_school: bool,
}

/// What can be done with a sign-on for the account that is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MediacentreOffer")]
pub(crate) enum Offer {
    /// Nothing: none waits.
    Nothing,
    /// It can be added to the account.
    Add,
    /// The same, if who is there says so: the names are nearly the same, and may be a twin's.
    Ask,
    /// It is somebody else's.
    SomebodyElse,
}

impl Offer {
    /// Whether it can be added.
    pub(crate) fn is_possible(self) -> bool {
        matches!(self, Self::Add | Self::Ask)
    }

    /// Whether who is there is asked.
    pub(crate) fn is_asked(self) -> bool {
        self == Self::Ask
    }
}

impl SignOn {
    /// What it tells, beside `pupil`.
    pub(crate) fn told(&self, pupil: &Pupil) -> Told {
        let likeness = self.names().map(|names| likeness(names, &pupil.by, &KnownAs::of(&pupil.entry)));
        Told { id: self.id().clone(), likeness, is_of_another_school: self.is_of_another_school(pupil.uai) }
    }

    /// What can be done with it for the account of `pupil`, whose owner is signed in. Without names, nobody can say whether it is the same
    /// child: on a computer of the school, two may come one after the other.
    pub(crate) fn offer(&self, pupil: &Pupil) -> Offer {
        match self.told(pupil).likeness {
            Some(Closeness::Exact) => Offer::Add,
            Some(Closeness::Near) => Offer::Ask,
            Some(Closeness::Another) | None => Offer::SomebodyElse,
        }
    }
}

/// How near names that were told come to those of a pupil, whom they led to, or something else did.
fn likeness((first_name, last_name): ToldNames<'_>, by: &By, known: &KnownAs) -> Closeness {
    match by {
        By::Names => Closeness::Exact,
        By::NearlyNames => Closeness::Near,
        By::Code(_) | By::Tie => known.like(&Typed::new(first_name, last_name)),
    }
}

#[cfg(test)]
mod tests {
    use rentree_domain::PersonalCode;

    use super::*;

    #[test]
    fn whoever_is_found_otherwise_is_compared_with_what_was_told() {
        let known = KnownAs::new(["Karine", "Marie"].into_iter(), ["DUNORD"].into_iter());
        for (names, likeness_of) in [
            (("KARINE", "Du Nord"), Closeness::Exact),
            (("Marie", "Dunord"), Closeness::Exact),
            (("Carine", "Dunord"), Closeness::Near),
            (("Karine", "Dumord"), Closeness::Near),
            (("Karine Marie", "Dunord"), Closeness::Exact),
            (("Dunord", "Karine"), Closeness::Exact),
            (("Nadia", "Dunord"), Closeness::Another),
            (("Karine", "Martin"), Closeness::Another),
        ] {
            for by in [By::Tie, By::Code(PersonalCode::draw([7; 16]))] {
                assert_eq!(likeness(names, &by, &known), likeness_of, "{names:?}");
            }
            assert_eq!(likeness(names, &By::Names, &known), Closeness::Exact);
            assert_eq!(likeness(names, &By::NearlyNames, &known), Closeness::Near);
        }
    }
}
