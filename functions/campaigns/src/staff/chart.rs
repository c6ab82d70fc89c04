//! The chart of a campaign: a bar a class, stacked by how far its pupils are. Its numbers stand in the table below it, too.

use rentree_web::chart::{self, Chart, Counted};
use rentree_web::french;

use crate::staff::tally::{Class, Counts, State};

/// The drawings of `classes`.
pub(crate) fn charts(total: &Counts, classes: &[Class]) -> Vec<Chart> {
    let counted = classes.iter().map(|class| Counted {
        name: class.division.clone(),
        counts: State::FROM_THE_FURTHEST.map(|state| class.counts.of(state)),
        note: format!("{}/{} envoyés", class.counts.sent, class.counts.all()),
    });
    let counted: Vec<Counted> = counted.collect();
    chart::charts("Avancement par classe", &describe(total, classes.len()), &counted)
}

fn describe(total: &Counts, classes: usize) -> String {
    let pupils = |state| french::count(total.of(state), "élève", "élèves");
    format!(
        "{} ; ont envoyé : {} ; ont commencé sans envoyer : {} ; ont rejoint sans commencer : {} ; n’ont pas rejoint : {}. Le tableau qui suit donne ces nombres pour chaque classe.",
        french::count(classes, "classe", "classes"),
        pupils(State::Sent),
        pupils(State::Started),
        pupils(State::Joined),
        pupils(State::NotJoined),
    )
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::*;

    #[test]
    fn a_bar_shows_who_is_how_far() {
        let class = Class { division: "6A".to_owned(), counts: Counts::so_far([10, 0, 5, 5]) };
        let charts = charts(&class.counts, std::slice::from_ref(&class));
        let svg = charts[0].render().unwrap();
        assert!(svg.contains("6A") && svg.contains("5/20 envoyés"), "{svg}");
        // Those who have joined are ten in all, as the page counts them above the chart, and those who sent among them.
        assert!(svg.contains("ont commencé sans envoyer\u{A0}: 5 élèves"), "{svg}");
        assert!(svg.contains("ont rejoint sans commencer\u{A0}: 0 élève"), "{svg}");
        assert!(svg.contains("n’ont pas rejoint\u{A0}: 10 élèves"), "{svg}");
    }
}
