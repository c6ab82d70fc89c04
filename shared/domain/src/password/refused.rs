//! Why a new password is refused: all that is wrong with it, so that whoever chooses one is not told one thing after the other.

/// Everything that is wrong with a new password; at least one thing is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a password that the rules refuse")]
pub struct PasswordError {
    /// Whether its length is wrong.
    pub length: Option<WrongLength>,
    /// Signs that a pupil's needs and it has none of.
    pub lacks: Vec<Kind>,
    /// Whether it is among those that are tried first. Nobody looks whether an empty one is, or one that is too long, which takes time.
    pub guessed: Option<Guessed>,
}

/// How the length of a password is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongLength {
    /// It has fewer characters than these.
    Below(usize),
    /// It has more: hashing is not free.
    Above(usize),
}

/// A kind of signs that a pupil's password needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An upper-case letter.
    Upper,
    /// A lower-case letter.
    Lower,
    /// A digit.
    Digit,
}

/// What a password is that is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guessed {
    /// A word, a name or digits, with signs or without.
    Word,
    /// A sentence, or words in a row, of nothing but what is tried first.
    Words,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Upper, Self::Lower, Self::Digit];

    /// Those of which `text` has no sign.
    pub(super) fn missing_in(text: &str) -> Vec<Self> {
        Self::ALL.into_iter().filter(|kind| !text.chars().any(|sign| kind.has(sign))).collect()
    }

    fn has(self, sign: char) -> bool {
        match self {
            Self::Upper => sign.is_uppercase(),
            Self::Lower => sign.is_lowercase(),
            Self::Digit => sign.is_numeric(),
        }
    }
}
