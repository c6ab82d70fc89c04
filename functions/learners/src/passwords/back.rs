//! Where the ways back from a hand-out lead.

use rentree_domain::Uai;

use crate::list::Filter;
use crate::pupil::page_of;

/// The list of pupils.
pub(super) fn list_path(uai: Uai) -> String {
    format!("/schools/{uai}/learners")
}

/// Where a hand-out was asked from, and what the link says: the page of a pupil, if it says so, or else the list, however many are handed
/// passwords.
pub(super) fn way_back(uai: Uai, list: &Filter) -> (String, &'static str) {
    match list.pupil {
        Some(pupil) => (page_of(uai, pupil, list), "Revenir à la fiche de l’élève"),
        None => (list.asking(&list_path(uai)), "Revenir aux élèves"),
    }
}
