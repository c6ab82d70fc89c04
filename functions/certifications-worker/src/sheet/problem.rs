//! What can be wrong with a file, and how operators are told. A line's problem names its line and its certification, and nobody.

use rentree_domain::CertificationNumber;
use rentree_rows::Fault;
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
        /// No number of a certification.
        Number,
        /// When the platform stated it does not read.
        StatedAt,
        /// Stated, or taken, in the future.
        InFuture,
        /// No status.
        Status,
        /// No UAI.
        Uai,
        /// There is no such school here.
        SchoolUnknown,
        /// The day of the examination does not read.
        TakenOn,
        /// Certifications of that school year are not kept any more.
        TooOld,
        /// No identifier of a pupil.
        Learner,
        /// Not an INE véritable.
        Ine,
        /// The birth date does not read, or no pupil was born then.
        BirthDate,
        /// Neither an identifier nor INE and birth date.
        PupilMissing,
        /// No score.
        Score,
        /// No level.
        Level,
        /// No verification code.
        Code,
        /// Too long, or damaged.
        Comment,
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

impl ProblemCode {
    /// What is wrong, and how to mend it.
    fn what(self) -> &'static str {
        match self {
            Self::LineTooLong => "the line has more than 8192 bytes; shorten it, or look for a missing line break",
            Self::NotUtf8 => "the line is not UTF-8; save the file as UTF-8",
            Self::Quotes => "a quote is not closed, or something follows it; write a quote within a field twice",
            Self::FieldTooLong => "a field has more than 4096 bytes; shorten it",
            Self::FieldCount => "it has not as many fields as the header; look for a missing or unquoted ;",
            Self::Number => "numero is no whole number from 1; fill it in",
            Self::StatedAt => "constate_le is no moment, for instance 2027-06-20T08:00:00Z; correct it",
            Self::InFuture => "constate_le or date_passage is in the future; correct it, or look at the clock",
            Self::Status => "statut is none of validated, rejected, cancelled, in_error, started; correct it",
            Self::Uai => "uai is no UAI; correct its digits or its key letter",
            Self::SchoolUnknown => "no school has this UAI here; load the directory of schools, then this file again",
            Self::TakenOn => "date_passage is no date, for instance 2027-05-12; correct it",
            Self::TooOld => "certifications of that school year are not kept any more; delete the line",
            Self::Learner => {
                "eleve is no identifier of a pupil; correct it, or leave it blank and give ine and date_naissance"
            }
            Self::Ine => "ine is no INE véritable; correct it, or leave it blank and give eleve",
            Self::BirthDate => {
                "date_naissance is no date, for instance 2012-03-10, or no pupil was born then; correct it"
            }
            Self::PupilMissing => "the pupil is missing; give eleve, or ine and date_naissance",
            Self::Score => "score is no whole number from 0 to 1024; correct it, or leave it blank",
            Self::Level => "a level is no whole number from 0 to 8; correct it, or leave it blank",
            Self::Code => {
                "code_verification is none: 13 to 40 signs of A to Z and 0 to 9, for shorter ones can be guessed; correct it, or leave it blank"
            }
            Self::Comment => "commentaire has more than 500 characters, or signs that no text has; shorten it",
        }
    }
}

impl From<Fault> for ProblemCode {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Open { .. } | Fault::Misplaced { .. } => Self::Quotes,
            Fault::TooLong { .. } => Self::FieldTooLong,
        }
    }
}

/// Something wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Line in the file; the header is 1.
    pub line: u64,
    /// What it is.
    pub code: ProblemCode,
    /// The certification, where its number reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<CertificationNumber>,
    /// What is wrong, where, and how to mend it: one sentence.
    pub message: String,
}

impl Problem {
    /// A problem of a line.
    pub fn new(line: u64, code: ProblemCode, number: Option<CertificationNumber>) -> Self {
        let about = number.map(|number| format!(" (certification {number})")).unwrap_or_default();
        Self { line, code, number, message: format!("Line {line}{about}: {}.", code.what()) }
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
