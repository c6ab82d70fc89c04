//! Which pupil of a school a certification is about: the one with our identifier, else the one with this INE and this birth date. Pupils who
//! left are meant as well: their results are the school's.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use rentree_domain::certification::Statement;
use rentree_domain::learner::{Learner, Revision};
use rentree_domain::{LearnerId, SchoolYear, Uai, paris};
use tokio::task::JoinSet;

use super::{CertifiedPupil, Next, means_another};
use crate::item::all;
use crate::keys::{GSI2, LEARNERS, birth, id_in_sk};
use crate::{School, Table, TableError};

impl Table {
    /// Finds the pupils of those certifications that have none, or whose statement means another one.
    pub(super) async fn find_pupils<'a>(
        &self,
        schools: &HashMap<Uai, School>,
        next: impl Iterator<Item = &'a mut Next>,
    ) -> Result<(), TableError> {
        let unknown = |next: &&mut Next| {
            let latest = &next.certification.latest;
            means_another(next.seen.certification.as_ref(), &latest.about, latest.uai)
        };
        let sought: Vec<&mut Next> = next.filter(unknown).collect();
        if sought.is_empty() {
            return Ok(());
        }
        let born = self.born(sought.iter().map(|next| &next.certification.latest)).await?;
        let mut candidates: BTreeMap<Uai, Vec<LearnerId>> = BTreeMap::new();
        for next in &sought {
            let Statement { uai, about, .. } = &next.certification.latest;
            let of_day = about.by_ine().and_then(|(_, day)| born.get(&(*uai, day)));
            let ids = about.learner.into_iter().chain(of_day.into_iter().flatten().copied());
            candidates.entry(*uai).or_default().extend(ids);
        }
        let mut learners: HashMap<(Uai, LearnerId), Learner> = HashMap::new();
        for (uai, ids) in candidates {
            learners.extend(self.learners(uai, ids).await?.into_iter().map(|(id, learner)| ((uai, id), learner)));
        }

        for next in sought {
            let latest = &next.certification.latest;
            let found = schools.get(&latest.uai).and_then(|school| {
                let revision = |id: LearnerId| learners.get(&(latest.uai, id))?.visible(school.roster_version);
                let (learner, revision) = meant(latest, &born, revision)?;
                Some(certified(school, latest.year(), learner, revision))
            });
            // Whoever is still meant is kept as they were.
            let kept = next.certification.pupil.take();
            next.certification.pupil = match (kept, found) {
                (Some(kept), Some(found)) if kept.learner == found.learner => Some(kept),
                (_, found) => found,
            };
        }
        Ok(())
    }

    /// Whom the index of births has, for each school and day that a statement names.
    async fn born<'a>(
        &self,
        statements: impl Iterator<Item = &'a Statement>,
    ) -> Result<HashMap<(Uai, Date), Vec<LearnerId>>, TableError> {
        let days: std::collections::BTreeSet<(Uai, Date)> =
            statements.filter_map(|statement| Some((statement.uai, statement.about.by_ine()?.1))).collect();
        let mut asked = JoinSet::new();
        for (uai, day) in days {
            let table = self.clone();
            asked.spawn(async move { Ok(((uai, day), table.ids_born_on(uai, day).await?)) });
        }
        let mut born = HashMap::new();
        while let Some(answer) = asked.join_next().await {
            born.extend([answer.map_err(TableError::malformed("Learner"))??]);
        }
        Ok(born)
    }

    /// Everybody of a school whom the index of births has on a day, in the school or not. It may be a moment late.
    async fn ids_born_on(&self, uai: Uai, day: Date) -> Result<Vec<LearnerId>, TableError> {
        let query = self
            .query()
            .index_name("GSI2")
            .key_condition_expression("#born = :born")
            .expression_attribute_names("#born", GSI2.0)
            .expression_attribute_values(":born", AttributeValue::S(birth(uai, day)))
            .projection_expression("SK");
        let id = |item| id_in_sk(&item, LEARNERS).ok_or("no identifier").map_err(TableError::malformed("Learner"));
        all(query).await?.into_iter().map(id).collect()
    }
}

/// The pupil that a statement is about, among those whom readers see.
fn meant<'a>(
    statement: &Statement,
    born: &HashMap<(Uai, Date), Vec<LearnerId>>,
    revision: impl Fn(LearnerId) -> Option<&'a Revision>,
) -> Option<(LearnerId, &'a Revision)> {
    let about = &statement.about;
    let by_id = about.learner.and_then(|id| Some((id, revision(id)?)));
    by_id.or_else(|| {
        let (ine, day) = about.by_ine()?;
        let mut of_day = born.get(&(statement.uai, day))?.iter().filter_map(|id| Some((*id, revision(*id)?)));
        of_day.find(|(_, revision)| revision.entry.ine == ine && revision.entry.birth_date == day)
    })
}

/// The pupil as the school has them now. The class is that of the school year of the certification, and no other: a roster of another year
/// tells it of nobody.
fn certified(school: &School, year: SchoolYear, learner: LearnerId, revision: &Revision) -> CertifiedPupil {
    let entry = &revision.entry;
    let applied = school.applied.as_ref();
    let of_roster =
        applied.map(|applied| applied.dated.school_year.unwrap_or_else(|| SchoolYear::of(paris::date(applied.at))));
    let is_of_year = of_roster == Some(year) && revision.active;
    CertifiedPupil {
        learner,
        last_name: entry.last_name.clone(),
        first_name: entry.first_name.clone(),
        division: is_of_year.then(|| entry.division.clone()),
    }
}
