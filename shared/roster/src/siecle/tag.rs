//! The elements of the export that we know. All others are passed over.

macro_rules! tags {
    ($($tag:ident = $($name:literal)|+,)+) => {
        /// An element.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Tag {
            $($tag,)+
            Other,
        }

        impl Tag {
            pub(super) fn of(name: &str) -> Self {
                match name {
                    $($($name)|+ => Self::$tag,)+
                    _ => Self::Other,
                }
            }

            /// As the export writes it.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$tag => [$($name),+][0],)+
                    Self::Other => "",
                }
            }
        }
    };
}

/// The elements that lead to pupils and classes. Where one of them stands in a place that is not its own, what it holds would
/// be passed over, and its pupils deactivated.
const STRUCTURAL: [&str; 6] = ["BEE_ELEVES", "DONNEES", "ELEVES", "ELEVE", "STRUCTURES", "STRUCTURES_ELEVE"];

/// The structural element that goes by `name`, whatever its case and prefix: an editor may have changed them.
pub(super) fn structural(name: &[u8]) -> Option<&'static str> {
    let name = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
    STRUCTURAL.into_iter().find(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// The same for the first bytes of a start tag behind its `<`.
#[inline]
pub(super) fn structural_tag(text: &[u8]) -> Option<&'static str> {
    // Asked of every tag that is passed over: most of them end here. Small letters begin a prefix, too.
    if !matches!(text.first()?, b'B' | b'D' | b'E' | b'S' | b'a'..=b'z') {
        return None;
    }
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    structural(&text[..text.iter().position(is_end)?])
}

tags! {
    BeeEleves = "BEE_ELEVES",
    Parametres = "PARAMETRES",
    Uaj = "UAJ",
    AnneeScolaire = "ANNEE_SCOLAIRE",
    DateExport = "DATE_EXPORT",
    Horodatage = "HORODATAGE",
    Donnees = "DONNEES",
    Eleves = "ELEVES",
    Eleve = "ELEVE",
    IdNational = "ID_NATIONAL",
    IneRnie = "INE_RNIE",
    IneBea = "INE_BEA",
    Ine = "INE",
    NomDeFamille = "NOM_DE_FAMILLE",
    Nom = "NOM",
    NomUsage = "NOM_USAGE",
    Prenom = "PRENOM",
    Prenom2 = "PRENOM2",
    Prenom3 = "PRENOM3",
    DateNaiss = "DATE_NAISS",
    CodeSexe = "CODE_SEXE",
    CodePays = "CODE_PAYS",
    CodeDepartementNaiss = "CODE_DEPARTEMENT_NAISS",
    CodeCommuneInseeNaiss = "CODE_COMMUNE_INSEE_NAISS",
    VilleNaiss = "VILLE_NAISS",
    CodeMef = "CODE_MEF",
    CodeStatut = "CODE_STATUT",
    DateSortie = "DATE_SORTIE",
    Structures = "STRUCTURES",
    StructuresEleve = "STRUCTURES_ELEVE",
    Structure = "STRUCTURE",
    CodeStructure = "CODE_STRUCTURE",
    TypeStructure = "TYPE_STRUCTURE",
    // Addresses and their people: another export.
    Address = "ADRESSES" | "ADRESSE" | "ADRESSE_ID" | "RESPONSABLES" | "PERSONNES",
}
