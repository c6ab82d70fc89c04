//! What the school reads: one French sentence a problem, and how to mend it. DOMAIN §6.

use crate::Format;
use crate::problem::{LeftOut, LeftOutCode, Problem, ProblemCode};

pub(crate) fn message(problem: &Problem) -> String {
    use ProblemCode as P;
    let found = problem.found.as_deref().unwrap_or_default();
    let what = match problem.code {
        P::IneMissing => "champ INE vide".to_owned(),
        P::InePlaceholder => format!("INE fictif « {found} »"),
        P::IneProvisional => format!("INE provisoire « {found} »"),
        P::IneFormat => format!("INE mal formé « {found} »"),
        P::IneKey => format!("INE erroné « {found} » (sa clé ne correspond pas)"),
        P::IneDuplicate => format!("INE déjà présent à la ligne {}", problem.other_line.unwrap_or_default()),
        P::LastNameMissing => "champ nom de famille vide".to_owned(),
        P::FirstNameMissing => "champ prénom vide".to_owned(),
        P::NameDamaged => format!("nom ou prénom abîmé « {found} »"),
        P::SexMissing => "champ sexe vide".to_owned(),
        P::SexInvalid => format!("sexe inconnu « {found} »"),
        P::BirthDateMissing => "champ date de naissance vide".to_owned(),
        P::BirthDateInvalid => format!("date de naissance invalide « {found} »"),
        P::BirthCommuneMissing => "champ commune de naissance vide pour une naissance en France".to_owned(),
        P::BirthCommuneInvalid => format!("code de la commune de naissance mal formé « {found} »"),
        P::BirthTownMissing => {
            "champ libellé de la commune de naissance vide pour une naissance à l’étranger".to_owned()
        }
        P::BirthDepartmentMissing => "champ département de naissance vide".to_owned(),
        P::BirthDepartmentInvalid => format!("code du département de naissance mal formé « {found} »"),
        P::BirthCountryMissing => "champ pays de naissance vide".to_owned(),
        P::BirthCountryInvalid => format!("code du pays de naissance mal formé « {found} »"),
        P::StatusMissing => "champ statut vide".to_owned(),
        P::StatusInvalid => format!("statut inconnu « {found} »"),
        P::MefMissing => "champ code MEF vide".to_owned(),
        P::FieldTooLong => {
            format!("champ « {} » trop long (255 caractères au plus)", problem.field.trim_end_matches('*'))
        }
    };
    sentence(problem.line, &what, &problem.name)
}

pub(crate) fn left_out(left_out: &LeftOut) -> String {
    let what = match left_out.code {
        LeftOutCode::LeftSchool => "élève sorti de l’établissement, non importé",
        LeftOutCode::NoDivision => "élève sans classe, non importé",
    };
    sentence(left_out.line, what, &left_out.name)
}

fn sentence(line: u64, what: &str, name: &str) -> String {
    if name.is_empty() { format!("Ligne {line} : {what}.") } else { format!("Ligne {line} : {what} ({name}).") }
}

pub(crate) fn remedy(code: ProblemCode, format: Format) -> String {
    use ProblemCode as P;
    let what = match code {
        P::IneMissing | P::InePlaceholder | P::IneProvisional => {
            "demandez ou récupérez l’INE véritable de l’élève (répertoire national RNIE)"
        }
        P::IneFormat | P::IneKey => {
            "vérifiez l’INE, il a peut-être été saisi à la main, et remplacez-le par l’INE véritable"
        }
        P::IneDuplicate => "vérifiez à quel élève appartient cet INE, corrigez l’autre ou supprimez la fiche en double",
        P::LastNameMissing => "renseignez le nom de famille",
        P::FirstNameMissing => "renseignez le premier prénom",
        P::NameDamaged => "corrigez le caractère abîmé dans les nom et prénoms",
        P::SexMissing => "renseignez le sexe",
        P::SexInvalid => match format {
            Format::Siecle => "choisissez le sexe (1 masculin, 2 féminin)",
            Format::Fregata => "choisissez le sexe (F ou M)",
        },
        P::BirthDateMissing => "renseignez la date de naissance",
        P::BirthDateInvalid => "corrigez la date de naissance (jj/mm/aaaa)",
        P::BirthCommuneMissing => "renseignez la commune de naissance",
        P::BirthCommuneInvalid => {
            "corrigez le code INSEE de la commune de naissance (5 caractères, par exemple 75056 ou 2A004)"
        }
        P::BirthTownMissing => "renseignez la ville de naissance",
        P::BirthDepartmentMissing => "renseignez le département de naissance",
        P::BirthDepartmentInvalid => "corrigez le code du département de naissance (2 ou 3 caractères)",
        P::BirthCountryMissing => "renseignez le pays de naissance",
        P::BirthCountryInvalid => "corrigez le code du pays de naissance (par exemple 99100 pour la France)",
        P::StatusMissing | P::StatusInvalid => "choisissez le statut (ST scolaire, AP apprenti)",
        P::MefMissing => "renseignez le code MEF",
        P::FieldTooLong => "raccourcissez ce champ",
    };
    match format {
        Format::Siecle => format!("Dans SIECLE-BEE (base élèves) : {what}, puis refaites l’export."),
        Format::Fregata => format!("Dans Fregata, sur la fiche apprenant : {what}, puis refaites l’export."),
    }
}
