//! Joining a school's team by a single-use link: account, membership, link, audit and session in one transaction. Of two at
//! the same moment, one joins.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use rentree_domain::{ActivationId, InvitationId, Uai, UserId};

use crate::item::{Change, check_number, check_role, delete, put_new};
use crate::transaction::Cancelled;
use crate::{
    AuditEntry, InvitationState, Key, Member, PasswordToChange, Role, Session, SessionHash, Table, TableError, User,
    activation, audit, invitation, link, member, methods, session, user,
};

/// Somebody may be made administrator while they join.
const TURNS: usize = 5;

/// Who joins what, and how.
#[derive(Debug)]
pub struct Joining<'a> {
    /// The school.
    pub uai: Uai,
    /// The secret of the link.
    pub secret: &'a [u8; 32],
    /// What the link is for.
    pub by: By,
    /// Who joins.
    pub who: Who<'a>,
    /// What their account was before.
    pub as_pupil: AsPupil,
    /// First and last name, for colleagues.
    pub name: &'a str,
    /// The session that begins, unless one is open already.
    pub session: Option<(&'a SessionHash, &'a Session)>,
    /// The browser's former session, whose place the one that begins takes.
    pub replaces: Option<&'a SessionHash>,
    /// What the audit log says.
    pub entry: &'a AuditEntry,
    /// When.
    pub now: Timestamp,
}

/// What a link makes of who follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The link in the school's mailbox: an administrator.
    Activation(ActivationId),
    /// An invitation: what it says.
    Invitation(InvitationId, Role),
}

impl By {
    /// The role that an invitation says; the link in the school's mailbox has but one.
    pub fn invited_as(self) -> Option<Role> {
        match self {
            Self::Activation(_) => None,
            Self::Invitation(_, role) => Some(role),
        }
    }
}

/// What somebody is by joining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// An administrator, which they were not before.
    NewAdministrator,
    /// A member, or what they were before.
    Otherwise,
}

impl By {
    fn joined(self, was_administrator: bool) -> Joined {
        match self {
            By::Activation(_) | By::Invitation(_, Role::Administrator) if !was_administrator => {
                Joined::NewAdministrator
            }
            _ => Joined::Otherwise,
        }
    }
}

/// Who joins.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// Somebody with an account, as it was read.
    Known {
        /// Who.
        id: UserId,
        /// [`User::epoch`] as it was read.
        epoch: u64,
    },
    /// Somebody whose account begins now.
    Newcomer {
        /// Who.
        id: UserId,
        /// The account.
        user: &'a User,
    },
}

/// What an account that joins a team was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsPupil {
    /// No pupil's, or one that joined a team before.
    Not,
    /// A pupil's that has no password, or one to change anyway.
    WithoutPassword,
    /// A pupil's, with a password by the rules of pupils.
    WithPassword,
}

impl AsPupil {
    /// What the account of `user` was.
    pub fn of(user: &User) -> Self {
        match (user.follows_rules_of_pupils(), &user.password_hash, user.password_to_change) {
            (false, ..) => Self::Not,
            (true, Some(_), None) => Self::WithPassword,
            (true, ..) => Self::WithoutPassword,
        }
    }
}

/// Why nobody joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The link was used or expired meanwhile.
    #[error("the link does not hold any more")]
    Link,
    /// The invitation was cancelled or accepted by another link.
    #[error("the invitation is not pending any more")]
    Settled,
    /// The newcomer's address is an account's.
    #[error("the address is another account's")]
    AddressTaken,
    /// The account got a new password meanwhile.
    #[error("the account was changed meanwhile")]
    AccountMoved,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// What the condition of an item guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guards {
    Link,
    Target,
    Address,
    Account,
    Membership,
    Nothing,
}

impl Table {
    /// Carries `joining` out.
    pub async fn join(&self, joining: &Joining<'_>) -> Result<Joined, JoinError> {
        let id = match joining.who {
            Who::Known { id, .. } | Who::Newcomer { id, .. } => id,
        };
        // Most who join have no place in the team yet; the condition tells when that is not so.
        let mut place: Option<Member> = None;
        for _ in 0..TURNS {
            let was_administrator = place.as_ref().is_some_and(|member| member.role == Role::Administrator);
            let (guards, items): (Vec<_>, Vec<_>) = self.joining_items(id, joining, place)?.into_iter().unzip();
            let failed = match self.transact(items).await {
                Ok(()) => return Ok(joining.by.joined(was_administrator)),
                Err(Cancelled::Table(error)) => return Err(error.into()),
                Err(Cancelled::Conditions(failed)) => failed,
            };
            match failed.iter().position(|failed| *failed).map(|at| guards[at]) {
                Some(Guards::Link) => return Err(JoinError::Link),
                Some(Guards::Target) => return Err(JoinError::Settled),
                Some(Guards::Address) => return Err(JoinError::AddressTaken),
                Some(Guards::Account) => return Err(JoinError::AccountMoved),
                // The place in the team is another one than was thought: look.
                Some(Guards::Membership | Guards::Nothing) | None => place = self.member(joining.uai, id).await?,
            }
        }
        Err(TableError::Contended { operation: "TransactWriteItems" }.into())
    }

    fn joining_items(
        &self,
        id: UserId,
        joining: &Joining<'_>,
        place: Option<Member>,
    ) -> Result<Vec<(Guards, TransactWriteItem)>, TableError> {
        let (table, uai) = (&self.name, joining.uai);
        let mut items = vec![(Guards::Link, link::consume(table, joining.secret, joining.now)?)];
        let role = match joining.by {
            By::Activation(request) => {
                items.push((Guards::Target, activation::accept(uai, request, joining.now).in_transaction(table)?));
                let activated = Change::of(Key::school(uai), "SET activated_at = if_not_exists(activated_at, :now)")
                    .text(":now", joining.now.to_string());
                items.push((Guards::Nothing, activated.in_transaction(table)?));
                Role::Administrator
            }
            By::Invitation(invitation, role) => {
                let accepted = invitation::settle(uai, invitation, InvitationState::Accepted)?;
                items.push((Guards::Target, accepted.in_transaction(table)?));
                role
            }
        };
        match joining.who {
            Who::Known { epoch, .. } => {
                items.push((Guards::Account, known(table, id, epoch, joining.as_pupil)?));
            }
            Who::Newcomer { user, .. } => {
                let markers = methods::claim_all(table, &user.methods, id, user.email_confirmed)?;
                items.extend(markers.into_iter().map(|marker| (Guards::Address, marker)));
                items.push((Guards::Account, put_new(table, user::item(id, user)?)?));
            }
        }
        let was_administrator = place.as_ref().is_some_and(|member| member.role == Role::Administrator);
        match (place, role) {
            (None, role) => {
                let member = Member {
                    role,
                    name: joining.name.to_owned(),
                    joined_at: joining.now,
                    came_at: Some(joining.now),
                    kept_at: None,
                    invited: 0,
                };
                items.push((Guards::Membership, put_new(table, member::item(uai, id, &member)?)?));
            }
            (Some(Member { role: Role::Member, .. }), Role::Administrator) => {
                let promote = Change::of(Key::member(uai, id), "SET #role = :to, kept_at = :now")
                    .only_if("#role = :from")
                    .text(":now", joining.now.to_string())
                    .value_of(":to", &Role::Administrator)?
                    .value_of(":from", &Role::Member)?;
                items.push((Guards::Membership, promote.in_transaction(table)?));
            }
            // The school's mailbox, or an administrator's invitation, says that they belong there.
            (Some(member), _) if member.is_absent(joining.now) => {
                let kept = Change::of(Key::member(uai, id), "SET kept_at = :now")
                    .only_if("#role = :role")
                    .text(":now", joining.now.to_string())
                    .value_of(":role", &member.role)?;
                items.push((Guards::Membership, kept.in_transaction(table)?));
            }
            // Who has the place already keeps it, if it is not taken from them just now; the link is used up.
            (Some(member), _) => {
                items.push((Guards::Membership, check_role(table, Key::member(uai, id), &member.role)?));
            }
        }
        if role == Role::Administrator && !was_administrator {
            items.push((Guards::Nothing, member::one_administrator_more(uai).in_transaction(table)?));
        }
        if let Some(opened) = joining.session {
            items.push((Guards::Nothing, session::open(table, opened)?));
            if let Some(former) = joining.replaces {
                items.push((Guards::Nothing, delete(table, Key::session(former))?));
            }
        }
        items.push((Guards::Nothing, audit::write(table, uai, joining.entry)?));
        Ok(items)
    }
}

/// Checks that the account is as it was read. One that began as a pupil's follows the rules of staff from now on.
pub(crate) fn known(table: &str, id: UserId, epoch: u64, as_pupil: AsPupil) -> Result<TransactWriteItem, TableError> {
    const AS_READ: &str = "epoch = :epoch";
    let change = match as_pupil {
        AsPupil::Not => return check_number(table, Key::user(id), "epoch = :value", epoch),
        AsPupil::WithoutPassword => Change::of(Key::user(id), "SET joined_a_team = :yes"),
        AsPupil::WithPassword => Change::of(Key::user(id), "SET joined_a_team = :yes, password_to_change = :chosen")
            .value_of(":chosen", &PasswordToChange::ChosenAsPupil)?,
    };
    change.only_if(AS_READ).truth(":yes").number(":epoch", epoch).in_transaction(table)
}
