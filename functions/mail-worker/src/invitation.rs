//! To a colleague whom an administrator invites.

use rentree_domain::{InvitationId, LinkToken, Uai};
use rentree_mail::invitation;
use rentree_table::{Delivery, Link, Purpose, Role};

use crate::{MailWorker, OrderError};

impl MailWorker {
    pub(crate) async fn invitation(&self, uai: Uai, id: InvitationId, is_first_try: bool) -> Result<(), OrderError> {
        let now = self.now();
        let (Some(school), Some(invited)) = (self.table.school(uai).await?, self.table.invitation(uai, id).await?)
        else {
            tracing::error!(%uai, invitation = %id, "an invitation is not there");
            return Ok(());
        };

        if is_first_try && !self.mailbox(&invited.email).may_get_invitation().await? {
            return Ok(self.table.mark_delivery(uai, id, Delivery::Failed, now).await?);
        }

        let token = LinkToken::new(rentree_runtime::random());
        let link = Link::new(Purpose::Invitation { uai, id }, now);
        // Cancelled or accepted meanwhile.
        if !self.table.link_invitation(uai, id, (token.secret(), &link)).await? {
            return Ok(());
        }

        let mail = invitation(rentree_mail::Invitation {
            school: &school.name,
            uai: uai.as_str(),
            inviter: &invited.invited_by,
            to_administer: invited.role == Role::Administrator,
            link: &self.link("/invitation", &token),
        });
        self.mailer.send(&invited.email, &mail).await?;
        self.table.mark_delivery(uai, id, Delivery::Sent, now).await?;
        tracing::info!(%uai, invitation = %id, "an invitation was sent");
        Ok(())
    }
}
