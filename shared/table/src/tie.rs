//! Pupils and accounts, tied for good: one account for a pupil, one pupil of a school for an account. Of two at the same moment,
//! one is tied.
//!
//! Nothing that joiners share is part of the transaction: a class that joins at the same second stands in nobody's way.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{CampaignId, Ine, LearnerId, PersonName, PersonalCode, Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, check_number, check_text, delete, delete_if, put_if, put_new, stored};
use crate::keys::{GSI1, LEARNERS, SK, TIES, personal_code_hash, user_in_pk};
use crate::transaction::Cancelled;
use crate::{
    AuditEntry, Item, Key, Session, SessionHash, Table, TableError, TakingUp, Who, audit, keys, mediacentre, methods,
    participation, session, sign_on, user,
};

const ENTITY: &str = "Tie";
/// Whoever is tied needs no personal code any more: one that lies about is over.
const TIE: &str = "SET user_id = :user, tied_at = :now REMOVE personal_code";
const AS_READ: &str = "attribute_not_exists(user_id) AND #current.#version = :version";
const AS_READ_AND_BY_CODE: &str = "attribute_not_exists(user_id) AND #current.#version = :version AND personal_code.#hash = :hash AND personal_code.valid_until > :second";

/// The pupil that an account is tied to in a school: beside the account, so that it is found at once, and is one only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    /// The pupil.
    pub learner: LearnerId,
    /// Since when.
    pub tied_at: Timestamp,
}

/// Who is tied to which pupil, by which campaign.
#[derive(Debug)]
pub struct Tying<'a> {
    /// The school.
    pub uai: Uai,
    /// The pupil.
    pub learner: LearnerId,
    /// The version of its newest revision, as it was read.
    pub version: u64,
    /// The child, across schools.
    pub ine: Ine,
    /// The campaign whose participation begins.
    pub campaign: CampaignId,
    /// The pupil's class now, which the participation keeps.
    pub division: &'a str,
    /// The account.
    pub who: Who<'a>,
    /// The session that begins, unless one is open already. One of the account's next epoch ends all others.
    pub session: Option<(&'a SessionHash, &'a Session)>,
    /// Of a known pupil's account: the birth date that the file has now.
    pub corrected: Option<Date>,
    /// With it, without a sign-on: first and last name that the file has now, if the account follows them.
    pub named: Option<(PersonName, PersonName)>,
    /// The entry of the same child that the account is tied to in the school, of which the file no longer tells.
    pub instead_of: Option<LearnerId>,
    /// The personal code that led to the pupil: used up.
    pub personal_code: Option<&'a PersonalCode>,
    /// Whether the pupil is the known account's already: then that stays so, and all the rest is done.
    pub is_tied: bool,
    /// The sign-on by Médiacentre that waits: used up.
    pub sign_on: Option<TakingUp<'a>>,
    /// What the audit log says.
    pub entry: Option<&'a AuditEntry>,
    /// When.
    pub now: Timestamp,
}

/// Why nobody was tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Guard {
    #[error("the sign-on that waits")]
    SignOn,
    #[error("the pupil")]
    Learner,
    #[error("the account's pupil in the school")]
    Tie,
    #[error("the participation")]
    Participation,
    #[error("a login of the new account")]
    Login,
    #[error("the identifier of the sign-on")]
    Identifier,
    #[error("the account")]
    Account,
    #[error("nothing")]
    Nothing,
}

/// Why nobody was tied.
#[derive(Debug, thiserror::Error)]
pub enum TieError {
    /// The pupil was tied, an import changed it, or another personal code was given, meanwhile: look again.
    #[error("the pupil was tied or changed meanwhile")]
    Learner,
    /// The account has a pupil in this school already.
    #[error("the account has another pupil in this school")]
    Tied,
    /// A login of the new account is another account's.
    #[error("the user name or the address is another account's")]
    LoginTaken,
    /// The account was changed meanwhile.
    #[error("the account was changed meanwhile")]
    AccountMoved,
    /// The sign-on waits no more.
    #[error("the sign-on waits no more")]
    SignOnGone,
    /// The identifier of the sign-on is another account's.
    #[error("the identifier is another account's")]
    IdentifierTaken,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Table {
    /// Carries `tying` out: tie, participation, and the account and its session if they are new. Whether the participation began
    /// with it: a pupil who was untied may have one from before.
    pub async fn tie(&self, tying: &Tying<'_>) -> Result<bool, TieError> {
        // A pupil who was untied may have joined the campaign before.
        for joins in [true, false] {
            let (guards, items): (Vec<_>, Vec<_>) = self.tying_items(tying, joins)?.into_iter().unzip();
            let failed = match self.transact(items).await {
                Ok(()) => return Ok(joins),
                Err(Cancelled::Table(error)) => return Err(error.into()),
                Err(Cancelled::Conditions(failed)) => failed,
            };
            match failed.iter().position(|failed| *failed).map(|at| &guards[at]) {
                Some(Guard::SignOn) => return Err(TieError::SignOnGone),
                Some(Guard::Learner) => return Err(TieError::Learner),
                Some(Guard::Tie) => return Err(TieError::Tied),
                Some(Guard::Login) => return Err(TieError::LoginTaken),
                Some(Guard::Identifier) => return Err(TieError::IdentifierTaken),
                Some(Guard::Account) => return Err(TieError::AccountMoved),
                Some(Guard::Participation | Guard::Nothing) | None => {}
            }
        }
        Err(TableError::Contended { operation: "TransactWriteItems" }.into())
    }

    fn tying_items(&self, tying: &Tying<'_>, joins: bool) -> Result<Vec<(Guard, TransactWriteItem)>, TableError> {
        let table = &self.name;
        let id = match tying.who {
            Who::Known { id, .. } | Who::Newcomer { id, .. } => id,
        };
        let mut items = Vec::new();
        if let Some(taken) = tying.sign_on {
            items.push((Guard::SignOn, sign_on::take_up(table, taken.secret, tying.now)?));
        }
        if tying.is_tied {
            let learner = Key::learner(tying.uai, tying.learner);
            items.push((Guard::Learner, check_text(table, learner, "user_id = :value", &id.to_string())?));
        } else {
            self.tie_items(tying, id, &mut items)?;
        }
        items.push((Guard::Nothing, methods::claim_ine(table, tying.ine, id)?));
        self.account_items(tying, id, &mut items)?;
        if joins {
            let of = (tying.learner, tying.division);
            let begins = participation::begin(table, tying.uai, tying.campaign, of, tying.now)?;
            items.push((Guard::Participation, begins));
        }
        if let Some(opened) = tying.session {
            items.push((Guard::Nothing, session::open(table, opened)?));
        }
        if let Some(entry) = tying.entry {
            items.push((Guard::Nothing, audit::write(table, tying.uai, entry)?));
        }
        Ok(items)
    }

    fn tie_items(
        &self,
        tying: &Tying<'_>,
        id: UserId,
        items: &mut Vec<(Guard, TransactWriteItem)>,
    ) -> Result<(), TableError> {
        let table = &self.name;
        let learner = Change::of(Key::learner(tying.uai, tying.learner), TIE);
        let learner = match tying.personal_code {
            None => learner.only_if(AS_READ),
            Some(code) => learner
                .only_if(AS_READ_AND_BY_CODE)
                .text(":hash", personal_code_hash(tying.uai, code))
                .number(":second", tying.now.as_second()),
        };
        let learner =
            learner.text(":user", id.to_string()).text(":now", tying.now.to_string()).number(":version", tying.version);
        items.push((Guard::Learner, learner.in_transaction(table)?));
        let tie = Tie { learner: tying.learner, tied_at: tying.now };
        let mut place = stored(&tie, ENTITY, Key::tie(id, tying.uai))?;
        place.insert(GSI1.0.to_owned(), AttributeValue::S(keys::ties_in(tying.uai)));
        place.insert(GSI1.1.to_owned(), AttributeValue::S(keys::learner(tying.learner)));
        match tying.instead_of {
            None => items.push((Guard::Tie, put_new(table, place)?)),
            Some(former) => {
                let is_former = Some((":former", AttributeValue::S(former.to_string())));
                items.push((Guard::Tie, put_if(table, place, "learner = :former", is_former)?));
                items.push((Guard::Tie, release(tying.uai, former, id).in_transaction(table)?));
            }
        }
        Ok(())
    }

    fn account_items(
        &self,
        tying: &Tying<'_>,
        id: UserId,
        items: &mut Vec<(Guard, TransactWriteItem)>,
    ) -> Result<(), TableError> {
        let table = &self.name;
        match (tying.who, tying.sign_on) {
            (Who::Known { .. }, Some(taken)) => {
                let epoch = tying.session.map_or(taken.user.epoch, |(_, begins)| begins.epoch);
                let added = sign_on::add(table, (id, taken.user), taken.id, (tying.corrected, epoch), tying.now)?;
                let guards = [Guard::Account, Guard::Identifier].into_iter().chain(std::iter::repeat(Guard::Account));
                items.extend(guards.zip(added));
            }
            (Who::Known { epoch, .. }, None) => {
                let corrected = match (tying.corrected, &tying.named) {
                    (None, _) => None,
                    (Some(_), None) => Some(Change::of(Key::user(id), "SET birth_date = :born")),
                    (Some(_), Some((first_name, last_name))) => Some(
                        Change::of(Key::user(id), "SET birth_date = :born, first_name = :first, last_name = :last")
                            .text(":first", first_name.as_str())
                            .text(":last", last_name.as_str()),
                    ),
                };
                let account = match tying.corrected.zip(corrected) {
                    None => check_number(table, Key::user(id), "epoch = :value", epoch)?,
                    Some((birth_date, change)) => change
                        .only_if("epoch = :epoch")
                        .text(":born", birth_date.to_string())
                        .number(":epoch", epoch)
                        .in_transaction(table)?,
                };
                items.push((Guard::Account, account));
            }
            (Who::Newcomer { user, .. }, sign_on) => {
                let markers = methods::claim_all(table, &user.methods, id, user.email_confirmed)?;
                let guard = if sign_on.is_some() { Guard::Identifier } else { Guard::Login };
                items.extend(markers.into_iter().map(|marker| (guard, marker)));
                items.push((Guard::Account, put_new(table, user::item(id, user)?)?));
            }
        }
        Ok(())
    }

    /// The pupil that an account is tied to in a school, as of now.
    pub async fn tie_of(&self, id: UserId, uai: Uai) -> Result<Option<Tie>, TableError> {
        self.get(Key::tie(id, uai), ENTITY).await
    }

    /// Which pupils of a school are tied, and to which account. The index may be a moment late: whoever acts on a tie reads the pupil.
    pub async fn ties_in(&self, uai: Uai) -> Result<HashMap<LearnerId, UserId>, TableError> {
        let read = |item: Item| {
            let user = user_in_pk(&item).ok_or("no user in its key").map_err(TableError::malformed(ENTITY))?;
            let Tie { learner, .. } = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
            Ok((learner, user))
        };
        self.indexed(keys::ties_in(uai), LEARNERS).await?.into_iter().map(read).collect()
    }

    /// The pupils that an account is tied to, in all schools, as of now.
    pub async fn ties(&self, id: UserId) -> Result<Vec<(Uai, Tie)>, TableError> {
        let read = |item: Item| {
            let uai = item.get(SK).and_then(|sk| sk.as_s().ok()?.strip_prefix(TIES)?.parse().ok());
            let uai = uai.ok_or("no UAI in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((uai, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        self.items(keys::user(id), TIES).await?.into_iter().map(read).collect()
    }

    /// Unties a pupil from the account `id`; `entry` tells it. The account stays, and what the pupil did stays the pupil's. Where it was
    /// the account's last pupil, the Médiacentre opens it no more, and its sessions end: whoever it knows by these identifiers may be
    /// another child, and no page of any pupil could take them off later. `false` when they are not tied (any more), or the account was
    /// changed.
    pub async fn untie(
        &self,
        uai: Uai,
        (learner, ine): (LearnerId, Ine),
        id: UserId,
        entry: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        let mut items = vec![
            release(uai, learner, id).in_transaction(&self.name)?,
            delete(&self.name, Key::tie(id, uai))?,
            audit::write(&self.name, uai, entry)?,
        ];
        let (of_ine, ties, user) = tokio::try_join!(self.user_of_ine(ine), self.ties(id), self.user(id))?;
        let is_last = ties.iter().all(|(school, _)| *school == uai);
        if let Some(user) = user.filter(|user| is_last && !user.methods.mediacentre.is_empty()) {
            items.extend(mediacentre::take_off(&self.name, (id, &user), now)?);
        }
        let without_ine = items.len();
        if of_ine == Some(id) {
            items.push(delete_if(&self.name, Key::ine_identity(ine), "#user = :id", ":id", &id)?);
        }
        let sent = match self.transact(items.clone()).await {
            // The child joined another school with another account at this moment: that marker is not ours.
            Err(Cancelled::Conditions(failed)) if failed.iter().position(|failed| *failed) == Some(without_ine) => {
                items.truncate(without_ine);
                self.transact(items).await
            }
            sent => sent,
        };
        match sent {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }
}

/// Unties a pupil from the account `id`, if they are tied.
fn release(uai: Uai, learner: LearnerId, id: UserId) -> Change {
    Change::of(Key::learner(uai, learner), "REMOVE user_id, tied_at")
        .only_if("user_id = :user")
        .text(":user", id.to_string())
}
