//! Staff take back a result that a pupil sent by mistake: another try begins, and what is told of the former one changes nothing.

use jiff::Timestamp;
use rentree_domain::progress::{Sent, Tries};
use rentree_domain::{CampaignId, LearnerId, Uai};

use crate::item::Change;
use crate::participation::{TURNS, TakenBack};
use crate::{AuditEntry, Key, Participation, Table, TableError, audit};

/// How many results that were taken back are kept.
const KEPT: usize = 10;

/// What came of taking a result back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakeBack {
    /// It is taken back; what is known then.
    Done(Box<Participation>),
    /// It was taken back before.
    Before,
    /// Another result holds, or none.
    Moved,
    /// The pupil has no part in the campaign of this school.
    Unknown,
}

impl Table {
    /// Takes back the result that was sent at `shown`, if it is the one that holds; `entry` tells it. If the pupil's latest profile came
    /// with that try, the one before it, of whatever campaign, is the latest one again.
    pub async fn take_result_back(
        &self,
        uai: Uai,
        (campaign, learner): (CampaignId, LearnerId),
        shown: Timestamp,
        entry: &AuditEntry,
    ) -> Result<TakeBack, TableError> {
        for _ in 0..TURNS {
            let known = self.participation(campaign, learner).await?.filter(|known| known.uai == uai);
            let Some(known) = known else { return Ok(TakeBack::Unknown) };
            let Some(sent) = known.latest_sent().filter(|sent| sent.at == shown) else {
                let is_before = known.taken_back.iter().any(|before| before.sent.at == shown);
                return Ok(if is_before { TakeBack::Before } else { TakeBack::Moved });
            };

            let profiles: Vec<Sent> = known.former.iter().copied().chain([sent]).collect();
            let profile = self.profile_without(uai, learner, (campaign, &profiles)).await?;
            let next = taken_back(known, TakenBack { at: entry.at, sent });
            let mut items = vec![change(campaign, learner, &next)?.in_transaction(&self.name)?];
            items.push(audit::write(&self.name, uai, entry)?);
            items.extend(profile);
            if self.written(items).await? {
                return Ok(TakeBack::Done(Box::new(next)));
            }
            // A message about the pupil was faster: look again.
        }
        Err(TableError::Contended { operation: "TransactWriteItems" })
    }
}

/// The participation, after `this` was taken back.
fn taken_back(known: Participation, this: TakenBack) -> Participation {
    let Tries { current, .. } = known.tries().taken_back();
    let mut all = known.taken_back;
    all.push(this);
    let surplus = all.len().saturating_sub(KEPT);
    all.drain(..surplus);
    Participation {
        started_at: None,
        sent_at: None,
        score: None,
        profile: None,
        former: Vec::new(),
        current,
        taken_back: all,
        changes: known.changes + 1,
        ..known
    }
}

fn change(campaign: CampaignId, learner: LearnerId, next: &Participation) -> Result<Change, TableError> {
    const BEGIN_AGAIN: &str = "SET course_try = :current, taken_back = :taken_back, #changes = :changes \
        REMOVE started_at, sent_at, score, #profile, #former";
    Ok(Change::of(Key::participation(campaign, learner), BEGIN_AGAIN)
        .only_if("#changes = :seen")
        .value_of(":current", &next.current)?
        .value_of(":taken_back", &next.taken_back)?
        .number(":changes", next.changes)
        .number(":seen", next.changes - 1))
}
