//! Outlines, in points from the top left of the page.

use std::f32::consts::TAU;

/// A place on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

pub(crate) const fn at(x: f32, y: f32) -> Place {
    Place { x, y }
}

impl Place {
    /// The place `along` a direction (in turns, from twelve o'clock, clockwise) and `across` it, to its right.
    pub(crate) fn towards(self, turns: f32, along: f32, across: f32) -> Self {
        let (sin, cos) = (turns * TAU).sin_cos();
        at(self.x + along * sin + across * cos, self.y - along * cos + across * sin)
    }
}

/// A step of an outline.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Move(Place),
    Line(Place),
    Curve(Place, Place, Place),
    Close,
}

impl Step {
    pub(crate) fn map(self, place: impl Fn(Place) -> Place) -> Self {
        match self {
            Self::Move(to) => Self::Move(place(to)),
            Self::Line(to) => Self::Line(place(to)),
            Self::Curve(first, second, to) => Self::Curve(place(first), place(second), place(to)),
            Self::Close => Self::Close,
        }
    }
}

/// One or several outlines, painted at once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape(pub(crate) Vec<Step>);

/// How far the control points of a quarter of a circle stand from its ends.
const QUARTER: f32 = 0.552_284_8;

impl Shape {
    /// Starts at `place`.
    pub(crate) fn from(place: Place) -> Self {
        Self(vec![Step::Move(place)])
    }

    pub(crate) fn line(mut self, to: Place) -> Self {
        self.0.push(Step::Line(to));
        self
    }

    pub(crate) fn curve(mut self, first: Place, second: Place, to: Place) -> Self {
        self.0.push(Step::Curve(first, second, to));
        self
    }

    pub(crate) fn close(mut self) -> Self {
        self.0.push(Step::Close);
        self
    }

    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(crate) fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self::from(at(x, y)).line(at(x + width, y)).line(at(x + width, y + height)).line(at(x, y + height)).close()
    }

    pub(crate) fn circle(centre: Place, radius: f32) -> Self {
        let handle = radius * QUARTER;
        let mut circle = Self::from(centre.towards(0.0, radius, 0.0));
        for quarter in [0.0, 0.25, 0.5, 0.75] {
            circle = circle.curve(
                centre.towards(quarter, radius, handle),
                centre.towards(quarter + 0.25, radius, -handle),
                centre.towards(quarter + 0.25, radius, 0.0),
            );
        }
        circle.close()
    }

    /// A petal that begins `inner` from `centre` and ends `outer` from it: slim at its foot, round at its tip, and at its widest
    /// `breadth` of the circle that it stands on; a short one is narrower.
    pub(crate) fn petal(centre: Place, turns: f32, inner: f32, outer: f32, breadth: f32) -> Self {
        let length = outer - inner;
        let half = ((inner + 0.7 * length) * (breadth * TAU / 2.0).tan()).min(length * 0.42);
        let point = |along: f32, across: f32| centre.towards(turns, inner + along * length, across * half);
        Self::from(point(0.0, 0.0))
            .curve(point(0.2, 0.25), point(0.42, 1.0), point(0.7, 1.0))
            .curve(point(0.88, 1.0), point(1.0, 0.52), point(1.0, 0.0))
            .curve(point(1.0, -0.52), point(0.88, -1.0), point(0.7, -1.0))
            .curve(point(0.42, -1.0), point(0.2, -0.25), point(0.0, 0.0))
            .close()
    }
}
