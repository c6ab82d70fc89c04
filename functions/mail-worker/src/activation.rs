//! To the school's mailbox: somebody asks for the school's space. Nobody but the mailbox learns whether the school is known.

use jiff::Timestamp;
use rentree_domain::limit::REQUESTS_BY_SCHOOL;
use rentree_domain::{ActivationId, LinkToken, PersonName, Uai};
use rentree_mail::{Activation, activation};
use rentree_table::{ActivationRequest, Link, Purpose};

use crate::{MailWorker, OrderError};

impl MailWorker {
    pub(crate) async fn activation(
        &self,
        uai: Uai,
        id: ActivationId,
        first_name: PersonName,
        last_name: PersonName,
        asked_at: Timestamp,
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
        // A message that comes again after a failure is the same request: only a new one counts.
        let is_new = self.table.activation(uai, id).await?.is_none();
        if is_new && !self.table.allows(&REQUESTS_BY_SCHOOL, uai.as_str(), now).await? {
            tracing::warn!(%uai, "a space was asked for too often, no mail is sent");
            return Ok(());
        }

        let token = LinkToken::new(rentree_runtime::random());
        let request = ActivationRequest::new(first_name, last_name, asked_at);
        let link = Link::new(Purpose::Activation { uai, id }, now);
        self.table.create_activation(uai, id, &request, (token.secret(), &link)).await?;

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
