//! Files that operators upload to the bucket: what the events about them say, what is in them, and the report that answers them.

mod event;
mod file;
mod report;

pub use event::{Told, told};
pub use file::{FetchError, etag, fetch};
pub use report::write_report;
