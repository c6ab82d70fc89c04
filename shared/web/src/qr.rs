//! QR codes as SVG that stands in the page: nothing is fetched, and no address holds what the code says.

use std::fmt::Write as _;

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// What a reader of codes wants around one, in modules.
const QUIET: usize = 4;

/// The QR code of `text`, called `label` for who does not see it. Dark on light, whatever the theme of the page: many readers know no other.
pub fn svg(text: &str, label: &str) -> Result<String, QrError> {
    let qr = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let (width, colours) = (qr.width(), qr.to_colors());
    let size = width + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in colours.chunks(width).enumerate() {
        let mut x = QUIET;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a text never fails.
                let _ = write!(path, "M{x} {}h{length}v1h-{length}z", y + QUIET, length = run.len());
            }
            x += run.len();
        }
    }
    let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    Ok(format!(
        r##"<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_with_its_margin_and_nothing_that_runs() {
        let svg = svg("https://rentree.example/code#nadu-reka-veta-473", "Code QR de \"Zoé\" & Cie").unwrap();
        assert!(svg.starts_with(r#"<svg class="qr" viewBox="0 0 41 41""#), "{svg}");
        // The pattern of the upper left corner is seven modules wide, and begins after the margin.
        assert!(svg.contains(r#"d="M4 4h7v1h-7z"#), "{svg}");
        assert!(svg.contains(r#"aria-label="Code QR de &quot;Zoé&quot; &amp; Cie""#), "{svg}");
        assert!(!svg.contains("style=") && !svg.contains("nadu"), "{svg}");
    }
}
