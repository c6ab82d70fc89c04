//! Invitations to a school's team.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{EmailAddress, InvitationId, Uai, UserId};
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::item::{Change, put_new, stored};
use crate::keys::{INVITATIONS, id_in_sk, school_pk};
use crate::transaction::{Cancelled, MAX_ITEMS};
use crate::{AuditEntry, Item, Key, Link, Role, SecondAdministrator, Table, TableError, audit, link, member};

const ENTITY: &str = "Invitation";
/// What an invitation says of a person is kept as long as requests are.
const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// How many invitations can be stored, or cancelled with a place in the team, at once: each is an item, and so is what the log tells of
/// it; three more are for the place.
pub const MOST_INVITATIONS: usize = 40;
const _: () = assert!(MOST_INVITATIONS * 2 + 3 <= MAX_ITEMS);

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Where it is sent.
    pub email: EmailAddress,
    /// First and last name of the administrator who invites.
    pub invited_by: String,
    /// The administrator, with whose role the invitation ends; `None` when nobody of the team invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<UserId>,
    /// What whoever accepts becomes.
    #[serde(default = "as_member")]
    pub role: Role,
    /// Where it stands.
    pub state: InvitationState,
    /// Whether its mail left.
    pub delivery: Delivery,
    /// When its mail was last asked for.
    pub asked_at: Timestamp,
    /// The same in epoch seconds, so that DynamoDB can compare.
    asked_second: i64,
    /// When its mail last left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    expires_at: i64,
}

fn as_member() -> Role {
    Role::Member
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Nobody has accepted it.
    Pending,
    /// Somebody joined by it.
    Accepted,
    /// An administrator cancelled it.
    Cancelled,
}

/// Whether a mail left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Not yet.
    Queued,
    /// It did.
    Sent,
    /// It did not, after every try.
    Failed,
}

/// What became of invitations that were to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invited {
    /// They are stored.
    Made,
    /// They, or some of them, were there.
    MadeBefore,
    /// Who invites is no administrator any more.
    NotByAdministrator,
}

/// Why an invitation was not changed.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    /// It is not pending any more.
    #[error("the invitation is not pending any more")]
    Settled,
    /// Its last mail is too recent.
    #[error("its mail was just asked for")]
    TooSoon,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Invitation {
    /// A pending invitation whose mail is about to be asked for.
    pub fn new(
        email: EmailAddress,
        role: Role,
        (inviter, invited_by): (Option<UserId>, impl Into<String>),
        now: Timestamp,
    ) -> Self {
        Self {
            email,
            invited_by: invited_by.into(),
            inviter,
            role,
            state: InvitationState::Pending,
            delivery: Delivery::Queued,
            asked_at: now,
            asked_second: now.as_second(),
            sent_at: None,
            expires_at: (now + KEPT).as_second(),
        }
    }

    /// Whether nobody has accepted or cancelled it.
    pub fn is_pending(&self) -> bool {
        self.state == InvitationState::Pending
    }

    /// Whether its last link is too old.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.sent_at.is_some_and(|sent| sent + link::FOR_A_WEEK <= now)
    }

    /// Whether its link opens, or is on its way: who sends again what expired has a new link under way.
    pub fn may_be_accepted(&self, now: Timestamp) -> bool {
        self.is_pending()
            && match self.delivery {
                Delivery::Queued => true,
                Delivery::Sent => !self.is_expired(now),
                Delivery::Failed => false,
            }
    }

    /// Whether somebody may still become administrator by it.
    pub fn awaits_administrator(&self, now: Timestamp) -> bool {
        self.role == Role::Administrator && self.may_be_accepted(now)
    }
}

impl Table {
    /// Stores invitations, all or none; an entry tells each. [`MOST_INVITATIONS`] at once, of one administrator. It is counted at their place,
    /// so that whoever takes that place away at the same moment looks for them again.
    pub async fn create_invitations(
        &self,
        uai: Uai,
        invitations: &[(InvitationId, Invitation, AuditEntry)],
    ) -> Result<Invited, TableError> {
        let mut items = Vec::with_capacity(invitations.len() * 2 + 1);
        let inviter = invitations.first().and_then(|(_, invitation, _)| invitation.inviter);
        if let Some(inviter) = inviter {
            items.push(member::one_invited_more(uai, inviter)?.in_transaction(&self.name)?);
        }
        for (id, invitation, entry) in invitations {
            items.push(put_new(&self.name, stored(invitation, ENTITY, Key::invitation(uai, *id))?)?);
            items.push(audit::write(&self.name, uai, entry)?);
        }
        match self.transact(items).await {
            Ok(()) => Ok(Invited::Made),
            Err(Cancelled::Conditions(failed)) if inviter.is_some() && failed[0] => Ok(Invited::NotByAdministrator),
            // A second click.
            Err(Cancelled::Conditions(_)) => Ok(Invited::MadeBefore),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// The invitations of an administrator that nobody has accepted or cancelled.
    pub(crate) async fn pending_of(
        &self,
        uai: Uai,
        inviter: UserId,
    ) -> Result<Vec<(InvitationId, Invitation)>, TableError> {
        let mut invitations = self.invitations(uai).await?;
        invitations.retain(|(_, invitation)| invitation.is_pending() && invitation.inviter == Some(inviter));
        Ok(invitations)
    }

    /// An invitation.
    pub async fn invitation(&self, uai: Uai, id: InvitationId) -> Result<Option<Invitation>, TableError> {
        self.get(Key::invitation(uai, id), ENTITY).await
    }

    /// Every invitation of a school, whatever its state, the oldest first.
    pub async fn invitations(&self, uai: Uai) -> Result<Vec<(InvitationId, Invitation)>, TableError> {
        let read = |item: Item| {
            let id = id_in_sk(&item, INVITATIONS)
                .ok_or("no identifier in its key")
                .map_err(TableError::malformed(ENTITY))?;
            Ok((id, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        self.items(school_pk(uai), INVITATIONS).await?.into_iter().map(read).collect()
    }

    /// Whether a second administrator is advised.
    pub async fn lacks_administrator(&self, uai: Uai, now: Timestamp) -> Result<bool, TableError> {
        // Side by side: most spaces have two administrators, who need no invitations read, but nobody waits for one after the other.
        let (administrators, invitations) = try_join!(self.administrators(uai), self.invitations(uai))?;
        let invited = invitations.iter().map(|(_, invited)| invited);
        Ok(SecondAdministrator::of(administrators, invited, now).is_wanted())
    }

    /// Notes that the mail of a pending invitation is asked for again, at least `pause` after the last time.
    pub async fn resend_invitation(
        &self,
        uai: Uai,
        id: InvitationId,
        pause: SignedDuration,
        now: Timestamp,
        entry: &AuditEntry,
    ) -> Result<(), InvitationError> {
        let change =
            Change::of(Key::invitation(uai, id), "SET asked_at = :now, asked_second = :second, delivery = :queued")
                .only_if("#state = :pending AND asked_second <= :before")
                .text(":now", now.to_string())
                .number(":second", now.as_second())
                .number(":before", (now - pause).as_second())
                .value_of(":queued", &Delivery::Queued)?
                .value_of(":pending", &InvitationState::Pending)?;
        let items = vec![change.in_transaction(&self.name)?, audit::write(&self.name, uai, entry)?];
        match self.transact(items).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Table(error)) => Err(error.into()),
            Err(Cancelled::Conditions(_)) => match self.invitation(uai, id).await? {
                Some(invitation) if invitation.is_pending() => Err(InvitationError::TooSoon),
                _ => Err(InvitationError::Settled),
            },
        }
    }

    /// Cancels a pending invitation; its links do nothing any more.
    pub async fn cancel_invitation(
        &self,
        uai: Uai,
        id: InvitationId,
        entry: &AuditEntry,
    ) -> Result<(), InvitationError> {
        let items = vec![
            settle(uai, id, InvitationState::Cancelled)?.in_transaction(&self.name)?,
            audit::write(&self.name, uai, entry)?,
        ];
        self.transact(items).await.map_err(|cancelled| match cancelled {
            Cancelled::Table(error) => error.into(),
            Cancelled::Conditions(_) => InvitationError::Settled,
        })
    }

    /// Makes the link of a pending invitation under `secret`. Not pending any more: `false`.
    pub async fn link_invitation(
        &self,
        uai: Uai,
        id: InvitationId,
        (secret, link): (&[u8; 32], &Link),
    ) -> Result<bool, TableError> {
        let still = Change::of(Key::invitation(uai, id), "SET delivery = :queued")
            .only_if("#state = :pending")
            .value_of(":queued", &Delivery::Queued)?
            .value_of(":pending", &InvitationState::Pending)?;
        let items = vec![still.in_transaction(&self.name)?, link::make(&self.name, secret, link)?];
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Notes what became of an invitation's mail.
    pub async fn mark_delivery(
        &self,
        uai: Uai,
        id: InvitationId,
        delivery: Delivery,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let change = match delivery {
            Delivery::Sent => Change::of(Key::invitation(uai, id), "SET delivery = :delivery, sent_at = :now")
                .text(":now", now.to_string()),
            Delivery::Queued | Delivery::Failed => Change::of(Key::invitation(uai, id), "SET delivery = :delivery"),
        };
        // One that failed does not overwrite one that was sent again meanwhile.
        let change = match delivery {
            Delivery::Failed => {
                change.only_if("attribute_exists(PK) AND delivery <> :sent").value_of(":sent", &Delivery::Sent)?
            }
            Delivery::Queued | Delivery::Sent => change.only_if("attribute_exists(PK)"),
        };
        change.value_of(":delivery", &delivery)?.alone(self).await?;
        Ok(())
    }
}

/// Ends a pending invitation, once.
pub(crate) fn settle(uai: Uai, id: InvitationId, state: InvitationState) -> Result<Change, TableError> {
    Change::of(Key::invitation(uai, id), "SET #state = :state")
        .only_if("#state = :pending")
        .value_of(":state", &state)?
        .value_of(":pending", &InvitationState::Pending)
}
