//! SIECLE documents that are not as they should be, or look as if they were not.

use encoding_rs::{ISO_8859_15, UTF_8};
use rentree_samples::{Fault, siecle_zip};

use super::{assert_refused, read, sample, text, told};
use crate::RefusalCode;

#[test]
fn nothing_stands_behind_the_document() {
    let text = text(2);
    for harmless in
        ["\n\n", "<!-- fin -->\n", "\u{FEFF}", "\r\n \u{FEFF}<!-- --> ", "<?fin x?>", "\u{A0}", "\0\0\0", "\r\n\u{1A}"]
    {
        assert_eq!(read(format!("{text}{harmless}")).entries.len(), 2, "{harmless:?}");
    }
    let rootless = text.split_once('\n').unwrap().1;
    for more in
        [&text, rootless, "<BEE_ELEVES/>", "<A></A>", "texte", "&amp;", "<![CDATA[x]]>", "</BEE_ELEVES>", "<!--", "<"]
    {
        for between in ["", "\n", "\u{FEFF}"] {
            let whole = format!("{text}{between}{more}");
            let detail = assert_refused(&whole, RefusalCode::NotXml);
            assert!(detail.starts_with("Ligne "), "{detail}");
            assert_refused(siecle_zip(whole.as_bytes()), RefusalCode::NotXml);
        }
    }
    let inside = text.replace("</DONNEES>", &format!("</DONNEES>{rootless}"));
    assert_refused(inside, RefusalCode::NotXml);
}

#[test]
fn tags_that_do_not_fit_are_seen_although_they_are_passed_over() {
    let text = text(3);
    for (from, to) in [
        ("</SCOLARITE_AN_DERNIER>", ""),
        ("<SCOLARITE_AN_DERNIER>", ""),
        ("</OPTIONS>", ""),
        ("<SIGLE>", ""),
        ("</SIGLE>", ""),
        ("</OPTION>", "</OPTION></OPTION>"),
        ("<OPTIONS>", "<OPTIONS><!-- "),
        ("<OPTIONS>", "<OPTIONS><A B='"),
        ("<OPTIONS>", "<OPTIONS><!DOCTYPE x>"),
    ] {
        assert_refused(text.replacen(from, to, 1), RefusalCode::NotXml);
    }
    let hidden = "<OPTIONS><!-- </OPTIONS></DONNEES> --><![CDATA[</OPTIONS>]]><A B='>' C=\"/>\"/><?x </OPTIONS>?>";
    assert_eq!(read(text.replacen("<OPTIONS>", hidden, 1)).entries.len(), 3);
}

/// What stands in the wrong place would be passed over, and its pupils deactivated.
#[test]
fn what_leads_to_pupils_stands_in_its_place_or_the_file_is_refused() {
    let text = text(2);
    let more =
        |count: usize| String::from_utf8(super::Sample::new(super::uai(), count, 2).siecle(UTF_8).bytes).unwrap();
    let other = more(3);
    let between = |from: &str, to: &str| {
        let begin = other.find(from).unwrap();
        other[begin..begin + other[begin..].find(to).unwrap() + to.len()].to_owned()
    };
    let pieces = [
        between("<BEE_ELEVES", "</BEE_ELEVES>"),
        between("<DONNEES>", "</DONNEES>"),
        between("<ELEVES>", "</ELEVES>"),
        between("<ELEVE ", "</ELEVE>"),
        between("<ELEVE ", "</ELEVE>").replace("ELEVE ", "eleve ").replace("/ELEVE>", "/eleve>"),
        between("<ELEVE ", "</ELEVE>").replace("<ELEVE ", "<b:ELEVE ").replace("/ELEVE>", "/b:ELEVE>"),
        between("<STRUCTURES>", "</STRUCTURES>"),
        between("<STRUCTURES_ELEVE ", "</STRUCTURES_ELEVE>"),
        between("<STRUCTURE>", "</STRUCTURE>"),
        "<ELEVE/>".to_owned(),
    ];
    // Where a piece is at home.
    let home = [
        "",
        "</BEE_ELEVES>",
        "</DONNEES>",
        "</ELEVES>",
        "",
        "",
        "</DONNEES>",
        "</STRUCTURES>",
        "</STRUCTURES_ELEVE>",
        "</ELEVES>",
    ];
    let places = [
        "</BEE_ELEVES>",
        "</DONNEES>",
        "</ELEVES>",
        "</ELEVE>",
        "</STRUCTURES>",
        "</STRUCTURES_ELEVE>",
        "</STRUCTURE>",
        "</PARAMETRES>",
        "</PRENOM>",
        "</ID_NATIONAL>",
        "</UAJ>",
        "</CODE_STRUCTURE>",
        "</OPTIONS>",
        "</OPTIONS_ELEVE>",
        "</SCOLARITE_AN_DERNIER>",
    ];
    for (piece, home) in pieces.iter().zip(home) {
        let is_class = piece.starts_with("<STRUCTURE>");
        for place in places.into_iter().filter(|place| *place != home) {
            // What is passed over may hold a class of its own, such as last year's.
            if is_class && places[8..].contains(&place) {
                continue;
            }
            for wrapped in
                [piece.clone(), format!("<AUTRE><X>{piece}</X></AUTRE>"), format!("<AUTRE>\n {piece}</AUTRE>")]
            {
                if is_class && wrapped.starts_with("<AUTRE>") {
                    continue;
                }
                let reading = read(text.replacen(place, &format!("{wrapped}{place}"), 1));
                let code = reading.refusal.map(|refusal| refusal.code);
                assert_eq!(code, Some(RefusalCode::NotXml), "{wrapped:.30} before {place}");
            }
        }
    }
    // Words that only begin like them.
    let harmless =
        "<AUTRE><ELEVES_AN_DERNIER/><ELEVE_ID>1</ELEVE_ID><DONNEES.X/><STRUCTURE_B/></AUTRE><!-- <ELEVE> --><ELEVE_X/>";
    assert_eq!(read(text.replace("</DONNEES>", &format!("{harmless}</DONNEES>"))).entries.len(), 2);
}

#[test]
fn two_pupils_in_one_element_are_told() {
    let text = text(3);
    let end = text.find("</ELEVE>").unwrap();
    let next = end + text[end..].find("<ELEVE ").unwrap();
    let next = next + text[next..].find('>').unwrap() + 1;
    let merged = [&text[..end], &text[next..]].concat();
    let reading = read(&merged);
    assert_eq!((reading.entries.len(), reading.set_aside.len()), (1, 1));
    assert!(told(&reading).iter().any(|(_, code)| *code == "field_repeated"), "{:?}", told(&reading));
    assert_eq!(reading.set_aside[0].name, "D'HÉROUVILLE Lœtitia");
    // The first of them left: the second one is there all the same.
    let left = merged.replacen("<DATE_SORTIE/>", "<DATE_SORTIE>01/07/2026</DATE_SORTIE>", 1);
    assert_eq!((read(&left).set_aside.len(), read(&left).left_out.len()), (1, 0));
    let elements = [
        "ID_NATIONAL",
        "NOM_DE_FAMILLE",
        "NOM_USAGE",
        "PRENOM",
        "PRENOM2",
        "DATE_NAISS",
        "CODE_PAYS",
        "DATE_SORTIE",
        "CODE_MEF",
        "CODE_SEXE",
    ];
    for element in elements {
        let twice = |one: &str, other: &str| {
            let elements = format!("<{element}>{one}</{element}><{element}>{other}</{element}>");
            let begin = text.find(&format!("<{element}")).unwrap();
            let lines_end = begin + text[begin..].find('\n').unwrap();
            read([&text[..begin], &elements, &text[lines_end..]].concat())
        };
        let found = twice("06/01/2013", "07/01/2013");
        let repeated: Vec<_> = found.problems.iter().filter(|p| p.code.as_str() == "field_repeated").collect();
        assert_eq!(repeated.len(), 1, "{element}");
        assert_eq!(repeated[0].field, element);
        for (one, other) in [("06/01/2013", ""), (" ", "06/01/2013"), ("06/01/2013", " 06/01/2013\n")] {
            assert!(twice(one, other).problems.iter().all(|p| p.code.as_str() != "field_repeated"), "{element}");
        }
    }
}

#[test]
fn a_number_of_the_school_on_two_children_is_told_at_both() {
    let text = text(3);
    let ids: Vec<String> = sample(3).pupils.into_iter().map(|pupil| pupil.eleve_id).collect();
    let attribute = |index: usize| format!(" ELEVE_ID=\"{}\"", ids[index]);
    let shared = text.replacen(" ELENOET=\"2\"", " ELENOET=\"1\"", 1);
    let classes_by_number = shared.replacen(&format!("<STRUCTURES_ELEVE{}", attribute(0)), "<STRUCTURES_ELEVE", 1);
    let second_without_id = shared.replacen(&format!("<ELEVE{}", attribute(1)), "<ELEVE", 1);
    for text in [shared, classes_by_number, second_without_id] {
        let reading = read(text);
        let codes: Vec<_> = reading.problems.iter().map(|p| (p.code.as_str(), p.field)).collect();
        assert_eq!(codes, [("siecle_id_duplicate", "ELENOET"); 2]);
        assert_eq!((reading.entries.len(), reading.left_out.len()), (1, 0));
    }
}

#[test]
fn lines_are_counted_as_editors_count_them() {
    let mut sample = sample(30);
    sample.spoil(20, Fault::SexMissing);
    let rendered = sample.siecle(ISO_8859_15);
    let text = String::from_utf8_lossy(&rendered.bytes).into_owned();
    for end in ["\n", "\r\n", "\r"] {
        let text = text.replace('\n', end).replace('\u{FFFD}', "e").replace("ISO-8859-15", "UTF-8");
        assert_eq!(told(&read(&text)), [(rendered.lines[20], "sex_missing")], "{end:?}");
        let text = text.replace("<OPTIONS>", &format!("<OPTIONS>{end}")).replace("<?xml", &format!("{end}<?xml"));
        assert_eq!(told(&read(&text)), [(rendered.lines[20] + 1, "sex_missing")], "{end:?}");
    }
}

#[test]
fn classes_are_gathered_and_joined() {
    let text = text(2);
    let ids: Vec<String> = sample(2).pupils.into_iter().map(|pupil| pupil.eleve_id).collect();
    let class = read(&text).entries[0].division.clone();
    let block = |attributes: &str, code: &str, kind: &str| {
        format!(
            "<STRUCTURES><STRUCTURES_ELEVE {attributes}><STRUCTURE><TYPE_STRUCTURE>{kind}</TYPE_STRUCTURE>\
             <CODE_STRUCTURE>{code}</CODE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE>"
        )
    };
    let own = format!("ELEVE_ID=\"{}\"", ids[0]);
    for (attributes, code, kind) in [
        (own.as_str(), "LATIN", "G"),
        (&own, "Inactifs", "D"),
        (&own, " ", "D"),
        ("ELEVE_ID='999'", "3E1", "D"),
        ("ELENOET='999'", "3E1", "D"),
        ("", "3E1", "D"),
    ] {
        // Before the pupil's own block, and behind it.
        let before = text.replace("<STRUCTURES>", &block(attributes, code, kind));
        let behind = text.replace("</STRUCTURES>", &format!("{}</STRUCTURES>", &block(attributes, code, kind)[12..]));
        for text in [before, behind] {
            assert_eq!(read(&text).entries[0].division, class, "{attributes} {code} {kind}");
        }
    }
    // Without ELEVE_ID, on either side or on both.
    let attribute = format!(" ELEVE_ID=\"{}\"", ids[0]);
    let on_pupil = text.replacen(&format!("<ELEVE{attribute}"), "<ELEVE", 1);
    let on_class = text.replacen(&format!("<STRUCTURES_ELEVE{attribute}"), "<STRUCTURES_ELEVE", 1);
    let on_both = on_pupil.replacen(&format!("<STRUCTURES_ELEVE{attribute}"), "<STRUCTURES_ELEVE", 1);
    for text in [on_pupil, on_class, on_both] {
        let reading = read(&text);
        assert_eq!((reading.entries.len(), reading.left_out.len()), (2, 0));
        assert_eq!(reading.entries[0].division, class);
    }
    // A number that two pupils share joins nobody.
    let nobody = text.replace(" ELENOET=\"2\"", " ELENOET=\"1\"").replace(&format!(" ELEVE_ID=\"{}\"", ids[0]), "");
    let nobody = nobody.replace(&format!(" ELEVE_ID=\"{}\"", ids[1]), "");
    assert_eq!(read(nobody).problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["siecle_id_duplicate"; 2]);
}

#[test]
fn what_nobody_sees_may_stand_before_a_document() {
    let utf_8 = text(2);
    let latin = sample(2).siecle(ISO_8859_15).bytes;
    let expected = read(&utf_8).entries;
    let blanks = [" ".repeat(900), " ".repeat(1_100), "\n".repeat(5_000), "\t".repeat(60_000)];
    let signs = ["\u{A0}", "\u{200B}", "\u{2028}", "\u{3000}\u{2060}", "\u{FEFF}\u{200E}\u{FEFF}", "\u{2800}"]
        .map(ToOwned::to_owned);
    for before in signs.iter().chain(&blanks) {
        let reading = read([before.as_bytes(), utf_8.as_bytes()].concat());
        assert_eq!((reading.refusal, &reading.entries), (None, &expected), "{before:.9?}");
    }
    for before in
        blanks.iter().map(String::as_bytes).chain([b"\xA0".as_slice(), b"\xA0 \n", "ï»¿".as_bytes(), b"\xEF\xBB\xBF"])
    {
        let reading = read([before, &latin].concat());
        assert_eq!((reading.refusal, &reading.entries), (None, &expected), "{:?}", &before[..before.len().min(9)]);
    }
    let mut spoilt = sample(2);
    spoilt.spoil(1, Fault::SexMissing);
    let rendered = spoilt.siecle(ISO_8859_15);
    let reading = read([&b"\n".repeat(5_000), &rendered.bytes[..]].concat());
    assert_eq!(told(&reading), [(5_000 + rendered.lines[1], "sex_missing")], "lines before it count");
}

#[test]
fn declarations_in_capitals() {
    let bytes = sample(2).siecle(ISO_8859_15).bytes;
    let body = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let expected = read(&bytes).entries;
    for declaration in [
        "<?XML version=\"1.0\" encoding=\"ISO-8859-15\"?>",
        "<?xml version=\"1.0\" ENCODING=\"ISO-8859-15\"?>",
        "<?xml\nversion = '1.0'\nencoding = 'iso-ir-203'\n?>",
        "<?xml encoding='WE8ISO8859P15'?>",
    ] {
        assert_eq!(read([declaration.as_bytes(), &bytes[body..]].concat()).entries, expected, "{declaration}");
    }
}

#[test]
fn byte_order_marks_anywhere() {
    let text = text(2);
    for marks in ["\u{FEFF}", "\u{FEFF}\u{FEFF}", "\n\u{FEFF}", "ï»¿", " \u{FEFF}\n"] {
        assert_eq!(read(format!("{marks}{text}")).entries.len(), 2, "{marks:?}");
        let csv = String::from_utf8(sample(2).fregata(UTF_8).bytes).unwrap();
        assert_eq!(read(format!("{}{csv}", marks.trim())).entries.len(), 2, "{marks:?}");
    }
}

#[test]
fn a_child_twice_and_two_children_of_one_number() {
    let mut sample = sample(6);
    sample.spoil(2, Fault::ChildListedTwice);
    sample.spoil(3, Fault::ChildListedTwice);
    sample.pupils[3].last_name = sample.pupils[3].last_name.to_lowercase();
    let rendered = sample.siecle(UTF_8);
    let reading = read(&rendered.bytes);
    let remarks: Vec<_> = reading.remarks.iter().map(|remark| (remark.line, remark.other_line)).collect();
    let first = Some(rendered.lines[1]);
    assert_eq!(remarks, [(rendered.lines[2], first), (rendered.lines[3], first)]);
    assert_eq!((reading.entries.len(), reading.problems.len()), (6, 0));
    // A pupil with an error is told that first; a remark is about somebody who is imported.
    sample.spoil(2, Fault::SexMissing);
    assert_eq!(read(sample.siecle(UTF_8).bytes).remarks.len(), 1);
}
