//! Who is how far in a campaign, by pupil and by class. Pupils who left count under their last class, if they took part.

use std::collections::{BTreeMap, HashMap};

use rentree_domain::platform_campaign::Concerned;
use rentree_domain::profile::CollectedProfile;
use rentree_domain::{ByLevel, LearnerId, ListedPupil, Listing, Progress};
use rentree_table::Participation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a pupil is, joined or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Has not joined.
    NotJoined,
    /// Has joined, and not begun.
    Joined,
    /// Has begun, and not sent a result.
    Started,
    /// Has sent a result.
    Sent,
}

impl State {
    /// From the furthest, as charts show them.
    pub(crate) const FROM_THE_FURTHEST: [Self; 4] = [Self::Sent, Self::Started, Self::Joined, Self::NotJoined];

    /// As programs read it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NotJoined => "not_joined",
            Self::Joined => "joined",
            Self::Started => "started",
            Self::Sent => "sent",
        }
    }

    /// As people read it. Who has begun has joined, too, and counts among those who “ont rejoint”: what is true of nobody else is said.
    pub(crate) fn french(self) -> &'static str {
        match self {
            Self::NotJoined => "N’a pas rejoint",
            Self::Joined => "A rejoint sans commencer",
            Self::Started => "A commencé sans envoyer",
            Self::Sent => "A envoyé",
        }
    }
}

/// A pupil of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pupil<'a> {
    pub(crate) listed: &'a ListedPupil,
    pub(crate) participation: Option<Participation>,
}

impl Pupil<'_> {
    /// Whether the pupil may be registered for a certification; `None` while no profile says.
    pub(crate) fn certifiable(&self) -> Option<bool> {
        self.participation.as_ref()?.profile.map(CollectedProfile::is_certifiable)
    }

    /// How far.
    pub(crate) fn state(&self) -> State {
        match self.participation.as_ref().map(Participation::progress) {
            None => State::NotJoined,
            Some(Progress::Joined) => State::Joined,
            Some(Progress::Started) => State::Started,
            Some(Progress::Sent) => State::Sent,
        }
    }
}

/// Numbers of pupils. Who has sent has also started, and who has started has also joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[schemars(rename = "CampaignCounts")]
pub(crate) struct Counts {
    /// Pupils of the school.
    pub(crate) enrolled: usize,
    /// Pupils who took part and have left the school since; they count below, too.
    pub(crate) left: usize,
    /// Who joined.
    pub(crate) joined: usize,
    /// Who began.
    pub(crate) started: usize,
    /// Who sent a result.
    pub(crate) sent: usize,
    /// Mean of the results, in per cent, rounded.
    pub(crate) mean_score: Option<u8>,
    /// Who may be registered for a certification, by the profile that was collected.
    pub(crate) certifiable: usize,
    #[serde(skip)]
    sum: usize,
}

/// The numbers of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CampaignClass")]
pub(crate) struct Class {
    /// Its name.
    pub(crate) division: String,
    /// Its numbers.
    #[serde(flatten)]
    pub(crate) counts: Counts,
}

impl Counts {
    /// All who count.
    pub(crate) fn all(&self) -> usize {
        self.enrolled + self.left
    }

    /// Those who are just so far.
    pub(crate) fn of(&self, state: State) -> usize {
        match state {
            State::NotJoined => self.all() - self.joined,
            State::Joined => self.joined - self.started,
            State::Started => self.started - self.sent,
            State::Sent => self.sent,
        }
    }

    /// For tests of what is made of them: those who are just so far, from who has not joined.
    #[cfg(test)]
    pub(crate) fn so_far([not_joined, joined, started, sent]: [usize; 4]) -> Self {
        let (started, enrolled) = (started + sent, not_joined + joined + started + sent);
        Self { enrolled, joined: joined + started, started, sent, ..Self::default() }
    }

    fn add(&mut self, pupil: &Pupil<'_>) {
        if pupil.listed.left() {
            self.left += 1;
        } else {
            self.enrolled += 1;
        }
        let state = pupil.state();
        self.joined += usize::from(state >= State::Joined);
        self.started += usize::from(state >= State::Started);
        self.sent += usize::from(state >= State::Sent);
        let score = pupil.participation.as_ref().and_then(|participation| participation.score);
        self.certifiable += usize::from(pupil.certifiable() == Some(true));
        self.sum += score.map_or(0, |score| usize::from(score.per_cent()));
        self.mean_score =
            (2 * self.sum + self.sent).checked_div(2 * self.sent).and_then(|mean| u8::try_from(mean).ok());
    }
}

/// The pupils of a campaign by name, and how many took part of whom no file tells any more. Those of classes that are not
/// `concerned` are of it once they have joined.
pub(crate) fn pupils<'a>(
    listing: &'a Listing,
    concerned: &Concerned,
    participations: Vec<(LearnerId, Participation)>,
) -> (Vec<Pupil<'a>>, usize) {
    let mut parts: HashMap<LearnerId, Participation> = participations.into_iter().collect();
    let everybody = listing.everybody().iter().map(|listed| Pupil { listed, participation: parts.remove(&listed.id) });
    let expected = |listed: &ListedPupil| !listed.left() && concerned.has(&listed.division);
    let pupils = everybody.filter(|pupil| expected(pupil.listed) || pupil.participation.is_some()).collect();
    (pupils, parts.len())
}

/// How many of those who joined are in a class that is not `concerned`. The last class of who left tells nothing of the day when they joined.
pub(crate) fn of_other_classes(pupils: &[Pupil<'_>], concerned: &Concerned) -> usize {
    let is_of_another = |pupil: &&Pupil<'_>| {
        pupil.participation.is_some() && !pupil.listed.left() && !concerned.has(&pupil.listed.division)
    };
    pupils.iter().filter(is_of_another).count()
}

/// The numbers of all pupils, and of each class.
pub(crate) fn tally(pupils: &[Pupil<'_>]) -> (Counts, Vec<Class>) {
    let mut total = Counts::default();
    let mut classes: BTreeMap<ByLevel<&str>, Counts> = BTreeMap::new();
    for pupil in pupils {
        total.add(pupil);
        classes.entry(ByLevel(pupil.listed.division.as_str())).or_default().add(pupil);
    }
    let class = |(ByLevel(division), counts): (ByLevel<&str>, Counts)| Class { division: division.to_owned(), counts };
    (total, classes.into_iter().map(class).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;
    use jiff::civil::date;
    use rentree_domain::{Level, Uai};
    use serde_json::json;

    use super::*;

    fn id(number: u8) -> LearnerId {
        LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10])
    }

    fn pupil(number: u8, division: &str, left_in: Option<u64>) -> ListedPupil {
        ListedPupil {
            id: id(number),
            left_in,
            last_name: format!("NOM{number:03}"),
            usage_name: None,
            first_name: "Léa".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: division.to_owned(),
            level: None,
        }
    }

    fn part(number: u8, state: State, score: u8) -> (LearnerId, Participation) {
        let mut part =
            json!({"uai": Uai::parse("0990001N").unwrap(), "joined_at": "2026-09-01T08:00:00Z", "changes": 0});
        if state >= State::Started {
            part["started_at"] = "2026-09-01T08:10:00Z".into();
        }
        if state == State::Sent {
            part["sent_at"] = "2026-09-01T09:00:00Z".into();
            part["score"] = score.into();
        }
        (id(number), serde_json::from_value(part).unwrap())
    }

    #[test]
    fn classes_count_who_is_how_far() {
        let enrolled = [(1, "6B"), (2, "6A"), (3, "6A"), (4, "6A"), (5, "6A")].map(|(n, d)| pupil(n, d, None));
        let former = [(6, "6A"), (7, "6A")].map(|(n, d)| pupil(n, d, Some(2)));
        let listing = Listing::new(enrolled.into_iter().chain(former).collect());
        let parts = vec![
            part(2, State::Joined, 0),
            part(3, State::Started, 0),
            part(4, State::Sent, 51),
            part(6, State::Sent, 80),
            part(99, State::Sent, 10),
        ];
        let all = Concerned::of(&listing, &BTreeSet::new(), &BTreeSet::new());
        let (pupils, unlisted) = pupils(&listing, &all, parts);
        assert_eq!(unlisted, 1, "of whom no file tells");
        assert_eq!(pupils.len(), 6, "who left without having joined is nobody here");
        assert_eq!(pupils.iter().map(|pupil| pupil.listed.id).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6].map(id));
        let (total, classes) = tally(&pupils);
        let [a, b] = &classes[..] else { panic!("two classes") };
        assert_eq!((a.division.as_str(), a.counts.enrolled, a.counts.left, a.counts.all()), ("6A", 4, 1, 5));
        assert_eq!((a.counts.joined, a.counts.started, a.counts.sent, a.counts.mean_score), (4, 3, 2, Some(66)));
        assert_eq!(State::FROM_THE_FURTHEST.map(|state| a.counts.of(state)), [2, 1, 1, 1]);
        assert_eq!((b.division.as_str(), b.counts.of(State::NotJoined), b.counts.mean_score), ("6B", 1, None));
        assert_eq!((total.all(), total.joined, total.sent), (6, 4, 2));
    }

    #[test]
    fn who_joined_from_another_class_is_told_of() {
        let with_level = |number, division: &str, level, left_in| ListedPupil {
            level: Some(level),
            ..pupil(number, division, left_in)
        };
        let (sixth, third) = (Level::Sixieme, Level::Troisieme);
        let listing = Listing::new(vec![
            with_level(1, "6A", sixth, None),
            with_level(2, "3A", third, None),
            with_level(3, "3A", third, None),
            with_level(4, "3A", third, Some(2)),
        ]);
        let parts = || [1, 2, 4].map(|number| part(number, State::Joined, 0)).to_vec();
        let concerned = Concerned::of(&listing, &[sixth].into(), &BTreeSet::new());
        let (of_levels, _) = pupils(&listing, &concerned, parts());
        assert_eq!((of_levels.len(), of_other_classes(&of_levels, &concerned)), (3, 1));
        let all = Concerned::of(&listing, &BTreeSet::new(), &BTreeSet::new());
        let (of_all, _) = pupils(&listing, &all, parts());
        assert_eq!((of_all.len(), of_other_classes(&of_all, &all)), (4, 0));
    }
}
