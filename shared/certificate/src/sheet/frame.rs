//! What is the same on every page: a fine line around it, in each corner a quarter of a flower, a line in five colours under the
//! title, and one above what proves the paper.

use rentree_domain::certification::Area;

use super::{LEFT, MIDDLE, PROOF_TOP, RIGHT};
use crate::colour::{Coloured as _, PALE};
use crate::paper::{HEIGHT, Pen, WIDTH};
use crate::shape::{Place, Shape, at};

const INSET: f32 = 30.0;
const CORNER: f32 = 42.0;
/// Each corner, and where its quarter begins, in turns.
const CORNERS: [(Place, f32); 4] = [
    (at(INSET, INSET), 0.25),
    (at(WIDTH - INSET, INSET), 0.5),
    (at(WIDTH - INSET, HEIGHT - INSET), 0.75),
    (at(INSET, HEIGHT - INSET), 0.0),
];

pub(super) fn draw(pen: &mut Pen<'_, '_>) {
    for (inset, width) in [(0.0, 1.1), (4.0, 0.5)] {
        pen.stroke(&outline(inset), PALE, width);
    }
    for (corner, start) in CORNERS {
        let petals: [f32; 5] = [0.0, 1.0, 2.0, 3.0, 4.0];
        for (area, petal) in Area::ALL.into_iter().zip(petals) {
            let turns = start + 0.25 * (petal + 0.5) / 5.0;
            pen.fill(&Shape::petal(corner, turns, 8.0, CORNER - 8.0, 0.041), area.colour());
        }
        pen.fill(&Shape::circle(corner, 3.8), Area::Information.text_colour());
    }
    let pieces: [f32; 5] = [-2.0, -1.0, 0.0, 1.0, 2.0];
    for (area, piece) in Area::ALL.into_iter().zip(pieces) {
        pen.fill(&Shape::rectangle(MIDDLE + piece * 26.0 - 11.0, 97.0, 22.0, 2.4), area.colour());
    }
    pen.fill(&Shape::rectangle(LEFT, PROOF_TOP, RIGHT - LEFT, 0.7), PALE);
}

/// A rectangle whose corners are cut by quarters of circles.
fn outline(inset: f32) -> Shape {
    let handle = CORNER * 0.552_284_8;
    let mut outline = Shape::default();
    for (index, (corner, start)) in CORNERS.into_iter().enumerate() {
        let corner = at(towards_middle(corner.x, WIDTH, inset), towards_middle(corner.y, HEIGHT, inset));
        // From the side before the corner to the side after it.
        let (from, to) = (start + 0.25, start);
        let begin = corner.towards(from, CORNER, 0.0);
        outline = if index == 0 { Shape::from(begin) } else { outline.line(begin) };
        outline = outline.curve(
            corner.towards(from, CORNER, -handle),
            corner.towards(to, CORNER, handle),
            corner.towards(to, CORNER, 0.0),
        );
    }
    outline.close()
}

fn towards_middle(value: f32, length: f32, by: f32) -> f32 {
    if value < length / 2.0 { value + by } else { value - by }
}
