//! To the school's mailbox: somebody asks for the school's space. Nobody but the mailbox learns whether the school is known.

use rentree_domain::{ActivationId, LinkToken, Uai};
use rentree_mail::{Activation, activation};
use rentree_table::{ActivationRequest, Link, Purpose};

use crate::{MailWorker, OrderError};

impl MailWorker {
    pub(crate) async fn activation(
        &self,
        uai: Uai,
        id: ActivationId,
        request: ActivationRequest,
        is_first_try: bool,
    ) -> Result<(), OrderError> {
        let now = self.now();
        let Some(school) = self.table.school(uai).await? else {
            tracing::info!(%uai, "a space was asked for a school that is not in the directory");
            return Ok(());
        };
        let Some(mailbox) = school.mailbox_of(uai) else {
            tracing::warn!(%uai, "a space was asked for a school that has no mailbox");
            return Ok(());
        };
        if is_first_try && !self.mailbox(&mailbox).may_get_space().await? {
            return Ok(());
        }

        let token = LinkToken::new(rentree_runtime::random());
        let link = Link::new(Purpose::Activation { uai, id }, now);
        if !self.table.create_activation(uai, id, &request, (token.secret(), &link)).await? {
            tracing::info!(%uai, request = %id, "a request that came again was accepted already");
            return Ok(());
        }

        let requester = format!("{} {}", request.first_name, request.last_name);
        let mail = activation(Activation {
            school: &school.name,
            uai: uai.as_str(),
            requester: &requester,
            link: &self.link("/activation", &token),
        });
        self.mailer.send(&mailbox, &mail).await?;
        tracing::info!(%uai, request = %id, "the link to a space was sent to the school's mailbox");
        Ok(())
    }
}
