//! What a SIECLE document or a CSV may look like and still mean the same.

use encoding_rs::{ISO_8859_15, UTF_8};
use jiff::civil::date;
use proptest::prelude::*;
use rentree_domain::school_year::SchoolYear;

use super::{read, sample};

fn xml(pupil: &str, structures: &str) -> String {
    format!(
        "<BEE_ELEVES><PARAMETRES><UAJ>0350760L</UAJ></PARAMETRES><DONNEES><ELEVES><ELEVE ELEVE_ID='7' ELENOET='1'>\
         <ID_NATIONAL>123456789AB</ID_NATIONAL><PRENOM>Léa</PRENOM><DATE_NAISS>01/02/2012</DATE_NAISS>\
         <CODE_SEXE>2</CODE_SEXE>{pupil}</ELEVE></ELEVES><STRUCTURES>{structures}</STRUCTURES></DONNEES></BEE_ELEVES>"
    )
}

fn class(code: &str) -> String {
    format!(
        "<STRUCTURES_ELEVE ELEVE_ID='7'><STRUCTURE><CODE_STRUCTURE>{code}</CODE_STRUCTURE>\
         <TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE>"
    )
}

#[test]
fn the_classes_may_stand_first() {
    let mut sample = sample(20);
    let after = read(sample.siecle(ISO_8859_15).bytes);
    sample.classes_first = true;
    assert_eq!(read(sample.siecle(ISO_8859_15).bytes).entries, after.entries);
}

#[test]
fn what_the_file_says_of_itself() {
    let reading = read(sample(1).siecle(UTF_8).bytes);
    assert_eq!(reading.dated.school_year, SchoolYear::starting_in(2026));
    assert_eq!(reading.dated.exported_at, Some(date(2026, 9, 1).at(8, 30, 0, 0)));
}

#[test]
fn every_field_is_taken_and_last_years_are_not() {
    let reading = read(sample(11).siecle(UTF_8).bytes);
    insta::assert_json_snapshot!("entry_from_siecle", reading.entries[10]);
    assert!(reading.entries.iter().all(|e| e.division != "ANCIENNE CLASSE" && e.siecle_id.is_some()));
    insta::assert_json_snapshot!("entry_from_fregata", read(sample(13).fregata(UTF_8).bytes).entries[12]);
}

#[test]
fn values_in_any_dress() {
    for name in [
        "<NOM_DE_FAMILLE>L'ÉTANG &amp; FILS</NOM_DE_FAMILLE>",
        "<NOM_DE_FAMILLE>\n   L'&#201;TANG &#x26; FILS  </NOM_DE_FAMILLE>",
        "<NOM_DE_FAMILLE><![CDATA[L'ÉTANG & FILS]]></NOM_DE_FAMILLE>",
        "<NOM_DE_FAMILLE>L&apos;ÉTANG<!-- un commentaire --> &amp; FILS</NOM_DE_FAMILLE>",
        "<NOM_DE_FAMILLE/><NOM>L'ÉTANG &amp; FILS</NOM>",
        "<NOM>L'ÉTANG &amp; FILS</NOM><NOM_DE_FAMILLE>  </NOM_DE_FAMILLE>",
        "<NOM>AUTRE</NOM><NOM_DE_FAMILLE>L'ÉTANG &amp; FILS</NOM_DE_FAMILLE>",
    ] {
        let reading = read(xml(name, &class("6E1")));
        assert_eq!(reading.problems, [], "{name}");
        assert_eq!(reading.entries[0].last_name, "L'ÉTANG & FILS", "{name}");
    }
}

#[test]
fn absent_empty_and_blank_mean_the_same() {
    for blank in ["", "<CODE_PAYS/>", "<CODE_PAYS></CODE_PAYS>", "<CODE_PAYS> \n </CODE_PAYS>"] {
        let reading = read(xml(&format!("<NOM>A</NOM>{blank}"), &class("6E1")));
        assert_eq!(reading.entries[0].birth_country, None);
    }
}

#[test]
fn the_last_division_counts_and_groups_do_not() {
    let two = format!("{}{}", class("6E1"), class("6E2"));
    assert_eq!(read(xml("<NOM>A</NOM>", &two)).entries[0].division, "6E2");
    let group = class("ESPAGNOL").replace(">D<", ">G<");
    assert_eq!(read(xml("<NOM>A</NOM>", &group)).left_out.len(), 1);
    assert_eq!(read(xml("<NOM>A</NOM>", &class("Inactifs"))).left_out.len(), 1);
    assert_eq!(read(xml("<NOM>A</NOM>", "")).left_out.len(), 1);
}

#[test]
fn a_future_exit_is_still_present() {
    for (exit, present) in [("14/09/2026", 0), ("15/09/2026", 0), ("16/09/2026", 1), ("", 1)] {
        let pupil = format!("<NOM>A</NOM><DATE_SORTIE>{exit}</DATE_SORTIE>");
        assert_eq!(read(xml(&pupil, &class("6E1"))).entries.len(), present, "{exit}");
    }
}

#[test]
fn the_line_is_that_of_the_tag() {
    let text = xml("", "").replace("<ELEVE ELEVE_ID='7'", "\n<!-- \n\n --><ELEVE\n ELEVE_ID='7'\n");
    let text = text.replace("<STRUCTURES>", &format!("<STRUCTURES>{}", class("6E1")));
    for (text, line) in [(text.clone(), 4), (text.replace('\n', "\r\n"), 4), (format!("\n\n{text}"), 6)] {
        assert_eq!(read(&text).problems[0].line, line, "{text}");
    }
}

#[test]
fn csv_lines_count_blank_ones_and_quoted_ones() {
    let text = String::from_utf8(sample(4).fregata(UTF_8).bytes).unwrap();
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    lines[2] = lines[2].replacen("LEFÈVRE", "\"LE\nFÈVRE\"", 1);
    lines[4] = lines[4].replacen("GARÇON", "", 1);
    lines.insert(3, String::new());
    lines.insert(3, ";;;;".to_owned());
    for ending in ["\n", "\r\n", "\r"] {
        let reading = read(lines.join(ending));
        let found: Vec<_> = reading.problems.iter().map(|p| (p.line, p.code.as_str())).collect();
        // Header, two pupils (the second on two lines), two blank lines, one pupil, the spoilt one.
        assert_eq!(found, [(8, "last_name_missing")], "{ending:?}");
    }
}

#[test]
fn csv_in_any_dress() {
    let expected = read(sample(20).fregata(UTF_8).bytes).entries;
    let text = String::from_utf8(sample(20).fregata(UTF_8).bytes).unwrap();
    let trailing = text.replace("\r\n", ";\r\n");
    let straight = text.replace("Nom d’usage", "Nom d'usage");
    let quoted = text.replacen("Premier prénom*", "\"Premier prénom*\"", 1);
    let reversed: String =
        text.lines().map(|line| line.split(';').rev().collect::<Vec<_>>().join(";") + "\n").collect();
    for dressed in [trailing, straight, quoted, reversed, text.replace(';', ","), text.replace(';', "\t")] {
        let reading = read(&dressed);
        assert_eq!(reading.refusal, None, "{dressed}");
        assert_eq!(reading.entries, expected);
    }
}

#[test]
fn csv_values_in_any_dress() {
    let text = String::from_utf8(sample(2).fregata(UTF_8).bytes).unwrap();
    let born = read(&text).entries[0].birth_date;
    let slashed = born.strftime("%d/%m/%Y").to_string();
    for (from, to) in [
        (slashed.clone(), born.to_string()),
        (slashed.clone(), born.strftime("%d/%m/%y").to_string()),
        (";F;".into(), ";féminin;".into()),
        (";F;".into(), ";FÉMININ;".into()),
        (";M;".into(), ";Masculin;".into()),
        ("6E1".into(), "  6E1 ".into()),
    ] {
        assert!(text.contains(&from));
        assert_eq!(read(text.replace(&from, &to)).entries, read(&text).entries, "{to}");
    }
    let spaced = read(text.replace("6E1", "6E   1")).entries[0].division.clone();
    assert_eq!(spaced, "6E 1", "runs of spaces collapse");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever byte an accident changes, the reading ends, without a panic, and never invents a pupil.
    #[test]
    fn survives_any_damage(
        format in 0..3,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let sample = sample(6);
        let mut bytes = match format {
            0 => sample.siecle(ISO_8859_15).bytes,
            1 => sample.fregata(UTF_8).bytes,
            _ => rentree_samples::siecle_zip(&sample.siecle(UTF_8).bytes),
        };
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let reading = read(&bytes);
        // A changed byte may be a new line end.
        prop_assert!(reading.entries.len() + reading.set_aside.len() + reading.left_out.len() <= 7 + 5);
    }

    #[test]
    fn survives_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
    }
}
