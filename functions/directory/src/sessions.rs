//! An operator ends all sessions of a school or of an account: a password was seen by others, a computer was stolen. An account's epoch is
//! counted up, so that sessions end which are being opened at this moment, and links that were mailed for it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rentree_domain::{Login, Uai, UserId};
use rentree_runtime::several;

use crate::Directory;
use crate::error::ProcessError;
use crate::message::SessionsOf;
use crate::report::{SessionsRefusal, SessionsRefusalCode, SessionsReport};

/// Accounts that are written at the same time: a school of three thousand takes some seconds.
const AT_ONCE: usize = 10;

impl Directory {
    /// Ends them, and reports how many accounts that were. Each account remembers when the operator `said` so: a message that comes again,
    /// because the function died in between, goes on and ends nobody's session of since.
    pub(crate) async fn end_sessions(&self, of: &SessionsOf, said: Timestamp) -> Result<(), ProcessError> {
        let report = match of {
            SessionsOf::Uai(uai) => self.end_sessions_of_school(*uai, said).await?,
            SessionsOf::Login(login) => self.end_sessions_of_account(Login::parse(&login.0), said).await?,
        };
        self.write_sessions_report(&report).await?;
        tracing::info!(uai = ?report.uai, user = ?report.user, accounts = report.accounts, "all sessions were ended");
        Ok(())
    }

    async fn end_sessions_of_school(&self, uai: Uai, said: Timestamp) -> Result<SessionsReport, ProcessError> {
        if self.table.school(uai).await?.is_none() {
            let detail = "No school of the table has this UAI: mend the UAI.";
            return Ok(refused(Some(uai), SessionsRefusalCode::SchoolUnknown, detail));
        }
        let (members, ties) = tokio::try_join!(self.table.members(uai), self.table.ties_in(uai))?;
        let users: BTreeSet<UserId> = members.into_iter().map(|(user, _)| user).chain(ties.into_values()).collect();
        let ended = several(users, AT_ONCE, |user| {
            let table = self.table.clone();
            async move { table.end_all_sessions(user, said).await }
        });
        let ended = ended.await;
        let accounts = ended.len();
        for one in ended {
            one.ok_or(ProcessError::Unread)??;
        }
        Ok(SessionsReport { uai: Some(uai), user: None, refused: None, accounts })
    }

    async fn end_sessions_of_account(
        &self,
        login: Option<Login>,
        said: Timestamp,
    ) -> Result<SessionsReport, ProcessError> {
        let owner = match &login {
            Some(login) => self.table.owner_of(login).await?,
            None => None,
        };
        let Some(user) = owner else {
            let detail = "No account has this e-mail address or user name: mend it.";
            return Ok(refused(None, SessionsRefusalCode::AccountUnknown, detail));
        };
        self.table.end_all_sessions(user, said).await?;
        Ok(SessionsReport { uai: None, user: Some(user), refused: None, accounts: 1 })
    }

    /// The report says that not everything is known to be done, and an alarm listens to the log line.
    pub(crate) async fn ending_failed(&self, of: &SessionsOf) -> Result<(), ProcessError> {
        let uai = match of {
            SessionsOf::Uai(uai) => Some(*uai),
            SessionsOf::Login(_) => None,
        };
        let detail = "The sessions could not all be ended for a technical reason. Send the same message again. \
                      The log of the function says what failed.";
        self.write_sessions_report(&refused(uai, SessionsRefusalCode::Technical, detail)).await?;
        tracing::error!(uai = ?uai, "an end of sessions failed for a technical reason");
        Ok(())
    }
}

fn refused(uai: Option<Uai>, code: SessionsRefusalCode, detail: &'static str) -> SessionsReport {
    SessionsReport { uai, user: None, refused: Some(SessionsRefusal { code, detail }), accounts: 0 }
}
