//! To the owner of an account, or of an address that may have one. Nobody but the mailbox learns which.

use rentree_domain::{EmailAddress, LinkToken, SecondFactorChange, Uai, UserId};
use rentree_table::{Link, Purpose};
use tokio::try_join;

use crate::{MailWorker, OrderError};

const SIGN_IN: &str = "/sign-in";
const FORGOTTEN_PASSWORD: &str = "/forgotten-password";

impl MailWorker {
    pub(crate) async fn sign_up(&self, email: &EmailAddress, is_first_try: bool) -> Result<(), OrderError> {
        if is_first_try && !self.mailbox(email).may_get_account_mail().await? {
            return Ok(());
        }
        // An account that never confirmed the address does not keep it from its owner.
        let found = self.table.user_of_email(email).await?;
        let mail = if found.is_some_and(|(_, user)| user.email_confirmed) {
            rentree_mail::known_address(&self.page(SIGN_IN), &self.page(FORGOTTEN_PASSWORD))
        } else {
            let token = self.draw(Purpose::SignUp { email: email.clone() }).await?;
            rentree_mail::sign_up(&self.link("/sign-up", &token))
        };
        self.mailer.send(email, &mail).await?;
        Ok(())
    }

    pub(crate) async fn new_password(&self, email: &EmailAddress, is_first_try: bool) -> Result<(), OrderError> {
        // An address that was never confirmed may have been mistyped: a stranger must not get the account with it.
        let found = self.table.user_of_email(email).await?;
        let Some((id, user)) = found.filter(|(_, user)| user.email_confirmed) else { return Ok(()) };
        if is_first_try && !self.mailbox(email).may_get_reset().await? {
            return Ok(());
        }
        let token = self.draw(Purpose::NewPassword { user: id, epoch: user.epoch }).await?;
        self.mailer.send(email, &rentree_mail::password_reset(&self.link("/new-password", &token))).await?;
        Ok(())
    }

    pub(crate) async fn password_changed(&self, id: UserId) -> Result<(), OrderError> {
        // Who has no address, or never confirmed it, is told by the page alone: it may be a stranger's.
        let user = self.table.user(id).await?.filter(|user| user.email_confirmed);
        let Some(email) = user.and_then(|user| user.methods.email) else { return Ok(()) };
        self.mailer.send(&email, &rentree_mail::password_changed(&self.page(FORGOTTEN_PASSWORD))).await?;
        Ok(())
    }

    pub(crate) async fn second_factor(&self, id: UserId, change: SecondFactorChange) -> Result<(), OrderError> {
        let user = self.table.user(id).await?.filter(|user| user.email_confirmed);
        let Some(email) = user.and_then(|user| user.methods.email) else { return Ok(()) };
        self.mailer.send(&email, &rentree_mail::second_factor(change, &self.page(FORGOTTEN_PASSWORD))).await?;
        Ok(())
    }

    pub(crate) async fn password_handed_out(&self, id: UserId, uai: Uai, is_first_try: bool) -> Result<(), OrderError> {
        let (user, school) = try_join!(self.table.user(id), self.table.school(uai))?;
        let email = user.filter(|user| user.email_confirmed).and_then(|user| user.methods.email);
        let (Some(email), Some(school)) = (email, school) else { return Ok(()) };
        if is_first_try && !self.mailbox(&email).may_be_told_of_hand_out().await? {
            return Ok(());
        }
        let mail = rentree_mail::password_handed_out(&school.name, &self.page(FORGOTTEN_PASSWORD));
        self.mailer.send(&email, &mail).await?;
        Ok(())
    }

    pub(crate) async fn address(
        &self,
        user: UserId,
        email: &EmailAddress,
        is_first_try: bool,
    ) -> Result<(), OrderError> {
        if is_first_try && !self.mailbox(email).may_get_account_mail().await? {
            return Ok(());
        }
        let Some(epoch) = self.table.user(user).await?.map(|user| user.epoch) else { return Ok(()) };
        let token = self.draw(Purpose::Address { user, epoch, email: email.clone() }).await?;
        self.mailer.send(email, &rentree_mail::address_change(&self.link("/account/email", &token))).await?;
        Ok(())
    }

    pub(crate) async fn address_changed(&self, former: &EmailAddress, masked: &str) -> Result<(), OrderError> {
        self.mailer.send(former, &rentree_mail::address_changed(masked)).await?;
        Ok(())
    }

    async fn draw(&self, purpose: Purpose) -> Result<LinkToken, OrderError> {
        let token = LinkToken::new(rentree_runtime::random());
        self.table.create_link(token.secret(), &Link::new(purpose, self.now())).await?;
        Ok(token)
    }
}
