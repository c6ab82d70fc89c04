//! The pupil's own flower: a petal for each competence, the longer the higher the level, and the score in its middle.

use rentree_domain::certification::{Area, Competence, Level};

use super::levels::reached;
use super::{MIDDLE, Page};
use crate::Certificate;
use crate::colour::{Coloured as _, GREY, INK, PALE};
use crate::french::number;
use crate::line::{bold, regular};
use crate::paper::Stamp;
use crate::shape::{Place, Shape, at};

/// Between two areas, in turns.
const GAP: f32 = 0.012;
/// What a petal takes of the circle: sixteen petals and five gaps make it whole.
const PETAL: f32 = (1.0 - 5.0 * GAP) / 16.0;
const SAYS: &str = "Fleur de seize pétales, un par compétence, plus longs là où le niveau est plus haut";
/// The flower is drawn this large, then scaled.
const RADIUS: f32 = 100.0;
const HEART: f32 = 35.0;
const CENTRE: Place = at(0.0, 0.0);

/// Between `top` and `bottom`, as large as there is room.
pub(super) fn draw(page: &mut Page<'_, '_>, certificate: &Certificate, top: f32, bottom: f32) {
    let radius = ((bottom - top) / 2.0 - 15.0).clamp(60.0, 118.0);
    let centre = at(MIDDLE, f32::midpoint(top, bottom) + 1.0);
    page.sheet.prepare(Stamp::Flower, |pen| {
        for (competence, turns) in petals() {
            pen.fill(&petal(turns, HEART, RADIUS), competence.area().colour().tint(17));
        }
        pen.stroke(&Shape::circle(CENTRE, HEART - 3.0), PALE, 0.7);
    });
    page.sheet.figure(SAYS, (centre.x, centre.y), radius, |pen| {
        pen.scaled(centre, radius / RADIUS, |pen| {
            pen.stamp(Stamp::Flower);
            for (competence, turns) in petals() {
                if let Some(level) = reached(&certificate.levels, competence) {
                    let inner = HEART + 2.0;
                    let length = (RADIUS - inner) * f32::from(level.number()) / f32::from(Level::MOST);
                    pen.fill(&petal(turns, inner, inner + length), competence.area().colour());
                }
            }
        });
    });
    score(page, certificate.score, centre, radius / RADIUS * HEART);
}

fn score(page: &mut Page<'_, '_>, score: u16, centre: Place, heart: f32) {
    let above = page.line("Score", regular(heart * 0.24, GREY), at(centre.x, centre.y - heart * 0.38)).centred();
    let points = page.line(&number(score), bold(heart * 0.55, INK), at(centre.x, centre.y + heart * 0.2)).centred();
    let unit = if score < 2 { "point" } else { "points" };
    let below = page.line(unit, regular(heart * 0.24, GREY), at(centre.x, centre.y + heart * 0.52)).centred();
    page.sheet.paragraph(&[above, points, below]);
}

fn petal(turns: f32, inner: f32, outer: f32) -> Shape {
    Shape::petal(CENTRE, turns, inner, outer, PETAL * 0.88)
}

/// Each competence, and where its petal stands. The first area begins at twelve o'clock.
fn petals() -> impl Iterator<Item = (Competence, f32)> {
    let mut turns = (GAP - PETAL) / 2.0;
    Area::ALL.into_iter().flat_map(Area::competences).scan(Area::Information, move |area, competence| {
        turns += PETAL + if competence.area() == *area { 0.0 } else { GAP };
        *area = competence.area();
        Some((competence, turns))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_petals_go_round_once() {
        let turns: Vec<f32> = petals().map(|(_, turns)| turns).collect();
        assert_eq!(turns.len(), 16);
        let all = turns[15] - turns[0] + PETAL + GAP;
        assert!((all - 1.0).abs() < 1e-5, "{all}");
    }
}
