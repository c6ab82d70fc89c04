//! The level of each competence, a table for each area, in two columns.

use rentree_domain::certification::{Area, Competence, Level, Levels};

use super::{LEFT, Page, RIGHT};
use crate::colour::{Colour, Coloured as _, GREY, INK, PALE};
use crate::fit::fit;
use crate::line::{Line, bold, regular};
use crate::paper::{Cell, Row};
use crate::shape::{Shape, at};
use crate::typeface::Weight;

const COLUMN: f32 = 231.0;
const LEADING: f32 = 9.8;
/// Of names of competences.
const SIZE: f32 = 8.4;
/// Between the middles of two dots.
const DOT: f32 = 6.5;
/// The areas of each column.
const COLUMNS: [(f32, &[Area]); 2] = [
    (LEFT, &[Area::Information, Area::Communication]),
    (RIGHT - COLUMN, &[Area::Creation, Area::Protection, Area::Environment]),
];

pub(super) fn draw(page: &mut Page<'_, '_>, levels: &Levels, top: f32) {
    for (left, areas) in COLUMNS {
        let mut y = top;
        for area in areas {
            y = table(page, *area, levels, left, y);
        }
        if left == LEFT {
            scale(page, left, y);
        }
    }
}

/// Gives where the next one begins.
fn table(page: &mut Page<'_, '_>, area: Area, levels: &Levels, left: f32, top: f32) -> f32 {
    let right = left + COLUMN;
    let mut y = top + 11.0;
    let name = page.line(area.name(), bold(9.6, area.text_colour()), at(left, y));
    let level = page.line("niveau", regular(7.4, GREY), at(right, y)).ending_there();
    let mut rows: Vec<Row> = vec![vec![(Cell::ColumnHeader, vec![name]), (Cell::ColumnHeader, vec![level])]];
    page.sheet.decoration(|pen| pen.fill(&Shape::rectangle(left, y + 4.2, COLUMN, 0.7), area.colour()));
    y += 15.6;
    for competence in area.competences() {
        let reached = reached(levels, competence);
        let name = name_of(page, competence, left, y);
        dots(page, area.colour(), reached, right - 14.0, y - 2.9);
        let last = name.last().map_or(y, |line| line.place.y);
        let number = reached.map_or_else(|| "–".to_owned(), |level| level.number().to_string());
        let mut number = page.line(&number, bold(9.4, INK), at(right, y)).ending_there();
        if reached.is_none() {
            // A dash is read aloud as nothing at all.
            number.drawn.meant = Some("aucun".to_owned());
        }
        rows.push(vec![(Cell::RowHeader, name), (Cell::Data, vec![number])]);
        y = last + 12.9;
    }
    page.sheet.table(&rows);
    y - 2.0
}

/// The level, if one was reached.
pub(super) fn reached(levels: &Levels, competence: Competence) -> Option<Level> {
    levels.get(&competence).copied().filter(|level| level.number() > 0)
}

/// On two lines, if it is long.
fn name_of(page: &mut Page<'_, '_>, competence: Competence, left: f32, top: f32) -> Vec<Line> {
    let width = COLUMN - 14.0 - DOT * f32::from(Level::MOST) - 3.0;
    let (size, lines) = fit(page.faces, Weight::Regular, competence.name(), width, &[(SIZE, 2)]);
    let mut y = top - LEADING;
    let place = |line: &String| {
        y += LEADING;
        page.line(line, regular(size, INK), at(left, y))
    };
    lines.iter().map(place).collect()
}

/// Eight dots that end at `right`, as many of them full as the level.
fn dots(page: &mut Page<'_, '_>, colour: Colour, reached: Option<Level>, right: f32, y: f32) {
    let reached = reached.map_or(0, Level::number);
    let dot = |number: u8| at(right - f32::from(Level::MOST - number) * DOT - 2.4, y);
    // Half a step further: some readers leave out a dot at the very end.
    let row = |from: u8, to: u8| Shape::from(dot(from)).line(at(dot(to).x + DOT / 2.0, y));
    page.sheet.decoration(|pen| {
        if reached > 0 {
            pen.dot(&row(1, reached), colour, 4.7, DOT);
        }
        if reached < Level::MOST {
            pen.dot(&row(reached + 1, Level::MOST), PALE.tint(55), 4.7, DOT);
        }
    });
}

/// What the numbers mean.
fn scale(page: &mut Page<'_, '_>, left: f32, top: f32) {
    let scale = [
        "Huit niveaux\u{A0}: 1 et 2, novice\u{A0}; 3 et 4, indépendant\u{A0};",
        "5 et 6, avancé\u{A0}; 7 et 8, expert.",
    ];
    let [first, second] = scale;
    let first = page.line(&format!("{first} "), regular(7.6, GREY), at(left, top + 12.0));
    let second = page.line(second, regular(7.6, GREY), at(left, top + 22.0));
    page.sheet.paragraph(&[first, second]);
}
