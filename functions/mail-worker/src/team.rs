//! Of what concerns the team of a school: to its administrators, and to whom they let in or not.

use rentree_domain::{Uai, UserId, paris};
use rentree_mail::Mail;
use rentree_table::{Role, User, is_in, is_suspended};
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
        let email = user.as_ref().and_then(User::confirmed_email);
        // Removed meanwhile, there is nobody to tell of.
        let (Some(email), Some(newcomer), Some(school)) = (email, newcomer, school) else { return Ok(()) };
        if is_counted && !self.mailbox(email).may_be_told_of_administrator().await? {
            return Ok(());
        }
        let team = self.page(&format!("/schools/{uai}/team"));
        self.mailer.send(email, &rentree_mail::new_administrator(&newcomer.name, &school.name, &team)).await?;
        Ok(())
    }

    /// Tells the administrators of `uai` that `asker` asks to be let in. Where there is no space, or `asker` is in it, nobody is told. Of
    /// several mails, one that fails keeps none of the others: the order comes again then, and those that left come twice.
    pub(crate) async fn access_requested(&self, asker: UserId, uai: Uai, is_first_try: bool) -> Result<(), OrderError> {
        let (table, now) = (&self.table, self.now());
        let (request, school, members) =
            try_join!(table.access_request(uai, asker), table.school(uai), table.members(uai))?;
        let (Some(request), Some(school)) = (request, school) else { return Ok(()) };
        if !request.is_pending(now) || is_in(asker, &members, now) {
            return Ok(());
        }
        let page = self.page(&format!("/schools/{uai}/access-requests/{asker}"));
        // What somebody may write into an address is for no mailbox of others: the page tells it whole.
        let mail = rentree_mail::access_requested(&request.name, &request.email.masked(), &school.name, &page);
        let mut told = Ok(());
        for (id, member) in &members {
            if member.role == Role::Administrator && !is_suspended(*id, &members, now) {
                told = self.tell_of_request(*id, &mail, is_first_try).await.and(told);
            }
        }
        told
    }

    async fn tell_of_request(&self, id: UserId, mail: &Mail, is_first_try: bool) -> Result<(), OrderError> {
        let user = self.table.user(id).await?;
        let Some(email) = user.as_ref().and_then(User::confirmed_email) else { return Ok(()) };
        if !is_first_try || self.mailbox(email).may_be_told_of_access_request().await? {
            self.mailer.send(email, mail).await?;
        }
        Ok(())
    }

    /// Tells `user` that they were let into the space of `uai`.
    pub(crate) async fn access_granted(&self, user: UserId, uai: Uai) -> Result<(), OrderError> {
        let (user, school) = try_join!(self.table.user(user), self.table.school(uai))?;
        let email = user.as_ref().and_then(User::confirmed_email);
        let (Some(email), Some(school)) = (email, school) else { return Ok(()) };
        let space = self.page(&format!("/schools/{uai}"));
        self.mailer.send(email, &rentree_mail::access_granted(&school.name, &space)).await?;
        Ok(())
    }

    /// Tells `user` that they were not let into the space of `uai`, and from when on they may ask again. A refusal that keeps them from
    /// nothing any more is told no more: it is over, or somebody let them in since.
    pub(crate) async fn access_refused(&self, user: UserId, uai: Uai) -> Result<(), OrderError> {
        let (table, now) = (&self.table, self.now());
        let (request, account, school, place) =
            try_join!(table.access_request(uai, user), table.user(user), table.school(uai), table.member(uai, user))?;
        if place.is_some_and(|member| !member.is_absent(now)) {
            return Ok(());
        }
        let refusal = request.and_then(|request| request.refusal(now));
        let email = account.as_ref().and_then(User::confirmed_email);
        let (Some((_, until)), Some(email), Some(school)) = (refusal, email, school) else { return Ok(()) };
        let day = paris::written(paris::date(until));
        let spaces = self.page("/spaces");
        self.mailer.send(email, &rentree_mail::access_refused(&school.name, &day, &spaces)).await?;
        Ok(())
    }
}
