//! What the page of a campaign, and its board, say that was just done. The address says what; how lessons stand is told as it is now, for
//! they end by themselves, and a reload, or a colleague, may come in between.

use jiff::Timestamp;
use rentree_domain::{LearnerId, Listing};
use rentree_web::french;

/// The campaign as it is now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// Whether nobody can join it today, whatever lesson is open.
    pub(crate) is_closed: bool,
    /// Whether nobody joins it outside of a lesson.
    pub(crate) only_in_lessons: bool,
    /// When the lesson ends that is under way.
    pub(crate) lesson_until: Option<Timestamp>,
}

/// The sentence for `done`, if the page knows it; of lessons, how things stand.
pub(crate) fn told(done: &str, now: Now) -> Option<String> {
    let Now { is_closed, only_in_lessons, lesson_until } = now;
    let fixed = match done {
        "created" if only_in_lessons && lesson_until.is_none() && !is_closed => {
            "La campagne est créée. Ouvrez une séance, puis donnez son code aux élèves."
        }
        "created" => "La campagne est créée. Donnez son code aux élèves.",
        "changed" => "La campagne est modifiée.",
        "classes" => "Les classes de la campagne sont enregistrées.",
        "taken_back" => "L’envoi est annulé : l’élève peut recommencer depuis la page de la campagne.",
        "archived" => "La campagne est archivée : plus personne ne peut la rejoindre.",
        "restored" => "La campagne est de nouveau active, avec le même code.",
        "lesson" => return lesson_until.map(|until| format!("La séance est ouverte {}.", up_to(until))),
        "lesson_ended" if lesson_until.is_none() => ended(is_closed, only_in_lessons),
        "joining" => return Some(joining(is_closed, only_in_lessons, lesson_until)),
        "code" => "La campagne a un nouveau code. L’ancien ne marche plus : remplacez-le partout où il est affiché.",
        _ => return None,
    };
    Some(fixed.to_owned())
}

/// The same, on the page that shows pupils. Of several pupils who were held up, one is let try again: the address has who, and the page
/// alone the name.
pub(crate) fn told_of_pupils(done: &str, now: Now, listing: &Listing) -> Option<String> {
    let Some(id) = done.strip_prefix("tries-") else { return told(done, now) };
    let id: LearnerId = id.parse().ok()?;
    let pupil = listing.enrolled().find(|pupil| pupil.id == id)?;
    Some(format!("{} peut réessayer tout de suite de rejoindre une campagne.", pupil.full_name()))
}

/// A lesson is ended by one click, for another one mends it: whoever was about to join is asked to try again, and loses nothing.
fn ended(is_closed: bool, only_in_lessons: bool) -> &'static str {
    match (is_closed, only_in_lessons) {
        (true, _) => "La séance est terminée.",
        (false, true) => {
            "La séance est terminée : les élèves qui n’avaient pas fini de rejoindre la campagne doivent attendre. Pour les laisser continuer, ouvrez une autre séance."
        }
        (false, false) => "La séance est terminée. Vous pouvez en ouvrir une autre.",
    }
}

/// When it can be joined.
fn joining(is_closed: bool, only_in_lessons: bool, lesson_until: Option<Timestamp>) -> String {
    match lesson_until.filter(|_| only_in_lessons && !is_closed) {
        Some(until) => format!(
            "La campagne est réservée aux séances. Une séance est ouverte : les élèves peuvent rejoindre la campagne {}.",
            up_to(until)
        ),
        None if only_in_lessons && is_closed => "La campagne est réservée aux séances.".to_owned(),
        None if only_in_lessons => {
            "La campagne est réservée aux séances : personne ne peut la rejoindre tant qu’aucune séance n’est ouverte."
                .to_owned()
        }
        None if is_closed => "La campagne n’est plus réservée aux séances.".to_owned(),
        None => {
            "La campagne n’est plus réservée aux séances : les élèves peuvent la rejoindre à tout moment.".to_owned()
        }
    }
}

fn up_to(until: Timestamp) -> String {
    format!("jusqu’au {}", french::day_and_time(&until))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rentree_domain::ListedPupil;

    use super::*;

    #[test]
    fn what_is_told_is_so_now() {
        let until: Timestamp = "2026-09-14T08:05:00Z".parse().unwrap();
        let at = |only_in_lessons, lesson_until| Now { is_closed: false, only_in_lessons, lesson_until };
        let told = |done, now| told(done, now).unwrap_or_default();
        let end = french::day_and_time(&until);
        assert_eq!(told("lesson", at(false, Some(until))), format!("La séance est ouverte jusqu’au {end}."));
        assert_eq!(told("lesson", at(false, None)), "", "it ended meanwhile");
        assert_eq!(
            told("lesson_ended", at(false, None)),
            "La séance est terminée. Vous pouvez en ouvrir une autre.",
            "one click too many is mended on the spot"
        );
        assert!(told("lesson_ended", at(true, None)).ends_with("Pour les laisser continuer, ouvrez une autre séance."));
        assert_eq!(told("lesson_ended", at(false, Some(until))), "", "another one was opened");
        assert!(told("joining", at(true, Some(until))).ends_with(&format!("rejoindre la campagne jusqu’au {end}.")));
        assert!(told("joining", at(true, None)).contains("personne ne peut la rejoindre"));
        assert!(told("joining", at(false, None)).ends_with("à tout moment."));
        assert!(told("created", at(true, None)).ends_with("Ouvrez une séance, puis donnez son code aux élèves."));
        assert!(told("created", at(true, Some(until))).ends_with("Donnez son code aux élèves."), "it is open");
        assert!(told("created", at(false, None)).ends_with("Donnez son code aux élèves."), "no lesson is needed");
        let closed = Now { is_closed: true, ..at(false, Some(until)) };
        let over = Now { lesson_until: None, ..closed };
        assert_eq!(told("lesson_ended", over), "La séance est terminée.", "none can be opened");
        assert_eq!(told("joining", closed), "La campagne n’est plus réservée aux séances.");
        assert_eq!(told("unknown", closed), "");
    }

    fn pupil(number: u8, left_in: Option<u64>) -> ListedPupil {
        ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]),
            left_in,
            last_name: "DUPONT".to_owned(),
            usage_name: None,
            first_name: "Karine".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2014, 3, 10),
            division: "6A".to_owned(),
            level: None,
        }
    }

    /// An address names nobody: whoever is not, or no more, among the pupils is told of to nobody.
    #[test]
    fn a_pupil_who_may_try_again_is_named_by_the_list() {
        let now = Now { is_closed: false, only_in_lessons: false, lesson_until: None };
        let (here, gone, unknown) = (pupil(1, None), pupil(2, Some(3)), pupil(3, None));
        let listing = Listing::new(vec![here.clone(), gone.clone()]);
        let told = |done: &str| told_of_pupils(done, now, &listing);
        let sentence = "DUPONT Karine peut réessayer tout de suite de rejoindre une campagne.";
        assert_eq!(told(&format!("tries-{}", here.id)).as_deref(), Some(sentence));
        for nobody in [gone.id.to_string(), unknown.id.to_string(), String::new(), "DUPONT".to_owned()] {
            assert_eq!(told(&format!("tries-{nobody}")), None, "{nobody}");
        }
        assert_eq!(told("changed").as_deref(), Some("La campagne est modifiée."));
    }
}
