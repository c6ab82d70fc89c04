//! Rows of a Fregata export that are not as they should be: nobody is lost without being told.

use encoding_rs::{UTF_8, WINDOWS_1252};

use super::{assert_refused, read, sample};
use crate::{Reading, RefusalCode};

fn lines(count: usize) -> Vec<String> {
    let text = String::from_utf8(sample(count).fregata(UTF_8).bytes).unwrap();
    text.lines().map(ToOwned::to_owned).collect()
}

fn told(reading: &Reading) -> Vec<(u64, &'static str)> {
    reading.problems.iter().map(|problem| (problem.line, problem.code.as_str())).collect()
}

/// `line` with `sign` at the beginning, or at the end, of the cell at `column`.
fn with_sign(line: &str, column: usize, sign: &str, at_end: bool) -> String {
    let mut cells: Vec<String> = line.split(';').map(ToOwned::to_owned).collect();
    cells[column] = if at_end { format!("{}{sign}", cells[column]) } else { format!("{sign}{}", cells[column]) };
    cells.join(";")
}

#[test]
fn two_stray_quotes_in_any_columns_at_any_distance_lose_nobody() {
    let in_order = |order: &[usize]| -> Vec<String> {
        let ordered = |line: &String| {
            let cells: Vec<&str> = line.split(';').collect();
            order.iter().map(|column| cells[*column]).collect::<Vec<_>>().join(";")
        };
        lines(7).iter().map(ordered).collect()
    };
    let reversed: Vec<usize> = (0..15).rev().collect();
    two_stray_quotes_lose_nobody(&lines(7), &["", ";"], &[1, 4]);
    for clean in [
        in_order(&reversed),
        // The optional columns last, where cells too many are not seen; and the INE in the middle.
        in_order(&[0, 1, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 5, 2, 3]),
        in_order(&[1, 4, 6, 7, 8, 0, 9, 10, 11, 12, 13, 14, 2, 3, 5]),
    ] {
        two_stray_quotes_lose_nobody(&clean, &[""], &[2]);
    }
}

fn two_stray_quotes_lose_nobody(clean: &[String], trailings: &[&str], distances: &[usize]) {
    let ines: Vec<String> = sample(7).pupils.into_iter().map(|pupil| pupil.ine).collect();
    for trailing in trailings {
        for distance in distances.iter().copied() {
            for (first, second) in (0..15).flat_map(|first| (0..15).map(move |second| (first, second))) {
                for at_end in [false, true] {
                    let mut spoilt = clean.to_owned();
                    spoilt[1] = with_sign(&spoilt[1], first, "\"", false);
                    spoilt[1 + distance] = with_sign(&spoilt[1 + distance], second, "\"", at_end);
                    let reading = read(spoilt.join(&format!("{trailing}\n")));
                    let what = format!("columns {first} and {second}, {distance} rows apart, {trailing:?}, {at_end}");
                    if reading.refusal.is_some() {
                        continue;
                    }
                    for ine in &ines {
                        let entry = reading.entries.iter().any(|entry| entry.ine.as_str() == ine);
                        let set_aside = reading
                            .set_aside
                            .iter()
                            .any(|pupil| pupil.identity.ine.is_some_and(|known| known.as_str() == ine));
                        assert!(entry != set_aside, "{ine}: {what}");
                    }
                    let expected = [2, 2 + distance as u64];
                    let lines: Vec<u64> = reading.set_aside.iter().map(|pupil| pupil.line).collect();
                    assert_eq!(lines, expected, "{what}");
                    assert!(reading.problems.iter().all(|problem| problem.code.as_str() == "row_shape"), "{what}");
                }
            }
        }
    }
}

#[test]
fn rows_that_stray_quotes_join_name_each_other() {
    let mut lines = lines(4);
    lines[1] = with_sign(&lines[1], 4, "\"", false);
    lines[3] = with_sign(&lines[3], 4, "\"", true);
    let reading = read(lines.join("\n"));
    assert_eq!(told(&reading), [(2, "row_shape"), (4, "row_shape")]);
    assert_eq!(reading.problems.iter().map(|problem| problem.other_line).collect::<Vec<_>>(), [Some(4), Some(2)]);
    assert_eq!(reading.problems[1].name, "ŒUVRARD Noëmie");
    assert_eq!(reading.entries.len(), 2, "the row between them, and the one behind, are like all others");
}

#[test]
fn rows_of_the_wrong_length_that_stray_quotes_join_are_told() {
    let clean = lines(4);
    let ine = |line: usize| clean[line].split(';').next().unwrap().to_owned();
    let opened = with_sign(&clean[1], 14, "\"", false);
    for short in [
        format!("{}\"", ine(2)),
        format!("{};Noé\"", ine(2)),
        format!("{};Noé;;;BREHIER\"", ine(2)),
        format!("Noé;{}\"", ine(2)),
        format!("{};Noé;;;BREHIER\"", "1234567890A"),
        format!("{}\"", clean[2]),
    ] {
        let reading = read([&clean[0], &opened, &short, &clean[3]].map(String::as_str).join("\n"));
        assert_eq!(told(&reading), [(2, "row_shape"), (3, "row_shape")], "{short}");
        assert_eq!(reading.entries.len(), 1);
    }
    // On one line: the end of a row, another one, and the beginning of a third.
    for between in [" ", "\u{2028}", ""] {
        let joined = [with_sign(&clean[1], 4, "\"", false), with_sign(&clean[2], 4, "\"", true)].join(between);
        let reading = read([&clean[0], &joined, &clean[3]].map(String::as_str).join("\n"));
        assert_eq!(told(&reading), [(2, "row_shape")]);
        assert_eq!(reading.entries.len(), 1);
    }
}

#[test]
fn quotes_that_open_and_close_nothing_are_told_and_dress_is_taken_off() {
    let clean = lines(3);
    let expected = read(clean.join("\n")).entries;
    let with_cell = |column: usize, dress: &dyn Fn(&str) -> String| {
        let mut cells: Vec<String> = clean[1].split(';').map(ToOwned::to_owned).collect();
        if cells[column].is_empty() {
            cells[column] = "Ana".into();
        }
        cells[column] = dress(&cells[column]);
        read([clean[0].clone(), cells.join(";"), clean[2].clone()].join("\n"))
    };
    for column in 0..15 {
        let plain = with_cell(column, &|cell| cell.to_owned()).entries;
        let dresses: [&dyn Fn(&str) -> String; 5] = [
            &|cell| format!("=\"{cell}\""),
            &|cell| format!("\"=\"\"{cell}\"\"\""),
            &|cell| format!(" \"{cell}\""),
            &|cell| format!("\"{cell}\" "),
            &|cell| format!("\"{cell}\""),
        ];
        for (number, dress) in dresses.into_iter().enumerate() {
            assert_eq!(with_cell(column, dress).entries, plain, "{column} {number}");
        }
        let spoils: [&dyn Fn(&str) -> String; 5] = [
            &|cell| format!("{cell}\""),
            &|cell| format!(" \"{cell}"),
            &|cell| format!("\"{}\"{}\"", &cell[..1], &cell[1..]),
            &|cell| format!("\"{cell}\"X\""),
            &|cell| format!("{}\"{}", &cell[..1], &cell[1..]),
        ];
        for (number, spoil) in spoils.into_iter().enumerate() {
            let reading = with_cell(column, spoil);
            let what = format!("{column} {number}: {:?}", told(&reading));
            if reading.refusal.is_some() {
                // A cell of one letter: what looks like its end is half of a quote, and the cell stays open.
                assert_eq!((column, number), (6, 2));
                continue;
            }
            assert!(told(&reading).contains(&(2, "row_shape")), "{what}");
            assert_eq!(reading.entries, expected[1..2], "{what}");
        }
    }
}

#[test]
fn a_quoted_cell_may_hold_separators_and_line_ends() {
    let clean = read(lines(3).join("\n"));
    for (cell, town) in [
        ("\"SAINT-PIERRE ;\nLA RÉUNION\"", "SAINT-PIERRE ; LA RÉUNION"),
        ("\"LE \"\"GRAND\"\" BOURG\"", "LE \"GRAND\" BOURG"),
        ("\"A;\r\nB;\r\nC\"", "A; B; C"),
        ("\"A;\r\n;;;;;;;;;B\"", "A; ;;;;;;;;;B"),
        ("\";;;;;;;;;;;;X\"", ";;;;;;;;;;;;X"),
    ] {
        let mut lines = lines(3);
        let cells: Vec<&str> = lines[1].split(';').collect();
        lines[1] = [&cells[..9], &[cell], &cells[10..]].concat().join(";");
        let reading = read(lines.join("\r\n"));
        assert_eq!(reading.refusal, None, "{cell}");
        assert_eq!(reading.entries[0].birth_town.as_deref(), Some(town));
        assert_eq!(reading.entries[1..], clean.entries[1..]);
    }
}

#[test]
fn every_way_to_cut_a_row_is_told() {
    let clean = lines(3);
    for cut in clean[2].match_indices(';').map(|(at, _)| at).chain([clean[2].len() - 3, 0]) {
        for end in ["\n", "\r\n", "\r"] {
            let broken = [&clean[2][..cut], end, &clean[2][cut..]].concat();
            let mut lines = clean.clone();
            lines[2] = broken;
            let reading = read(lines.join(end));
            let whole = cut == 0;
            assert_eq!(reading.entries.len(), if whole { 3 } else { 2 }, "{cut}");
            assert_eq!(reading.problems.is_empty(), whole, "{cut}");
            assert!(reading.left_out.is_empty());
        }
        let mut lines = clean.clone();
        lines[2].truncate(cut);
        let reading = read(lines.join("\n"));
        assert_eq!(reading.left_out, []);
        let last_cell = cut == clean[2].len() - 3;
        assert!(cut == 0 || last_cell || told(&reading) == [(3, "row_shape")], "{cut}: {:?}", told(&reading));
    }
}

#[test]
fn a_row_that_is_shifted_or_overfull_is_told() {
    let clean = lines(3);
    for column in 0..15 {
        // A cell too many in the middle, and one too few.
        for row in [with_sign(&clean[2], column, "X;", false), {
            let cells: Vec<&str> = clean[2].split(';').collect();
            [&cells[..column], &cells[column + 1..]].concat().join(";")
        }] {
            let mut lines = clean.clone();
            lines[2] = row;
            let reading = read(lines.join("\n"));
            assert_eq!(told(&reading), [(3, "row_shape")], "{column}");
            let known = reading.set_aside[0].identity.ine.map(|ine| ine.to_string());
            assert_eq!(known.is_some(), lines[2].contains(&sample(3).pupils[1].ine), "{column}");
        }
    }
    let overfull = [clean[0].clone(), format!("{};;", clean[1]), format!("{};\u{A0};", clean[2])].join("\n");
    assert_eq!(read(overfull).entries.len(), 2, "blank cells beyond the header are harmless");
}

#[test]
fn headers_in_any_dress() {
    let clean = lines(2);
    let expected = read(clean.join("\n")).entries;
    let dress = |from: &str, to: &str| clean[0].replace(from, to);
    for header in [
        clean[0].to_uppercase(),
        clean[0].replace('*', ""),
        clean[0].replace(' ', "\u{A0}"),
        clean[0].replace(' ', "  "),
        clean[0].replace('é', "e\u{301}").replace('è', "e\u{300}"),
        dress("Nom d’usage", "Nom d´usage"),
        dress("Nom d’usage", "nom d`usage "),
        dress("Statut*", "\u{200B}Statut **"),
        dress("Identifiant", "\u{FEFF}Identifiant"),
        format!("sep=;\r\n{}", clean[0]),
        format!("\"sep=;\"\n\n{}", clean[0]),
        format!("sep=;{}\r\n{}", ";".repeat(14), clean[0]),
        format!("\"sep=;\"{}\r\n{}", ";".repeat(14), clean[0]),
        format!("\"sep=\";\r\n{}", clean[0]),
        format!("sep = ;\r\n{}", clean[0]),
        format!("  SEP=;     \r\n{}", clean[0]),
        format!("sep=;\u{A0}\r\n{}", clean[0]),
        format!("sep=;\u{FEFF}\r\n{}", clean[0]),
        format!("sep=;\r\n\u{FEFF}{}", clean[0]),
        format!("sep=;\r\nsep=;\r\n{}", clean[0]),
        dress("Identifiant unique*", "\"Identifiant\nunique*\""),
        dress("Identifiant unique*", "\"Identifiant\r\nunique*\"").replace("Premier prénom*", "\"Premier\nprénom*\""),
        clean[0].replace('’', ""),
        clean[0].replace('’', "ʻ"),
        clean[0].replace('’', "ˈ"),
        clean[0].replace('’', "ꞌ"),
        clean[0].replace('*', "＊"),
        clean[0].replace('*', "∗"),
        format!(";;;\n{}", clean[0]),
    ] {
        let reading = read(format!("{header}\n{}", clean[1..].join("\n")));
        assert_eq!(reading.refusal, None, "{header}");
        assert_eq!(reading.entries, expected, "{header}");
    }
}

#[test]
fn marks_and_fillers_around_a_csv_of_another_encoding() {
    let text = lines(2).join("\r\n");
    let bytes = WINDOWS_1252.encode(&text).0;
    let expected = read(&bytes).entries;
    assert_eq!(expected.len(), 2);
    for (before, after) in [
        (b"\xEF\xBB\xBF".as_slice(), b"".as_slice()),
        (b"sep=;\r\n\xEF\xBB\xBF", b""),
        (b"\xEF\xBB\xBFsep=;\r\n\xEF\xBB\xBF", b"\r\n"),
        (b"", b"\x1A"),
        (b"", b"\r\n\x1A"),
        (b"", b"\r\n\x1A\r\n"),
        (b"", b"\0\0\0\0"),
        (b"", b"\r\n\0\0\0\0"),
    ] {
        let reading = read([before, &bytes, after].concat());
        assert_eq!((reading.refusal.as_ref(), told(&reading)), (None, vec![]), "{before:?} {after:?}");
        assert_eq!(reading.entries, expected);
    }
}

#[test]
fn lines_above_the_header_count() {
    let mut lines = lines(2);
    lines[2] = lines[2].replacen("LEFÈVRE", "", 1);
    for (above, line) in [("", 3), ("sep=;\n", 4), ("\u{FEFF}sep=;\r\n\r\n", 5), ("\r", 4)] {
        let reading = read(format!("{above}{}", lines.join("\n")));
        assert_eq!(told(&reading), [(line, "last_name_missing")], "{above:?}");
    }
}

#[test]
fn two_exports_pasted_together() {
    let mut twice = lines(2);
    twice.extend(lines(4).into_iter().enumerate().filter(|(index, _)| *index == 0 || *index > 2).map(|(_, line)| line));
    let reading = read(twice.join("\n"));
    assert_eq!(told(&reading), [(4, "row_shape")]);
    assert_eq!(reading.entries.len(), 4);
    let mut reversed = lines(2);
    reversed.push(reversed[0].split(';').rev().collect::<Vec<_>>().join(";"));
    assert_refused(reversed.join("\n"), RefusalCode::WrongColumns);
}

#[test]
fn a_commune_abroad_is_free() {
    let mut sample = sample(13);
    let abroad = &mut sample.pupils[12];
    assert_ne!(abroad.birth_country, "100");
    for (commune, town, expected) in [
        ("LISBOA", "", "LISBOA"),
        ("99139", "LISBOA", "LISBOA"),
        ("-", "LISBOA", "LISBOA"),
        ("1200-109", "LISBOA", "LISBOA"),
    ] {
        let mut sample = super::sample(13);
        sample.pupils[12].birth_commune = commune.into();
        sample.pupils[12].birth_town = town.into();
        let reading = read(sample.fregata(WINDOWS_1252).bytes);
        assert_eq!(told(&reading), [], "{commune}");
        assert_eq!(reading.entries[12].birth_town.as_deref(), Some(expected));
    }
}
