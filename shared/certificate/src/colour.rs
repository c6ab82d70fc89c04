//! The colours of the paper. Text has at least 4.5 : 1 against white.

use rentree_domain::certification::Area;

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// Text.
pub(crate) const INK: Colour = Colour(0x1C, 0x1F, 0x4A);
/// Text of second rank.
pub(crate) const GREY: Colour = Colour(0x55, 0x59, 0x78);
/// Lines, and what is not reached.
pub(crate) const PALE: Colour = Colour(0xC9, 0xCC, 0xDE);

/// What an area of the framework is drawn with.
pub(crate) trait Coloured {
    /// Its petals.
    fn colour(self) -> Colour;
    /// Its name.
    fn text_colour(self) -> Colour;
}

impl Coloured for Area {
    fn colour(self) -> Colour {
        match self {
            Self::Information => Colour(0x3E, 0x7B, 0xEE),
            Self::Communication => Colour(0x14, 0xA5, 0x93),
            Self::Creation => Colour(0xF2, 0xA8, 0x1E),
            Self::Protection => Colour(0xEE, 0x5F, 0x45),
            Self::Environment => Colour(0x8C, 0x5C, 0xE2),
        }
    }

    fn text_colour(self) -> Colour {
        match self {
            Self::Information => Colour(0x1E, 0x55, 0xBE),
            Self::Communication => Colour(0x0A, 0x72, 0x66),
            Self::Creation => Colour(0x8F, 0x5A, 0x00),
            Self::Protection => Colour(0xB8, 0x37, 0x20),
            Self::Environment => Colour(0x66, 0x3B, 0xB8),
        }
    }
}

impl Colour {
    /// The colour as it looks with that much of a hundred, over white: the paper has no transparency.
    pub(crate) fn tint(self, per_cent: u16) -> Self {
        let over_white = |part: u8| {
            let light = 255 - (255 - u16::from(part)) * per_cent / 100;
            u8::try_from(light).unwrap_or(u8::MAX)
        };
        Self(over_white(self.0), over_white(self.1), over_white(self.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As WCAG 2 defines it, against white.
    fn contrast(colour: Colour) -> f64 {
        let part = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        1.05 / (0.2126 * part(colour.0) + 0.7152 * part(colour.1) + 0.0722 * part(colour.2) + 0.05)
    }

    #[test]
    fn text_is_readable() {
        for colour in Area::ALL.map(Coloured::text_colour).into_iter().chain([INK, GREY]) {
            assert!(contrast(colour) >= 4.5, "{colour:?}: {:.2}", contrast(colour));
        }
    }

    #[test]
    fn a_tint_is_lighter() {
        assert_eq!(INK.tint(100), INK);
        assert_eq!(INK.tint(0), Colour(255, 255, 255));
    }
}
