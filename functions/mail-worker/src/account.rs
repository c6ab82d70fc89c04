//! To the owner of an account, or of an address that may have one. Nobody but the mailbox learns which.

use rentree_domain::{EmailAddress, LinkToken, UserId};
use rentree_table::{Link, Purpose};

use crate::{MailWorker, OrderError};

const SIGN_IN: &str = "/sign-in";
const FORGOTTEN_PASSWORD: &str = "/forgotten-password";

impl MailWorker {
    pub(crate) async fn sign_up(&self, email: &EmailAddress) -> Result<(), OrderError> {
        let mail = if self.table.user_of_email(email).await?.is_some() {
            rentree_mail::known_address(&self.page(SIGN_IN), &self.page(FORGOTTEN_PASSWORD))
        } else {
            let token = self.draw(Purpose::SignUp { email: email.clone() }).await?;
            rentree_mail::sign_up(&self.link("/sign-up", &token))
        };
        self.send(email, &mail).await?;
        Ok(())
    }

    pub(crate) async fn new_password(&self, email: &EmailAddress) -> Result<(), OrderError> {
        // An address that was never confirmed may have been mistyped: a stranger must not get the account with it.
        let found = self.table.user_of_email(email).await?;
        let Some((user, _)) = found.filter(|(_, user)| user.email_confirmed) else { return Ok(()) };
        let token = self.draw(Purpose::NewPassword { user }).await?;
        self.send(email, &rentree_mail::password_reset(&self.link("/new-password", &token))).await?;
        Ok(())
    }

    pub(crate) async fn password_changed(&self, id: UserId) -> Result<(), OrderError> {
        let Some(user) = self.table.user(id).await? else { return Ok(()) };
        self.send(&user.email, &rentree_mail::password_changed(&self.page(FORGOTTEN_PASSWORD))).await?;
        Ok(())
    }

    pub(crate) async fn address(&self, user: UserId, email: &EmailAddress) -> Result<(), OrderError> {
        let token = self.draw(Purpose::Address { user, email: email.clone() }).await?;
        self.send(email, &rentree_mail::address_change(&self.link("/account/email", &token))).await?;
        Ok(())
    }

    pub(crate) async fn address_changed(&self, former: &EmailAddress, masked: &str) -> Result<(), OrderError> {
        self.send(former, &rentree_mail::address_changed(masked)).await?;
        Ok(())
    }

    async fn draw(&self, purpose: Purpose) -> Result<LinkToken, OrderError> {
        let token = LinkToken::new(rentree_runtime::random());
        self.table.create_link(token.secret(), &Link::new(purpose, self.now())).await?;
        Ok(token)
    }
}
