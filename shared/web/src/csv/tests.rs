use proptest::prelude::*;

use super::*;

/// A file as a spreadsheet takes it apart: the cells of CSV.
fn cells(sheet: &[u8]) -> Vec<Vec<String>> {
    let text = str::from_utf8(sheet).unwrap().strip_prefix('\u{FEFF}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

/// The one text that a formula of a list may give: `="…"`, in which quotes are written twice.
fn given_by(formula: &str) -> Option<String> {
    let literal = formula.strip_prefix("=\"")?.strip_suffix('"')?;
    let quotes = literal.replace("\"\"", "");
    (!quotes.contains('"')).then(|| literal.replace("\"\"", "\""))
}

/// What a person reads in a cell, who knows of the apostrophe.
fn read(cell: &str) -> String {
    let shown = given_by(cell).unwrap_or_else(|| cell.to_owned());
    match shown.strip_prefix('\'') {
        Some(text) if danger::would_run(text) => text.to_owned(),
        _ => shown,
    }
}

/// Whether a spreadsheet would run a cell, or hand it to what runs.
fn runs(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && given_by(cell).is_none()
}

#[test]
fn a_sheet_as_spreadsheets_want_it() {
    let rows = [
        ["D’Hérouville".to_owned(), "=1+1".to_owned()],
        ["a;b".to_owned(), "dit \"le grand\"".to_owned()],
        ["6E1".to_owned(), "3-1".to_owned()],
    ];
    let sheet = String::from_utf8(sheet(["Nom", "Score"], rows).unwrap()).unwrap();
    let expected = "\u{FEFF}Nom;Score\r\nD’Hérouville;'=1+1\r\n\"a;b\";\"dit \"\"le grand\"\"\"\r\n\"=\"\"6E1\"\"\";\"=\"\"3-1\"\"\"\r\n";
    assert_eq!(sheet, expected);
}

#[test]
fn numbers_days_and_moments_stay_such() {
    let moment: Timestamp = "2026-07-15T06:05:00Z".parse().unwrap();
    let row = [Cell::number(100_u8), Cell::day(jiff::civil::date(2026, 7, 5)), Cell::moment(moment), Cell::default()];
    let sheet = sheet(["a", "b", "c", "d"], [row]).unwrap();
    assert_eq!(cells(&sheet)[1], ["100", "05/07/2026", "15/07/2026 08:05", ""]);
}

#[test]
fn formulas_are_neutralised() {
    for text in [
        "=HYPERLINK(\"x\")",
        "+33",
        "-1",
        "-3-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1+1",
        "\u{A0}-1",
        "＝1",
        "=\"6E1\"",
    ] {
        assert_eq!(Cell::text(text), Cell(format!("'{text}")));
    }
    // Whoever wrote the apostrophe is told apart.
    assert_eq!(Cell::text("'=1"), Cell("''=1".to_owned()));
    for text in ["", "Jean-Marie", "a=b", "'t Hooft", "«TOUR»", "Le 3 = 4"] {
        assert_eq!(Cell::text(text), Cell(text.to_owned()));
    }
}

/// Classes, numbers of pupils and schools, names: most stay as they are in the file, too.
#[test]
fn texts_that_nothing_changes_are_written_as_they_are() {
    let texts = [
        "6A|6EME A|3EME 2|2NDE 1|TLE 3|1ERE STMG|CAP 1|6°1|3_1|6e|5D|4F|6 E|6 B|6ème A|SEGPA 6|ULIS",
        "123456789AB|1234567890V|1234567890E|1234D56789B|1ABCDEFGH04|0350760L|0750654D|maya.durieux1205",
        "Zoé|N'Golo|Mai|Avril|JUIN|Mars|VRAIMENT|Ange-Marie|1 rue X|3+1|12 élèves|3EME;A|Lundi|A|E",
        "1 et 2|6\"1|https://rentree.example/sign-in|A envoyé|Oui",
    ];
    for text in texts.iter().flat_map(|texts| texts.split('|')) {
        assert_eq!(Cell::text(text), Cell(text.to_owned()));
    }
}

#[test]
fn texts_that_a_spreadsheet_would_change_are_given_by_a_formula() {
    let texts = [
        // Numbers.
        "6|06|601|1 000|1\u{202F}000|1,5|1.5|,5|5.|(3)|12-|02 99 00 00 00|１２|35000",
        // With an exponent.
        "6E1|6e1|06E2|6E+1|6E-1|1,5E3|6E01|3D2|12345678E90",
        // Dates.
        "3-1|06-1|6-1-2026|1/2|15/07/2026|2026-09-01|3.1|3.1.26|6 mai|6-mai|06-janv|1er mai|MAI 1|SEPT1",
        "MAR1|1MAI|12 févr. 2026|12 fe\u{301}vrier|Dec 25|lundi 6 mai 2026|Sun 3 May",
        "2026-09-01T08:00:00Z|1–2|3−1",
        // Times.
        "8:30|08:30:15|8h30|6 A|6 P|6 AM|6pm|10:30a",
        // Shares and amounts.
        "50%|50 %|%50|12 €|€12|12€|$12|12 EUR|6 F",
        // Truth values and errors.
        "VRAI|vrai|Faux|TRUE|false| VRAI |#N/A|#REF!|#1",
        // White space does not count.
        " 6E1|6E1 |\u{A0}3-1",
    ];
    for text in texts.iter().flat_map(|texts| texts.split('|')) {
        assert_eq!(Cell::text(text), Cell(format!("=\"{text}\"")));
    }
    assert_eq!(Cell::text("#\"A\""), Cell("=\"#\"\"A\"\"\"".to_owned()));
}

/// Any text, and those that are made of what means something here.
fn text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        "[0-9]{1,4}",
        "[=+@'\";#%/:.,() \t\r\n-]",
        "[A-Za-zé]{1,4}",
        Just("\"\"".to_owned()),
        Just("=\"".to_owned()),
        Just("E".to_owned()),
        Just("mai".to_owned()),
        Just("VRAI".to_owned()),
        Just("\u{A0}".to_owned()),
        Just("'=".to_owned()),
    ];
    prop_oneof![any::<String>(), "\\PC{0,20}", prop::collection::vec(token, 0..6).prop_map(|tokens| tokens.concat())]
}

/// What spreadsheets write for numbers and dates, and so read as such.
fn value() -> impl Strategy<Value = String> {
    let date = (1..=31_u8, 1..=12_u8, 0..=2100_u16);
    let month = prop::sample::select(vec![
        "janvier",
        "janv.",
        "janv",
        "Jan",
        "January",
        "février",
        "févr.",
        "FEV",
        "mars",
        "Mar",
        "avril",
        "avr.",
        "April",
        "mai",
        "May",
        "juin",
        "juil.",
        "juillet",
        "July",
        "août",
        "AOUT",
        "Aug",
        "sept.",
        "Sep",
        "octobre",
        "Oct",
        "nov.",
        "décembre",
        "déc.",
        "Dec",
    ]);
    prop_oneof![
        any::<u64>().prop_map(|number| number.to_string()),
        (any::<u32>(), any::<u16>(), "[.,]").prop_map(|(whole, part, point)| format!("{whole}{point}{part}")),
        (0.0..1e300_f64).prop_map(|number| format!("{number:e}")),
        (0..100_u8, "[eE][+-]?", 0..100_u8).prop_map(|(number, e, power)| format!("{number}{e}{power:02}")),
        (0..1000_u16, "[ \u{A0}\u{202F}]?[%€$£]").prop_map(|(number, sign)| format!("{number}{sign}")),
        (0..24_u8, 0..60_u8, "(:[0-5][0-9])?( [AaPp][Mm]?)?")
            .prop_map(|(hour, minute, rest)| format!("{hour}:{minute:02}{rest}")),
        (date.clone(), "[-/. ]", any::<bool>()).prop_map(|((day, month, year), sign, short)| {
            if short { format!("{day}{sign}{month}") } else { format!("{day:02}{sign}{month:02}{sign}{year}") }
        }),
        (date, month, "[- ]?").prop_map(|((day, _, year), month, sign)| match day % 3 {
            0 => format!("{day}{sign}{month}"),
            1 => format!("{month}{sign}{day}"),
            _ => format!("{day} {month} {year}"),
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn every_text_is_read_as_it_was(texts in prop::collection::vec(text(), 1..4)) {
        let rows: Vec<[Cell; 2]> = texts.iter().map(|text| [Cell::text(text), Cell::text("x")]).collect();
        let sheet = sheet(["a", "b"], rows).unwrap();
        let found: Vec<_> = cells(&sheet)[1..].iter().map(|row| read(&row[0])).collect();
        prop_assert_eq!(found, texts);
    }

    #[test]
    fn no_text_runs(text in text()) {
        let sheet = sheet(["a", "b"], [[text, "x".to_owned()]]).unwrap();
        let cells = cells(&sheet);
        prop_assert!(!cells.iter().flatten().any(|cell| runs(cell)), "{:?}", cells);
    }

    #[test]
    fn no_text_is_taken_for_a_value(value in value()) {
        prop_assert_eq!(Cell::text(&value), Cell(format!("=\"{value}\"")));
    }
}
