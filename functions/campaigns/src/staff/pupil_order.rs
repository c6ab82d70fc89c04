//! In which order the pupils of a campaign stand. Pure.

use rentree_domain::ByLevel;
use rentree_web::ListOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::staff::tally::Pupil;

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("type" = "string"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// By name.
    #[default]
    #[serde(rename = "")]
    Name,
    /// By class, and within it by name.
    Division,
    /// From who has not joined to who has sent, and within that by name.
    State,
}

impl ListOrder for Order {
    const ALL: &'static [Self] = &[Self::Name, Self::Division, Self::State];

    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("", "Par nom"),
            Self::Division => ("division", "Par classe, puis par nom"),
            Self::State => ("state", "Par avancement, puis par nom"),
        }
    }
}

impl Order {
    /// Puts pupils, who come by name, in this order.
    pub(crate) fn sort(self, pupils: &mut [Pupil<'_>]) {
        match self {
            Self::Name => {}
            Self::Division => pupils.sort_by_key(|pupil| ByLevel(&pupil.listed.division)),
            Self::State => pupils.sort_by_key(Pupil::state),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;
    use jiff::civil::date;
    use proptest::prelude::*;
    use rentree_domain::platform_campaign::Concerned;
    use rentree_domain::{LearnerId, ListedPupil, Listing};
    use rentree_table::Participation;
    use serde_json::json;

    use super::*;
    use crate::staff::tally::{State, pupils};

    fn pupil(number: u8, name: usize, class: usize) -> ListedPupil {
        ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]),
            left_in: None,
            last_name: ["ÉMILE", "DURAND", "ETIENNE", "ZOLA", "FAURE"][name].to_owned(),
            usage_name: None,
            first_name: "Léa".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: ["6B", "6A", "5C"][class].to_owned(),
            level: None,
        }
    }

    fn part(state: State) -> Option<Participation> {
        let mut part = json!({"uai": "0990001N", "joined_at": "2026-09-01T08:00:00Z", "changes": 0});
        if state >= State::Started {
            part["started_at"] = "2026-09-01T08:10:00Z".into();
        }
        if state == State::Sent {
            part["sent_at"] = "2026-09-01T09:00:00Z".into();
            part["score"] = 50.into();
        }
        (state > State::NotJoined).then(|| serde_json::from_value(part).unwrap())
    }

    const STATES: [State; 4] = [State::NotJoined, State::Joined, State::Started, State::Sent];

    /// Pupils by the numbers of their names, classes and states, in an order.
    fn sorted(made: &[(usize, usize, usize)], order: Order) -> Vec<(LearnerId, String, String, State)> {
        let numbered = || (0..).zip(made);
        let listed = numbered().map(|(number, (name, class, _))| pupil(number, *name, *class));
        let listing = Listing::new(listed.collect());
        let parts = numbered().filter_map(|(number, (name, class, state))| {
            Some((pupil(number, *name, *class).id, part(STATES[*state])?))
        });
        let concerned = Concerned::of(&listing, &BTreeSet::new(), &BTreeSet::new());
        let (mut pupils, _) = pupils(&listing, &concerned, parts.collect());
        order.sort(&mut pupils);
        let told = pupils.iter().map(|pupil| {
            (pupil.listed.id, pupil.listed.division.clone(), pupil.listed.last_name.clone(), pupil.state())
        });
        told.collect()
    }

    #[test]
    fn by_name_by_class_and_from_who_has_not_joined() {
        let made = [(0, 0, 3), (1, 1, 0), (2, 0, 1), (3, 2, 0), (4, 1, 2)];
        let names = |order| sorted(&made, order).into_iter().map(|(_, _, name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(Order::Name), ["DURAND", "ÉMILE", "ETIENNE", "FAURE", "ZOLA"], "accents count for nothing");
        assert_eq!(names(Order::Division), ["DURAND", "FAURE", "ÉMILE", "ETIENNE", "ZOLA"], "6A, 6B, 5C");
        assert_eq!(names(Order::State), ["DURAND", "ZOLA", "ETIENNE", "FAURE", "ÉMILE"]);
    }

    #[test]
    fn forms_send_what_is_read() {
        for order in Order::ALL {
            assert_eq!(serde_json::to_value(order).unwrap(), order.value());
        }
    }

    proptest! {
        #[test]
        fn every_order_shows_the_same_pupils(made in prop::collection::vec((0..5_usize, 0..3_usize, 0..4_usize), 0..60)) {
            let by_name = sorted(&made, Order::Name);
            prop_assert_eq!(by_name.len(), made.len());
            for &order in Order::ALL {
                let mut expected = by_name.clone();
                match order {
                    Order::Name => {}
                    Order::Division => expected.sort_by_key(|(_, division, _, _)| ByLevel(division.clone())),
                    Order::State => expected.sort_by_key(|(_, _, _, state)| *state),
                }
                prop_assert_eq!(sorted(&made, order), expected);
            }
        }
    }
}
