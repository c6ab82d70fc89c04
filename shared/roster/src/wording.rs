//! What the school reads: one French sentence a problem, which begins with where it is, and how to mend it.

use crate::problem::{LeftOut, LeftOutCode, Problem, ProblemCode, Remark, RemarkCode};
use crate::reading::Format;
use crate::spreadsheet;

impl Problem {
    /// One French sentence that begins with where it is: `Ligne 13 : champ sexe vide (DUPONT Karine).`
    pub fn message(&self) -> String {
        message(self)
    }

    /// How to mend it, in the software that made the file.
    pub fn remedy(&self, format: Format) -> String {
        remedy(self, format)
    }
}

impl Remark {
    /// One French sentence that begins with where it is.
    pub fn message(&self) -> String {
        let what = match self.code {
            RemarkCode::ChildListedTwice => format!(
                "mêmes nom, prénom et date de naissance qu’à la ligne {}, avec un autre INE",
                self.other_line.unwrap_or_default()
            ),
            RemarkCode::BirthTownDamaged => format!(
                "ville de naissance abîmée « {} », élève importé sans elle",
                self.found.as_deref().unwrap_or_default()
            ),
            RemarkCode::MefDamaged => {
                format!("code MEF abîmé « {} », élève importé sans code MEF", self.found.as_deref().unwrap_or_default())
            }
        };
        sentence(self.line, &what, &self.name)
    }

    /// What to look at, in the software that made the file.
    pub fn remedy(&self, format: Format) -> String {
        match self.code {
            RemarkCode::ChildListedTwice => in_software(
                format,
                "vérifiez s’il s’agit d’un seul élève ; si oui, supprimez la fiche en double et gardez celle qui porte le bon INE",
            ),
            RemarkCode::MefDamaged => export_anew(format),
            RemarkCode::BirthTownDamaged => {
                in_software(format, "corrigez le caractère abîmé dans la ville de naissance")
            }
        }
    }
}

impl LeftOut {
    /// One French sentence that begins with where it is.
    pub fn message(&self) -> String {
        let what = match self.code {
            LeftOutCode::LeftSchool => "élève sorti de l’établissement, non importé",
            LeftOutCode::NoDivision => "élève sans classe, non importé",
        };
        sentence(self.line, what, &self.name)
    }
}

fn message(problem: &Problem) -> String {
    use ProblemCode as P;
    let found = problem.found.as_deref().unwrap_or_default();
    let what = match problem.code {
        P::IneMissing => "champ INE vide".to_owned(),
        P::InePlaceholder => format!("INE fictif « {found} »"),
        P::IneProvisional => format!("INE provisoire « {found} »"),
        P::IneFormat => format!("INE mal formé « {found} »"),
        P::IneKey => format!("INE erroné « {found} » (sa clé ne correspond pas)"),
        P::IneDuplicate => format!("INE déjà présent à la ligne {}", problem.other_line.unwrap_or_default()),
        P::SiecleIdDuplicate => format!(
            "numéro d’élève {} « {found} » déjà donné à un autre élève à la ligne {}",
            problem.field,
            problem.other_line.unwrap_or_default()
        ),
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
        P::DivisionMissing => "champ division vide".to_owned(),
        P::DivisionDamaged => format!("division abîmée « {found} »"),
        P::ExitDateInvalid => format!("date de sortie invalide « {found} »"),
        P::RowShape => match problem.other_line {
            Some(other) => format!("ligne jointe à la ligne {other} par un guillemet (\") isolé"),
            None => format!("ligne coupée, décalée ou trop longue ({found})"),
        },
        P::FieldRepeated => format!("champ {} présent deux fois, avec deux valeurs différentes", problem.field),
        P::FieldTooLong => {
            format!("champ « {} » trop long (255 caractères au plus)", problem.field.trim_end_matches('*'))
        }
    };
    sentence(problem.line, &what, &problem.name)
}

fn sentence(line: u64, what: &str, name: &str) -> String {
    if name.is_empty() { format!("Ligne {line} : {what}.") } else { format!("Ligne {line} : {what} ({name}).") }
}

fn remedy(problem: &Problem, format: Format) -> String {
    use ProblemCode as P;
    if is_spoilt_by_a_spreadsheet(problem) {
        return export_anew(format);
    }
    let what = match problem.code {
        P::IneMissing | P::InePlaceholder | P::IneProvisional => {
            "demandez ou récupérez l’INE véritable de l’élève (répertoire national RNIE)"
        }
        P::IneFormat | P::IneKey => {
            "vérifiez l’INE, il a peut-être été saisi à la main, et remplacez-le par l’INE véritable"
        }
        P::IneDuplicate => "vérifiez à quel élève appartient cet INE, corrigez l’autre ou supprimez la fiche en double",
        P::SiecleIdDuplicate => "vérifiez les fiches des deux élèves et supprimez celle qui est en double",
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
        P::DivisionMissing => "renseignez la division (la classe)",
        P::DivisionDamaged => {
            "donnez à la division un nom sans caractère étrange, qui ne ressemble ni à un nombre ni à une date"
        }
        P::ExitDateInvalid => "corrigez la date de sortie (jj/mm/aaaa)",
        P::RowShape if problem.other_line.is_some() => "supprimez le guillemet (\") des fiches de ces deux lignes",
        P::RowShape => "supprimez les points-virgules et les retours à la ligne à l’intérieur des champs",
        P::FieldRepeated => "vérifiez cette fiche, et celle de l’élève suivant",
        P::FieldTooLong => "raccourcissez ce champ",
    };
    match problem.code {
        P::DivisionDamaged | P::RowShape | P::FieldRepeated => {
            format!("{} Si l’erreur demeure : {}", export_anew(format), uncapitalised(&in_software(format, what)))
        }
        _ => in_software(format, what),
    }
}

/// A number or a date that no person typed so.
fn is_spoilt_by_a_spreadsheet(problem: &Problem) -> bool {
    use ProblemCode as P;
    problem.found.as_deref().is_some_and(|found| match problem.code {
        P::IneFormat | P::IneKey => spreadsheet::is_spoilt_number(found),
        P::BirthDateInvalid | P::ExitDateInvalid => {
            spreadsheet::is_scientific(found) || spreadsheet::is_serial(found) || spreadsheet::is_error(found)
        }
        _ => false,
    })
}

fn export_anew(format: Format) -> String {
    let software = match format {
        Format::Siecle => "SIECLE",
        Format::Fregata => "Fregata",
    };
    format!(
        "Refaites l’export dans {software} et importez le fichier tel quel, sans l’ouvrir ni l’enregistrer dans un tableur."
    )
}

fn uncapitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().into_iter().flat_map(char::to_lowercase).chain(characters).collect()
}

fn in_software(format: Format, what: &str) -> String {
    match format {
        Format::Siecle => format!("Dans SIECLE-BEE (base élèves) : {what}, puis refaites l’export."),
        Format::Fregata => format!("Dans Fregata, sur la fiche apprenant : {what}, puis refaites l’export."),
    }
}
