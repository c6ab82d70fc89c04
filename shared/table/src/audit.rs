//! The audit log of a school: who did what when. No secrets, no name of a pupil; a year, then TTL.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::id::Entropy;
use rentree_domain::{AuditId, ImportId, LearnerId, Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{put_over, stored};
use crate::keys::{PK, SK, audit_pk};
use crate::{Item, Key, Role, Table, TableError};

const ENTITY: &str = "Audit";
const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who; nobody, when a program did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// First and last name of who did it, as it was then; of a program, the name of its credentials.
    pub by_name: String,
    /// What.
    pub action: AuditAction,
    /// To which colleague, address, campaign or class: a name or an address of staff, the name that they had before, the title of a
    /// campaign, how many pupils of which class, or what a program asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// In which role, where somebody is invited or let in. (The first entries were stored without it.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// To which pupil, when it is one. Never by name: the log outlives what the school's file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learner: Option<LearnerId>,
    /// To which import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportId>,
    expires_at: i64,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// The first administrator joined by the link in the school's mailbox.
    SpaceActivated,
    /// An administrator joined by such a link when there was a team already.
    SpaceRecovered,
    /// Somebody was invited.
    Invited,
    /// An invitation was sent again.
    InvitationResent,
    /// An invitation was cancelled.
    InvitationCancelled,
    /// An invitation was accepted.
    InvitationAccepted,
    /// Somebody who had asked for it was let in.
    AccessRequestAccepted,
    /// Somebody who had asked for it was not let in.
    AccessRequestRefused,
    /// A member became administrator.
    Promoted,
    /// An administrator became member.
    Demoted,
    /// A member was removed.
    Removed,
    /// A member who had stayed away for long was let in again.
    AccessConfirmed,
    /// An administrator reviewed who is in the team.
    TeamReviewed,
    /// A member left.
    Left,
    /// A member corrected their name.
    Renamed,
    /// An import was asked for.
    ImportRequested,
    /// An import that waited was confirmed.
    ImportConfirmed,
    /// An import was given up.
    ImportCancelled,
    /// An import was undone.
    ImportUndone,
    /// A campaign was created.
    CampaignCreated,
    /// Title, message or classes of a campaign were changed.
    CampaignChanged,
    /// A campaign was archived.
    CampaignArchived,
    /// A campaign was taken back from the archive.
    CampaignRestored,
    /// The campaigns of a member who is removed were passed on to another one.
    CampaignsPassedOn,
    /// A result that a pupil sent in a campaign was taken back.
    ResultTakenBack,
    /// A campaign was bound to lessons: nobody joins it outside of one.
    CampaignBoundToLessons,
    /// A campaign can be joined at any time again.
    CampaignFreedOfLessons,
    /// A campaign got a new code, in place of the one before.
    CampaignCodeReplaced,
    /// A lesson of a campaign was opened.
    LessonOpened,
    /// A lesson was prolonged.
    LessonProlonged,
    /// A lesson was ended.
    LessonEnded,
    /// Pupils were given temporary passwords.
    PasswordsHandedOut,
    /// A pupil was given a user name.
    UserNameGiven,
    /// A pupil was given a personal code.
    PersonalCodeGiven,
    /// A pupil was shown a code that signs in.
    SignInCodeShown,
    /// A pupil signed in by such a code.
    SignInCodeUsed,
    /// A pupil's account was unblocked.
    Unblocked,
    /// A pupil was untied from an account.
    Untied,
    /// A pupil came from the Médiacentre with another identifier, which took the place of the one before.
    MediacentreReplaced,
    /// The Médiacentre was taken off a pupil's account.
    MediacentreRemoved,
    /// The file of the school's certificates was asked for.
    CertificatesPrepared,
    /// A file with many pupils was downloaded.
    Downloaded,
    /// A record book read the certifications.
    RecordBookRead,
    /// A record book was refused them.
    RecordBookRefused,
}

impl AuditEntry {
    /// An entry of now.
    pub fn new(at: Timestamp, entropy: Entropy, by: UserId, by_name: impl Into<String>, action: AuditAction) -> Self {
        Self { by: Some(by), ..Self::by_program(at, entropy, by_name, action) }
    }

    /// An entry of now about what a program did, by the name of its credentials.
    pub fn by_program(at: Timestamp, entropy: Entropy, name: impl Into<String>, action: AuditAction) -> Self {
        Self {
            id: AuditId::new(at, entropy),
            at,
            by: None,
            by_name: name.into(),
            action,
            subject: None,
            role: None,
            learner: None,
            import: None,
            expires_at: (at + KEPT).as_second(),
        }
    }

    /// To whom.
    #[must_use]
    pub fn to(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// In which role, if in one.
    #[must_use]
    pub fn in_role(mut self, role: impl Into<Option<Role>>) -> Self {
        self.role = role.into();
        self
    }

    /// To which pupil.
    #[must_use]
    pub fn about(mut self, learner: LearnerId) -> Self {
        self.learner = Some(learner);
        self
    }

    /// To which import.
    #[must_use]
    pub fn of_import(mut self, import: ImportId) -> Self {
        self.import = Some(import);
        self
    }

    /// The change of a role to `role`.
    pub fn role_change(role: Role) -> AuditAction {
        match role {
            Role::Administrator => AuditAction::Promoted,
            Role::Member => AuditAction::Demoted,
        }
    }
}

/// A page of the log, the latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

fn item(uai: Uai, entry: &AuditEntry) -> Result<Item, TableError> {
    stored(entry, ENTITY, Key::audit(uai, entry.at, entry.id))
}

/// Writes an entry, as part of the transaction that does what it tells.
pub(crate) fn write(table: &str, uai: Uai, entry: &AuditEntry) -> Result<TransactWriteItem, TableError> {
    put_over(table, item(uai, entry)?)
}

impl Table {
    /// Writes an entry by itself, for what needs no transaction.
    pub async fn audit(&self, uai: Uai, entry: &AuditEntry) -> Result<(), TableError> {
        self.put(item(uai, entry)?).await
    }

    /// A page of at most `size` entries, from `start`, which a page before gave.
    pub async fn audit_page(&self, uai: Uai, start: Option<&str>, size: i32) -> Result<AuditPage, TableError> {
        let start = start.map(|sk| {
            Item::from([
                (PK.to_owned(), AttributeValue::S(audit_pk(uai))),
                (SK.to_owned(), AttributeValue::S(sk.to_owned())),
            ])
        });
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("PK = :log")
            .expression_attribute_values(":log", AttributeValue::S(audit_pk(uai)))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(size)
            .set_exclusive_start_key(start);
        let page = query.send().await.map_err(TableError::request("Query"))?;
        let next = page.last_evaluated_key.and_then(|key| key.get(SK)?.as_s().ok().cloned());
        let entries = page.items.unwrap_or_default().into_iter().map(serde_dynamo::from_item);
        Ok(AuditPage { entries: entries.collect::<Result<_, _>>().map_err(TableError::malformed(ENTITY))?, next })
    }
}
