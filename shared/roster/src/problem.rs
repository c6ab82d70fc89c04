//! What can be wrong with a file, with one pupil, and why a pupil is left out. Codes are a contract: programs and
//! the stored reports know them.

use std::fmt;

use rentree_domain::learner::Identity;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as programs know it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// Why a whole file is refused.
    RefusalCode {
        /// Nobody to import.
        Empty = "empty",
        /// Neither XML, nor zip, nor a Fregata CSV (the detail names what it is); or XML that is broken.
        NotXml = "not_xml",
        /// Another SIECLE export.
        WrongExport = "wrong_export",
        /// The file of another school.
        UaiMismatch = "uai_mismatch",
        /// An encoding we do not read.
        EncodingUnsupported = "encoding_unsupported",
        /// The whole file went through a wrong decoding.
        EncodingDamaged = "encoding_damaged",
        /// A zip without XML.
        ZipNoXml = "zip_no_xml",
        /// A zip with several XML files.
        ZipSeveralXml = "zip_several_xml",
        /// A zip that cannot be read.
        ZipDamaged = "zip_damaged",
        /// Over a limit of size.
        TooLarge = "too_large",
        /// Over a limit of number.
        TooManyEntries = "too_many_entries",
        /// Fregata: columns missing or unknown.
        WrongColumns = "wrong_columns",
    }
}

codes! {
    /// What is wrong with one pupil.
    ProblemCode {
        /// No INE.
        IneMissing = "ine_missing",
        /// A placeholder.
        InePlaceholder = "ine_placeholder",
        /// A provisional INE.
        IneProvisional = "ine_provisional",
        /// Not the shape of an INE.
        IneFormat = "ine_format",
        /// Wrong key.
        IneKey = "ine_key",
        /// The INE of another pupil of the file.
        IneDuplicate = "ine_duplicate",
        /// SIECLE: the number of another child of the file, so that nobody knows whose class it is.
        SiecleIdDuplicate = "siecle_id_duplicate",
        /// No family name.
        LastNameMissing = "last_name_missing",
        /// No given name.
        FirstNameMissing = "first_name_missing",
        /// A name with a sign that no name has.
        NameDamaged = "name_damaged",
        /// No sex.
        SexMissing = "sex_missing",
        /// Another value than the format knows.
        SexInvalid = "sex_invalid",
        /// No date of birth.
        BirthDateMissing = "birth_date_missing",
        /// Not a date, or one in the future.
        BirthDateInvalid = "birth_date_invalid",
        /// Born in France, without a commune code.
        BirthCommuneMissing = "birth_commune_missing",
        /// Fregata: not the shape of a commune code.
        BirthCommuneInvalid = "birth_commune_invalid",
        /// Fregata: born abroad, without a town.
        BirthTownMissing = "birth_town_missing",
        /// Fregata: no department of birth.
        BirthDepartmentMissing = "birth_department_missing",
        /// Fregata: not 2 or 3 characters.
        BirthDepartmentInvalid = "birth_department_invalid",
        /// Fregata: no country of birth.
        BirthCountryMissing = "birth_country_missing",
        /// Fregata: not the shape of a country code.
        BirthCountryInvalid = "birth_country_invalid",
        /// Fregata: no status.
        StatusMissing = "status_missing",
        /// Fregata: neither ST nor AP.
        StatusInvalid = "status_invalid",
        /// Fregata: no MEF.
        MefMissing = "mef_missing",
        /// Fregata: no division.
        DivisionMissing = "division_missing",
        /// A division that a spreadsheet made a number or a date of.
        DivisionDamaged = "division_damaged",
        /// SIECLE: an exit date that cannot be read, so that nobody knows whether the pupil left.
        ExitDateInvalid = "exit_date_invalid",
        /// Fregata: a row that is short, shifted, broken over lines, or filled beyond the header.
        RowShape = "row_shape",
        /// SIECLE: an element twice in one pupil, with different values: perhaps two pupils in one.
        FieldRepeated = "field_repeated",
        /// Over 255 characters.
        FieldTooLong = "field_too_long",
    }
}

codes! {
    /// What a school should look at although the pupil is imported.
    RemarkCode {
        /// The names and the birthday of another pupil of the file, under another INE.
        ChildListedTwice = "child_listed_twice",
        /// A MEF that a spreadsheet made a number of; the pupil is imported without it.
        MefDamaged = "mef_damaged",
        /// A town of birth that lost a letter; the pupil is imported without it.
        BirthTownDamaged = "birth_town_damaged",
    }
}

codes! {
    /// Why a pupil is left out although nothing is wrong.
    LeftOutCode {
        /// `DATE_SORTIE` today or past.
        LeftSchool = "left_school",
        /// SIECLE: no division, or `Inactifs` alone.
        NoDivision = "no_division",
    }
}

/// Why a file is refused, for the person who uploaded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The code.
    pub code: RefusalCode,
    /// One or two French sentences: what, where, how to mend it.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// Something wrong with one pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line of the pupil in the file, from 1.
    pub line: u64,
    /// The code.
    pub code: ProblemCode,
    /// The element or column, as the file names it.
    pub field: &'static str,
    /// `DUPONT Karine`; empty when the file names nobody.
    pub name: String,
    /// What was found there, if anything.
    pub found: Option<String>,
    /// For a duplicate: the line of the other pupil; for two rows that stray quotes join: the line of the other row.
    pub other_line: Option<u64>,
}

/// Something that a school should look at, with a pupil who is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Line of the pupil in the file, from 1.
    pub line: u64,
    /// The code.
    pub code: RemarkCode,
    /// `DUPONT Karine`.
    pub name: String,
    /// What was found there, if anything.
    pub found: Option<String>,
    /// For a child listed twice: the line of the first time.
    pub other_line: Option<u64>,
}

/// A pupil left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Line in the file, from 1.
    pub line: u64,
    /// Why.
    pub code: LeftOutCode,
    /// `DUPONT Karine`.
    pub name: String,
    /// What could be read of who it is.
    #[serde(skip)]
    pub identity: Identity,
}
