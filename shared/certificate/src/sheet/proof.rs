//! What proves the paper: its number, its code, and where the code is verified.

use qrcode::{Color, QrCode};
use rentree_domain::certification::Area;

use super::{LEFT, Page, RIGHT};
use crate::Certificate;
use crate::colour::{Coloured as _, GREY, INK};
use crate::fit::fit;
use crate::french::{day, printed, session};
use crate::line::{bold, regular};
use crate::shape::{Shape, at};
use crate::typeface::Weight;

const QR: f32 = 86.0;
/// What a reader of codes wants around one.
const QUIET: f32 = 4.0;
const SAYS: &str = "Code QR de vérification";

pub(super) fn draw(page: &mut Page<'_, '_>, certificate: &Certificate, qr: &QrCode, top: f32) {
    let width = RIGHT - LEFT - QR - 24.0;
    let dated = format!("Certification du {}, {}.", day(certificate.date), session(&certificate.session));
    let (size, lines) = fit(page.faces, Weight::Regular, &dated, width, &[(9.0, 1), (8.0, 1), (7.0, 2)]);
    let mut y = top + 19.0;
    let mut dated = Vec::new();
    for line in &lines {
        dated.push(page.line(line, regular(size, INK), at(LEFT, y)));
        y += size * 1.3;
    }
    page.sheet.paragraph(&dated);
    let number = format!("Certificat n°\u{A0}{}", printed(&certificate.number));
    let (size, lines) = fit(page.faces, Weight::Regular, &number, width, &[(9.0, 1), (8.0, 1), (6.5, 2)]);
    let mut number = Vec::new();
    y += 2.0;
    for line in &lines {
        number.push(page.line(line, regular(size, INK), at(LEFT, y)));
        y += size * 1.3;
    }
    page.sheet.paragraph(&number);
    code(page, certificate, width, y + 6.0);
    let (left, upper) = (RIGHT - QR, top + 3.0);
    page.sheet.figure(SAYS, (left + QR / 2.0, upper + QR / 2.0), QR / 2.0, |pen| {
        let modules = u16::try_from(qr.width()).map_or(1.0, f32::from) + 2.0 * QUIET;
        pen.scaled(at(left, upper), QR / modules, |pen| pen.stroke(&runs(qr), INK, 1.0));
    });
}

fn code(page: &mut Page<'_, '_>, certificate: &Certificate, width: f32, y: f32) {
    let label = page.line("Code de vérification\u{A0}: ", regular(9.0, INK), at(LEFT, y));
    let after = LEFT + label.width();
    let code = printed(&certificate.verification.code);
    let (size, _) =
        fit(page.faces, Weight::Bold, &code, width - label.width(), &[(12.0, 1), (10.0, 1), (8.0, 1), (6.0, 1)]);
    let code = page.line(&code, bold(size, INK), at(after, y));
    page.sheet.paragraph(&[label, code]);
    let verify = "Ce certificat se vérifie avec son code QR, ou avec son code à l’adresse ";
    let verify = page.line(verify, regular(8.0, GREY), at(LEFT, y + 16.0));
    page.sheet.paragraph(&[verify]);
    let address = &certificate.verification.page;
    let (size, _) = fit(page.faces, Weight::Regular, address, width, &[(8.6, 1), (7.0, 1), (5.5, 1)]);
    let link = page.line(address, bold(size, Area::Information.text_colour()), at(LEFT, y + 27.5));
    page.sheet.link(&link, &certificate.verification.link, "Vérifier ce certificat");
}

/// The dark modules, in units of one: each run of them in a row is a line as wide as a module, far fewer bytes than squares.
fn runs(qr: &QrCode) -> Shape {
    let (width, colours) = (qr.width(), qr.to_colors());
    let mut shape = Shape::default();
    let mut y = QUIET + 0.5;
    for row in colours.chunks(width) {
        let mut x = QUIET;
        for run in row.chunk_by(|one, next| one == next) {
            let end = x + u16::try_from(run.len()).map_or(0.0, f32::from);
            if run.first() == Some(&Color::Dark) {
                shape = shape.and(Shape::from(at(x, y)).line(at(end, y)));
            }
            x = end;
        }
        y += 1.0;
    }
    shape
}
