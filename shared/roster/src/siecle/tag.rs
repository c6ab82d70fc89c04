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
        }
    };
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
