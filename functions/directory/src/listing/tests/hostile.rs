//! Whatever is thrown at the reader, it never panics, and no school on a good line is lost.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A part of a hostile file. Good schools are numbered by where they stand.
#[derive(Debug, Clone)]
enum Part {
    /// Anything, on a line (or on lines) of its own.
    Junk(Vec<u8>),
    /// A school on a good line.
    Good { name: String, quoted: bool },
    /// A school whose address stands on two lines.
    Broken { name: String, address: String },
}

/// The header of the samples' columns that matter here, the UAI first, as the public file has it.
const ADDRESSES: &str = "Identifiant_de_l_etablissement;Nom_etablissement;Adresse_1;Mail;ministere_tutelle;etat";

fn junk() -> impl Strategy<Value = Vec<u8>> {
    // Signs that mean something to the reader, and a UAI that no good school has.
    let token = prop_oneof![
        4 => Just(b"\"".to_vec()),
        4 => Just(b";".to_vec()),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        2 => Just(b"0350760L".to_vec()),
        1 => Just(b"\"\"".to_vec()),
        1 => Just(b"\";".to_vec()),
        1 => Just(b"0350760L;Nom;\"1 RUE".to_vec()),
        1 => Just(b";;;;;".to_vec()),
        2 => "[a-zé ]{0,6}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..500),
    ];
    prop::collection::vec(token, 0..12).prop_map(|tokens| tokens.concat())
}

fn part() -> impl Strategy<Value = Part> {
    let name = "[A-Z][a-zéœ' ]{0,20}[a-z]";
    prop_oneof![
        3 => junk().prop_map(Part::Junk),
        2 => (name, any::<bool>()).prop_map(|(name, quoted)| Part::Good { name, quoted }),
        1 => (name, "[a-z ]{1,10}\r?\n[a-z ]{1,10}(; [a-z]{1,5})?").prop_map(|(name, address)| Part::Broken { name, address }),
    ]
}

/// A UAI of Mayotte, which has no junk in it.
fn numbered(number: usize) -> Uai {
    ('A'..='Z').find_map(|key| Uai::parse(&format!("976{number:04}{key}")).ok()).unwrap()
}

proptest! {
    #[test]
    fn no_school_on_a_good_line_is_lost(parts in prop::collection::vec(part(), 0..40)) {
        let mut file = format!("{ADDRESSES}\n").into_bytes();
        let mut expected = BTreeMap::new();
        for (number, part) in parts.iter().enumerate() {
            let uai = numbered(number);
            match part {
                Part::Junk(bytes) => file.extend(bytes),
                Part::Good { name, quoted } => {
                    expected.insert(uai, name.clone());
                    let line = if *quoted { format!("\"{uai}\";\"{name}\";\"x;y\";;;") } else { format!("{uai};{name};x;;;") };
                    file.extend(line.into_bytes());
                }
                Part::Broken { name, address } => {
                    expected.insert(uai, name.clone());
                    file.extend(format!("{uai};{name};\"{address}\";;;").into_bytes());
                }
            }
            file.push(b'\n');
        }
        let mut loaded = BTreeMap::new();
        let mut last = 1;
        for line in read(&file).unwrap() {
            match line {
                Listed::School(school, _) => {
                    let (uai, name) = (school.uai, school.name);
                    prop_assert_eq!(loaded.insert(uai, name), None, "{} twice", uai);
                }
                Listed::Refused(Problem { line, .. }) | Listed::Again(Remark { line, .. }) => {
                    prop_assert!(line > last, "lines are told in their order");
                    last = line;
                }
            }
        }
        loaded.remove(&Uai::parse("0350760L").unwrap());
        prop_assert_eq!(loaded, expected);
    }

    #[test]
    fn never_panics_and_tells_as_much_as_there_is(file in prop::collection::vec(junk(), 0..20), with_header: bool) {
        let mut bytes = if with_header { format!("{HEADER}\n").into_bytes() } else { Vec::new() };
        bytes.extend(file.concat());
        let filled = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        match read(&bytes) {
            // Lines that are one school together are told once.
            Ok(lines) => prop_assert!(lines.len() < filled && (filled == 1 || !lines.is_empty())),
            Err(OpenError::Refused(_)) => {}
            Err(OpenError::Read(error)) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn a_field_comes_back_as_it_was_quoted(texts in prop::collection::vec("[a-z\";é ]{0,12}", 1..6)) {
        let line: Vec<_> = texts.iter().map(|text| format!("\"{}\"", text.replace('"', "\"\""))).collect();
        let line = line.join(";");
        let fields = split(&line, 300).unwrap();
        prop_assert_eq!(fields.iter().map(ToString::to_string).collect::<Vec<_>>(), texts);
    }
}
