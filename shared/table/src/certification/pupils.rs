//! Which pupil of a school a certification is about: the one with our identifier, else the one with this INE and this birth date. Pupils who
//! left are meant as well: their results are the school's.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use rentree_domain::certification::Statement;
use rentree_domain::learner::{Learner, Revision};
use rentree_domain::{Ine, LearnerId, Uai};
use tokio::task::JoinSet;

use super::{Certification, CertifiedPupil, Next, Recorded};
use crate::item::all;
use crate::keys::{GSI2, LEARNERS, birth, id_in_sk};
use crate::{School, Table, TableError};

/// Pupils of a school as readers see them now: all of them, or those who may be meant.
pub(super) struct Pupils<'a> {
    school: &'a School,
    by_id: BTreeMap<LearnerId, &'a Revision>,
    by_ine: BTreeMap<(Ine, Date), LearnerId>,
}

impl<'a> Pupils<'a> {
    pub(super) fn of(school: &'a School, learners: impl IntoIterator<Item = &'a Learner>) -> Self {
        let seen = |learner: &'a Learner| Some((learner.id, learner.visible(school.roster_version)?));
        let by_id: BTreeMap<_, _> = learners.into_iter().filter_map(seen).collect();
        let mut by_ine = BTreeMap::new();
        // Of two with one number, the one who is in the school; else the older item.
        for is_active in [true, false] {
            for (id, revision) in by_id.iter().filter(|(_, revision)| revision.active == is_active) {
                by_ine.entry((revision.entry.ine, revision.entry.birth_date)).or_insert(*id);
            }
        }
        Self { school, by_id, by_ine }
    }

    /// The pupil that a statement means, as the school has them now, with the class of the school year of the statement. Whoever was meant
    /// `before` by the same words is meant still: a school may correct an INE.
    pub(super) fn meant(&self, latest: &Statement, before: Option<&Certification>) -> Option<CertifiedPupil> {
        let is_of_same =
            |before: &&Certification| (&before.latest.about, before.latest.uai) == (&latest.about, latest.uai);
        let still = before.filter(is_of_same).and_then(|before| Some(before.pupil.as_ref()?.learner));
        let by_number = || latest.about.by_ine().and_then(|(ine, day)| self.by_ine.get(&(ine, day)).copied());
        let of_id = |id: Option<LearnerId>| id.filter(|id| self.by_id.contains_key(id));
        let id = of_id(still).or_else(|| of_id(latest.about.learner)).or_else(by_number)?;
        let Revision { entry, classes, .. } = self.by_id.get(&id)?;
        let year = latest.year();
        // A roster of an earlier year does not know it.
        let is_known = self.school.roster_year().is_some_and(|roster| roster >= year);
        Some(CertifiedPupil {
            learner: id,
            last_name: entry.last_name.clone(),
            first_name: entry.first_name.clone(),
            division: classes.in_year(year).filter(|_| is_known).map(ToOwned::to_owned),
        })
    }
}

impl Table {
    /// Finds the pupils of those certifications that change, or have none.
    pub(super) async fn find_pupils<'a>(
        &self,
        schools: &HashMap<Uai, School>,
        next: impl Iterator<Item = &'a mut Next>,
    ) -> Result<(), TableError> {
        let is_open = |next: &&mut Next| next.recorded() != Recorded::Unchanged || next.certification.pupil.is_none();
        let sought: Vec<&mut Next> = next.filter(is_open).collect();
        if sought.is_empty() {
            return Ok(());
        }
        let born = self.born(sought.iter().map(|next| &next.certification.latest)).await?;
        let mut candidates: BTreeMap<Uai, Vec<LearnerId>> = BTreeMap::new();
        for next in &sought {
            let Statement { uai, about, .. } = &next.certification.latest;
            let of_day = about.by_ine().and_then(|(_, day)| born.get(&(*uai, day)));
            let before = next.certification.pupil.as_ref().map(|pupil| pupil.learner);
            let ids = about.learner.into_iter().chain(before).chain(of_day.into_iter().flatten().copied());
            candidates.entry(*uai).or_default().extend(ids);
        }
        let mut learners: HashMap<Uai, Vec<Learner>> = HashMap::new();
        for (uai, ids) in candidates {
            learners.insert(uai, self.learners(uai, ids).await?.into_values().collect());
        }
        let of_school = |(uai, school): (&Uai, _)| Some((*uai, Pupils::of(school, learners.get(uai)?)));
        let pupils: HashMap<Uai, Pupils<'_>> = schools.iter().filter_map(of_school).collect();

        for next in sought {
            let latest = &next.certification.latest;
            let of_school = pupils.get(&latest.uai);
            next.certification.pupil =
                of_school.and_then(|pupils| pupils.meant(latest, next.seen.certification.as_ref()));
        }
        Ok(())
    }

    /// Whom the index of births has, for each school and day that a statement names.
    async fn born<'a>(
        &self,
        statements: impl Iterator<Item = &'a Statement>,
    ) -> Result<HashMap<(Uai, Date), Vec<LearnerId>>, TableError> {
        let days: BTreeSet<(Uai, Date)> =
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
