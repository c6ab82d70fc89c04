//! What can be wrong with a directory of schools, and how operators are told.

use serde::Serialize;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }
    };
}

codes! {
    /// What is wrong with a line.
    ProblemCode {
        /// More bytes than a line may have.
        LineTooLong,
        /// Not UTF-8.
        NotUtf8,
        /// A quote is open, or in the wrong place.
        Quotes,
        /// More bytes than a field may have.
        FieldTooLong,
        /// Not as many fields as the header.
        FieldCount,
        /// No UAI.
        UaiMissing,
        /// Not a UAI.
        UaiShape,
        /// Another key letter than the digits give.
        UaiKey,
        /// On an earlier line, too.
        UaiDuplicate,
        /// No name.
        NameMissing,
        /// A name or kind that is too long.
        TextTooLong,
        /// A name or kind with signs that none has.
        TextDamaged,
        /// A warning: the school is loaded without mailbox.
        MailInvalid,
    }
}

codes! {
    /// Why a file is refused as a whole.
    RefusalCode {
        /// Nothing in it, or nothing but a header.
        Empty,
        /// Not a CSV.
        NotCsv,
        /// A column that we need is not there.
        MissingColumn,
        /// A column that we read is there twice.
        DuplicateColumn,
        /// More bytes than a file may have.
        TooLarge,
        /// It was gone before it was read.
        Missing,
        /// It could not be loaded, in spite of every try. Nothing is wrong with it.
        Technical,
    }
}

/// Something wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Line in the file; the header is 1.
    pub line: u64,
    /// What it is.
    pub code: ProblemCode,
    /// The UAI as the file has it, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uai: Option<String>,
    /// What is wrong, where, and how to mend it: one sentence.
    pub message: String,
}

impl Problem {
    pub(super) fn new(line: u64, code: ProblemCode, uai: &str, what: &str) -> Self {
        // Whatever stands in the column: a few signs, and none that a terminal would obey.
        let uai: String = uai.chars().filter(|c| !super::is_damage(*c)).take(20).collect();
        let about = if uai.is_empty() { String::new() } else { format!(" ({uai})") };
        let message = format!("Line {line}{about}: {what}.");
        Self { line, code, uai: Some(uai).filter(|uai| !uai.is_empty()), message }
    }

    /// Whether the school is loaded all the same.
    pub fn is_warning(&self) -> bool {
        self.code == ProblemCode::MailInvalid
    }
}

/// Why a file is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// What it is.
    pub code: RefusalCode,
    /// What is wrong, and how to mend it.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}
