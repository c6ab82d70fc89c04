//! Texts in a width that they may be too long for.

use crate::typeface::{Typefaces, Weight};

/// What is tried, in this order: a size, and how many lines may have it.
pub(crate) type Attempt = (f32, usize);

/// How closely lines are made alike: to a hundredth of the width.
const HALVINGS: usize = 7;

/// A size, and the lines that `text` makes at it. Each line but the last keeps the space that it was parted at.
///
/// The first attempt that fits is taken. When none does, the last size is, with as many lines as that takes; there alone words are
/// broken.
pub(crate) fn fit(
    faces: &Typefaces,
    weight: Weight,
    text: &str,
    width: f32,
    attempts: &[Attempt],
) -> (f32, Vec<String>) {
    for &(size, most) in attempts {
        if let Some(lines) = lines(faces, weight, text, width / size, false).filter(|lines| lines.len() <= most) {
            return (size, balanced(faces, weight, text, width / size, lines));
        }
    }
    let last = attempts.last().map_or(1.0, |attempt| attempt.0);
    (last, lines(faces, weight, text, width / last, true).unwrap_or_default())
}

/// The same number of lines, as alike in width as goes, so that none holds a last word alone.
fn balanced(faces: &Typefaces, weight: Weight, text: &str, width: f32, mut found: Vec<String>) -> Vec<String> {
    if found.len() < 2 {
        return found;
    }
    let (mut least, mut most) = (0.0, width);
    for _ in 0..HALVINGS {
        let middle = f32::midpoint(least, most);
        match lines(faces, weight, text, middle, false).filter(|lines| lines.len() <= found.len()) {
            Some(narrower) => (found, most) = (narrower, middle),
            None => least = middle,
        }
    }
    found
}

/// As much on each line as goes; nothing if a word is too long and may not be broken.
fn lines(faces: &Typefaces, weight: Weight, text: &str, width: f32, may_break: bool) -> Option<Vec<String>> {
    let is_wide = |text: &str| faces.draw(weight, text).width() > width;
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text, may_break) {
        if !line.is_empty() && is_wide(&format!("{line}{word}")) {
            lines.push(std::mem::take(&mut line));
        }
        if !is_wide(word) {
            line.push_str(word);
        } else if may_break {
            for letter in word.chars() {
                if !line.is_empty() && is_wide(&format!("{line}{letter}")) {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
        } else {
            return None;
        }
    }
    lines.push(line);
    Some(lines)
}

/// `text` cut after spaces, and if words may be broken, after hyphens first.
fn words(text: &str, may_break: bool) -> impl Iterator<Item = &str> {
    text.split_inclusive(move |character| character == ' ' || may_break && character == '-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: [Attempt; 3] = [(30.0, 1), (20.0, 2), (9.0, 3)];

    fn fitted(text: &str, width: f32) -> (f32, Vec<String>) {
        fit(&Typefaces::load().unwrap(), Weight::Bold, text, width, &NAME)
    }

    #[test]
    fn the_first_attempt_that_fits() {
        assert_eq!(fitted("Lina DUPONT", 480.0), (30.0, vec!["Lina DUPONT".to_owned()]));
        assert_eq!(fitted("Lina DUPONT", 140.0), (20.0, vec!["Lina DUPONT".to_owned()]));
        assert_eq!(fitted("Lina DUPONT", 100.0), (20.0, vec!["Lina ".to_owned(), "DUPONT".to_owned()]));
        assert_eq!(fitted("Anne-Laure", 80.0), (9.0, vec!["Anne-Laure".to_owned()]));
        assert_eq!(fitted("Anne-Laure", 40.0), (9.0, vec!["Anne-".to_owned(), "Laure".to_owned()]));
    }

    #[test]
    fn lines_are_alike() {
        assert_eq!(fitted("aaaa aaaa aaaa bbbb", 180.0).1, ["aaaa aaaa ", "aaaa bbbb"]);
    }

    #[test]
    fn a_word_is_broken_when_nothing_else_is_left() {
        let (size, lines) = fitted(&"W".repeat(60), 100.0);
        assert_eq!((size, lines.concat()), (9.0, "W".repeat(60)));
        assert!(lines.len() > 3);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_wide(text in "[A-Za-zÀ-ÿ '’-]{1,120}", width in 20.0_f32..500.0) {
            let faces = Typefaces::load().unwrap();
            let (size, lines) = fitted(&text, width);
            prop_assert_eq!(lines.concat(), text);
            for line in &lines {
                let drawn = faces.draw(Weight::Bold, line);
                prop_assert!(drawn.width() * size <= width + 0.01 || line.chars().count() == 1, "{}", line);
            }
        }
    }
}
