//! One certificate on one page, from top to bottom.

mod frame;
mod levels;
mod person;
mod proof;
mod rosette;

use qrcode::QrCode;

use crate::Certificate;
use crate::line::{Line, Style};
use crate::paper::{HEIGHT, Sheet, Stamp, WIDTH};
use crate::shape::{Place, at};
use crate::typeface::Typefaces;

/// Where text begins and ends.
const LEFT: f32 = 58.0;
const RIGHT: f32 = WIDTH - LEFT;
const MIDDLE: f32 = WIDTH / 2.0;
/// Where the levels begin; what is above shares the room.
const LEVELS_TOP: f32 = 470.0;
/// Where what proves the paper begins.
const PROOF_TOP: f32 = HEIGHT - 152.0;

/// Draws a certificate. Tells whether a letter is missing from the font.
pub(crate) fn draw(sheet: &mut Sheet<'_>, faces: &Typefaces, certificate: &Certificate, qr: &QrCode) -> bool {
    let mut page = Page { sheet, faces, is_whole: true };
    page.sheet.prepare(Stamp::Backdrop, frame::draw);
    page.sheet.decoration(|pen| pen.stamp(Stamp::Backdrop));
    let end = person::draw(&mut page, certificate);
    rosette::draw(&mut page, certificate, end, LEVELS_TOP);
    levels::draw(&mut page, &certificate.levels, LEVELS_TOP);
    proof::draw(&mut page, certificate, qr, PROOF_TOP);
    page.is_whole
}

/// The sheet, the letters to write on it, and whether the font had all of them.
struct Page<'p, 's> {
    sheet: &'p mut Sheet<'s>,
    faces: &'p Typefaces,
    is_whole: bool,
}

impl Page<'_, '_> {
    fn line(&mut self, text: &str, style: Style, place: Place) -> Line {
        let line = Line::new(self.faces, text, style, place);
        self.is_whole &= line.drawn.meant.is_none();
        line
    }

    /// `lines` one below the other, in the middle of the page. Gives where the last one stands, too.
    fn centred(&mut self, lines: &[String], style: Style, first: f32, leading: f32) -> (Vec<Line>, f32) {
        let mut y = first;
        let mut centred = Vec::with_capacity(lines.len());
        for line in lines {
            centred.push(self.line(line, style, at(MIDDLE, y)).centred());
            y += leading;
        }
        (centred, y - leading)
    }
}
