//! The columns that we read, found by name in the header. The others are ignored.
//!
//! The portal gives the same file under the technical names of its columns or under labels, which change with the years. So names
//! are compared as a person would: case, accents, signs, spaces and the little words between (`de`, `l'`, …) do not count.
//! `docs/directory.md` lists the names.

use rentree_domain::name as names;
use rentree_rows::{is_damage, split};

use super::problem::{Refusal, RefusalCode};

/// A column by the name that the documentation of the file gives it, and by other names that it has had, the best one first.
struct Column {
    name: &'static str,
    labels: &'static [&'static str],
}

const UAI: Column =
    Column { name: "Identifiant_de_l_etablissement", labels: &["Identifiant UAI", "Code UAI", "Numéro UAI", "UAI"] };
const NAME: Column = Column { name: "Nom_etablissement", labels: &[] };

/// Words between others, which one kind of header has and another has not: "Nom de l'établissement", `Nom_etablissement`.
const LITTLE_WORDS: [&str; 8] = ["d", "de", "des", "du", "l", "la", "le", "les"];

/// A column that a file can do without, and what follows if it does.
struct Optional {
    column: Column,
    without: &'static str,
}

const KIND: Optional = Optional {
    column: Column { name: "Type_etablissement", labels: &["Libellé type établissement"] },
    without: "the kind of every school is left blank",
};
const MAIL: Optional = Optional {
    column: Column {
        name: "Mail",
        labels: &[
            "E-mail",
            "Adresse mail",
            "Adresse e-mail",
            "Courriel",
            "Mél",
            "Adresse électronique",
            "Mail de l'établissement",
            "E-mail de l'établissement",
            "Courriel de l'établissement",
        ],
    },
    without: "a school of the Education ministry gets the mailbox that is derived from its UAI, and every other school gets none \
              and is not offered a space",
};
const MINISTRY: Optional = Optional {
    column: Column { name: "ministere_tutelle", labels: &["Libellé ministère de tutelle", "Ministère", "Tutelle"] },
    without: "no mailbox can be derived from a UAI, so that a school whose line gives no address is not offered a space",
};
const STATE: Optional = Optional {
    // Where both a code and its label are there, the label says FERME.
    column: Column {
        name: "etat", labels: &["Libellé état établissement", "Libellé état", "Etat établissement"]
    },
    without: "closed schools are loaded as if they were open, and are offered a space",
};

/// Shown to whoever asks for a space, beside the name; nothing follows where it is not there.
const TOWN: Column = Column { name: "Nom_commune", labels: &["Commune", "Libellé commune"] };

/// A column that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing {
    /// Its name.
    pub(super) name: &'static str,
    /// What follows.
    pub(super) without: &'static str,
}

/// Where the columns are, from 0.
#[derive(Debug)]
pub(super) struct Columns {
    /// How many there are, the ignored ones included.
    pub(super) count: usize,
    pub(super) uai: usize,
    pub(super) name: usize,
    pub(super) kind: Option<usize>,
    pub(super) mail: Option<usize>,
    pub(super) ministry: Option<usize>,
    pub(super) state: Option<usize>,
    pub(super) town: Option<usize>,
    /// Those that we would have read.
    pub(super) missing: Vec<Missing>,
}

impl Columns {
    /// Finds them.
    pub(super) fn find(header: &[u8], longest: usize) -> Result<Self, Refusal> {
        let not_csv = |detail: &str| Refusal::new(RefusalCode::NotCsv, detail);
        let Ok(header) = str::from_utf8(header) else {
            return Err(not_csv("The header is not UTF-8: this is no CSV, or it must be saved as UTF-8."));
        };
        if header.contains(|c| is_damage(c) && c != '\t') {
            return Err(not_csv("The header holds signs that no text has: this is no CSV."));
        }
        let found =
            split(header, longest).map_err(|broken| not_csv(&format!("In the header, {}.", broken.fault.message())))?;
        let names: Vec<String> = found.iter().map(|name| folded(name)).collect();

        let (uai, name) = (place(&names, &UAI)?, place(&names, &NAME)?);
        let (Some(uai), Some(name)) = (uai, name) else {
            let missing: Vec<_> = [(UAI, uai), (NAME, name)]
                .iter()
                .filter(|(_, at)| at.is_none())
                .map(|(column, _)| column.name)
                .collect();
            let hint = if names.len() == 1 { " Columns are separated by ; and here is only one." } else { "" };
            let detail = format!("The header has no column {}.{hint}", missing.join(", and none "));
            return Err(Refusal::new(RefusalCode::MissingColumn, detail));
        };
        let mut missing = Vec::new();
        let mut optional = |wanted: Optional| {
            let at = place(&names, &wanted.column)?;
            if at.is_none() {
                missing.push(Missing { name: wanted.column.name, without: wanted.without });
            }
            Ok(at)
        };
        let (kind, mail) = (optional(KIND)?, optional(MAIL)?);
        let (ministry, state) = (optional(MINISTRY)?, optional(STATE)?);
        let town = place(&names, &TOWN)?;
        Ok(Self { count: names.len(), uai, name, kind, mail, ministry, state, town, missing })
    }
}

/// Where a column is, by the best of its names that the header has.
fn place(names: &[String], wanted: &Column) -> Result<Option<usize>, Refusal> {
    for name in std::iter::once(&wanted.name).chain(wanted.labels) {
        let name = folded(name);
        let mut places = names.iter().enumerate().filter(|(_, found)| **found == name).map(|(place, _)| place);
        let Some(place) = places.next() else { continue };
        if places.next().is_some() {
            let detail = format!("The header has the column {} twice: delete one of the two.", wanted.name);
            return Err(Refusal::new(RefusalCode::DuplicateColumn, detail));
        }
        return Ok(Some(place));
    }
    Ok(None)
}

/// A name as it is compared.
fn folded(name: &str) -> String {
    let is_between = |c: char| c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '’' | '‘' | 'ʼ' | '´');
    name.split(is_between).map(names::fold).filter(|word| !LITTLE_WORDS.contains(&word.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the columns are in a header, in the order UAI, name, kind, mail, ministry, state.
    fn places(header: &str) -> [Option<usize>; 6] {
        let columns = Columns::find(header.as_bytes(), 300).unwrap_or_else(|refusal| panic!("{header}: {refusal:?}"));
        [Some(columns.uai), Some(columns.name), columns.kind, columns.mail, columns.ministry, columns.state]
    }

    #[test]
    fn technical_names_and_labels_are_found() {
        let all = [0, 1, 2, 3, 4, 5].map(Some);
        for header in [
            "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Mail;ministere_tutelle;etat",
            "identifiant_de_l_etablissement;nom_etablissement;type_etablissement;mail;ministere_tutelle;etat",
            "Identifiant de l'établissement;Nom établissement;Type établissement;Mail;Ministère tutelle;Etat",
            "Identifiant de l’établissement;Nom de l’établissement;Type d’établissement;E-mail;Ministère de tutelle;État établissement",
            "IDENTIFIANT DE L ETABLISSEMENT;NOM DE L ETABLISSEMENT;TYPE D ETABLISSEMENT;MAIL;MINISTERE DE TUTELLE;ETAT DE L ETABLISSEMENT",
            "Identifiant\u{A0}établissement;\"Nom de l'établissement\"; Type de l´établissement ;Courriel;Libellé ministère de tutelle;Libellé état établissement",
            "Identifiant de l'e\u{301}tablissement;Nom e\u{301}tablissement;Type e\u{301}tablissement;Mail;Ministe\u{300}re tutelle;E\u{301}tat",
            "Code UAI;Nom de l'établissement;Type d'établissement;Adresse mail;Ministère;Etat",
        ] {
            assert_eq!(places(header), all, "{header}");
        }
    }

    /// Every column of the file, as public readers of it list them: among those whose names are alike, ours are found.
    #[test]
    fn ours_are_found_in_the_whole_header() {
        let whole = "Identifiant_de_l_etablissement Nom_etablissement Type_etablissement Statut_public_prive Adresse_1 Adresse_2 Adresse_3 \
                     Code_postal Code_commune Nom_commune Code_departement Code_academie Code_region Ecole_maternelle Ecole_elementaire \
                     Voie_generale Voie_technologique Voie_professionnelle Telephone Fax Web Mail Restauration Hebergement ULIS Apprentissage \
                     Segpa Section_arts Section_cinema Section_theatre Section_sport Section_internationale Section_europeenne Lycee_Agricole \
                     Lycee_militaire Lycee_des_metiers Post_BAC Appartenance_Education_Prioritaire GRETA SIREN_SIRET Nombre_d_eleves \
                     Fiche_onisep position Type_contrat_prive Libelle_departement Libelle_academie Libelle_region coordX_origine \
                     coordY_origine epsg_origine nom_circonscription latitude longitude precision_localisation date_ouverture \
                     date_maj_ligne etat ministere_tutelle multi_uai rpi_concentre rpi_disperse code_nature libelle_nature \
                     Code_type_contrat_prive PIAL etablissement_mere type_rattachement_etablissement_mere code_circonscription \
                     code_zone_animation_pedagogique libelle_zone_animation_pedagogique code_bassin_formation libelle_bassin_formation";
        let place = |name: &str| whole.split(' ').position(|column| column == name);
        let names = [
            "Identifiant_de_l_etablissement",
            "Nom_etablissement",
            "Type_etablissement",
            "Mail",
            "ministere_tutelle",
            "etat",
        ];
        for header in [whole.replace(' ', ";"), whole.to_lowercase().replace(' ', ";"), whole.replace('_', "\u{A0}")] {
            assert_eq!(places(&header.replace(' ', ";")), names.map(place));
        }
    }

    /// Columns of the same file whose names are alike.
    #[test]
    fn others_are_not_taken_for_ours() {
        let header = "Identifiant de l'établissement;Nom de l'établissement;Statut public/privé;Adresse 1;Code postal;Nom de la commune;Libellé académie;\
                      Code académie;Date d'ouverture;Libellé nature;Établissement mère;Type rattachement établissement mère;Nom circonscription;multi_uai;\
                      Type contrat privé;Web;Fiche onisep;Position;PIAL";
        assert_eq!(places(header), [Some(0), Some(1), None, None, None, None]);
    }

    #[test]
    fn the_better_name_wins_and_the_same_one_twice_is_refused() {
        let header = "Identifiant_de_l_etablissement;Nom_etablissement;UAI;Adresse mail;Mail;Etat établissement;Libellé état établissement";
        assert_eq!(places(header), [Some(0), Some(1), None, Some(4), None, Some(6)]);
        let refusal = Columns::find("UAI;Nom_etablissement;Etat;état".as_bytes(), 300).unwrap_err();
        assert_eq!(refusal.detail, "The header has the column etat twice: delete one of the two.");
    }

    #[test]
    fn what_is_missing_says_what_follows() {
        let columns = Columns::find("UAI;Nom de l'établissement;Type;Mail".as_bytes(), 300).unwrap();
        let missing: Vec<_> = columns.missing.iter().map(|missing| missing.name).collect();
        assert_eq!(missing, ["Type_etablissement", "ministere_tutelle", "etat"]);
        assert!(columns.missing[1].without.contains("mailbox"));
        assert!(columns.missing[2].without.contains("closed schools"));
    }
}
