//! Who is certified, and of which school.

use super::{LEFT, MIDDLE, Page, RIGHT};
use crate::colour::{GREY, INK};
use crate::fit::{Attempt, fit};
use crate::french::{day, printed};
use crate::line::{bold, regular};
use crate::shape::{Shape, at};
use crate::typeface::Weight;
use crate::{Area, Certificate};

/// One line as long as that is a joy, then two, then whatever it takes.
const NAME: [Attempt; 12] = [
    (33.0, 1),
    (30.0, 1),
    (27.0, 1),
    (24.0, 1),
    (22.0, 1),
    (24.0, 2),
    (21.0, 2),
    (18.0, 2),
    (16.0, 2),
    (14.0, 2),
    (14.0, 3),
    (11.0, 4),
];
const SCHOOL: [Attempt; 4] = [(12.0, 1), (11.0, 1), (11.0, 2), (9.0, 3)];

/// Gives where it ends.
pub(super) fn draw(page: &mut Page<'_, '_>, certificate: &Certificate) -> f32 {
    let title = page.line("Certificat de compétences numériques", bold(22.5, INK), at(MIDDLE, 84.0)).centred();
    page.sheet.paragraph(&[title]);
    page.sheet.decoration(|pen| {
        let pieces: [f32; 5] = [-2.0, -1.0, 0.0, 1.0, 2.0];
        for (area, piece) in Area::ALL.into_iter().zip(pieces) {
            pen.fill(&Shape::rectangle(MIDDLE + piece * 26.0 - 11.0, 97.0, 22.0, 2.4), area.colour());
        }
    });
    let given = page.line("décerné à", regular(11.5, GREY), at(MIDDLE, 123.0)).centred();
    page.sheet.paragraph(&[given]);
    let y = name(page, certificate);
    let y = birth(page, certificate, y);
    school(page, certificate, y)
}

fn name(page: &mut Page<'_, '_>, certificate: &Certificate) -> f32 {
    let name = printed(&certificate.name());
    let (size, lines) = fit(page.faces, Weight::Bold, &name, RIGHT - LEFT, &NAME);
    let (lines, y) = page.centred(&lines, bold(size, INK), 130.0 + size, size * 1.16);
    page.sheet.heading(name, &lines);
    y
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
