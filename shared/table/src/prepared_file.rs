//! The file of a school's certificates that a worker makes: asked for, made page by page, ready or failed. One item a school, school year
//! and choice, for a day; the file itself is in the bucket.
//!
//! Who changes it says which asking is meant, so that a message that comes twice or late changes nothing of a later one.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::certification::{SchoolCertificates, Stamp};
use rentree_domain::{CertificationNumber, PreparedFileId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::item::{Change, put_if, put_new, stored};
use crate::transaction::Cancelled;
use crate::{AuditEntry, Certification, Key, School, Table, TableError, audit};

const ENTITY: &str = "PreparedFile";
/// The bucket deletes the file after a day and no sooner (`infra/template.yaml`), so that what is told here is there.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// All tries of a message take less, with what lies between them: beyond, nobody is at work any more.
const LONGEST: SignedDuration = SignedDuration::from_hours(2);

/// A file that somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedFile {
    /// Which asking this is.
    pub id: PreparedFileId,
    /// When.
    pub asked_at: Timestamp,
    /// As it is written; what holds at a moment says [`Self::state_at`].
    state: PreparedState,
    /// How many certificates it holds; 0 until that is known.
    pub pages: u32,
    /// How many of them are drawn.
    pub made: u32,
    /// The file, when it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Ready>,
    expires_at: i64,
}

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreparedState {
    /// No worker has begun it.
    Asked,
    /// A worker draws its pages.
    Making,
    /// It is in the bucket.
    Ready,
    /// It could not be made.
    Failed,
}

/// A file that is in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Since when.
    pub at: Timestamp,
    /// Its size.
    pub bytes: u64,
    /// What it was made of.
    pub stamp: Stamp,
}

impl PreparedFile {
    /// A file that is asked for now.
    pub fn asked(id: PreparedFileId, asked_at: Timestamp) -> Self {
        let expires_at = (asked_at + KEPT).as_second();
        Self { id, asked_at, state: PreparedState::Asked, pages: 0, made: 0, ready: None, expires_at }
    }

    /// How far it is; `None` once it has ended, for DynamoDB deletes it later.
    pub fn state_at(&self, now: Timestamp) -> Option<PreparedState> {
        if now.as_second() >= self.expires_at {
            return None;
        }
        let is_lost = self.state.is_under_way() && now > self.asked_at + LONGEST;
        Some(if is_lost { PreparedState::Failed } else { self.state })
    }

    /// When it ends.
    pub fn ends_at(&self) -> Timestamp {
        self.asked_at + KEPT
    }

    /// Whether asking again would make the same file once more: somebody is at work, or what it was made of is what is there now.
    pub fn answers(&self, now: Timestamp, stamp: &Stamp) -> bool {
        match self.state_at(now) {
            Some(PreparedState::Asked | PreparedState::Making) => true,
            Some(PreparedState::Ready) => self.ready.as_ref().is_some_and(|ready| ready.stamp == *stamp),
            Some(PreparedState::Failed) | None => false,
        }
    }
}

impl PreparedState {
    /// Whether it becomes ready, or fails.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Asked | Self::Making)
    }
}

impl School {
    /// What a file of these certifications of the school is made of: their versions, that of the list of pupils, and the school's name.
    pub fn stamp(&self, certifications: &[(CertificationNumber, Certification)]) -> Stamp {
        let mut versions: Vec<(u64, u32)> =
            certifications.iter().map(|(number, it)| ((*number).into(), it.changes())).collect();
        versions.sort_unstable();
        let mut hash = Sha256::new_with_prefix(self.name.as_bytes());
        hash.update([0]);
        hash.update(self.roster_version.to_be_bytes());
        for (number, changes) in versions {
            hash.update(number.to_be_bytes());
            hash.update(changes.to_be_bytes());
        }
        Stamp::of_hash(hash.finalize())
    }
}

/// Nobody ended it, or asked again.
const UNDER_WAY: &str = "id = :id AND (#state = :asked OR #state = :making)";

impl Table {
    /// The file that was asked for last, as of now.
    pub async fn prepared_file(&self, of: &SchoolCertificates) -> Result<Option<PreparedFile>, TableError> {
        self.get(Key::prepared_file(of), ENTITY).await
    }

    /// Asks for a file in place of the one that was seen; `entry` tells it. Whether nobody was faster.
    pub async fn ask_for_file(
        &self,
        of: &SchoolCertificates,
        file: &PreparedFile,
        seen: Option<PreparedFileId>,
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let item = stored(file, ENTITY, Key::prepared_file(of))?;
        let put = match seen {
            None => put_new(&self.name, item)?,
            Some(seen) => put_if(&self.name, item, "id = :seen", Some((":seen", AttributeValue::S(seen.to_string()))))?,
        };
        match self.transact(vec![put, audit::write(&self.name, of.uai, entry)?]).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// So many of `pages` certificates are drawn. Whether the file is still wanted.
    pub async fn file_is_made(
        &self,
        of: &SchoolCertificates,
        id: PreparedFileId,
        made: u32,
        pages: u32,
    ) -> Result<bool, TableError> {
        let change = under_way(of, id, "SET #state = :making, made = :made, pages = :pages");
        change.number(":made", made).number(":pages", pages).alone(self).await
    }

    /// The file is in the bucket. Whether it was still wanted.
    pub async fn file_is_ready(
        &self,
        of: &SchoolCertificates,
        id: PreparedFileId,
        pages: u32,
        ready: &Ready,
    ) -> Result<bool, TableError> {
        let change = under_way(of, id, "SET #state = :ended, made = :pages, pages = :pages, ready = :ready");
        change
            .value_of(":ended", &PreparedState::Ready)?
            .number(":pages", pages)
            .value_of(":ready", ready)?
            .alone(self)
            .await
    }

    /// The file cannot be made. Whether it was still wanted.
    pub async fn file_failed(&self, of: &SchoolCertificates, id: PreparedFileId) -> Result<bool, TableError> {
        let change = under_way(of, id, "SET #state = :ended");
        change.value_of(":ended", &PreparedState::Failed)?.alone(self).await
    }
}

fn under_way(of: &SchoolCertificates, id: PreparedFileId, expression: &'static str) -> Change {
    let change = Change::of(Key::prepared_file(of), expression).only_if(UNDER_WAY);
    change.text(":id", id.to_string()).text(":asked", "asked").text(":making", "making")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_788_249_600 + 60 * minutes).unwrap()
    }

    fn a_file() -> PreparedFile {
        PreparedFile::asked(PreparedFileId::new(at(0), [7; 10]), at(0))
    }

    #[test]
    fn a_file_that_nobody_makes_any_more_has_failed_and_is_asked_for_again() {
        let stamp = Stamp::of_hash([1]);
        let file = PreparedFile { state: PreparedState::Making, ..a_file() };
        assert_eq!(file.state_at(at(120)), Some(PreparedState::Making));
        assert!(file.answers(at(120), &stamp));
        assert_eq!(file.state_at(at(121)), Some(PreparedState::Failed));
        assert!(!file.answers(at(121), &stamp));
        assert_eq!(file.state_at(at(24 * 60)), None);
    }

    #[test]
    fn a_file_that_is_ready_answers_while_nothing_is_new() {
        let ready = Ready { at: at(1), bytes: 17_000, stamp: Stamp::of_hash([1]) };
        let file = PreparedFile { state: PreparedState::Ready, ready: Some(ready), ..a_file() };
        assert!(file.answers(at(1_000), &Stamp::of_hash([1])));
        assert!(!file.answers(at(2), &Stamp::of_hash([2])));
        assert_eq!(file.state_at(at(1_439)), Some(PreparedState::Ready));
        assert!(!file.answers(at(1_440), &Stamp::of_hash([1])), "the bucket may have deleted it");
    }

    #[test]
    fn the_stamp_is_of_the_school_and_its_roster() {
        let school = School::new("Collège");
        let stamp = school.stamp(&[]);
        assert_eq!(school.stamp(&[]), stamp);
        assert_ne!(School::new("Lycée").stamp(&[]), stamp);
        assert_ne!(School { roster_version: 1, ..school }.stamp(&[]), stamp);
    }
}
