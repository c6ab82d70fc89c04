//! Lines of text in their places.

use crate::colour::Colour;
use crate::shape::Place;
use crate::typeface::{Drawn, Typefaces, Weight};

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    pub(crate) size: f32,
    pub(crate) colour: Colour,
}

pub(crate) const fn regular(size: f32, colour: Colour) -> Style {
    Style { weight: Weight::Regular, size, colour }
}

pub(crate) const fn bold(size: f32, colour: Colour) -> Style {
    Style { weight: Weight::Bold, size, colour }
}

/// A line, and where it begins.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) drawn: Drawn,
    pub(crate) style: Style,
    /// The left end of what it stands on.
    pub(crate) place: Place,
}

impl Line {
    /// `text` from `place` on.
    pub(crate) fn new(faces: &Typefaces, text: &str, style: Style, place: Place) -> Self {
        Self { drawn: faces.draw(style.weight, text), style, place }
    }

    /// The same line, ending where it began.
    pub(crate) fn ending_there(self) -> Self {
        self.moved(1.0)
    }

    /// The same line, with its middle where it began.
    pub(crate) fn centred(self) -> Self {
        self.moved(0.5)
    }

    fn moved(mut self, share: f32) -> Self {
        self.place.x -= self.width() * share;
        self
    }

    /// Without the space that parts it from the next line.
    pub(crate) fn width(&self) -> f32 {
        self.drawn.width() * self.style.size
    }
}
