//! One line of the export: an "apprenant", pupil or apprentice.

use jiff::civil::Date;
use rentree_domain::Sex;

use super::columns::{
    BIRTH_COMMUNE, BIRTH_COUNTRY, BIRTH_DATE, BIRTH_DEPARTMENT, BIRTH_TOWN, DIVISION, FIRST_NAME, INE, LAST_NAME, MEF,
    NAMES, SECOND_NAME, SEX, STATUS, THIRD_NAME, USAGE_NAME,
};
use crate::check;
use crate::draft::{Draft, NameFields, is_too_long};
use crate::problem::ProblemCode as Code;

const NAME_FIELDS: NameFields = NameFields {
    last: NAMES[LAST_NAME],
    usage: NAMES[USAGE_NAME],
    first: NAMES[FIRST_NAME],
    second: NAMES[SECOND_NAME],
    third: NAMES[THIRD_NAME],
};
const FRANCE: &str = "99100";

/// Checks the values of a line, in the order of the columns.
pub(super) fn read(line: u64, values: &[String; 15], today: Date) -> Draft {
    let text = |index: usize| (!values[index].is_empty()).then(|| values[index].clone());
    let mut draft = Draft::new(line);
    draft.last_name = text(LAST_NAME);
    draft.usage_name = text(USAGE_NAME);
    draft.first_name = text(FIRST_NAME);
    draft.second_name = text(SECOND_NAME);
    draft.third_name = text(THIRD_NAME);
    draft.birth_commune = text(BIRTH_COMMUNE);
    draft.birth_town = text(BIRTH_TOWN);
    draft.birth_department = text(BIRTH_DEPARTMENT);
    draft.status = text(STATUS).map(|status| status.to_ascii_uppercase());
    draft.mef = text(MEF);
    draft.division = text(DIVISION);

    draft.check_ine(&values[INE], NAMES[INE]);
    draft.check_names(&NAME_FIELDS);
    draft.check_sex(&values[SEX], NAMES[SEX], sex(&values[SEX]));
    draft.check_birth_date(&values[BIRTH_DATE], NAMES[BIRTH_DATE], today, true);
    check_birth_place(&mut draft, values);
    match draft.status.as_deref() {
        None => draft.note(Code::StatusMissing, NAMES[STATUS], None),
        Some("ST" | "AP") => {}
        Some(_) => draft.note(Code::StatusInvalid, NAMES[STATUS], text(STATUS)),
    }
    if draft.mef.is_none() {
        draft.note(Code::MefMissing, NAMES[MEF], None);
    }
    draft.check_mef();
    draft.check_birth_town();
    // A pupil without a class is no fault in SIECLE; here the column is mandatory, and a blank cell is a spoilt row.
    if draft.division.is_none() {
        draft.note(Code::DivisionMissing, NAMES[DIVISION], None);
    }
    draft.check_division(NAMES[DIVISION]);
    for (value, field) in values.iter().zip(NAMES) {
        if is_too_long(value) {
            draft.note(Code::FieldTooLong, field, None);
        }
    }
    draft
}

fn sex(value: &str) -> Option<Sex> {
    match value.to_lowercase().as_str() {
        "f" | "féminin" => Some(Sex::Female),
        "m" | "masculin" => Some(Sex::Male),
        _ => None,
    }
}

/// Country, department, and the commune by code (born in France) or by name (born abroad).
fn check_birth_place(draft: &mut Draft, values: &[String; 15]) {
    let country = values[BIRTH_COUNTRY].as_str();
    match country.as_bytes() {
        [] => draft.note(Code::BirthCountryMissing, NAMES[BIRTH_COUNTRY], None),
        [b'9', b'9', b'1'..=b'5', tens, units] if tens.is_ascii_digit() && units.is_ascii_digit() => {
            draft.birth_country = Some(country[2..].to_owned());
        }
        _ => draft.note(Code::BirthCountryInvalid, NAMES[BIRTH_COUNTRY], Some(country.to_owned())),
    }
    match values[BIRTH_DEPARTMENT].chars().count() {
        0 => draft.note(Code::BirthDepartmentMissing, NAMES[BIRTH_DEPARTMENT], None),
        2 | 3 => {}
        _ => draft.note(Code::BirthDepartmentInvalid, NAMES[BIRTH_DEPARTMENT], Some(values[BIRTH_DEPARTMENT].clone())),
    }
    let abroad = draft.birth_country.is_some() && country != FRANCE;
    match draft.birth_commune.as_deref() {
        None if country == FRANCE => draft.note(Code::BirthCommuneMissing, NAMES[BIRTH_COMMUNE], None),
        // Abroad there are no INSEE codes: people write the town, or its number there.
        Some(code) if abroad && !check::is_commune(code) => {
            let written = draft.birth_commune.take();
            draft.birth_town = draft.birth_town.take().or(written.filter(|text| text.chars().any(char::is_alphabetic)));
        }
        Some(code) if !check::is_commune(code) => {
            let found = Some(code.to_owned());
            draft.note(Code::BirthCommuneInvalid, NAMES[BIRTH_COMMUNE], found);
        }
        _ => {}
    }
    if draft.birth_town.is_none() && abroad {
        draft.note(Code::BirthTownMissing, NAMES[BIRTH_TOWN], None);
    }
}
