//! Staff take the Médiacentre off a pupil's account: it opened somebody else's, or another child comes by it.

use jiff::Timestamp;
use rentree_domain::{LearnerId, Uai, UserId};

use crate::item::Change;
use crate::password::tied;
use crate::transaction::Cancelled;
use crate::{AuditEntry, Key, Table, TableError, User, audit, mediacentre};

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
        let ids = &user.methods.mediacentre;
        let account = Change::of(Key::user(id), "SET epoch = :next REMOVE mediacentre")
            .only_if("epoch = :epoch AND mediacentre = :before")
            .number(":next", user.epoch + 1)
            .number(":epoch", user.epoch)
            .value_of(":before", ids)?;
        let mut items = vec![
            tied(&self.name, (uai, learner), id)?,
            account.in_transaction(&self.name)?,
            audit::write(&self.name, uai, entry)?,
        ];
        // Those that nobody used for two years are nobody's already, or somebody else's.
        for known in ids.at(now) {
            items.push(mediacentre::release(&self.name, &known.id, id)?);
        }
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }
}
