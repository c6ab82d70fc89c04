//! Files that failed every time: operators are told, and an alarm listens to this log line.

use rentree_domain::certification::SessionName;

use crate::Worker;
use crate::error::ProcessError;
use crate::report::Report;
use crate::sheet::{Refusal, RefusalCode};

impl Worker {
    /// The report of a file says that it is not its fault. What was written before stays: loading it again resumes.
    pub(crate) async fn load_failed(&self, session: &SessionName) -> Result<(), ProcessError> {
        let detail = "The file could not be loaded to its end for a technical reason; nothing is wrong with it. Upload it again: what \
                      is loaded already costs nothing. The log of the function says what failed.";
        let refused = Some(Refusal::new(RefusalCode::Technical, detail));
        self.write_report(session, Report { refused, ..Report::default() }).await?;
        tracing::error!(session = session.as_str(), "certifications failed for a technical reason");
        Ok(())
    }
}
