//! Texts that a spreadsheet would take for something else, and change.
//!
//! What a spreadsheet takes for a number or a date depends on its make, its language and its settings, and no list of formats is
//! whole. So the rule is the other way round: a text that has a digit is taken for *something* unless there is a word, or a sign,
//! in it that no number and no date has, in French or in English. `6E1`, `3-1`, `06`, `1/2`, `12 mai`, `8:30`, `50 %` would change;
//! `6A`, `2NDE 1`, `3EME A`, `123456789AB`, `0350760L` would not. Too much costs nothing: who opens the list sees no difference.

use rentree_domain::name::fold;

/// Truth values. Spreadsheets take them in any case.
const TRUTHS: [&str; 4] = ["vrai", "faux", "true", "false"];

/// The months and days. Three letters and more of one are it.
const OF_DATES: &str = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre \
                        january february march april may june july august september october november december \
                        lundi mardi mercredi jeudi vendredi samedi dimanche \
                        monday tuesday wednesday thursday friday saturday sunday";
/// Whole words: the halves of a day, the first of a month (1er mai), currencies.
const WHOLE: [&str; 6] = ["am", "pm", "er", "eur", "usd", "frf"];

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    /// Digits, of any script.
    Digits,
    /// Letters.
    Word(&'a str),
    /// White space.
    Space,
    /// Another sign.
    Sign(char),
}

/// Whether a spreadsheet might take the text for a number, a date, a time, a share, an amount of money, a truth value or an error.
pub(super) fn would_change(text: &str) -> bool {
    let text = text.trim();
    // `#N/A`, `#VALEUR!`: the values of formulas that fail.
    if text.starts_with('#') || TRUTHS.contains(&text.to_lowercase().as_str()) {
        return true;
    }
    let parts = parts(text);
    parts.contains(&Part::Digits) && (0..parts.len()).all(|at| is_of_a_value(&parts, at))
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let kind = |c: char| match c {
        c if c.is_numeric() => 0,
        c if c.is_alphabetic() || is_accent(c) => 1,
        c if c.is_whitespace() => 2,
        _ => 3,
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match kind(first) {
            3 => first.len_utf8(),
            of => rest.find(|c| kind(c) != of).unwrap_or(rest.len()),
        };
        let (part, after) = rest.split_at(end);
        parts.push(match kind(first) {
            0 => Part::Digits,
            1 => Part::Word(part),
            2 => Part::Space,
            _ => Part::Sign(first),
        });
        rest = after;
    }
    parts
}

/// Accents that stand behind their letter.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// Whether a number or a date may have such a part at this place.
fn is_of_a_value(parts: &[Part<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| parts.get(before));
    let after = |steps: usize| parts.get(at + steps);
    match parts[at] {
        Part::Digits | Part::Space => true,
        // A plus stands in an exponent alone, `6E+1`; at the beginning it would be run.
        Part::Sign('+') => matches!(before, Some(Part::Word(_))),
        Part::Sign(sign) => ".,:/-–−'’()%€$£¥".contains(sign),
        Part::Word(word) => match fold(word).as_str() {
            // 6E1, 6E-1, 2D3.
            "e" | "d" => {
                matches!(before, Some(Part::Digits | Part::Sign('.' | ',')))
                    && match after(1) {
                        Some(Part::Sign('+' | '-' | '−')) => after(2) == Some(&Part::Digits),
                        next => next == Some(&Part::Digits),
                    }
            }
            // 6 A is six o'clock in the morning, 10:30p half past ten at night; 6 F are francs. 6A is a class.
            "a" | "p" | "f" => after(1).is_none() && (before == Some(&Part::Space) || parts.contains(&Part::Sign(':'))),
            // 8h30.
            "h" => before == Some(&Part::Digits) && after(1) == Some(&Part::Digits),
            // 2026-09-01T08:00:00Z.
            "t" | "z" => before == Some(&Part::Digits) && parts.contains(&Part::Sign(':')),
            word => is_of_a_date(word),
        },
    }
}

fn is_of_a_date(word: &str) -> bool {
    WHOLE.contains(&word) || (word.len() >= 3 && OF_DATES.split(' ').any(|name| name.starts_with(word)))
}
