//! What follows when somebody came in by a link: whoever should know is told, and the browser is led to the home of the space.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_http::{Face, Problem};
use rentree_orders::{Ask, MailOrders, NewRole};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Entrant;

/// The space that somebody joined.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JoinedView {
    /// UAI of the school.
    #[schemars(with = "String")]
    pub uai: Uai,
    /// Its name.
    pub school: String,
}

impl Entrant {
    /// Answers whoever came in. Administrators are told of a new one, and the address of a newcomer that no link was sent to is to be
    /// confirmed: they have joined, so that a mail which cannot be ordered keeps nobody out; the account page orders it again.
    pub async fn arrive(
        &self,
        mails: &MailOrders,
        client: &str,
        (face, joined): (Face, JoinedView),
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let uai = joined.uai;
        if self.is_new_administrator {
            mails.tell_new_administrator(uai, self.id, NewRole::ByLink).await;
        }
        let unconfirmed = self.newcomer.as_ref().filter(|newcomer| !newcomer.email_confirmed);
        if let Some(email) = unconfirmed.and_then(|newcomer| newcomer.methods.email.clone()) {
            mails.ask_after(Ask::FirstAddress { client, uai, account: self.id, email }, now).await;
        }
        Ok(self.on(face.after_post(StatusCode::OK, &format!("/schools/{uai}"), &joined)?))
    }
}
