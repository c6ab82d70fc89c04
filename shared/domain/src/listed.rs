//! A school as the public directory of schools lists it.

use crate::{EmailAddress, Ministry, Uai};

/// One line of the directory. Everything else that we know of a school comes from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSchool {
    /// `Identifiant_de_l_etablissement`.
    pub uai: Uai,
    /// `Nom_etablissement`.
    pub name: String,
    /// `Type_etablissement`, for instance `Collège`; may be empty.
    pub kind: String,
    /// `Nom_commune`; may be empty.
    pub town: String,
    /// `ministere_tutelle`.
    pub ministry: Ministry,
    /// `Mail`, if it is an address.
    pub mailbox: Option<EmailAddress>,
    /// `etat` is `FERME`.
    pub closed: bool,
}
