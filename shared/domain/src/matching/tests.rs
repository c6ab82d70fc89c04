//! Who is found: the cases of `docs/joining.md`, and what holds for any names.

use proptest::prelude::*;

use super::*;

/// `Karine, Marie, Aude / DUNORD, Martin`: given names by rank, then family and usage name, each as a file has it.
fn known(names: &str) -> KnownAs {
    let (given, family) = names.split_once('/').unwrap();
    KnownAs::new(given.split(',').map(str::trim), family.split(',').map(str::trim))
}

fn among(candidates: &[&str], first_name: &str, last_name: &str, spelling: Spelling) -> Result<Match<usize>, NoMatch> {
    let candidates: Vec<_> = candidates.iter().enumerate().map(|(at, names)| (at, known(names))).collect();
    find(&candidates, &Typed::new(first_name, last_name), spelling)
}

/// What children type whom schools list otherwise; `right` is the place of the one who is found, `asks` the one who is asked about.
#[test]
fn the_cases_reported_by_schools() {
    #[derive(serde::Deserialize)]
    struct Case {
        id: String,
        roster: Vec<Listed>,
        typed: Child,
        right: serde_json::Value,
    }
    #[derive(serde::Deserialize)]
    struct Listed {
        given: Vec<String>,
        family: Vec<String>,
        birth: jiff::civil::Date,
    }
    #[derive(serde::Deserialize)]
    struct Child {
        first_name: String,
        last_name: String,
        birth_date: String,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("joins.json")).unwrap();
    assert_eq!(cases.len(), 8);
    for Case { id, roster, typed, right } in cases {
        let born = crate::birth_date::typed(&typed.birth_date, jiff::civil::date(2026, 9, 7)).unwrap();
        let that_day = roster.iter().enumerate().filter(|(_, listed)| listed.birth == born);
        let candidates: Vec<_> =
            that_day.map(|(at, listed)| (at, names(&(listed.given.clone(), listed.family.clone())))).collect();
        let found = find(&candidates, &Typed::new(&typed.first_name, &typed.last_name), Spelling::Lenient);
        let told = match found {
            Ok(Match::Sure(at)) => serde_json::json!(at),
            Ok(Match::Near(at)) => serde_json::json!({ "asks": at }),
            Err(NoMatch::Several) => "several".into(),
            Err(NoMatch::Nobody) => "nobody".into(),
        };
        assert_eq!(told, right, "{id}");
    }
}

/// Rule by rule.
#[test]
fn the_examples_of_the_rules() {
    use Match::{Near, Sure};
    use NoMatch::{Nobody, Several};
    let karine = "Karine, Marie, Aude / Dunord, Martin";
    for (candidates, first_name, last_name, expected, why) in [
        (&[karine][..], "Karine", "Dunord", Ok(Sure(0)), "as in the file"),
        (&[karine], "  KARINE ", "du-nord", Ok(Sure(0)), "case, spaces and signs"),
        (&["Noëmie / D'Hérouville"], "noemie", "dherouville", Ok(Sure(0)), "accents"),
        (&["Lœtitia / Dupont"], "Loetitia", "Dupont", Ok(Sure(0)), "ligatures"),
        (&[karine], "Marie", "Dunord", Ok(Sure(0)), "second given name"),
        (&[karine], "Aude", "Dunord", Ok(Sure(0)), "third given name"),
        (&[karine], "Karine", "Martin", Ok(Sure(0)), "usage name"),
        (&[karine], "Carine", "Dunort", Ok(Near(0)), "near: one edit in six letters, twice"),
        (&[karine], "Carinne", "Dunord", Err(Nobody), "near: two edits in seven letters are too many"),
        (&["Léa / Roy"], "Lea", "Roi", Err(Nobody), "near: three letters allow no edit"),
        (&["Noé / Leroy"], "Noé", "Lero", Ok(Near(0)), "near: one edit in four letters typed"),
        (&[karine], "Karine", "Durand", Err(Nobody), "another surname"),
        (&[karine], "Sophie", "Dunord", Err(Nobody), "another given name"),
        (&["Allan / Petit", "Alian / Petit"], "Allan", "Petit", Ok(Sure(0)), "twins: the exact pass"),
        (&["Allan / Petit", "Alian / Petit"], "Alian", "Petit", Ok(Sure(1)), "twins: the exact pass"),
        (&["Allan / Petit", "Alian / Petit"], "Alan", "Petit", Err(Several), "twins, and a slip: nobody"),
        (&["Léa / Martin", "Léa / Martin"], "Léa", "Martin", Err(Several), "homonyms born on one day"),
        (
            &["Marie, Léa / Martin", "Léa, Marie / Martin"],
            "Léa",
            "Martin",
            Ok(Sure(1)),
            "the first given name ranks first",
        ),
        (
            &["Maria / Roussel", "Zoé, Marie / Roussel"],
            "Marie",
            "Roussel",
            Ok(Sure(1)),
            "exact at rank two beats near at one",
        ),
        (&[karine], "", "Dunord", Err(Nobody), "nothing typed"),
        (&[karine], "'", "-", Err(Nobody), "only signs typed"),
        (&[], "Karine", "Dunord", Err(Nobody), "nobody was born that day"),
        // What finds.
        (
            &["Maya Rose Anne / DURIEUX"],
            "Maya",
            "Durieux",
            Ok(Sure(0)),
            "the first of several given names in one field",
        ),
        (&["Maya Rose Anne / DURIEUX"], "Rose", "Durieux", Err(Nobody), "not the second of them"),
        (&["Maya Rose Anne / DURIEUX"], "Maya", "Durieu", Err(Nobody), "all else must be exact"),
        (&["Maya Rose / DURIEUX", "Maya Lou / DURIEUX"], "Maya", "Durieux", Err(Several), "two fit"),
        (&["Maya Rose / DURIEUX", "Maya / DURIEUX"], "Maya", "Durieux", Ok(Sure(1)), "exact comes first"),
        (&["Maya, Rose / DURIEUX"], "Maya Rose", "Durieux", Ok(Sure(0)), "both given names typed"),
        (&["Jean-Élie / DURIEUX"], "Jean", "Durieux", Err(Nobody), "a hyphen makes one name"),
        (&["Ines / DURIEUX LEBRUN"], "Inès", "Durieux", Ok(Sure(0)), "one word of a double surname"),
        (&["Ines / DURIEUX-LEBRUN"], "Inès", "Le Brun", Ok(Sure(0)), "the other one"),
        (&["Ines / DA SILVA LEBRUN"], "Inès", "Da Silva", Ok(Sure(0)), "with its particle"),
        (&["Ines / DOS SANTOS"], "Inès", "Dos", Err(Nobody), "a particle is nobody"),
        (&["Ines / LI DURIEUX"], "Inès", "Li", Err(Nobody), "nor are two letters"),
        (&["Ines / DURIEUX LEBRUN"], "Inés", "Duri", Err(Nobody), "nor is half a word"),
        (&["Ina / DURIEUX LEBRUN"], "Inès", "Durieux", Err(Nobody), "all else must be exact"),
        (&["Ines / DURIEUX LEBRUN", "Ines / DURIEUX MARTIN"], "Inès", "Durieux", Err(Several), "two fit"),
        (&["Thomas / MARTIN"], "Martin", "Thomas", Ok(Sure(0)), "both fields swapped"),
        (&["Thomas / MARTIN"], "Martin", "Tomas", Err(Nobody), "swapped exactly, or not at all"),
        (&["Thomas / MARTIN", "Martin / THOMAS"], "Martin", "Thomas", Ok(Sure(1)), "exact comes first"),
        // Folding.
        (&["Yildiz / KILIÇ"], "Yıldız", "Kılıç", Ok(Sure(0)), "a dotless i"),
        (&["Zoé / SAINT-JUST"], "Zoé", "St Just", Ok(Sure(0)), "St is Saint"),
        (&["Zoé / STE CROIX"], "Zoé", "Sainte-Croix", Ok(Sure(0)), "Ste is Sainte"),
        (&["Zoé / STEPHAN"], "Zoé", "Saintephan", Err(Nobody), "as a whole word only"),
        (&["Heʻe / TEPAVA"], "Hee", "Tepava", Ok(Sure(0)), "a letter that is an apostrophe"),
        // A near match asks.
        (&["Emmy / MARTIN"], "Emma", "Martin", Ok(Near(0)), "the other twin"),
        (&["Emmy / MARTIN", "Emma / MARTIN"], "Emma", "Martin", Ok(Sure(1)), "both are in the list"),
    ] {
        assert_eq!(among(candidates, first_name, last_name, Spelling::Lenient), expected, "{why}");
    }
}

/// Who has been guessing must spell.
#[test]
fn strict_finds_the_exact_name_alone() {
    let strict =
        |candidates: &[&str], first_name, last_name| among(candidates, first_name, last_name, Spelling::Strict);
    assert_eq!(strict(&["Karine / Dunord"], " KARINE ", "du-nord"), Ok(Match::Sure(0)));
    assert_eq!(strict(&["Zoé / SAINT-JUST"], "zoe", "st just"), Ok(Match::Sure(0)));
    for (candidate, first_name, last_name) in [
        ("Karine / Dunord", "Carine", "Dunord"),
        ("Maya Rose / DURIEUX", "Maya", "Durieux"),
        ("Ines / DURIEUX LEBRUN", "Ines", "Durieux"),
        ("Thomas / MARTIN", "Martin", "Thomas"),
    ] {
        assert_eq!(strict(&[candidate], first_name, last_name), Err(NoMatch::Nobody), "{candidate}");
    }
}

/// Whose account is this?
#[test]
fn a_name_fits_its_pupil() {
    use Closeness::{Another, Exact, Near};
    let karine = known("Karine Aude, Marie / Dunord, Martin");
    for (first_name, last_name, fits) in [
        ("Karine", "DUNORD", (Exact, Exact)),
        ("Marie", "Martin", (Exact, Exact)),
        ("Maria", "Nouveau", (Near, Another)),
        ("Paul", "Dunort", (Another, Near)),
    ] {
        let typed = Typed::new(first_name, last_name);
        assert_eq!((karine.given_like(&typed), karine.family_like(&typed)), fits, "{first_name} {last_name}");
    }
}

/// What was stored before foldings were counted reads, and is of another one.
#[test]
fn names_stored_long_ago_read() {
    let stored = r#"{"given": ["karine", "", ""], "family": ["dunord"]}"#;
    let names: KnownAs = serde_json::from_str(stored).unwrap();
    assert_eq!((names.folding, names.family.as_slice()), (0, &["dunord".to_owned()][..]));
    assert_ne!(names.folding, name::FOLDING);
}

fn a_name() -> impl Strategy<Value = String> {
    "[a-e]{1,6}( [a-e]{1,6})?"
}

prop_compose! {
    fn somebody()(given in prop::collection::vec(a_name(), 1..4), family in prop::collection::vec(a_name(), 1..3)) -> (Vec<String>, Vec<String>) {
        (given, family)
    }
}

fn names((given, family): &(Vec<String>, Vec<String>)) -> KnownAs {
    KnownAs::new(given.iter().map(String::as_str), family.iter().map(String::as_str))
}

fn whom(found: Match<usize>) -> usize {
    match found {
        Match::Sure(who) | Match::Near(who) => who,
    }
}

proptest! {
    /// Accents, case, spaces and signs count on neither side.
    #[test]
    fn normalising_is_symmetric(people in prop::collection::vec(somebody(), 1..5), first in a_name(), last in a_name()) {
        let dress = |name: &str| format!(" {}’ ", name.to_uppercase().replace('A', "À").replace('E', "éʼ"));
        let plain: Vec<_> = people.iter().map(names).enumerate().collect();
        let dressed: Vec<_> = people.iter().map(|(given, family)| {
            let all = |names: &[String]| names.iter().map(|name| dress(name)).collect();
            names(&(all(given), all(family)))
        }).enumerate().collect();
        let told = find(&plain, &Typed::new(&first, &last), Spelling::Lenient);
        prop_assert_eq!(find(&plain, &Typed::new(&dress(&first), &dress(&last)), Spelling::Lenient), told);
        prop_assert_eq!(find(&dressed, &Typed::new(&first, &last), Spelling::Lenient), told);
    }

    /// Who has the names exactly is never passed over for who has them in part or nearly, and nobody is sure of a near one.
    #[test]
    fn nothing_beats_exact(people in prop::collection::vec(somebody(), 1..8), first in a_name(), last in a_name()) {
        let candidates: Vec<_> = people.iter().map(names).enumerate().collect();
        let (given, family) = (fold(&first), fold(&last));
        let exact: Vec<usize> = candidates.iter()
            .filter(|(_, who)| who.given.contains(&given) && who.family.contains(&family))
            .map(|(at, _)| *at)
            .collect();
        match find(&candidates, &Typed::new(&first, &last), Spelling::Lenient) {
            Ok(Match::Sure(found)) if !exact.is_empty() => prop_assert!(exact.contains(&found)),
            Ok(Match::Near(_)) | Err(NoMatch::Nobody) => prop_assert!(exact.is_empty()),
            _ => {}
        }
    }

    /// Whoever is found without a question has every letter that was typed.
    #[test]
    fn who_is_sure_is_not_misspelt(people in prop::collection::vec(somebody(), 1..8), first in a_name(), last in a_name()) {
        let candidates: Vec<_> = people.iter().map(names).enumerate().collect();
        let (given, family) = (fold(&first), fold(&last));
        if let Ok(Match::Sure(found)) = find(&candidates, &Typed::new(&first, &last), Spelling::Lenient) {
            let who = &candidates[found].1;
            let all = [who.given.concat(), who.family.concat()];
            prop_assert!(all.iter().any(|names| names.contains(&given)) && all.iter().any(|names| names.contains(&family)));
        }
    }

    /// Spelling strictly finds whom spelling leniently is sure of, or nobody.
    #[test]
    fn strict_finds_nobody_else(people in prop::collection::vec(somebody(), 1..8), first in a_name(), last in a_name()) {
        let candidates: Vec<_> = people.iter().map(names).enumerate().collect();
        let typed = Typed::new(&first, &last);
        if let Ok(found) = find(&candidates, &typed, Spelling::Strict) {
            prop_assert_eq!(found, Match::Sure(whom(found)));
            prop_assert_eq!(find(&candidates, &typed, Spelling::Lenient), Ok(found));
        }
    }

    /// Whoever is found is meant, by all spellings that find.
    #[test]
    fn who_is_found_is_meant(people in prop::collection::vec(somebody(), 1..8), first in a_name(), last in a_name()) {
        let candidates: Vec<_> = people.iter().map(names).enumerate().collect();
        let typed = Typed::new(&first, &last);
        if let Ok(found) = find(&candidates, &typed, Spelling::Lenient) {
            prop_assert!(candidates[whom(found)].1.may_be_meant(&typed));
        }
    }

    /// Two who cannot be told apart are nobody, whoever else is there.
    #[test]
    fn several_never_tie(mut people in prop::collection::vec(somebody(), 0..6), twin in somebody()) {
        people.extend([twin.clone(), twin.clone()]);
        let candidates: Vec<_> = people.iter().map(names).enumerate().collect();
        if let Ok(found) = find(&candidates, &Typed::new(&twin.0[0], &twin.1[0]), Spelling::Lenient) {
            prop_assert!(people[whom(found)] != twin);
        }
    }

    /// The order in which candidates are read decides nothing.
    #[test]
    fn order_does_not_count(people in prop::collection::vec(somebody(), 0..8), first in a_name(), last in a_name()) {
        let candidates: Vec<_> = people.iter().map(names).enumerate().collect();
        let reversed: Vec<_> = candidates.iter().cloned().rev().collect();
        let typed = Typed::new(&first, &last);
        prop_assert_eq!(find(&candidates, &typed, Spelling::Lenient), find(&reversed, &typed, Spelling::Lenient));
    }
}
