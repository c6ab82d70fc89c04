//! To the administrators of a school, of what concerns its team.

use rentree_domain::{Uai, UserId};
use tokio::try_join;

use crate::{MailWorker, OrderError};

impl MailWorker {
    /// Tells `user` that `newcomer` became administrator of `uai`. `is_counted`: for the limit of a mailbox.
    pub(crate) async fn new_administrator(
        &self,
        user: UserId,
        newcomer: UserId,
        uai: Uai,
        is_counted: bool,
    ) -> Result<(), OrderError> {
        let table = &self.table;
        let (user, newcomer, school) = try_join!(table.user(user), table.member(uai, newcomer), table.school(uai))?;
        let email = user.filter(|user| user.email_confirmed).and_then(|user| user.methods.email);
        // Removed meanwhile, there is nobody to tell of.
        let (Some(email), Some(newcomer), Some(school)) = (email, newcomer, school) else { return Ok(()) };
        if is_counted && !self.mailbox(&email).may_be_told_of_administrator().await? {
            return Ok(());
        }
        let team = self.page(&format!("/schools/{uai}/team"));
        self.mailer.send(&email, &rentree_mail::new_administrator(&newcomer.name, &school.name, &team)).await?;
        Ok(())
    }
}
