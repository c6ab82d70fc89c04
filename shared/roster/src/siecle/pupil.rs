//! One `<ELEVE>`.

use std::io::Read;

use rentree_domain::Sex;

use super::document::{Document, Stop, Tag};
use crate::check;
use crate::draft::{Draft, NameFields, is_too_long};
use crate::problem::{LeftOutCode, ProblemCode};

const NAMES: NameFields =
    NameFields { last: "NOM_DE_FAMILLE", usage: "NOM_USAGE", first: "PRENOM", second: "PRENOM2", third: "PRENOM3" };
const FRANCE: &str = "100";

/// Reads the rest of an `<ELEVE>` that is open. Elements of children, such as last year's class in
/// `SCOLARITE_AN_DERNIER`, are never taken for the pupil's own: only direct children are looked at.
pub(super) fn read<R: Read>(document: &mut Document<'_, R>, draft: &mut Draft) -> Result<(), Stop> {
    let today = document.options.today;
    let mut ine = String::new();
    let mut sex = String::new();
    let mut birth_date = String::new();
    while let Some(tag) = document.child()? {
        match tag {
            Tag::IdNational => replace_unless_blank(&mut ine, document.value()?),
            Tag::Ine if ine.is_empty() => replace_unless_blank(&mut ine, document.value()?),
            Tag::NomDeFamille => draft.last_name = document.text_value()?.or_else(|| draft.last_name.take()),
            Tag::Nom => {
                let before_2016 = document.text_value()?;
                if draft.last_name.is_none() {
                    draft.last_name = before_2016;
                }
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
    check_lengths(draft);
    Ok(())
}

fn check_lengths(draft: &mut Draft) {
    let too_long = [
        (&draft.siecle_id, "ELEVE_ID"),
        (&draft.last_name, NAMES.last),
        (&draft.usage_name, NAMES.usage),
        (&draft.first_name, NAMES.first),
        (&draft.second_name, NAMES.second),
        (&draft.third_name, NAMES.third),
        (&draft.birth_country, "CODE_PAYS"),
        (&draft.birth_department, "CODE_DEPARTEMENT_NAISS"),
        (&draft.birth_commune, "CODE_COMMUNE_INSEE_NAISS"),
        (&draft.birth_town, "VILLE_NAISS"),
        (&draft.mef, "CODE_MEF"),
        (&draft.status, "CODE_STATUT"),
    ]
    .into_iter()
    .filter_map(|(text, field)| text.as_deref().is_some_and(is_too_long).then_some(field))
    .collect::<Vec<_>>();
    for field in too_long {
        draft.note(ProblemCode::FieldTooLong, field, None);
    }
}

fn replace_unless_blank(kept: &mut String, found: &str) {
    if !found.is_empty() {
        found.clone_into(kept);
    }
}
