//! Values of a pupil in other dress: read as meant, or told.

use encoding_rs::UTF_8;

use super::{read, sample, told};

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
