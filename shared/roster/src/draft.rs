//! A pupil while a file is being read: what could be understood, and what is wrong so far.

use jiff::civil::Date;
use rentree_domain::learner::{Identity, fold_pair};
use rentree_domain::{Entry, Ine, IneError, Sex, name};

use crate::check;
use crate::damage::is_damaged_name;
use crate::problem::{LeftOutCode, Problem, ProblemCode};

/// One pupil of the file.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) line: u64,
    pub(crate) ine: Option<Ine>,
    /// The element or column that holds the INE.
    pub(crate) ine_field: &'static str,
    pub(crate) siecle_id: Option<String>,
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

    /// Family name and first given name are there, and no name is damaged.
    pub(crate) fn check_names(&mut self, fields: &NameFields) {
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
        .into_iter()
        .filter_map(|(name, field)| name.as_ref().filter(|n| is_damaged_name(n)).map(|n| (field, n.clone())))
        .collect::<Vec<_>>();
        for (field, found) in damaged {
            self.note(ProblemCode::NameDamaged, field, Some(found));
        }
    }

    pub(crate) fn check_birth_date(&mut self, found: &str, field: &'static str, today: Date, short_years: bool) {
        if found.is_empty() {
            return self.note(ProblemCode::BirthDateMissing, field, None);
        }
        let date = check::date(found, short_years.then_some(today));
        self.birth_date = date.filter(|date| *date <= today && date.year() >= 1900);
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
