//! SIECLE documents that are not as they should be, or look as if they were not.

use encoding_rs::{ISO_8859_15, UTF_8};
use rentree_samples::{Fault, siecle_zip, zip};

use super::{assert_refused, read, sample};
use crate::{Reading, RefusalCode};

fn text(count: usize) -> String {
    String::from_utf8(sample(count).siecle(UTF_8).bytes).unwrap()
}

fn told(reading: &Reading) -> Vec<(u64, &'static str)> {
    reading.problems.iter().map(|problem| (problem.line, problem.code.as_str())).collect()
}

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
fn a_mef_in_groups_is_read_and_one_with_other_signs_is_told() {
    for (mef, expected) in [
        ("101 1000 1110", Some("10110001110")),
        ("101\u{A0}1000\u{202F}1110", Some("10110001110")),
        ("101.1000.1110", None),
    ] {
        let mut sample = sample(2);
        sample.pupils[0].mef = mef.into();
        for bytes in [sample.siecle(UTF_8).bytes, sample.fregata(UTF_8).bytes] {
            let reading = read(bytes);
            assert_eq!(reading.entries[0].mef.as_deref(), expected, "{mef}");
            assert_eq!(reading.remarks.len(), usize::from(expected.is_none()), "{mef}");
        }
    }
}

#[test]
fn exit_dates_in_any_dress() {
    for (exit, outcome) in [
        ("2/7/2026", "left_school"),
        ("02/07/2026", "left_school"),
        ("2026-07-02", "left_school"),
        ("2026-07-02T00:00:00", "left_school"),
        ("02-07-2026", "left_school"),
        ("02.07.26", "left_school"),
        ("2/7/2027", "entry"),
        ("2027-07-02", "entry"),
        ("  ", "entry"),
        ("fin juin", "exit_date_invalid"),
        ("31/06/2026", "exit_date_invalid"),
        ("46205", "exit_date_invalid"),
        ("00/00/0000", "exit_date_invalid"),
        ("02/07/0026", "exit_date_invalid"),
        ("02/07/1926", "exit_date_invalid"),
        ("02/07/2926", "exit_date_invalid"),
        ("01/09/1999", "left_school"),
        ("02/07/2046", "entry"),
    ] {
        let mut sample = sample(2);
        sample.pupils[0].exit_date = exit.into();
        let reading = read(sample.siecle(UTF_8).bytes);
        let found = match (reading.problems.first(), reading.left_out.first()) {
            (Some(problem), _) => problem.code.as_str(),
            (None, Some(left_out)) => left_out.code.as_str(),
            (None, None) => "entry",
        };
        assert_eq!(found, outcome, "{exit}");
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
fn the_ine_stands_in_one_of_four_elements() {
    let mut sample = sample(1);
    let ine = std::mem::take(&mut sample.pupils[0].ine);
    let text = String::from_utf8(sample.siecle(UTF_8).bytes).unwrap();
    let (bea, rnie) = ("<INE_BEA>1234567890V</INE_BEA>", format!("<INE_RNIE>{ine}</INE_RNIE>"));
    for (elements, expected) in [
        (format!("{bea}{rnie}"), ine.as_str()),
        (format!("{rnie}{bea}"), &ine),
        (format!("<INE_RNIE> </INE_RNIE>{bea}"), "1234567890V"),
        (format!("<INE>{ine}</INE>"), &ine),
        (format!("{bea}<ID_NATIONAL>{ine}</ID_NATIONAL>"), &ine),
    ] {
        let reading = read(text.replace("<ID_NATIONAL/>", &elements));
        assert_eq!(reading.entries[0].ine.as_str(), expected, "{elements}");
    }
    let wrong = read(text.replace("<ID_NATIONAL/>", "<INE_RNIE>123</INE_RNIE>"));
    assert_eq!(wrong.problems[0].field, "INE_RNIE");
}

#[test]
fn optional_names_of_signs_alone_are_blank() {
    for filler in ["-", ".", "/", "--", "***", "...", "?", "_", "( )", "0", "00"] {
        let mut sample = sample(2);
        let pupil = &mut sample.pupils[0];
        for name in [&mut pupil.usage_name, &mut pupil.second_name, &mut pupil.third_name] {
            *name = filler.into();
        }
        for bytes in [sample.siecle(UTF_8).bytes, sample.fregata(UTF_8).bytes] {
            let reading = read(bytes);
            assert_eq!(told(&reading), [], "{filler}");
            assert_eq!((&reading.entries[0].usage_name, &reading.entries[0].second_name), (&None, &None));
        }
        sample.pupils[0].first_name = filler.into();
        assert_eq!(read(sample.siecle(UTF_8).bytes).problems.len(), 1, "{filler}: a first name is no option");
    }
}

#[test]
fn signs_that_nobody_sees_change_nothing() {
    let expected = read(sample(3).siecle(UTF_8).bytes).entries;
    for sign in ["\u{200B}", "\u{AD}", "\u{200E}", "\u{202E}", "\u{FEFF}", "\u{2060}", "\u{FE0F}"] {
        let mut sample = sample(3);
        for pupil in &mut sample.pupils {
            for value in
                [&mut pupil.ine, &mut pupil.last_name, &mut pupil.birth_date, &mut pupil.division, &mut pupil.mef]
            {
                let middle = value.char_indices().nth(value.chars().count() / 2).map_or(0, |(at, _)| at);
                value.insert_str(middle, sign);
                value.push_str(sign);
                value.insert_str(0, sign);
            }
        }
        assert_eq!(read(sample.siecle(UTF_8).bytes).entries, expected, "{sign:?}");
        assert_eq!(read(sample.fregata(UTF_8).bytes).problems, [], "{sign:?}");
    }
    for space in ["\u{A0}", "\u{202F}", "\u{3000}", "\t", "  ", "\u{2028}"] {
        let mut sample = sample(3);
        sample.pupils[0].last_name = format!("{space}LE{space}GOFF{space}");
        assert_eq!(read(sample.siecle(UTF_8).bytes).entries[0].last_name, "LE GOFF", "{space:?}");
        assert_eq!(read(sample.fregata(UTF_8).bytes).entries[0].last_name, "LE GOFF", "{space:?}");
    }
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

/// A zip of the file of a school with so many pupils.
fn school_zip(name: &str, count: usize) -> Vec<u8> {
    zip([(name, text(count).as_bytes())])
}

#[test]
fn a_zip_is_one_zip_from_its_first_byte() {
    let (one, other) = (school_zip("a.xml", 2), school_zip("b.xml", 5));
    for both in [
        [one.as_slice(), &other].concat(),
        [other.as_slice(), &one].concat(),
        [&other[..other.len() - 30], &one].concat(),
        [one.as_slice(), &other[..other.len() / 2]].concat(),
        [b"PKjunk".as_slice(), &one].concat(),
        [b"\n".as_slice(), &one].concat(),
        [b"\xEF\xBB\xBF".as_slice(), &one].concat(),
    ] {
        assert_refused(both, RefusalCode::ZipDamaged);
    }
    // The same, with the places in the last directory put right, as repairing software does.
    let mut repaired = [other.as_slice(), &one].concat();
    let shift = u32::try_from(other.len()).unwrap();
    let last = |mark: &[u8], bytes: &[u8]| bytes.windows(4).rposition(|window| window == mark).unwrap();
    let (directory, end) = (last(b"PK\x01\x02", &repaired), last(b"PK\x05\x06", &repaired));
    for at in [directory + 42, end + 16] {
        let place = u32::from_le_bytes(repaired[at..at + 4].try_into().unwrap()) + shift;
        repaired[at..at + 4].copy_from_slice(&place.to_le_bytes());
    }
    assert_refused(repaired, RefusalCode::ZipDamaged);
}

#[test]
fn what_a_zip_may_have_around_it() {
    let whole = school_zip("a.xml", 2);
    let with_comment = |comment: &[u8]| {
        let length = u16::try_from(comment.len()).unwrap().to_le_bytes();
        [&whole[..whole.len() - 2], &length, comment].concat()
    };
    for good in [
        with_comment(b"bonjour"),
        with_comment(b"xPK\x05\x06y"),
        with_comment(b"PK\x05\x06 a comment that is longer than the record at the end of a zip"),
        with_comment(&[b'x'; 3_000]),
        [&whole[..], b"\r\n"].concat(),
        [&whole[..], &[0; 512]].concat(),
        [b"PK00", &whole[..]].concat(),
    ] {
        let reading = read(&good);
        assert_eq!((reading.refusal, reading.entries.len()), (None, 2), "{}", good.len());
    }
}

#[test]
fn two_files_of_one_name_in_a_zip() {
    // The writer refuses two of a name: hence the change behind its back, in both places.
    let mut bytes = zip([("a.xml", text(2).as_bytes()), ("b.xml", text(5).as_bytes())]);
    for at in 0..bytes.len() - 5 {
        if &bytes[at..at + 5] == b"b.xml" {
            bytes[at] = b'a';
        }
    }
    let detail = assert_refused(bytes, RefusalCode::ZipSeveralXml);
    assert!(detail.contains("même nom"), "{detail}");
}

#[test]
fn a_zip_compressed_in_another_way() {
    for method in [12_u8, 14, 93, 9] {
        let mut bytes = school_zip("a.xml", 2);
        let directory = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        (bytes[8], bytes[directory + 10]) = (method, method);
        let detail = assert_refused(bytes, RefusalCode::ZipDamaged);
        assert!(detail.contains("compressé d’une façon"), "{method}: {detail}");
    }
}

#[test]
fn hidden_folders_in_a_zip() {
    let xml = text(2);
    let file = ("a.xml", xml.as_bytes());
    for hidden in [
        ".Trashes/copie.xml",
        ".svn/a/copie.xml",
        "a/.svn/copie.xml",
        "a/__MACOSX/copie.xml",
        "__MACOSX/._a.xml",
        "a\\.git\\copie.xml",
    ] {
        assert_eq!(read(zip([file, (hidden, b"<x/>")])).entries.len(), 2, "{hidden}");
    }
    assert_eq!(read(school_zip("./a.xml", 2)).entries.len(), 2);
    assert_refused(zip([file, ("a/copie.xml", b"<x/>")]), RefusalCode::ZipSeveralXml);
}

#[test]
fn zips_that_are_something_else() {
    for (names, word) in [
        (["[Content_Types].xml", "xl/workbook.xml"], "classeur"),
        (["[Content_Types].xml", "word/document.xml"], "traitement de texte"),
        (["mimetype", "content.xml"], "classeur"),
        (["XL/workbook.xml", "[content_types].xml"], "classeur"),
        (["xl\\workbook.xml", "_rels\\.rels"], "classeur"),
        (["/xl/workbook.bin", "docProps/app.xml"], "classeur"),
        (["content.xml", "META-INF/manifest.xml"], "classeur"),
        (["Index/Document.iwa", "Index/Tables/DataList.iwa"], "classeur"),
        (["Index/Document.iwa", "preview.jpg"], "Pages"),
    ] {
        let detail = assert_refused(zip(names.map(|name| (name, b"".as_slice()))), RefusalCode::NotXml);
        assert!(detail.contains(word), "{detail}");
    }
    for (kind, word) in [("text", "traitement de texte"), ("presentation", "présentation"), ("spreadsheet", "classeur")]
    {
        let kind = format!("application/vnd.oasis.opendocument.{kind}");
        let detail = assert_refused(zip([("mimetype", kind.as_bytes()), ("content.xml", b"")]), RefusalCode::NotXml);
        assert!(detail.contains(word) && (word == "classeur") == detail.contains("classeur"), "{detail}");
    }
    // Under the name of an XML, within a zip.
    let csv = sample(2).fregata(UTF_8).bytes;
    let workbook = zip([("[Content_Types].xml", b"".as_slice()), ("xl/workbook.xml", b"")]);
    for (bytes, code, word) in [
        (workbook.as_slice(), RefusalCode::NotXml, "classeur"),
        (&zip([("a.xml", text(1).as_bytes())]), RefusalCode::NotXml, "archive zip"),
        (b"\xEF\xBB\xBF%PDF-1.4", RefusalCode::NotXml, "PDF"),
        (b" \n%PDF-1.4", RefusalCode::NotXml, "PDF"),
        (&csv, RefusalCode::NotXml, ".csv lui-même"),
        (b"", RefusalCode::Empty, "vide"),
        (b" \r\n", RefusalCode::Empty, "vide"),
        (b"bonjour", RefusalCode::NotXml, "ni un export"),
    ] {
        let detail = assert_refused(zip([("a.xml", bytes)]), code);
        assert!(detail.contains(word), "{detail}");
    }
    let detail = assert_refused(zip([("eleves.csv", b"".as_slice())]), RefusalCode::ZipNoXml);
    assert!(detail.contains("Fregata"), "{detail}");
    assert_refused(zip([("a.xml", b"%PDF-1.7".as_slice())]), RefusalCode::NotXml);
}

#[test]
fn files_of_other_kinds_are_named() {
    let mut tar = vec![0; 600];
    tar[0] = b'a';
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, word) in [
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), ".xls"),
        (b"\x09\x08\x10\x00\x00\x05".to_vec(), ".xls"),
        (b"\x09\x08\x08\x00\x00\x05".to_vec(), ".xls"),
        (b"\x09\x00\x04\x00\x00\x05".to_vec(), ".xls"),
        (b"<meta charset='utf-8'><title>x</title>".to_vec(), "page web"),
        (b"<title>Connexion</title><p>x".to_vec(), "page web"),
        (b"<script>location='/login'</script>".to_vec(), "page web"),
        (b"<STYLE>td{}</STYLE>".to_vec(), "page web"),
        (b"<div>Erreur</div>".to_vec(), "page web"),
        (b"<p>Session expir\xE9e</p>".to_vec(), "page web"),
        (b"<center><h1>502</h1></center>".to_vec(), "page web"),
        (b"<!DOCTYPE\n  html>".to_vec(), "page web"),
        (b"%PDF-1.4\n".to_vec(), "PDF"),
        (b"7z\xBC\xAF\x27\x1C\0\x04".to_vec(), "7-Zip"),
        (b"\x1F\x8B\x08\0".to_vec(), "gzip"),
        (b"Rar!\x1A\x07\x01\0".to_vec(), "RAR"),
        (tar, "tar"),
        (b"<html><body>Erreur</body></html>".to_vec(), "page web"),
        (b"\xEF\xBB\xBF\n<!-- x -->\n<!DOCTYPE HTML PUBLIC>".to_vec(), "page web"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html/>".to_vec(), "page web"),
        (b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>".to_vec(), "classeur"),
    ] {
        let detail = assert_refused(bytes, RefusalCode::NotXml);
        assert!(detail.contains(word) && detail.contains("Merci d’importer"), "{detail}");
    }
}
