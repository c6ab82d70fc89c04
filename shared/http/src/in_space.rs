//! Errors within a school's space, for its members: the page keeps the header of the space, and leads back to what it is about. Whoever
//! is no member gets the page that everybody gets: another school looks like none.

use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_table::Table;
use rentree_web::{Frame, Section};

use crate::Problem;
use crate::guard::recognise;

/// A page of a school's space, by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InSpace {
    uai: Uai,
    section: Section,
    /// The import, pupil or campaign that the address is below of.
    about: Option<String>,
}

impl InSpace {
    /// What an address says; `None` outside of any space.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let mut parts = path.strip_prefix("/schools/")?.split('/');
        let uai = Uai::parse(parts.next()?).ok()?;
        let section = match parts.next() {
            Some("learners") => Section::Learners,
            Some("imports") => Section::Imports,
            Some("campaigns" | "follow-up") => Section::Campaigns,
            Some("certifications" | "certificates" | "certificates.pdf") => Section::Certifications,
            Some("mediacentre") => Section::Mediacentre,
            None | Some("" | "new-year") => Section::Home,
            Some(_) => Section::Team,
        };
        // Handing out passwords is no pupil, though it stands where their identifiers do.
        let about = parts.next().zip(parts.next()).map(|(about, _)| about).filter(|about| *about != "passwords");
        Some(Self { uai, section, about: about.map(ToOwned::to_owned) })
    }

    /// The page of the team, if the address is about it.
    pub(crate) fn team(&self) -> Option<String> {
        (self.section == Section::Team).then(|| format!("/schools/{}/team", self.uai))
    }

    /// The frame of the space, if the visitor is a member of it.
    pub(crate) async fn frame(&self, title: &str, table: &Table, headers: &HeaderMap, now: Timestamp) -> Option<Frame> {
        let visitor = recognise(table, headers, self.uai, now).await?;
        Some(visitor.frame(title, self.uai, &visitor.school, self.section))
    }

    /// Where a problem leads that does not say so itself: to what the address is about, or to the list of its kind when there is no such
    /// thing.
    pub(crate) fn way_on(&self, problem: &Problem) -> (&'static str, String) {
        let Self { uai, section, about } = self;
        let about = about.as_ref().filter(|_| problem.status != StatusCode::NOT_FOUND);
        let (path, list, one) = match section {
            Section::Home => ("", "Revenir à l’accueil de l’espace", None),
            Section::Learners => ("/learners", "Revenir aux élèves", Some("Revenir à la fiche de l’élève")),
            Section::Imports => ("/imports", "Revenir aux imports", Some("Revenir à cet import")),
            Section::Campaigns => ("/campaigns", "Revenir aux campagnes", Some("Revenir à la campagne")),
            Section::Certifications => ("/certifications", "Revenir aux certifications", None),
            Section::Mediacentre => ("/mediacentre", "Revenir au Médiacentre", None),
            Section::Team => ("/team", "Revenir à l’équipe", None),
        };
        match one.zip(about) {
            Some((label, about)) => (label, format!("/schools/{uai}{path}/{about}")),
            None => (list, format!("/schools/{uai}{path}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_lead_back_to_what_they_are_about() {
        let way = |path: &str, problem: Problem| InSpace::of(path).map(|it| it.way_on(&problem).1);
        let too_late = || Problem::too_late("");
        for (path, problem, wanted) in [
            ("/schools/0350760L/imports/x/undo", too_late(), Some("/schools/0350760L/imports/x")),
            ("/schools/0350760L/imports/x/undo", Problem::administrators_only(), Some("/schools/0350760L/imports/x")),
            ("/schools/0350760L/imports/x/undo", Problem::not_found(), Some("/schools/0350760L/imports")),
            ("/schools/0350760L/imports/x", Problem::not_found(), Some("/schools/0350760L/imports")),
            ("/schools/0350760L/imports", Problem::administrators_only(), Some("/schools/0350760L/imports")),
            ("/schools/0350760L/learners/x/untie", too_late(), Some("/schools/0350760L/learners/x")),
            ("/schools/0350760L/learners/passwords", too_late(), Some("/schools/0350760L/learners")),
            ("/schools/0350760L/learners/passwords/x", too_late(), Some("/schools/0350760L/learners")),
            ("/schools/0350760L/campaigns/x/archive", too_late(), Some("/schools/0350760L/campaigns/x")),
            ("/schools/0350760L/members/x/role", Problem::last_administrator(), Some("/schools/0350760L/team")),
            ("/schools/0350760L/mediacentre", too_late(), Some("/schools/0350760L/mediacentre")),
            (
                "/schools/0350760L/certificates",
                Problem::administrators_only(),
                Some("/schools/0350760L/certifications"),
            ),
            (
                "/schools/0350760L/certificates.pdf",
                Problem::administrators_only(),
                Some("/schools/0350760L/certifications"),
            ),
            (
                "/schools/0350760L/follow-up/results.csv",
                Problem::administrators_only(),
                Some("/schools/0350760L/campaigns"),
            ),
            ("/schools/0350760L/new-year", too_late(), Some("/schools/0350760L")),
            ("/schools/0350760L/audit", Problem::administrators_only(), Some("/schools/0350760L/team")),
            ("/schools/0350760L", Problem::not_found(), Some("/schools/0350760L")),
            ("/schools/0350760L/invitations", too_late(), Some("/schools/0350760L/team")),
            ("/schools/0350760A/learners", Problem::not_found(), None),
            ("/schools/", Problem::not_found(), None),
            ("/account", Problem::not_found(), None),
        ] {
            assert_eq!(way(path, problem.clone()).as_deref(), wanted, "{path} {problem:?}");
        }
    }
}
