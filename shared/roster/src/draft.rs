//! A pupil while a file is being read: what could be understood, and what is wrong so far.

use jiff::civil::Date;
use rentree_domain::learner::{Identity, fold_pair};
use rentree_domain::{Entry, Ine, IneError, Sex, birth_date, name};

use crate::check;
use crate::damage::restore_latin_9;
use crate::odd_name::{is_damaged_label, is_damaged_name};
use crate::problem::{LeftOutCode, Problem, ProblemCode, Remark, RemarkCode};
use crate::spreadsheet;

/// One pupil of the file.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) line: u64,
    pub(crate) ine: Option<Ine>,
    /// The element or column that holds the INE.
    pub(crate) ine_field: &'static str,
    /// `ELEVE_ID`.
    pub(crate) siecle_id: Option<String>,
    /// `ELENOET`.
    pub(crate) siecle_number: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) usage_name: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) second_name: Option<String>,
    pub(crate) third_name: Option<String>,
    pub(crate) birth_date: Option<Date>,
    pub(crate) sex: Option<Sex>,
    pub(crate) birth_country: Option<String>,
    pub(crate) birth_department: Option<String>,
    pub(crate) birth_commune: Option<String>,
    pub(crate) birth_town: Option<String>,
    pub(crate) mef: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) division: Option<String>,
    pub(crate) left_out: Option<LeftOutCode>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) remarks: Vec<Remark>,
}

impl Draft {
    pub(crate) fn new(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// `DUPONT Karine`, as far as known.
    pub(crate) fn full_name(&self) -> String {
        let (last_name, first_name) = (self.last_name.as_deref(), self.first_name.as_deref());
        clip(&name::full(last_name.unwrap_or_default(), first_name.unwrap_or_default()))
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity {
            ine: self.ine,
            siecle_id: self.siecle_id.clone(),
            birth_date: self.birth_date,
            folded_name: fold_pair(
                self.last_name.as_deref().unwrap_or_default(),
                self.first_name.as_deref().unwrap_or_default(),
            ),
        }
    }

    /// Notes a problem. Its name is filled in at the end, when the whole pupil is known.
    pub(crate) fn note(&mut self, code: ProblemCode, field: &'static str, found: Option<String>) {
        let found = found.map(|found| clip(&found));
        self.problems.push(Problem { line: self.line, code, field, name: String::new(), found, other_line: None });
    }

    pub(crate) fn has(&self, code: ProblemCode) -> bool {
        self.problems.iter().any(|problem| problem.code == code)
    }

    /// Notes that stray quotes join this row of a CSV to another.
    pub(crate) fn note_joined_row(&mut self, other_line: u64) {
        self.note(ProblemCode::RowShape, "Ligne", None);
        if let Some(problem) = self.problems.last_mut() {
            problem.other_line = Some(other_line);
        }
    }

    /// The same for a remark.
    pub(crate) fn remark(&mut self, code: RemarkCode, found: Option<String>, other_line: Option<u64>) {
        let found = found.map(|found| clip(&found));
        self.remarks.push(Remark { line: self.line, code, name: String::new(), found, other_line });
    }

    pub(crate) fn check_ine(&mut self, found: &str, field: &'static str) {
        self.ine_field = field;
        match Ine::parse(found) {
            Ok(ine) => self.ine = Some(ine),
            Err(error) => {
                let (code, found) = match error {
                    IneError::Missing => (ProblemCode::IneMissing, None),
                    IneError::Placeholder => (ProblemCode::InePlaceholder, Some(found)),
                    IneError::Provisional => (ProblemCode::IneProvisional, Some(found)),
                    IneError::Format => (ProblemCode::IneFormat, Some(found)),
                    IneError::Key => (ProblemCode::IneKey, Some(found)),
                };
                self.note(code, field, found.map(ToOwned::to_owned));
            }
        }
    }

    /// Family name and first given name are there, and no name is damaged. Names are put right where it is certain what they
    /// mean: letters of ISO-8859-15 under another name, and fillers such as `-`, `.` or `0` for a name that there is not.
    pub(crate) fn check_names(&mut self, fields: &NameFields) {
        for name in [&mut self.usage_name, &mut self.second_name, &mut self.third_name] {
            if name.as_deref().is_some_and(|name| {
                !name.chars().any(|c| c.is_alphanumeric() && c != '0') && !spreadsheet::is_error(name)
            }) {
                *name = None;
            }
        }
        for text in [
            &mut self.last_name,
            &mut self.usage_name,
            &mut self.first_name,
            &mut self.second_name,
            &mut self.third_name,
            &mut self.birth_town,
        ] {
            if let Some(restored) = text.as_deref().and_then(restore_latin_9) {
                *text = Some(restored);
            }
        }
        if self.last_name.is_none() {
            self.note(ProblemCode::LastNameMissing, fields.last, None);
        }
        if self.first_name.is_none() {
            self.note(ProblemCode::FirstNameMissing, fields.first, None);
        }
        let damaged = [
            (&self.last_name, fields.last),
            (&self.usage_name, fields.usage),
            (&self.first_name, fields.first),
            (&self.second_name, fields.second),
            (&self.third_name, fields.third),
        ]
        .map(|(name, field)| name.as_ref().filter(|name| is_damaged_name(name)).map(|name| (field, name.clone())));
        for (field, found) in damaged.into_iter().flatten() {
            self.note(ProblemCode::NameDamaged, field, Some(found));
        }
    }

    /// A MEF that a spreadsheet spoilt is none: the pupil is imported without it. One in groups of digits is read as meant.
    pub(crate) fn check_mef(&mut self) {
        if let Some(mef) = self.mef.take_if(|mef| spreadsheet::is_spoilt_mef(mef)) {
            self.remark(RemarkCode::MefDamaged, Some(mef), None);
        }
        if let Some(mef) = self.mef.as_mut().filter(|mef| mef.contains(' ')) {
            mef.retain(|c| c != ' ');
        }
    }

    /// A town that lost a letter is none: nobody is kept out for it.
    pub(crate) fn check_birth_town(&mut self) {
        if let Some(town) = self.birth_town.take_if(|town| is_damaged_label(town)) {
            self.remark(RemarkCode::BirthTownDamaged, Some(town), None);
        }
    }

    /// A class that a spreadsheet spoilt, or that lost a letter, is none either, but every list of the school shows classes.
    pub(crate) fn check_division(&mut self, field: &'static str) {
        if self.division.as_deref().is_some_and(|class| spreadsheet::is_spoilt_class(class) || is_damaged_label(class))
        {
            self.note(ProblemCode::DivisionDamaged, field, self.division.clone());
        }
    }

    pub(crate) fn check_birth_date(&mut self, found: &str, field: &'static str, today: Date, short_years: bool) {
        if found.is_empty() {
            return self.note(ProblemCode::BirthDateMissing, field, None);
        }
        let date = check::date(found, short_years.then(|| today.year()));
        self.birth_date = date.filter(|date| birth_date::is_possible(*date, today));
        if self.birth_date.is_none() {
            self.note(ProblemCode::BirthDateInvalid, field, Some(found.to_owned()));
        }
    }

    pub(crate) fn check_sex(&mut self, found: &str, field: &'static str, sex: Option<Sex>) {
        self.sex = sex;
        if found.is_empty() {
            self.note(ProblemCode::SexMissing, field, None);
        } else if sex.is_none() {
            self.note(ProblemCode::SexInvalid, field, Some(found.to_owned()));
        }
    }

    /// The entry, when nothing is missing.
    pub(crate) fn into_entry(self) -> Option<Entry> {
        Some(Entry {
            ine: self.ine?,
            siecle_id: self.siecle_id,
            last_name: self.last_name?,
            usage_name: self.usage_name,
            first_name: self.first_name?,
            second_name: self.second_name,
            third_name: self.third_name,
            birth_date: self.birth_date?,
            sex: self.sex?,
            birth_country: self.birth_country,
            birth_department: self.birth_department,
            birth_commune: self.birth_commune,
            birth_town: self.birth_town,
            mef: self.mef,
            status: self.status,
            division: self.division?,
        })
    }
}

/// What a report shows of a text: reports are kept in items of limited size.
pub(crate) fn clip(text: &str) -> String {
    const SHOWN: usize = 80;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// No text may be longer than Fregata's 255 characters: what an item of the table cannot hold must not get that far.
pub(crate) fn is_too_long(text: &str) -> bool {
    const LONGEST: usize = 255;
    text.len() > LONGEST && text.chars().count() > LONGEST
}

/// How a format names the fields that hold names.
pub(crate) struct NameFields {
    pub(crate) last: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) first: &'static str,
    pub(crate) second: &'static str,
    pub(crate) third: &'static str,
}
