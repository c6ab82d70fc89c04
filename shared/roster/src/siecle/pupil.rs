//! One `<ELEVE>`.

use std::io::Read;

use rentree_domain::Sex;

use super::document::Document;
use super::tag::Tag;
use crate::check;
use crate::draft::{Draft, NameFields, is_too_long};
use crate::problem::{LeftOutCode, ProblemCode};
use crate::stop::Stop;

const NAMES: NameFields =
    NameFields { last: "NOM_DE_FAMILLE", usage: "NOM_USAGE", first: "PRENOM", second: "PRENOM2", third: "PRENOM3" };
const FRANCE: &str = "100";

/// Values that are checked once the whole element is known; one buffer each for all pupils.
#[derive(Default)]
pub(super) struct Values {
    /// `ID_NATIONAL`, `INE_RNIE`, `INE_BEA`, `INE`: the first that is not blank is the pupil's INE.
    ine: [String; 4],
    sex: String,
    birth_date: String,
    exit_date: String,
    /// `NOM`, as before 2016.
    old_name: Option<String>,
}

const INE_FIELDS: [&str; 4] = ["ID_NATIONAL", "INE_RNIE", "INE_BEA", "INE"];

impl Values {
    fn clear(&mut self) {
        self.ine.iter_mut().for_each(String::clear);
        self.sex.clear();
        self.birth_date.clear();
        self.exit_date.clear();
        self.old_name = None;
    }
}

/// Reads the rest of an `<ELEVE>` that is open. Elements of children, such as last year's class in
/// `SCOLARITE_AN_DERNIER`, are never taken for the pupil's own: only direct children are looked at.
pub(super) fn read<R: Read>(
    document: &mut Document<'_, R>,
    draft: &mut Draft,
    values: &mut Values,
) -> Result<(), Stop> {
    values.clear();
    while let Some(tag) = document.child()? {
        match tag {
            Tag::IdNational => document.value(&mut values.ine[0])?,
            Tag::IneRnie => document.value(&mut values.ine[1])?,
            Tag::IneBea => document.value(&mut values.ine[2])?,
            Tag::Ine => document.value(&mut values.ine[3])?,
            Tag::NomDeFamille => document.text(&mut draft.last_name)?,
            Tag::Nom => document.text(&mut values.old_name)?,
            Tag::NomUsage => document.text(&mut draft.usage_name)?,
            Tag::Prenom => document.text(&mut draft.first_name)?,
            Tag::Prenom2 => document.text(&mut draft.second_name)?,
            Tag::Prenom3 => document.text(&mut draft.third_name)?,
            Tag::DateNaiss => document.value(&mut values.birth_date)?,
            Tag::CodeSexe => document.value(&mut values.sex)?,
            Tag::CodePays => document.text(&mut draft.birth_country)?,
            Tag::CodeDepartementNaiss => document.text(&mut draft.birth_department)?,
            Tag::CodeCommuneInseeNaiss => document.text(&mut draft.birth_commune)?,
            Tag::VilleNaiss => document.text(&mut draft.birth_town)?,
            Tag::CodeMef => document.text(&mut draft.mef)?,
            Tag::CodeStatut => document.text(&mut draft.status)?,
            Tag::DateSortie => document.value(&mut values.exit_date)?,
            _ => document.skip()?,
        }
        // Two children in one element, the end of one and the beginning of the other being lost: nobody is dropped unseen.
        if document.take_repeated() {
            draft.note(ProblemCode::FieldRepeated, tag.name(), None);
        }
    }
    draft.last_name = draft.last_name.take().or(values.old_name.take());
    let today = document.options.today;
    let ine = values.ine.iter().position(|ine| !ine.is_empty()).unwrap_or_default();
    draft.check_ine(&values.ine[ine], INE_FIELDS[ine]);
    draft.check_names(&NAMES);
    let sex = match values.sex.as_str() {
        "1" => Some(Sex::Male),
        "2" => Some(Sex::Female),
        _ => None,
    };
    draft.check_sex(&values.sex, "CODE_SEXE", sex);
    draft.check_birth_date(&values.birth_date, "DATE_NAISS", today, false);
    if draft.birth_country.as_deref() == Some(FRANCE) && draft.birth_commune.is_none() {
        draft.note(ProblemCode::BirthCommuneMissing, "CODE_COMMUNE_INSEE_NAISS", None);
    }
    draft.check_mef();
    draft.check_birth_town();
    if !values.exit_date.is_empty() {
        match check::exit_date(&values.exit_date, today) {
            Some(day) if day <= today => draft.left_out = Some(LeftOutCode::LeftSchool),
            Some(_) => {}
            None => draft.note(ProblemCode::ExitDateInvalid, "DATE_SORTIE", Some(values.exit_date.clone())),
        }
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
    .map(|(text, field)| text.as_deref().is_some_and(is_too_long).then_some(field));
    for field in too_long.into_iter().flatten() {
        draft.note(ProblemCode::FieldTooLong, field, None);
    }
}
