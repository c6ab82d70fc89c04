//! The numbers of each class, and their chart: a bar a class, stacked by how examinations ended.

use std::collections::BTreeMap;

use rentree_domain::{ByLevel, CertificationStatus};
use rentree_web::chart::{self, Chart, Counted};
use rentree_web::french;
use schemars::JsonSchema;
use serde::Serialize;

use super::row::Row;

/// Certifications whose class is not known.
const UNKNOWN: &str = "inconnue";

/// The numbers of a class.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[schemars(rename = "CertifiedClass")]
pub(crate) struct Class {
    /// Its name in that school year; `null` for those whose class is not known.
    pub(crate) division: Option<String>,
    pub(crate) validated: usize,
    pub(crate) rejected: usize,
    /// Started, or in error.
    pub(crate) not_judged: usize,
    pub(crate) cancelled: usize,
}

impl Class {
    /// All of them.
    pub(crate) fn all(&self) -> usize {
        self.validated + self.rejected + self.not_judged + self.cancelled
    }

    /// As people read it.
    pub(crate) fn name(&self) -> &str {
        self.division.as_deref().unwrap_or(UNKNOWN)
    }
}

/// The numbers of each class, in their order; those of no known class are last.
pub(crate) fn tally<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<Class> {
    let mut classes: BTreeMap<(bool, Option<ByLevel<&str>>), Class> = BTreeMap::new();
    for row in rows {
        let class = classes.entry((row.division.is_none(), row.division.as_deref().map(ByLevel))).or_default();
        class.division.clone_from(&row.division);
        *match row.status {
            CertificationStatus::Validated => &mut class.validated,
            CertificationStatus::Rejected => &mut class.rejected,
            CertificationStatus::Started | CertificationStatus::InError => &mut class.not_judged,
            CertificationStatus::Cancelled => &mut class.cancelled,
        } += 1;
    }
    classes.into_values().collect()
}

/// The drawings of `classes`.
pub(crate) fn charts(classes: &[Class]) -> Vec<Chart> {
    let counted = classes.iter().map(|class| Counted {
        name: class.name().to_owned(),
        counts: [class.validated, class.rejected, class.not_judged, class.cancelled],
        note: format!(
            "{}/{} {}",
            class.validated,
            class.all(),
            if class.validated < 2 { "validée" } else { "validées" }
        ),
    });
    let counted: Vec<Counted> = counted.collect();
    chart::charts("Résultats par classe", &describe(classes), &counted)
}

fn describe(classes: &[Class]) -> String {
    let sum = |of: fn(&Class) -> usize| classes.iter().map(of).sum::<usize>();
    format!(
        "{} ; validées : {} ; rejetées : {} ; en cours ou en erreur : {} ; annulées : {}. Le tableau qui suit, à déplier, donne ces nombres pour chaque classe.",
        french::count(sum(Class::all), "certification", "certifications"),
        sum(|class| class.validated),
        sum(|class| class.rejected),
        sum(|class| class.not_judged),
        sum(|class| class.cancelled),
    )
}
