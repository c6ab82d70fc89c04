//! What must hold for a file, and how much of it is read.

use jiff::civil::Date;
use rentree_domain::Uai;
use rentree_domain::import::MAX_FILE_BYTES;

/// What must hold for a file, and how much of it is read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The school that uploads; `None` when nobody knows (the offline command).
    pub uai: Option<Uai>,
    /// The day in Paris, for pupils who left and dates of birth in the future.
    pub today: Date,
    /// Limits on everything.
    pub limits: Limits,
}

impl Options {
    /// Options with the limits of production.
    pub fn new(uai: Option<Uai>, today: Date) -> Self {
        Self { uai, today, limits: Limits::default() }
    }
}

/// How much of a file is read before it is refused.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file as uploaded.
    pub file_bytes: u64,
    /// Bytes of a CSV. 50,000 pupils take 15 MB.
    pub csv_bytes: u64,
    /// Bytes of text, once out of the zip.
    pub text_bytes: u64,
    /// Text bytes per zipped byte, once the text is over a mebibyte. Real exports reach 25.
    pub zip_ratio: u64,
    /// Files in a zip.
    pub zip_entries: u64,
    /// Pupils, of any kind; also how many pupils the list of classes may name.
    pub pupils: usize,
    /// Bytes that are kept of the list of classes. 50,000 pupils of an ordinary school take 1 MB.
    pub class_bytes: usize,
    /// Bytes of one tag, one text or one comment; of a row of a CSV, whose quoted cells may hold line ends.
    pub token_bytes: usize,
    /// Nested elements.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: MAX_FILE_BYTES,
            csv_bytes: 32 * 1024 * 1024,
            text_bytes: 256 * 1024 * 1024,
            zip_ratio: 300,
            zip_entries: 1_000,
            pupils: 50_000,
            class_bytes: 8 * 1024 * 1024,
            token_bytes: 1024 * 1024,
            depth: 32,
        }
    }
}
