//! Credentials of record books: an operator makes them, revokes them, and lists them. The secret is made on the operator's machine, and its
//! hash alone comes here. The same word twice comes to the same, and a word that comes late revives nothing.

use jiff::civil::Date;
use rentree_domain::record_book::{UntilError, check_until};
use rentree_domain::{RecordBookName, Scope, SecretHash};
use rentree_table::RecordBook;

use crate::Directory;
use crate::error::ProcessError;
use crate::report::{
    ListedRecordBook, RecordBookRefusal, RecordBookRefusalCode as Code, RecordBookReport, RecordBooksReport,
};

impl Directory {
    /// Makes credentials.
    pub(crate) async fn make_record_book(
        &self,
        name: &RecordBookName,
        scope: Scope,
        secret_hash: SecretHash,
        until: Date,
    ) -> Result<(), ProcessError> {
        let now = (self.clock)();
        let report = if let Err(error) = check_until(until, now) {
            RecordBookReport::refusing(name, Code::of(error), &format!("{until}: {error}. Say another."))
        } else {
            let book = RecordBook { scope, secret_hash, until, made_at: now, revoked_at: None };
            let made = self.table.make_record_book(name, book).await?;
            made.map_or_else(|| RecordBookReport::name_taken(name), |book| RecordBookReport::of(name, &book))
        };
        self.write_record_book_report(&report).await?;
        let refused = report.refused.map(|refused| refused.code);
        tracing::info!(record_book = %name, %scope, ?refused, "credentials of a record book were made");
        Ok(())
    }

    /// Revokes them, and all that was let in by them.
    pub(crate) async fn revoke_record_book(&self, name: &RecordBookName) -> Result<(), ProcessError> {
        let is_known = self.table.revoke_record_book(name, (self.clock)()).await?;
        let book = if is_known { self.table.record_book(name).await? } else { None };
        let report = book.map_or_else(
            || RecordBookReport::refusing(name, Code::Unknown, "No credentials have this name: mend it."),
            |book| RecordBookReport::of(name, &book),
        );
        self.write_record_book_report(&report).await?;
        tracing::info!(record_book = %name, is_known, "credentials of a record book were revoked");
        Ok(())
    }

    /// Lists all of them.
    pub(crate) async fn list_record_books(&self) -> Result<(), ProcessError> {
        let books = self.table.record_books().await?;
        let clients: Vec<_> = books.iter().map(|(name, book)| ListedRecordBook::of(name, book)).collect();
        tracing::info!(record_books = clients.len(), "credentials of record books were listed");
        self.write_record_books_report(&RecordBooksReport { refused: None, clients }).await
    }

    /// The report says that nothing is known to have changed, and an alarm listens to the log line.
    pub(crate) async fn record_book_failed(&self, name: &RecordBookName) -> Result<(), ProcessError> {
        self.write_record_book_report(&RecordBookReport::refusing(name, Code::Technical, TECHNICAL)).await?;
        tracing::error!(record_book = %name, "credentials failed for a technical reason");
        Ok(())
    }

    /// The same of the list.
    pub(crate) async fn record_books_failed(&self) -> Result<(), ProcessError> {
        let refused = Some(RecordBookRefusal { code: Code::Technical, detail: TECHNICAL.to_owned() });
        self.write_record_books_report(&RecordBooksReport { refused, clients: Vec::new() }).await?;
        tracing::error!("credentials failed for a technical reason");
        Ok(())
    }
}

const TECHNICAL: &str = "The word could not be followed for a technical reason. Send the same message again: it does nothing twice. The log \
                         of the function says what failed.";

impl Code {
    fn of(error: UntilError) -> Self {
        match error {
            UntilError::Past => Self::UntilPast,
            UntilError::Far => Self::UntilFar,
        }
    }
}

impl RecordBookReport {
    fn of(name: &RecordBookName, book: &RecordBook) -> Self {
        Self { name: name.clone(), refused: None, client: Some(ListedRecordBook::of(name, book)) }
    }

    fn name_taken(name: &RecordBookName) -> Self {
        let detail = "Other credentials have this name, or had it. Say another: a name is given once.";
        Self::refusing(name, Code::NameTaken, detail)
    }

    fn refusing(name: &RecordBookName, code: Code, detail: &str) -> Self {
        let refused = Some(RecordBookRefusal { code, detail: detail.to_owned() });
        Self { name: name.clone(), refused, client: None }
    }
}

impl ListedRecordBook {
    fn of(name: &RecordBookName, book: &RecordBook) -> Self {
        let RecordBook { scope, until, made_at, revoked_at, .. } = *book;
        Self { name: name.clone(), scope, until, made_at, revoked_at }
    }
}
