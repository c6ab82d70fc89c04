//! The account that the pupil has is opened by the Médiacentre, which knows its owner by another identifier this year, or in this school:
//! the new one takes the place of the one before, in the transaction that signs the owner in.

use axum::http::HeaderMap;
use rentree_domain::Standing;
use rentree_http::{NewSession, Problem};
use rentree_table::{AuditAction, AuditEntry, TieError, Tying, User, Who};

use super::counted::{Counted, Due};
use super::decide::Owner;
use super::pupil::Pupil;
use super::tie::tying;
use super::visit::Visit;
use super::waiting::{SignOn, gone, taken};
use crate::Campaigns;

/// What came of it.
pub(crate) enum Entered {
    /// The account is signed in; how far its pupil is, unless that is to be read.
    In(Box<User>, NewSession, Option<Standing>),
    /// It cannot be.
    Not(Problem),
}

impl Campaigns {
    /// Enters by the sign-on that waits; whoever is in has guessed nothing.
    pub(crate) async fn enter_counted(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        (owner, is_tied): (&Owner, bool),
        counted: &mut Counted,
        headers: &HeaderMap,
    ) -> Result<Entered, Problem> {
        let Some(sign_on) = visit.sign_on() else { return Err(Problem::forged_form()) };
        let (entered, ()) = tokio::join!(
            self.enter(visit, pupil, (sign_on, owner, is_tied), headers),
            self.settle_if_possible(visit, counted, Due::Nothing)
        );
        let entered = entered?;
        if matches!(entered, Entered::Not(_)) {
            self.settle(visit, counted, Due::ThePupil).await?;
        }
        Ok(entered)
    }

    /// Signs `owner` in with a sign-on, which is used up, and joins. `is_tied`: whether the account is tied to the pupil of this school
    /// already; otherwise it is now. The school's log tells that an identifier took the place of another.
    async fn enter(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        (sign_on, owner, is_tied): (&SignOn, &Owner, bool),
        headers: &HeaderMap,
    ) -> Result<Entered, Problem> {
        let now = (self.clock)();
        let replaces = owner.has_another(sign_on.id());
        // Whoever came by the identifier that is replaced may have been somebody else: all sessions of before end.
        let epoch = owner.user.epoch + u64::from(replaces);
        let session = NewSession::new(owner.id, owner.user.holder(), epoch, headers, now);
        let entry = AuditEntry::new(now, rentree_runtime::random(), owner.id, PUPIL, AuditAction::MediacentreReplaced)
            .to(pupil.entry.division.clone())
            .about(pupil.learner.id);
        let tying = Tying {
            session: Some(session.stored()),
            corrected: Some(pupil.entry.birth_date).filter(|_| !is_tied),
            is_tied,
            sign_on: Some(sign_on.taking_up(&owner.user)),
            entry: replaces.then_some(&entry),
            ..tying(visit, pupil, Who::Known { id: owner.id, epoch: owner.user.epoch }, now)
        };
        match self.table.tie(&tying).await {
            Ok(joins) => Ok(Entered::In(owner.user.clone(), session, joins.then_some(Standing::joined()))),
            Err(TieError::Table(error)) => Err(error.into()),
            Err(why) => self.in_by_now(visit, pupil, (sign_on, &why), headers).await,
        }
    }

    /// Somebody was faster, says `why`. Where it was the same child, by a second click or on another device, the identifier opens the
    /// pupil's account by now, and the child is in.
    pub(crate) async fn in_by_now(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        (sign_on, why): (&SignOn, &TieError),
        headers: &HeaderMap,
    ) -> Result<Entered, Problem> {
        let now = (self.clock)();
        let (owner, learner) = tokio::try_join!(
            self.table.user_of_sign_on(sign_on.id(), now),
            self.table.learner(pupil.uai, pupil.learner.id)
        )?;
        let tied = learner.and_then(|learner| learner.user);
        let owner = match (owner, why) {
            (Some(owner), _) if tied == Some(owner) => owner,
            (Some(_), _) => return Ok(Entered::Not(taken().leading_to("Recommencer", visit.path()))),
            (None, TieError::SignOnGone) => return Ok(Entered::Not(gone(visit.mediacentre()))),
            (None, _) => return Ok(Entered::Not(changed_meanwhile(visit))),
        };
        let Some(user) = self.table.user(owner).await? else { return Ok(Entered::Not(changed_meanwhile(visit))) };
        let session = NewSession::new(owner, user.holder(), user.epoch, headers, now);
        let (opened, ()) = tokio::try_join!(
            self.table.open_session(&session.hash, &session.session, None),
            self.table.end_waiting_sign_on(&sign_on.secret)
        )?;
        Ok(if opened { Entered::In(Box::new(user), session, None) } else { Entered::Not(changed_meanwhile(visit)) })
    }
}

/// Who did it, for the log of the school, which tells no pupil's name.
const PUPIL: &str = "Un élève";

/// The pupil, or the account, was changed.
fn changed_meanwhile(visit: &Visit) -> Problem {
    Problem::too_late(
        "Quelque chose vient de changer : la liste des élèves, ou un compte. Cliquez à nouveau sur « Continuer ».",
    )
    .leading_to("Recommencer", visit.path())
}
