//! The team of a school: who may do what. A counter beside the members keeps the last administrator, whoever acts at the
//! same moment.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::{Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, stored};
use crate::keys::{GSI1, MEMBERS, id_in_sk, school_pk, user};
use crate::transaction::Cancelled;
use crate::{
    AuditEntry, Invitation, InvitationError, InvitationState, Item, Key, MOST_INVITATIONS, Table, TableError, audit,
    invitation,
};

const ENTITY: &str = "Membership";
const SCHOOLS: &str = "SCHOOL#";
/// Two administrators may act on one member at the same moment, and each invitation that the member stores meanwhile takes a turn.
const TURNS: usize = 20;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Imports pupils and manages the team.
    Administrator,
    /// Sees pupils and runs campaigns.
    Member,
}

impl Role {
    /// Its name for people.
    pub fn french(self) -> &'static str {
        match self {
            Self::Administrator => "Administrateur",
            Self::Member => "Membre",
        }
    }
}

/// A person's place in a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The role.
    pub role: Role,
    /// First and last name, as shown to colleagues: those of the account, which renaming it keeps.
    pub name: String,
    /// Since when. (The first members were stored without it.)
    #[serde(default)]
    pub joined_at: Timestamp,
    /// When they last came to the space, to a day. (The first members were stored without it: nobody knows yet.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_at: Option<Timestamp>,
    /// When an administrator last said that they belong to the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_at: Option<Timestamp>,
    /// How often they stored invitations: whoever takes their place away has seen all of these.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub invited: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Why the team was not changed.
#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    /// A space never loses its last administrator.
    #[error("the last administrator stays")]
    LastAdministrator,
    /// No such member.
    #[error("not a member")]
    NotAMember,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Cancelling the invitations of who loses the place that allowed them.
#[derive(Clone, Copy)]
pub struct Cancelling<'a> {
    /// [`Member::invited`], as it was read before.
    pub invited: u64,
    /// Tells, in the log, of an invitation that is cancelled.
    pub tell: &'a (dyn Fn(&Invitation) -> AuditEntry + Send + Sync),
}

/// A member has the role that was read,
const AS_READ: &str = "#role = :role";
/// and has stored no invitation,
const AS_READ_AND_INVITED_NOBODY: &str = "#role = :role AND attribute_not_exists(invited)";
/// or none since.
const AS_READ_AND_INVITED: &str = "#role = :role AND invited = :invited";

/// Ends a membership, if it is as it was read.
fn end(table: &str, key: Key, role: Role, invited: Option<u64>) -> Result<TransactWriteItem, TableError> {
    let condition = match invited {
        None => AS_READ,
        Some(0) => AS_READ_AND_INVITED_NOBODY,
        Some(_) => AS_READ_AND_INVITED,
    };
    let role = serde_dynamo::to_attribute_value(role).map_err(TableError::malformed("a value"))?;
    let mut delete = Delete::builder()
        .table_name(table)
        .set_key(Some(key.into_item()))
        .condition_expression(condition)
        .expression_attribute_names("#role", "role")
        .expression_attribute_values(":role", role);
    if let Some(invited) = invited.filter(|invited| *invited > 0) {
        delete = delete.expression_attribute_values(":invited", AttributeValue::N(invited.to_string()));
    }
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(TableError::malformed("Delete"))?).build())
}

/// One batch of invitations more, of who is an administrator.
pub(crate) fn one_invited_more(uai: Uai, id: UserId) -> Result<Change, TableError> {
    Change::of(Key::member(uai, id), "ADD invited :one")
        .only_if(AS_READ)
        .number(":one", 1)
        .value_of(":role", &Role::Administrator)
}

/// The item of a membership.
pub(crate) fn item(uai: Uai, id: UserId, member: &Member) -> Result<Item, TableError> {
    let mut item = stored(member, ENTITY, Key::member(uai, id))?;
    item.insert(GSI1.0.to_owned(), AttributeValue::S(user(id)));
    item.insert(GSI1.1.to_owned(), AttributeValue::S(school_pk(uai)));
    Ok(item)
}

/// One administrator more.
pub(crate) fn one_administrator_more(uai: Uai) -> Change {
    Change::of(Key::team(uai), "SET entity = :entity ADD administrators :one").text(":entity", "Team").number(":one", 1)
}

/// One administrator less, if another one stays.
fn one_administrator_less(uai: Uai) -> Change {
    Change::of(Key::team(uai), "ADD administrators :minus")
        .only_if("administrators > :one")
        .number(":minus", -1)
        .number(":one", 1)
}

/// The counter beside the members.
#[derive(Deserialize)]
struct Team {
    administrators: usize,
}

impl Table {
    /// How many administrators a school has.
    pub async fn administrators(&self, uai: Uai) -> Result<usize, TableError> {
        Ok(self.get::<Team>(Key::team(uai), "Team").await?.map_or(0, |team| team.administrators))
    }

    /// The place of `id` in a school, as of now: rights end at once when it goes.
    pub async fn member(&self, uai: Uai, id: UserId) -> Result<Option<Member>, TableError> {
        self.get(Key::member(uai, id), ENTITY).await
    }

    /// The team of a school, as of now.
    pub async fn members(&self, uai: Uai) -> Result<Vec<(UserId, Member)>, TableError> {
        let read = |item: Item| {
            let id =
                id_in_sk(&item, MEMBERS).ok_or("no identifier in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((id, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        self.items(school_pk(uai), MEMBERS).await?.into_iter().map(read).collect()
    }

    /// The schools in whose teams `id` is. Read from an index: a place taken this second may be missing.
    pub async fn spaces(&self, id: UserId) -> Result<Vec<(Uai, Member)>, TableError> {
        let read = |item: Item| {
            let uai = item.get(GSI1.1).and_then(|sk| sk.as_s().ok()?.strip_prefix(SCHOOLS)?.parse().ok());
            let uai = uai.ok_or("no UAI in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((uai, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        let found = self.of_user(id, SCHOOLS).await?.into_iter();
        found.filter(|item| item.get("entity").is_some_and(|e| e.as_s().is_ok_and(|e| e == ENTITY))).map(read).collect()
    }

    /// Gives a member, who had the role `from` when it was read, another role; `entry` tells it. The role that they have already
    /// is no change: `false`. The invitations of who is no administrator any more are cancelled.
    pub async fn change_role(
        &self,
        uai: Uai,
        (id, mut from): (UserId, Role),
        to: Role,
        entry: &AuditEntry,
        mut cancelling: Cancelling<'_>,
    ) -> Result<bool, TeamError> {
        for _ in 0..TURNS {
            if from == to {
                return Ok(false);
            }
            let invited = match to {
                Role::Administrator => Vec::new(),
                Role::Member => self.cancellations(uai, id, cancelling).await?,
            };
            let counted = match to {
                Role::Administrator => one_administrator_more(uai),
                Role::Member => one_administrator_less(uai),
            };
            let member = Change::of(Key::member(uai, id), "SET #role = :to").value_of(":to", &to)?;
            let member = member.value_of(":role", &from)?;
            let member = match (to, cancelling.invited) {
                (Role::Administrator, _) => member.only_if(AS_READ),
                (Role::Member, 0) => member.only_if(AS_READ_AND_INVITED_NOBODY),
                (Role::Member, invited) => member.only_if(AS_READ_AND_INVITED).number(":invited", invited),
            };
            let mut items = vec![
                member.in_transaction(&self.name)?,
                counted.in_transaction(&self.name)?,
                audit::write(&self.name, uai, entry)?,
            ];
            items.extend(invited);
            match self.transact(items).await {
                Ok(()) => return Ok(true),
                Err(Cancelled::Conditions(failed)) if failed[1] && !failed[0] => {
                    return Err(TeamError::LastAdministrator);
                }
                // Somebody else was faster with this member, or with an invitation of theirs: look again.
                Err(Cancelled::Conditions(_)) => (from, cancelling.invited) = self.place(uai, id).await?,
                Err(Cancelled::Table(error)) => return Err(error.into()),
            }
        }
        Err(TableError::Contended { operation: "TransactWriteItems" }.into())
    }

    /// Ends the membership of somebody who had the role `role` when it was read; `entry` tells it. Their invitations are
    /// cancelled, if `cancelling` says so; else they stay: who leaves may have invited who comes after them.
    pub async fn remove_member(
        &self,
        uai: Uai,
        (id, mut role): (UserId, Role),
        entry: &AuditEntry,
        mut cancelling: Option<Cancelling<'_>>,
    ) -> Result<(), TeamError> {
        for _ in 0..TURNS {
            let mut items = vec![
                end(&self.name, Key::member(uai, id), role, cancelling.map(|cancelling| cancelling.invited))?,
                audit::write(&self.name, uai, entry)?,
            ];
            if role == Role::Administrator {
                items.push(one_administrator_less(uai).in_transaction(&self.name)?);
            }
            let is_counted = role == Role::Administrator;
            if let Some(cancelling) = cancelling {
                items.extend(self.cancellations(uai, id, cancelling).await?);
            }
            match self.transact(items).await {
                Ok(()) => return Ok(()),
                Err(Cancelled::Conditions(failed)) if is_counted && failed[2] && !failed[0] => {
                    return Err(TeamError::LastAdministrator);
                }
                // Somebody else was faster with this member, or with an invitation of theirs: look again.
                Err(Cancelled::Conditions(_)) => {
                    let (now, invited) = self.place(uai, id).await?;
                    role = now;
                    cancelling = cancelling.map(|cancelling| Cancelling { invited, ..cancelling });
                }
                Err(Cancelled::Table(error)) => return Err(error.into()),
            }
        }
        Err(TableError::Contended { operation: "TransactWriteItems" }.into())
    }

    /// Cancels the invitations of an administrator, as parts of a transaction. What is more than that can hold is cancelled at once.
    async fn cancellations(
        &self,
        uai: Uai,
        inviter: UserId,
        Cancelling { tell, .. }: Cancelling<'_>,
    ) -> Result<Vec<TransactWriteItem>, TableError> {
        let mut pending = self.pending_of(uai, inviter).await?;
        for (id, invitation) in pending.split_off(pending.len().min(MOST_INVITATIONS)) {
            match self.cancel_invitation(uai, id, &tell(&invitation)).await {
                // Settled by somebody else meanwhile.
                Ok(()) | Err(InvitationError::Settled | InvitationError::TooSoon) => {}
                Err(InvitationError::Table(error)) => return Err(error),
            }
        }
        let mut items = Vec::with_capacity(pending.len() * 2);
        for (id, invitation) in &pending {
            items.push(invitation::settle(uai, *id, InvitationState::Cancelled)?.in_transaction(&self.name)?);
            items.push(audit::write(&self.name, uai, &tell(invitation))?);
        }
        Ok(items)
    }

    /// Role and invitations, as of now.
    async fn place(&self, uai: Uai, id: UserId) -> Result<(Role, u64), TeamError> {
        let member = self.member(uai, id).await?.ok_or(TeamError::NotAMember)?;
        Ok((member.role, member.invited))
    }
}
