//! Who is in the ENT.

use rentree_domain::Uai;
use rentree_samples::Sample;
use serde::Serialize;
use sha2::{Digest as _, Sha512};

use crate::demo::{DEMO_NAME, DEMO_UAI};

/// The seed of `cargo dev sample`, unless it is told another: its file has the same pupils.
const SEED: u64 = 1;
/// How many pupils of the demo school have a tile.
const PUPILS: usize = 6;

/// Somebody of an ENT, as the GAR tells the product who they are.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// What their tile is called in the form: it stands for them, and is shown to nobody.
    pub name: String,
    /// `IDO`.
    pub ido: String,
    /// `PRE`.
    pub first_name: String,
    /// `NOM`.
    pub last_name: String,
    /// `UAI`.
    pub uai: String,
    /// `PRO`: `National_elv` for a pupil, `National_ens` for a teacher …
    pub profile: String,
    /// What the tile says besides the name.
    pub note: String,
}

impl Person {
    fn of_the_demo(name: &str, (first_name, last_name): (&str, &str), profile: &str, note: String) -> Self {
        Self {
            name: name.to_owned(),
            ido: an_ido(name),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            uai: DEMO_UAI.to_owned(),
            profile: profile.to_owned(),
            note,
        }
    }
}

/// The same at each start: 128 hexadecimal digits, as those of the GAR.
fn an_ido(name: &str) -> String {
    Sha512::digest(format!("{DEMO_UAI} {name}")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first pupils of the sample that `cargo dev sample` writes for the demo school, one of them once more a year later, and some
/// of its staff.
pub(crate) fn of_the_demo() -> anyhow::Result<Vec<Person>> {
    let sample = Sample::new(Uai::parse(DEMO_UAI)?, PUPILS, SEED);
    let mut people = Vec::new();
    for (number, pupil) in (1..).zip(&sample.pupils) {
        let name = (pupil.first_name.as_str(), pupil.last_name.as_str());
        let born = format!("Date de naissance\u{a0}: {}", pupil.birth_date);
        let person = |tile: &str, note| Person::of_the_demo(tile, name, "National_elv", note);
        if number == 1 {
            let note = format!("{born}. L’année suivante\u{a0}: le GAR a changé son identifiant.");
            people.push(person("eleve-1-annee-suivante", note));
        }
        people.push(person(&format!("eleve-{number}"), born));
    }
    let teacher = ("Dominique", "Essai");
    let note = "Enseignant. Aucun compte dans Rentrée.".to_owned();
    people.push(Person::of_the_demo("enseignant", teacher, "National_ens", note));
    let note = "Direction. Administrateur de l’espace de démonstration.".to_owned();
    people.push(Person::of_the_demo("direction", DEMO_NAME, "National_dir", note));
    Ok(people)
}
