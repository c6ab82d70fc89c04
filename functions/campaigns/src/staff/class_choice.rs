//! For which classes of the school a campaign is: some of them, or all where none is chosen.

use std::collections::BTreeSet;

use rentree_domain::{Listing, classes_by_level};
use rentree_http::Problem;
use rentree_web::Form;
use schemars::JsonSchema;
use serde::Serialize;

/// A class that may be chosen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ClassChoice")]
pub(crate) struct Choice {
    pub(crate) division: String,
    /// Whether the campaign is for it.
    pub(crate) chosen: bool,
}

/// The classes of a school.
pub(crate) fn classes_of(listing: &Listing) -> BTreeSet<String> {
    listing.enrolled().map(|pupil| pupil.division.clone()).filter(|division| !division.is_empty()).collect()
}

/// Each of the classes `offered`, as a school counts them.
pub(crate) fn choices(offered: &BTreeSet<String>, chosen: &BTreeSet<String>) -> Vec<Choice> {
    let choice = |division: String| Choice { chosen: chosen.contains(&division), division };
    classes_by_level(offered.iter().map(String::as_str)).into_iter().map(choice).collect()
}

/// What is wrong with a form whose classes were read beside it: its fields first.
pub(crate) fn problem(form: &Form, classes: Result<BTreeSet<String>, Problem>) -> Problem {
    match classes {
        Err(changed) if !form.is_refused() => changed,
        _ => Problem::invalid(form),
    }
}

/// What is told where a class that was chosen is not to be chosen.
pub(crate) const CHANGED: &str = "Une des classes cochées n’est pas à choisir ici, ou n’existe plus dans la liste des élèves. Rien n’a été enregistré : choisissez de nouveau les classes.";

/// The classes that were chosen, of those `offered`; the way back from a page that is out of date leads to `back`.
pub(crate) fn read(
    chosen: impl IntoIterator<Item = String>,
    offered: &BTreeSet<String>,
    back: String,
) -> Result<BTreeSet<String>, Problem> {
    let chosen: BTreeSet<String> = chosen.into_iter().collect();
    if chosen.is_subset(offered) {
        return Ok(chosen);
    }
    Err(Problem::badly_chosen("Les classes ont changé", CHANGED).leading_to("Choisir de nouveau", back))
}
