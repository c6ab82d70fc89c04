//! An operator ends the second factor of an account whose owner lost both the phone and the recovery codes. The password stays, and all
//! sessions end: whoever was signed in signs in anew, and may add another one.

use jiff::Timestamp;
use rentree_domain::Login;

use crate::Directory;
use crate::error::ProcessError;
use crate::message::NamedLogin;
use crate::report::{SecondFactorRefusal, SecondFactorRefusalCode, SecondFactorReport};

impl Directory {
    /// Ends it, and reports whose it was. A message that comes again ends no second factor that was added since the operator `said` so.
    pub(crate) async fn end_second_factor(&self, login: &NamedLogin, said: Timestamp) -> Result<(), ProcessError> {
        let owner = match Login::parse(&login.0) {
            Some(login) => self.table.owner_of(&login).await?,
            None => None,
        };
        let report = match owner {
            None => refused(
                SecondFactorRefusalCode::AccountUnknown,
                "No account has this e-mail address or user name: mend it.",
            ),
            Some(user) if self.table.end_second_factor_by_word(user, said).await? => {
                SecondFactorReport { user: Some(user), refused: None }
            }
            Some(user) => SecondFactorReport {
                user: Some(user),
                ..refused(
                    SecondFactorRefusalCode::NoSecondFactor,
                    "The account has no second factor: nothing was done.",
                )
            },
        };
        self.write_second_factor_report(&report).await?;
        tracing::info!(user = ?report.user, is_done = report.refused.is_none(), "a second factor was ended");
        Ok(())
    }

    /// The report says that it is not known to be done, and an alarm listens to the log line.
    pub(crate) async fn ending_second_factor_failed(&self) -> Result<(), ProcessError> {
        let detail = "The second factor could not be ended for a technical reason. Send the same message again. \
                      The log of the function says what failed.";
        self.write_second_factor_report(&refused(SecondFactorRefusalCode::Technical, detail)).await?;
        tracing::error!("the end of a second factor failed for a technical reason");
        Ok(())
    }
}

fn refused(code: SecondFactorRefusalCode, detail: &'static str) -> SecondFactorReport {
    SecondFactorReport { user: None, refused: Some(SecondFactorRefusal { code, detail }) }
}
