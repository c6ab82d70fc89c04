//! Which mail is which.

use rentree_domain::MailOrder;
use rentree_table::{ActivationRequest, Delivery};

use crate::{MailWorker, OrderError};

impl MailWorker {
    /// Sends what `order` asks for. `is_first_try`: limits count it.
    pub(crate) async fn carry_out(&self, order: MailOrder, is_first_try: bool) -> Result<(), OrderError> {
        match order {
            MailOrder::Activation { uai, id, first_name, last_name, asked_at } => {
                let request = ActivationRequest::new(first_name, last_name, asked_at);
                self.activation(uai, id, request, is_first_try).await
            }
            MailOrder::Invitation { uai, id } => self.invitation(uai, id, is_first_try).await,
            MailOrder::SignUp { email } => self.sign_up(&email, is_first_try).await,
            MailOrder::NewPassword { email } => self.new_password(&email, is_first_try).await,
            MailOrder::PasswordChanged { user } => self.password_changed(user).await,
            MailOrder::SecondFactor { user, change } => self.second_factor(user, change).await,
            MailOrder::PasswordHandedOut { user, uai } => self.password_handed_out(user, uai, is_first_try).await,
            MailOrder::NewAdministrator { user, newcomer, uai, by_link } => {
                self.new_administrator(user, newcomer, uai, is_first_try && !by_link).await
            }
            MailOrder::AccessRequested { user, uai } => self.access_requested(user, uai, is_first_try).await,
            MailOrder::AccessGranted { user, uai } => self.access_granted(user, uai).await,
            MailOrder::AccessRefused { user, uai } => self.access_refused(user, uai).await,
            MailOrder::Address { user, email } => self.address(user, &email, is_first_try).await,
            MailOrder::AddressChanged { former, masked } => self.address_changed(&former, &masked).await,
        }
    }

    /// After the last try. An alarm rings by the log line; an invitation says so in the list that its sender looks at; a link to another
    /// password may be asked for again at once.
    pub(crate) async fn give_up(&self, order: MailOrder) -> Result<(), OrderError> {
        tracing::error!(kind = kind(&order), "a mail could not be sent");
        match order {
            MailOrder::Invitation { uai, id } => {
                self.table.mark_delivery(uai, id, Delivery::Failed, self.now()).await?;
            }
            MailOrder::NewPassword { email } => self.mailbox(&email).reset_did_not_leave().await?,
            _ => {}
        }
        Ok(())
    }
}

/// For logs.
fn kind(order: &MailOrder) -> &'static str {
    match order {
        MailOrder::Activation { .. } => "activation",
        MailOrder::Invitation { .. } => "invitation",
        MailOrder::SignUp { .. } => "sign_up",
        MailOrder::NewPassword { .. } => "new_password",
        MailOrder::PasswordChanged { .. } => "password_changed",
        MailOrder::SecondFactor { .. } => "second_factor",
        MailOrder::PasswordHandedOut { .. } => "password_handed_out",
        MailOrder::NewAdministrator { .. } => "new_administrator",
        MailOrder::AccessRequested { .. } => "access_requested",
        MailOrder::AccessGranted { .. } => "access_granted",
        MailOrder::AccessRefused { .. } => "access_refused",
        MailOrder::Address { .. } => "address",
        MailOrder::AddressChanged { .. } => "address_changed",
    }
}
