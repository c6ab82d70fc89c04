//! Who publishes and hosts the service of one machine: nobody. What its legal notice tells is invented, and says so.

use std::collections::BTreeMap;

/// The parameters of the template. The telephone numbers are of those that are given to nobody.
pub(crate) fn parameters() -> BTreeMap<String, String> {
    BTreeMap::from(
        [
            ("Publisher", "l’équipe Rentrée, éditeur inventé pour la démonstration"),
            ("PublisherForm", "association déclarée (inventée)"),
            ("PublisherAddress", "1 rue de l’Exemple, 75000 Paris (adresse inventée)"),
            ("PublisherPhone", "01 99 00 00 00 (numéro inventé)"),
            ("PublicationDirector", "Camille Exemple (personne inventée)"),
            ("Host", "Hébergeur Exemple, 2 rue de l’Exemple, 75000 Paris, téléphone 01 99 00 00 01 (tout est inventé)"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    )
}
