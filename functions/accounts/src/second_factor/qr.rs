//! A QR code as an SVG of one path: no picture is loaded, and nothing of it leaves the page.

use qrcode::{Color, EcLevel, QrCode};

/// White around the code, in modules, as ISO/IEC 18004 asks for.
const QUIET: usize = 4;

/// What a page needs to draw a QR code: the side of its square, and a path of its dark modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Qr {
    pub(super) side: usize,
    pub(super) path: String,
}

impl Qr {
    /// The code that says `text`; `None` when it is too long for any.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
        let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)).collect();
        Some(Self { side: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_within_the_white_around() {
        let qr = Qr::of("otpauth://totp/Rentr%C3%A9e:a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        // The upper left corner of the upper left pattern.
        assert!(qr.path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"), "{}", qr.path);
        let places = qr.path.split('z').filter(|one| !one.is_empty()).map(|one| one.trim_start_matches('M'));
        for (x, y) in places.map(|one| one.split_once('h').unwrap().0.split_once(' ').unwrap()) {
            let inside = 4..qr.side - 4;
            assert!(inside.contains(&x.parse().unwrap()) && inside.contains(&y.parse().unwrap()), "{x} {y}");
        }
        assert!(Qr::of(&"a".repeat(5_000)).is_none());
    }
}
