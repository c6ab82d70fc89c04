//! A code that somebody typed: counted as wrong before it is looked at, so that guesses at the same moment all count; one that is right is
//! taken back. The counts are by account, wherever the codes come from, and a right password takes none of them back.

use axum::http::HeaderMap;
use jiff::Timestamp;
use rentree_domain::limit::{SECOND_FACTOR_CODES, SECOND_FACTOR_CODES_A_DAY};
use rentree_domain::{Limit, RecoveryCode, UserId};
use rentree_http::{CODE_FIELD, Device, Problem, SignedIn, text};
use rentree_identity::Origin;
use rentree_table::{Code, SecondFactor, TableError, User};
use rentree_web::Form;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::{join, try_join};

use super::code::step_of;
use super::page::PAGE;
use crate::Accounts;
use crate::sign_in::Secret;

/// What the forms send that ask for both factors.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "SecondFactorFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The password.
    #[schemars(with = "text::Password")]
    pub(super) current_password: Secret,
    /// A code of the application, or a recovery code.
    #[schemars(with = "text::OneTimeCode")]
    pub(super) one_time_code: Secret,
}

/// What is tried of somebody who is signed in: both factors.
#[derive(Clone, Copy)]
pub(super) struct Both<'a> {
    /// The address of the client.
    pub(super) client: &'a str,
    /// The headers of the request.
    pub(super) headers: &'a HeaderMap,
    /// What was typed.
    pub(super) fields: &'a Fields,
}

/// A code that was right.
pub(super) struct Right {
    /// The second factor, as it was read.
    pub(super) read: SecondFactor,
    /// What the second factor is, once it is used.
    pub(super) factor: SecondFactor,
    /// Whether it is a recovery code.
    pub(super) is_recovery_code: bool,
}

const WRONG: &str = "Ce code n’est pas valable, ou il a déjà servi. Attendez le code suivant de votre application, puis saisissez-le ; ou utilisez un code de secours.";

/// The log tells of a code that was right, once its use is stored: of two requests with one code, one is told so.
pub(super) fn tell_right(is_recovery_code: bool) {
    tracing::info!(recovery_code = is_recovery_code, "a code of a second factor was right");
}

/// The log tells of a code that was right and is not accepted: it was used, or the account changed, a moment before.
pub(super) fn tell_late() {
    tracing::warn!(code = "late", "a code of a second factor was refused");
}

/// Somebody was faster, which the log tells.
pub(super) fn moved() -> Problem {
    tell_late();
    Problem::too_late(
        "La validation en deux étapes vient d’être modifiée, ou ce code vient de servir. Rechargez la page.",
    )
    .leading_to("Validation en deux étapes", PAGE)
}

impl Accounts {
    /// The second factor of who is signed in, if there is one.
    pub(super) async fn factor_of(&self, signed_in: &SignedIn, user: &User) -> Result<Option<SecondFactor>, Problem> {
        match user.second_factor {
            Some(_) => Ok(self.table.second_factor(signed_in.user).await?),
            None => Ok(None),
        }
    }

    /// Counts a code that is about to be tried, and says in `form` if too many were wrong.
    pub(super) async fn may_try_a_code(&self, user: UserId, form: &mut Form, now: Timestamp) -> Result<bool, Problem> {
        let (user, limits) = (user.to_string(), [&SECOND_FACTOR_CODES, &SECOND_FACTOR_CODES_A_DAY]);
        let (hour, day) =
            try_join!(self.table.allows(limits[0], &user, now), self.table.allows(limits[1], &user, now))?;
        let (limit, told) = match (hour, day) {
            (true, true) => return Ok(true),
            (_, false) => (limits[1], "Trop de codes faux pour aujourd’hui. Réessayez demain."),
            (false, true) => (limits[0], "Trop de codes faux. Réessayez dans une heure."),
        };
        // What is refused tried nothing: the longer count is for codes that were tried.
        if limit == &SECOND_FACTOR_CODES {
            self.table.take_back(&SECOND_FACTOR_CODES_A_DAY, &user, now).await?;
        }
        form.refuse(CODE_FIELD, told);
        Ok(false)
    }

    /// Takes a code back that was right.
    pub(super) async fn code_was_right(&self, user: UserId, now: Timestamp) -> Result<(), TableError> {
        let user = user.to_string();
        let take_back = |limit: &'static Limit| self.table.take_back(limit, &user, now);
        try_join!(take_back(&SECOND_FACTOR_CODES), take_back(&SECOND_FACTOR_CODES_A_DAY))?;
        Ok(())
    }

    /// Tries a code of `factor`, and says in `form` what is wrong with it. It is used once what comes of this is stored: whoever stores it
    /// tells so.
    pub(super) async fn try_code(
        &self,
        user: UserId,
        factor: &SecondFactor,
        typed: &Secret,
        form: &mut Form,
    ) -> Result<Option<Right>, Problem> {
        let now = (self.clock)();
        if typed.0.trim().is_empty() {
            form.refuse(CODE_FIELD, "Saisissez le code de votre application.");
            return Ok(None);
        }
        if !self.may_try_a_code(user, form, now).await? {
            tracing::warn!(code = "too_many", "a code of a second factor was refused");
            return Ok(None);
        }
        let code = step_of(&factor.secret, &typed.0, now).map(Code::Step);
        let code = code.or_else(|| RecoveryCode::parse(&typed.0).map(|code| Code::Recovery(code.hash())));
        let used = code.and_then(|code| Some((factor.used(&code)?, matches!(code, Code::Recovery(_)))));
        let Some((used, is_recovery_code)) = used else {
            tracing::warn!(code = "wrong", "a code of a second factor was refused");
            form.refuse(CODE_FIELD, WRONG);
            return Ok(None);
        };
        self.code_was_right(user, now).await?;
        Ok(Some(Right { read: factor.clone(), factor: used, is_recovery_code }))
    }

    /// Tries both factors of who is signed in, and says in `form` what is wrong. No code is tried beside a wrong password.
    pub(super) async fn both_factors(
        &self,
        (signed_in, user): (&SignedIn, &User),
        both: Both<'_>,
        form: &mut Form,
    ) -> Result<Option<Right>, Problem> {
        let Some(factor) = self.factor_of(signed_in, user).await? else {
            let detail = "La validation en deux étapes n’est pas activée pour votre compte.";
            return Err(Problem::too_late(detail).leading_to("Validation en deux étapes", PAGE));
        };
        let device = Device::of(both.headers);
        let origin = Origin { client: both.client, device: &device };
        let account = (signed_in.user, user);
        let failure = self.check_password(account, origin, &both.fields.current_password, form).await?;
        if form.is_refused() {
            return Ok(None);
        }
        let (forgiven, right) =
            join!(self.forgive(failure), self.try_code(signed_in.user, &factor, &both.fields.one_time_code, form));
        forgiven?;
        right
    }
}
