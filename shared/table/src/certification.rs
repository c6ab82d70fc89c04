//! Certifications: what the assessment platform states of pupils' examinations, by school and school year. An import touches none of them.
//!
//! A later statement may correct school and day, and so the place of a certification. A marker by its number says where it is, and every
//! write that depends on what was read is conditional: whatever comes in whatever order, twice or at once, ends the same.

mod proofs;
mod pupils;
mod seek;
mod shared_codes;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rentree_domain::certification::{Standing, Statement, Told, kept_until};
use rentree_domain::{CertificationNumber, LearnerId, SchoolYear, Uai};
use serde::{Deserialize, Serialize};

pub use shared_codes::{NotedCodes, SharedCodes};

use crate::batch::AsOf;
use crate::item::{all_at, delete_if, put_if, put_new, stored};
use crate::keys::{
    CERTIFICATIONS, GSI1, certification_in_sk, certification_prefix, certified_in_pk, learner, school_pk,
};
use crate::paced::Paced;
use crate::transaction::Cancelled;
use crate::{Item, Key, School, Table, TableError};

const ENTITY: &str = "Certification";
const PLACE: &str = "CertificationPlace";
/// Certifications of one transaction: each is five items at most, itself, its place, and its proof, two of them twice when it moves.
const AT_ONCE: usize = 20;
/// Other messages about the same certifications may come at the same moment.
const TURNS: usize = 10;

/// A certification as a school has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certification {
    /// The statement that holds.
    pub latest: Statement,
    /// The latest results that were stated, from the oldest.
    pub trace: BTreeSet<Told>,
    /// The pupil of the school; `None` while no pupil of it is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pupil: Option<CertifiedPupil>,
    /// How often it was changed: who changes it says which state they saw.
    changes: u32,
}

/// A pupil as the school had them when the certification was stated, or when it last imported pupils.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertifiedPupil {
    /// Our identifier.
    pub learner: LearnerId,
    /// Nom de famille.
    pub last_name: String,
    /// Prénom.
    pub first_name: String,
    /// The class that the pupil had last in that school year, if the school's lists told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
}

impl std::fmt::Debug for CertifiedPupil {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CertifiedPupil({})", self.learner)
    }
}

/// What came of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is the first one of its certification.
    Created,
    /// Something is new.
    Updated,
    /// Nothing is new.
    Unchanged,
    /// There is no such school.
    NoSchool,
}

impl Certification {
    /// How often it was changed.
    pub(crate) fn changes(&self) -> u32 {
        self.changes
    }

    /// Whether it was passed, and is kept on a day: what has expired is deleted late.
    pub fn holds_on(&self, day: Date) -> bool {
        self.latest.proven_by().is_some() && day <= kept_until(self.latest.year())
    }

    /// What was stated of it.
    pub fn standing(&self) -> Standing {
        Standing { latest: self.latest.clone(), trace: self.trace.clone() }
    }
}

/// Where a certification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    uai: Uai,
    year: SchoolYear,
    /// How often it moved, by itself or because it had expired: who moves it says which place they saw.
    moves: u32,
}

impl Place {
    fn key(self, number: CertificationNumber) -> Key {
        Key::certification(self.uai, self.year, number)
    }
}

/// A certification as it was read, if it was there.
#[derive(Debug, Clone, Default)]
struct Seen {
    place: Option<Place>,
    certification: Option<Certification>,
}

/// What a certification becomes.
struct Next {
    number: CertificationNumber,
    seen: Seen,
    certification: Certification,
}

impl Next {
    /// What a certification becomes after statements; `None` without any.
    fn after(number: CertificationNumber, seen: Seen, statements: &[Statement]) -> Option<Self> {
        let before = seen.certification.as_ref();
        let standing = statements.iter().cloned().fold(before.map(Certification::standing), |standing, statement| {
            Some(match standing {
                Some(standing) => standing.after(statement),
                None => Standing::new(statement),
            })
        });
        let Standing { latest, trace } = standing?;
        let (pupil, changes) = before.map_or((None, 0), |before| (before.pupil.clone(), before.changes));
        Some(Self { number, certification: Certification { latest, trace, pupil, changes }, seen })
    }

    fn recorded(&self) -> Recorded {
        match &self.seen.certification {
            None => Recorded::Created,
            Some(before) if *before == self.certification => Recorded::Unchanged,
            Some(_) => Recorded::Updated,
        }
    }
}

impl Table {
    /// Records what the assessment platform states; what came of each statement, in their order, and the certification as it is then. What
    /// changes nothing is not written, but a certification of no pupil looks for its pupil again.
    pub async fn state_certifications(
        &self,
        statements: &[(CertificationNumber, Statement)],
    ) -> Result<Vec<(Recorded, Option<Certification>)>, TableError> {
        let schools = self.schools_named(statements.iter().map(|(_, statement)| statement.uai)).await?;
        let mut by_number: BTreeMap<CertificationNumber, Vec<usize>> = BTreeMap::new();
        for (place, (number, statement)) in statements.iter().enumerate() {
            // A statement about a school that there is not says nothing to anybody.
            if schools.contains_key(&statement.uai) {
                by_number.entry(*number).or_default().push(place);
            }
        }
        let mut outcomes = vec![(Recorded::NoSchool, None); statements.len()];
        let numbers: Vec<(CertificationNumber, Vec<usize>)> = by_number.into_iter().collect();
        for some in numbers.chunks(AT_ONCE) {
            let of = |places: &Vec<usize>| places.iter().map(|place| statements[*place].1.clone()).collect::<Vec<_>>();
            let stated: Vec<_> = some.iter().map(|(number, places)| (*number, of(places))).collect();
            let came = self.state_some(&schools, &stated).await?;
            for ((_, places), (recorded, certification)) in some.iter().zip(came) {
                for (nth, place) in places.iter().enumerate() {
                    let recorded = if nth == 0 { recorded } else { Recorded::Unchanged };
                    outcomes[*place] = (recorded, Some(certification.clone()));
                }
            }
        }
        Ok(outcomes)
    }

    /// The certifications of a school in a school year, in no meaningful order.
    pub async fn certifications(
        &self,
        uai: Uai,
        year: SchoolYear,
    ) -> Result<Vec<(CertificationNumber, Certification)>, TableError> {
        self.items(school_pk(uai), &certification_prefix(year)).await?.into_iter().map(read).collect()
    }

    /// The same at a pace, for whom nobody waits.
    pub async fn certifications_at_pace(
        &self,
        uai: Uai,
        year: SchoolYear,
        read_units_a_second: u32,
    ) -> Result<Vec<(CertificationNumber, Certification)>, TableError> {
        let query = self.query_items(school_pk(uai), &certification_prefix(year));
        all_at(&mut Paced::new(read_units_a_second), query).await?.into_iter().map(read).collect()
    }

    /// The certifications of a pupil, of all school years. The index may be a moment late.
    pub async fn certifications_of(
        &self,
        id: LearnerId,
    ) -> Result<Vec<(CertificationNumber, Certification)>, TableError> {
        self.indexed(learner(id), CERTIFICATIONS).await?.into_iter().map(read).collect()
    }

    /// Records statements about at most [`AT_ONCE`] certifications, all or none; looks again when somebody else was faster.
    async fn state_some(
        &self,
        schools: &HashMap<Uai, School>,
        stated: &[(CertificationNumber, Vec<Statement>)],
    ) -> Result<Vec<(Recorded, Certification)>, TableError> {
        for _ in 0..TURNS {
            let mut seen = self.seen(stated.iter().map(|(number, _)| *number)).await?;
            let mut next = Vec::with_capacity(stated.len());
            for (number, statements) in stated {
                let seen = seen.remove(number).unwrap_or_default();
                next.extend(Next::after(*number, seen, statements));
            }
            self.find_pupils(schools, next.iter_mut()).await?;

            let mut transaction = Vec::new();
            for next in next.iter_mut().filter(|next| next.recorded() != Recorded::Unchanged) {
                next.certification.changes += 1;
                transaction.extend(self.write(next)?);
            }
            let written = if transaction.is_empty() { Ok(()) } else { self.transact(transaction).await };
            match written {
                Ok(()) => return Ok(next.into_iter().map(|next| (next.recorded(), next.certification)).collect()),
                Err(Cancelled::Conditions(_)) => tracing::info!("certifications were changed meanwhile, looking again"),
                Err(Cancelled::Table(error)) => return Err(error),
            }
        }
        Err(TableError::Contended { operation: "TransactWriteItems" })
    }

    /// Those of these schools that there are.
    async fn schools_named(&self, named: impl Iterator<Item = Uai>) -> Result<HashMap<Uai, School>, TableError> {
        let mut schools = HashMap::new();
        for uai in named.collect::<BTreeSet<_>>() {
            schools.extend(self.school(uai).await?.map(|school| (uai, school)));
        }
        Ok(schools)
    }

    /// Where these certifications are, and what is known of them, as of now.
    async fn seen(
        &self,
        numbers: impl Iterator<Item = CertificationNumber>,
    ) -> Result<HashMap<CertificationNumber, Seen>, TableError> {
        let markers = self.batch(numbers.map(Key::certified).collect(), "PK, uai, #year, moves", AsOf::Now).await?;
        let mut seen: HashMap<CertificationNumber, Seen> = HashMap::new();
        for item in markers {
            let number = certified_in_pk(&item).ok_or("no number in its key").map_err(TableError::malformed(PLACE))?;
            let place: Place = serde_dynamo::from_item(item).map_err(TableError::malformed(PLACE))?;
            seen.insert(number, Seen { place: Some(place), certification: None });
        }
        let keys = seen.iter().filter_map(|(number, seen)| Some(seen.place?.key(*number))).collect();
        for item in self.batch(keys, "SK, #latest, #trace, #pupil, #changes", AsOf::Now).await? {
            let number =
                certification_in_sk(&item).ok_or("no number in its key").map_err(TableError::malformed(ENTITY))?;
            let certification = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
            seen.entry(number).or_default().certification = Some(certification);
        }
        Ok(seen)
    }

    /// Writes what changed of a certification that stays where it is, as part of a transaction, on the condition that nobody else changed it
    /// since it was read.
    fn write_again(
        &self,
        number: CertificationNumber,
        certification: &Certification,
    ) -> Result<TransactWriteItem, TableError> {
        let next = Certification { changes: certification.changes + 1, ..certification.clone() };
        put_if(&self.name, item(number, &next)?, "#changes = :seen", Some((":seen", number_of(certification.changes))))
    }

    /// What makes a certification what it becomes, as part of a transaction. Its conditions fail if it, or its place, is another than was
    /// seen.
    fn write(&self, next: &Next) -> Result<Vec<TransactWriteItem>, TableError> {
        let Next { number, seen, certification } = next;
        let moves = seen.place.map_or(0, |place| place.moves + 1);
        let place = Place { uai: certification.latest.uai, year: certification.latest.year(), moves };
        let item = item(*number, certification)?;
        let is_there = seen.place.is_some_and(|before| (before.uai, before.year) == (place.uai, place.year));
        if let (true, Some(before)) = (is_there, &seen.certification) {
            let unchanged = Some((":seen", number_of(before.changes)));
            let mut items = vec![put_if(&self.name, item, "#changes = :seen", unchanged)?];
            items.extend(self.write_proof(next)?);
            return Ok(items);
        }
        let marker = expiring(&place, PLACE, Key::certified(*number), place.year)?;
        let mut items = match seen.place {
            None => vec![put_new(&self.name, marker)?],
            Some(before) => {
                vec![put_if(&self.name, marker, "moves = :seen", Some((":seen", number_of(before.moves))))?]
            }
        };
        items.push(put_new(&self.name, item)?);
        if let Some((place, before)) = seen.place.zip(seen.certification.as_ref()) {
            let key = place.key(*number);
            items.push(delete_if(&self.name, key, "#changes = :seen", ":seen", &before.changes)?);
        }
        items.extend(self.write_proof(next)?);
        Ok(items)
    }
}

/// A certification as it is stored, where its pupil finds it.
fn item(number: CertificationNumber, certification: &Certification) -> Result<Item, TableError> {
    let Statement { uai, .. } = certification.latest;
    let year = certification.latest.year();
    let mut item = expiring(certification, ENTITY, Key::certification(uai, year, number), year)?;
    if let Some(pupil) = &certification.pupil {
        let found_by = format!("{}{number}", certification_prefix(year));
        item.insert(GSI1.0.to_owned(), AttributeValue::S(learner(pupil.learner)));
        item.insert(GSI1.1.to_owned(), AttributeValue::S(found_by));
    }
    Ok(item)
}

fn number_of(count: u32) -> AttributeValue {
    AttributeValue::N(count.to_string())
}

fn read(item: Item) -> Result<(CertificationNumber, Certification), TableError> {
    let number = certification_in_sk(&item).ok_or("no number in its key").map_err(TableError::malformed(ENTITY))?;
    Ok((number, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
}

/// An item that ends with the last day on which certifications of its year are kept.
fn expiring<T: Serialize>(value: &T, entity: &'static str, key: Key, year: SchoolYear) -> Result<Item, TableError> {
    let after = kept_until(year).tomorrow().map_err(TableError::malformed(entity))?;
    let end = after.to_zoned(TimeZone::UTC).map_err(TableError::malformed(entity))?.timestamp();
    let mut item = stored(value, entity, key)?;
    item.insert("expires_at".to_owned(), AttributeValue::N(end.as_second().to_string()));
    Ok(item)
}
