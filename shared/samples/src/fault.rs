//! What can be wrong with a pupil of a file, by the code that a reader should answer with.

use std::str::FromStr;

use crate::people::Pupil;

macro_rules! faults {
    ($($variant:ident = $code:literal,)+) => {
        /// A fault, named like the code it produces.
        #[expect(missing_docs, reason = "each variant is named by its code")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault { $($variant,)+ }

        impl Fault {
            /// Every fault.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code that a reader should answer with.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }
    };
}

faults! {
    IneMissing = "ine_missing",
    InePlaceholder = "ine_placeholder",
    IneProvisional = "ine_provisional",
    IneFormat = "ine_format",
    IneKey = "ine_key",
    IneDuplicate = "ine_duplicate",
    LastNameMissing = "last_name_missing",
    FirstNameMissing = "first_name_missing",
    NameDamaged = "name_damaged",
    SexMissing = "sex_missing",
    SexInvalid = "sex_invalid",
    BirthDateMissing = "birth_date_missing",
    BirthDateInvalid = "birth_date_invalid",
    BirthCommuneMissing = "birth_commune_missing",
    BirthCommuneInvalid = "birth_commune_invalid",
    BirthTownMissing = "birth_town_missing",
    BirthDepartmentMissing = "birth_department_missing",
    BirthDepartmentInvalid = "birth_department_invalid",
    BirthCountryMissing = "birth_country_missing",
    BirthCountryInvalid = "birth_country_invalid",
    StatusMissing = "status_missing",
    StatusInvalid = "status_invalid",
    MefMissing = "mef_missing",
    FieldTooLong = "field_too_long",
    SiecleIdDuplicate = "siecle_id_duplicate",
    ExitDateInvalid = "exit_date_invalid",
    DivisionMissing = "division_missing",
    DivisionDamaged = "division_damaged",
    RowShape = "row_shape",
    ChildListedTwice = "child_listed_twice",
    MefDamaged = "mef_damaged",
    LeftSchool = "left_school",
    NoDivision = "no_division",
    FieldRepeated = "field_repeated",
    BirthTownDamaged = "birth_town_damaged",
}

impl Fault {
    /// Spoils the pupil at `index`. A duplicate takes what is duplicated from the pupil before.
    pub(crate) fn apply(self, pupils: &mut [Pupil], index: usize) {
        let neighbour = index.checked_sub(1).and_then(|before| pupils.get(before)).cloned();
        let pupil = &mut pupils[index];
        if let Some(neighbour) = neighbour {
            match self {
                Self::IneDuplicate => pupil.ine = neighbour.ine,
                Self::SiecleIdDuplicate => pupil.eleve_id = neighbour.eleve_id,
                Self::ChildListedTwice => {
                    pupil.last_name = neighbour.last_name;
                    pupil.first_name = neighbour.first_name;
                    pupil.birth_date = neighbour.birth_date;
                }
                _ => {}
            }
        }
        let (field, value): (&mut String, &str) = match self {
            Self::IneMissing => (&mut pupil.ine, ""),
            Self::InePlaceholder => (&mut pupil.ine, "0000000000A"),
            Self::IneProvisional => (&mut pupil.ine, "1234D56789B"),
            Self::IneFormat => (&mut pupil.ine, "123456789II"),
            Self::IneKey => (&mut pupil.ine, "1234567890A"),
            Self::IneDuplicate | Self::SiecleIdDuplicate | Self::ChildListedTwice => return,
            Self::LastNameMissing => (&mut pupil.last_name, ""),
            Self::FirstNameMissing => (&mut pupil.first_name, ""),
            Self::NameDamaged => (&mut pupil.first_name, "Math?o"),
            Self::SexMissing => (&mut pupil.sex, ""),
            Self::SexInvalid => (&mut pupil.sex, "3"),
            Self::BirthDateMissing => (&mut pupil.birth_date, ""),
            Self::BirthDateInvalid => (&mut pupil.birth_date, "31/02/2012"),
            Self::BirthCommuneMissing => {
                pupil.birth_country = "100".into();
                (&mut pupil.birth_commune, "")
            }
            Self::BirthCommuneInvalid => {
                pupil.birth_country = "100".into();
                (&mut pupil.birth_commune, "7505")
            }
            Self::BirthTownMissing => {
                pupil.birth_country = "139".into();
                (&mut pupil.birth_town, "")
            }
            Self::BirthDepartmentMissing => (&mut pupil.birth_department, ""),
            Self::BirthDepartmentInvalid => (&mut pupil.birth_department, "7"),
            Self::BirthCountryMissing => (&mut pupil.birth_country, ""),
            Self::BirthCountryInvalid => (&mut pupil.birth_country, "9"),
            Self::StatusMissing => (&mut pupil.status, ""),
            Self::StatusInvalid => (&mut pupil.status, "XX"),
            Self::MefMissing => (&mut pupil.mef, ""),
            Self::FieldTooLong => {
                pupil.second_name = "Anne".repeat(70);
                return;
            }
            Self::LeftSchool => (&mut pupil.exit_date, "01/09/2026"),
            Self::NoDivision | Self::DivisionMissing => (&mut pupil.division, ""),
            Self::ExitDateInvalid => (&mut pupil.exit_date, "fin juin"),
            Self::DivisionDamaged => (&mut pupil.division, "6,00E+01"),
            Self::FieldRepeated => (&mut pupil.stray_first_name, "Gaspard"),
            Self::BirthTownDamaged => (&mut pupil.birth_town, "B¤ZIERS"),
            Self::RowShape => (&mut pupil.stray_cell, "PRO 1"),
            Self::MefDamaged => (&mut pupil.mef, "1,001E+10"),
        };
        value.clone_into(field);
    }
}

/// No fault has this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFault {
    asked: String,
    known: Vec<&'static str>,
}

impl UnknownFault {
    pub(crate) fn new(asked: &str, known: impl Iterator<Item = &'static str>) -> Self {
        Self { asked: asked.to_owned(), known: known.collect() }
    }
}

impl std::fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown fault {:?}; known: {}", self.asked, self.known.join(", "))
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(code: &str) -> Result<Self, UnknownFault> {
        let found = Self::ALL.iter().copied().find(|fault| fault.code() == code);
        found.ok_or_else(|| UnknownFault::new(code, Self::ALL.iter().map(|fault| fault.code())))
    }
}
