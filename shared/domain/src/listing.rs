//! What lists show of a school's pupils, and no more: what they sort by, search in and count. `docs/roster.md` says where it is kept.
//!
//! Only what a file says stands here. Who has an account, and who takes part in a campaign, changes without an import, and is read
//! beside it.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::civil::Date;

use crate::guess;
use crate::id::LearnerId;
use crate::import::Write;
use crate::learner::{Entry, Learner, Revision};
use crate::level::Level;
use crate::matching::{KnownAs, Typed};
use crate::name;

/// What lists show of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPupil {
    /// Its identifier.
    pub id: LearnerId,
    /// Of a pupil who left: the roster version that deactivated them.
    pub left_in: Option<u64>,
    /// Nom de famille.
    pub last_name: String,
    /// Nom d'usage.
    pub usage_name: Option<String>,
    /// First given name.
    pub first_name: String,
    /// Second given name: by it a pupil may be meant who is not found.
    pub second_name: Option<String>,
    /// Third given name, for the same.
    pub third_name: Option<String>,
    /// Date of birth.
    pub birth_date: Date,
    /// The class; of a pupil who left, the last one.
    pub division: String,
    /// The level, as far as the MEF tells it.
    pub level: Option<Level>,
}

impl ListedPupil {
    /// What lists show of a pupil whom readers see so.
    pub fn of(id: LearnerId, seen: &Revision) -> Self {
        let Entry { last_name, usage_name, first_name, second_name, third_name, birth_date, division, mef, .. } =
            seen.entry.clone();
        let (left_in, level) = (seen.deactivated_in(), mef.as_deref().and_then(Level::of_mef));
        Self { id, left_in, last_name, usage_name, first_name, second_name, third_name, birth_date, division, level }
    }

    /// `DUPONT Karine`.
    pub fn full_name(&self) -> String {
        name::full(&self.last_name, &self.first_name)
    }

    /// Whether the pupil is in the school no more.
    pub fn left(&self) -> bool {
        self.left_in.is_some()
    }

    /// The names that the pupil answers to.
    pub fn known_as(&self) -> KnownAs {
        let given = [Some(&self.first_name), self.second_name.as_ref(), self.third_name.as_ref()];
        let given = given.into_iter().map(|field| field.map(String::as_str).unwrap_or_default());
        let family = [Some(&self.last_name), self.usage_name.as_ref()];
        KnownAs::new(given, family.into_iter().flatten().map(String::as_str))
    }

    /// About how many bytes of memory it takes, with the folded names that [`Listing::meant`] makes of it.
    fn weight(&self) -> usize {
        let optional = [&self.usage_name, &self.second_name, &self.third_name];
        let optional = optional.into_iter().flatten().map(String::len).sum::<usize>();
        let text = self.last_name.len() + self.first_name.len() + self.division.len() + optional;
        size_of::<Self>() + size_of::<(LearnerId, KnownAs)>() + 5 * size_of::<String>() + 3 * text
    }
}

/// The pupils of one version of a school's roster, by name: those who are in the school, and those who left.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    everybody: Vec<ListedPupil>,
    /// Folded once, when a pupil is looked for who was not found.
    names: OnceLock<Vec<(LearnerId, KnownAs)>>,
}

impl Listing {
    /// These pupils.
    pub fn new(mut pupils: Vec<ListedPupil>) -> Self {
        pupils.sort_by_cached_key(|pupil| (name::fold(&pupil.last_name), name::fold(&pupil.first_name), pupil.id));
        Self { everybody: pupils, names: OnceLock::new() }
    }

    /// What readers of `version` see of the pupils stored.
    pub fn seen(known: &[Learner], version: u64) -> Self {
        let seen = known.iter().filter_map(|learner| Some(ListedPupil::of(learner.id, learner.visible(version)?)));
        Self::new(seen.collect())
    }

    /// What readers of `version` will see once `writes` of that version, which is greater than any before, are done.
    pub fn after(known: &[Learner], writes: &[Write], version: u64) -> Self {
        let mut written: HashMap<LearnerId, Option<ListedPupil>> = writes
            .iter()
            .map(|write| match write {
                Write::Discard { id } => (*id, None),
                Write::Revise { id, active, entry, previous } => {
                    let revision = Revision::written(version, *active, entry.clone(), previous.as_ref());
                    (*id, Some(ListedPupil::of(*id, &revision)))
                }
            })
            .collect();
        let mut pupils: Vec<ListedPupil> = known
            .iter()
            .filter_map(|learner| match written.remove(&learner.id) {
                Some(becomes) => becomes,
                None => Some(ListedPupil::of(learner.id, learner.visible(version)?)),
            })
            .collect();
        pupils.extend(written.into_values().flatten());
        Self::new(pupils)
    }

    /// All of them, by name.
    pub fn everybody(&self) -> &[ListedPupil] {
        &self.everybody
    }

    /// Those who are in the school, by name.
    pub fn enrolled(&self) -> impl Iterator<Item = &ListedPupil> {
        self.everybody.iter().filter(|pupil| !pupil.left())
    }

    /// Those who left, by name.
    pub fn former(&self) -> impl Iterator<Item = &ListedPupil> {
        self.everybody.iter().filter(|pupil| pupil.left())
    }

    /// Those in the school whom somebody may mean who typed these names, well or badly.
    pub fn meant<'a>(&'a self, typed: &'a Typed) -> impl Iterator<Item = LearnerId> + 'a {
        let names = self.names.get_or_init(|| self.enrolled().map(|pupil| (pupil.id, pupil.known_as())).collect());
        guess::meant(names.iter(), typed)
    }

    /// About how many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        self.everybody.iter().map(ListedPupil::weight).sum()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;

    fn pupil(number: u8, last_name: &str, first_name: &str, left_in: Option<u64>) -> ListedPupil {
        ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]),
            left_in,
            last_name: last_name.to_owned(),
            usage_name: None,
            first_name: first_name.to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: "6A".to_owned(),
            level: None,
        }
    }

    #[test]
    fn pupils_stand_by_name_as_people_read_it() {
        let listing = Listing::new(vec![
            pupil(1, "ZOLA", "Léa", None),
            pupil(2, "Éluard", "Paul", None),
            pupil(3, "DUPONT", "Zoé", Some(4)),
            pupil(4, "DUPONT", "Élise", None),
        ]);
        let names = |pupils: Vec<&ListedPupil>| pupils.into_iter().map(ListedPupil::full_name).collect::<Vec<_>>();
        assert_eq!(names(listing.enrolled().collect()), ["DUPONT Élise", "Éluard Paul", "ZOLA Léa"]);
        assert_eq!(names(listing.former().collect()), ["DUPONT Zoé"]);
        assert_eq!(listing.everybody().len(), 4);
        assert!(listing.weight() > 4 * size_of::<ListedPupil>());
    }

    #[test]
    fn who_left_is_meant_by_nobody() {
        let mut rose = pupil(1, "MARTIN", "Maya", None);
        (rose.second_name, rose.usage_name) = (Some("Rose".to_owned()), Some("DURIEUX".to_owned()));
        let listing =
            Listing::new(vec![rose.clone(), pupil(2, "MARTIN", "Maya", Some(3)), pupil(3, "ROY", "Léo", None)]);
        for (first, last) in [("Maya", "Martin"), ("Maia", "Martin"), ("Rose", "Durieux"), ("Martin", "Maya")] {
            assert_eq!(listing.meant(&Typed::new(first, last)).collect::<Vec<_>>(), [rose.id], "{first} {last}");
        }
        assert_eq!(listing.meant(&Typed::new("Luc", "Martin")).count(), 0);
    }
}
