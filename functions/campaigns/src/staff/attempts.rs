//! The tries to join a campaign that failed: each for programs, those of one day and reason together for people.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{Listing, paris};
use rentree_table::{JoinAttempt, JoinOutcome};
use rentree_web::french;
use schemars::JsonSchema;
use serde::Serialize;

const SHOWN: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CampaignJoinAttempt")]
pub(crate) struct Attempt {
    at: Timestamp,
    outcome: JoinOutcome,
    /// `DUPONT Karine`: the pupil that was found, if one was.
    pupil: Option<String>,
}

/// Tries of one day that failed for one reason: four lines that say the same are read as one.
pub(crate) struct Alike {
    count: usize,
    first: Timestamp,
    last: Timestamp,
    /// Why, and what staff do.
    pub(crate) text: String,
}

/// The tries of the last thirty days, with the pupils they found by name.
pub(crate) fn told(attempts: Vec<JoinAttempt>, listing: &Listing, now: Timestamp) -> Vec<Attempt> {
    let known: HashMap<_, _> = listing.everybody().iter().map(|pupil| (pupil.id, pupil)).collect();
    let recent = attempts.into_iter().filter(|attempt| attempt.at >= now - SHOWN);
    let told = recent.map(|attempt| Attempt {
        at: attempt.at,
        outcome: attempt.outcome,
        pupil: attempt.learner.and_then(|id| known.get(&id)).map(|pupil| pupil.full_name()),
    });
    told.collect()
}

/// `attempts`, the latest first, by day and reason.
pub(crate) fn alike(attempts: &[Attempt]) -> Vec<Alike> {
    let mut groups: Vec<Alike> = Vec::new();
    for attempt in attempts {
        let (at, text) = (attempt.at, attempt.text());
        match groups.iter_mut().find(|group| paris::date(group.first) == paris::date(at) && group.text == text) {
            Some(group) => {
                group.count += 1;
                group.first = at;
            }
            None => groups.push(Alike { count: 1, first: at, last: at, text }),
        }
    }
    groups
}

impl Alike {
    /// `29/11/2026 à 20 h 20`; `29/11/2026, de 20 h 20 à 20 h 21 : 4 essais`.
    pub(crate) fn when(&self) -> String {
        let [first, last] = [&self.first, &self.last].map(french::time);
        match self.count {
            1 => french::day_and_time(&self.first),
            count if first == last => format!("{} : {count} essais", french::day_and_time(&self.first)),
            count => format!("{}, de {first} à {last} : {count} essais", french::day(&self.first)),
        }
    }
}

impl Attempt {
    fn text(&self) -> String {
        match (self.outcome, &self.pupil) {
            (JoinOutcome::Nobody, _) => {
                "Aucun élève de l’établissement n’a ces nom, prénom et date de naissance. Demandez qui n’arrive pas à entrer. Si l’élève n’est pas dans la liste, ajoutez-le au prochain import ; sinon, ouvrez sa fiche, qui dit comment l’aider.".to_owned()
            }
            (JoinOutcome::Several, _) => "Plusieurs élèves correspondaient.".to_owned(),
            (JoinOutcome::Declined, Some(pupil)) => {
                format!(
                    "Quelqu’un a saisi un nom proche de celui d’un élève ({pupil}), avec la même date de naissance, et a répondu que ce n’était pas le sien. S’il manque un élève dans la liste, ajoutez-le au prochain import ; si le nom de la liste est mal écrit, donnez à l’élève un code personnel depuis sa fiche."
                )
            }
            (JoinOutcome::Declined, None) => {
                "Quelqu’un a saisi un nom proche de celui d’un élève, et a répondu que ce n’était pas le sien."
                    .to_owned()
            }
            (JoinOutcome::WrongCode, _) => "Un code personnel faux, déjà utilisé ou périmé a été saisi.".to_owned(),
            (JoinOutcome::TiedElsewhere, Some(pupil)) => {
                format!(
                    "{pupil} a déjà un compte : c’est avec lui qu’il faut se connecter. En cas d’oubli, ouvrez sa fiche."
                )
            }
            (JoinOutcome::TiedElsewhere, None) => {
                "L’élève a déjà un compte : c’est avec lui qu’il faut se connecter.".to_owned()
            }
            (JoinOutcome::Limited, Some(pupil)) => {
                format!(
                    "Trop de dates de naissance essayées avec le nom d’un élève ({pupil}), ou un nom semblable : les suivantes ont été refusées."
                )
            }
            (JoinOutcome::Limited, None) => {
                "Trop d’essais avec des noms qui ne sont ceux d’aucun élève, ou pour cette campagne : les suivants ont été refusés.".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str, outcome: JoinOutcome, pupil: Option<&str>) -> Attempt {
        let at = format!("2026-11-29T{time}Z").parse().unwrap();
        Attempt { at, outcome, pupil: pupil.map(str::to_owned) }
    }

    #[test]
    fn those_of_one_day_and_reason_are_told_together() {
        let attempts = [
            at("23:05:00", JoinOutcome::Nobody, None),
            at("19:21:40", JoinOutcome::Nobody, None),
            at("19:21:00", JoinOutcome::TiedElsewhere, Some("ROY Nina")),
            at("19:20:59", JoinOutcome::TiedElsewhere, Some("DUPONT Karine")),
            at("19:20:30", JoinOutcome::Nobody, None),
            at("19:20:10", JoinOutcome::Nobody, None),
            at("08:00:00", JoinOutcome::WrongCode, None),
            at("08:00:00", JoinOutcome::WrongCode, None),
        ];
        let told: Vec<(String, String)> =
            alike(&attempts).into_iter().map(|group| (group.when().replace('\u{a0}', " "), group.text)).collect();
        let (when, texts): (Vec<&str>, Vec<&str>) = told.iter().map(|(when, text)| (&when[..], &text[..])).unzip();
        assert_eq!(
            when,
            [
                "30/11/2026 à 0 h 05",
                "29/11/2026, de 20 h 20 à 20 h 21 : 3 essais",
                "29/11/2026 à 20 h 21",
                "29/11/2026 à 20 h 20",
                "29/11/2026 à 9 h 00 : 2 essais",
            ]
        );
        assert!(texts[1].ends_with("ouvrez sa fiche, qui dit comment l’aider."), "{}", texts[1]);
        assert!(texts[2].starts_with("ROY Nina") && texts[3].starts_with("DUPONT Karine"), "{texts:?}");
    }
}
