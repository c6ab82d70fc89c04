//! Who is certified, and of which school.

use super::{LEFT, MIDDLE, Page, RIGHT};
use crate::Certificate;
use crate::colour::{GREY, INK};
use crate::fit::{Attempt, fit};
use crate::french::{day, printed};
use crate::line::{bold, regular};
use crate::shape::at;
use crate::typeface::{Typefaces, Weight};

/// One line as long as that is a joy,
const ON_ONE_LINE: [f32; 5] = [33.0, 30.0, 27.0, 24.0, 22.0];
/// then a line for each of the two names,
const ON_TWO_LINES: [f32; 5] = [24.0, 21.0, 18.0, 16.0, 14.0];
/// then whatever it takes.
const ON_MORE: [Attempt; 2] = [(14.0, 3), (11.0, 4)];
const SCHOOL: [Attempt; 4] = [(12.0, 1), (11.0, 1), (11.0, 2), (9.0, 3)];

/// Gives where it ends.
pub(super) fn draw(page: &mut Page<'_, '_>, certificate: &Certificate) -> f32 {
    let title = page.line("Certificat de compétences numériques", bold(22.5, INK), at(MIDDLE, 84.0)).centred();
    page.sheet.paragraph(&[title]);
    let given = page.line("décerné à", regular(11.5, GREY), at(MIDDLE, 123.0)).centred();
    page.sheet.paragraph(&[given]);
    let y = name(page, certificate);
    let y = birth(page, certificate, y);
    school(page, certificate, y)
}

fn name(page: &mut Page<'_, '_>, certificate: &Certificate) -> f32 {
    let name = printed(&certificate.name());
    let (size, lines) = name_lines(page.faces, certificate, &name);
    let (lines, y) = page.centred(&lines, bold(size, INK), 130.0 + size, size * 1.16);
    page.sheet.heading(name, &lines);
    y
}

/// The lines of a name, and their size.
fn name_lines(faces: &Typefaces, certificate: &Certificate, name: &str) -> (f32, Vec<String>) {
    let goes = |text: &str, size: f32| faces.draw(Weight::Bold, text).width() * size <= RIGHT - LEFT;
    if let Some(size) = ON_ONE_LINE.into_iter().find(|size| goes(name, *size)) {
        return (size, vec![name.to_owned()]);
    }
    let names = [&certificate.first_name, &certificate.last_name].map(|name| printed(name.as_str()));
    if let Some(size) = ON_TWO_LINES.into_iter().find(|size| names.iter().all(|name| goes(name, *size))) {
        let [first_name, last_name] = names;
        return (size, vec![format!("{first_name} "), last_name]);
    }
    fit(faces, Weight::Bold, name, RIGHT - LEFT, &ON_MORE)
}

fn birth(page: &mut Page<'_, '_>, certificate: &Certificate, y: f32) -> f32 {
    let Some(date) = certificate.birth_date else { return y };
    let born = format!("Date de naissance\u{A0}: {}", day(date));
    let line = page.line(&born, regular(10.5, GREY), at(MIDDLE, y + 21.0)).centred();
    page.sheet.paragraph(&[line]);
    y + 21.0
}

fn school(page: &mut Page<'_, '_>, certificate: &Certificate, y: f32) -> f32 {
    let class = printed(&certificate.class);
    let mut school = printed(&certificate.school);
    if !class.is_empty() {
        school.push_str(&format!(" · classe\u{A0}{}", class.replace(' ', "\u{A0}")));
    }
    let (size, lines) = fit(page.faces, Weight::Regular, &school, RIGHT - LEFT, &SCHOOL);
    let (lines, y) = page.centred(&lines, regular(size, INK), y + 21.0, size * 1.3);
    page.sheet.paragraph(&lines);
    y
}

#[cfg(test)]
mod tests {
    use rentree_domain::PersonName;

    use super::*;

    fn lines(first_name: &str, last_name: &str) -> (f32, Vec<String>) {
        let certificate = Certificate {
            first_name: PersonName::parse(first_name).unwrap(),
            last_name: PersonName::parse(last_name).unwrap(),
            birth_date: None,
            school: String::new(),
            class: String::new(),
            session: String::new(),
            date: jiff::civil::date(2026, 5, 12),
            score: 0,
            levels: rentree_domain::certification::Levels::new(),
            number: String::new(),
            verification: crate::Verification { code: String::new(), page: String::new(), link: String::new() },
        };
        name_lines(&Typefaces::load().unwrap(), &certificate, &printed(&certificate.name()))
    }

    #[test]
    fn names_part_where_they_are_two() {
        assert_eq!(lines("Lina", "DUPONT"), (33.0, vec!["Lina DUPONT".to_owned()]));
        let (_, long) = lines("Anne-Laure Marie Joséphine Élisabeth", "DE LA ROCHEFOUCAULD-MONTBEL D’ARTOIS");
        assert_eq!(long, ["Anne-Laure Marie Joséphine Élisabeth ", "DE LA ROCHEFOUCAULD-MONTBEL D’ARTOIS"]);
    }

    #[test]
    fn sixty_letters_are_all_there() {
        let (size, longest) = lines(&"W".repeat(60), &"M".repeat(60));
        assert!(size >= 11.0 && longest.len() <= 4, "{longest:?}");
        assert_eq!(longest.concat(), format!("{} {}", "W".repeat(60), "M".repeat(60)));
    }
}
