//! One `<ELEVE>`.

use std::io::Read;

use rentree_domain::Sex;

use super::document::{Document, Stop, Tag};
use crate::check;
use crate::draft::{Draft, NameFields};
use crate::problem::{LeftOutCode, ProblemCode};

const NAMES: NameFields =
    NameFields { last: "NOM_DE_FAMILLE", usage: "NOM_USAGE", first: "PRENOM", second: "PRENOM2", third: "PRENOM3" };
const FRANCE: &str = "100";

/// Reads the rest of an `<ELEVE>` that is open. Elements of children, such as last year's class in
/// `SCOLARITE_AN_DERNIER`, are never taken for the pupil's own: only direct children are looked at.
pub(super) fn read<R: Read>(document: &mut Document<'_, R>, mut draft: Draft) -> Result<Draft, Stop> {
    let today = document.options.today;
    let mut ine = String::new();
    let mut sex = String::new();
    let mut birth_date = String::new();
    while let Some(tag) = document.child()? {
        match tag {
            Tag::IdNational => replace_unless_blank(&mut ine, document.value()?),
            Tag::Ine if ine.is_empty() => replace_unless_blank(&mut ine, document.value()?),
            Tag::NomDeFamille => draft.last_name = document.text_value()?.or(draft.last_name),
            Tag::Nom => {
                let before_2016 = document.text_value()?;
                draft.last_name = draft.last_name.or(before_2016);
            }
            Tag::NomUsage => draft.usage_name = document.text_value()?,
            Tag::Prenom => draft.first_name = document.text_value()?,
            Tag::Prenom2 => draft.second_name = document.text_value()?,
            Tag::Prenom3 => draft.third_name = document.text_value()?,
            Tag::DateNaiss => replace_unless_blank(&mut birth_date, document.value()?),
            Tag::CodeSexe => replace_unless_blank(&mut sex, document.value()?),
            Tag::CodePays => draft.birth_country = document.text_value()?,
            Tag::CodeDepartementNaiss => draft.birth_department = document.text_value()?,
            Tag::CodeCommuneInseeNaiss => draft.birth_commune = document.text_value()?,
            Tag::VilleNaiss => draft.birth_town = document.text_value()?,
            Tag::CodeMef => draft.mef = document.text_value()?,
            Tag::CodeStatut => draft.status = document.text_value()?,
            Tag::DateSortie => {
                let left = check::date(document.value()?, None).is_some_and(|day| day <= today);
                draft.left_out = left.then_some(LeftOutCode::LeftSchool);
            }
            _ => document.skip()?,
        }
    }
    draft.check_ine(&ine, "ID_NATIONAL");
    draft.check_names(&NAMES);
    draft.check_sex(
        &sex,
        "CODE_SEXE",
        match sex.as_str() {
            "1" => Some(Sex::Male),
            "2" => Some(Sex::Female),
            _ => None,
        },
    );
    draft.check_birth_date(&birth_date, "DATE_NAISS", today, false);
    if draft.birth_country.as_deref() == Some(FRANCE) && draft.birth_commune.is_none() {
        draft.note(ProblemCode::BirthCommuneMissing, "CODE_COMMUNE_INSEE_NAISS", None);
    }
    Ok(draft)
}

fn replace_unless_blank(kept: &mut String, found: &str) {
    if !found.is_empty() {
        found.clone_into(kept);
    }
}
