//! Staff take the Médiacentre off a pupil's account: it opened somebody else's, or another child comes by it.

use jiff::Timestamp;
use rentree_domain::{LearnerId, Uai, UserId};

use crate::password::tied;
use crate::transaction::Cancelled;
use crate::{AuditEntry, Table, TableError, User, audit, mediacentre};

impl Table {
    /// Takes every identifier of Médiacentre off the account `user` of a pupil, as it was read; `entry` tells it. They are nobody's then.
    /// Its sessions end, for nobody knows which of them began by one of these. `false` when the account was changed, or is not (any more)
    /// this pupil's.
    pub async fn remove_mediacentre(
        &self,
        (uai, learner): (Uai, LearnerId),
        (id, user): (UserId, &User),
        entry: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        let mut items = vec![tied(&self.name, (uai, learner), id)?, audit::write(&self.name, uai, entry)?];
        items.extend(mediacentre::take_off(&self.name, (id, user), now)?);
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }
}
