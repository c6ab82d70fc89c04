//! Why a reading ends before the file does.

use std::io;

use crate::problem::Refusal;

/// Why a reading ends before the file does.
pub(crate) enum Stop {
    /// The file is wrong: an answer.
    Refused(Refusal),
    /// The bytes cannot be had: no fault of the file.
    Unreadable(io::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Whether an I/O error says that the bytes are wrong, not that they could not be had.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::InvalidData | Kind::InvalidInput | Kind::UnexpectedEof | Kind::Unsupported)
}
