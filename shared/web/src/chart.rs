//! Charts of classes: a bar each, stacked by up to four kinds of things that are counted. Drawn by the server, so that they need no
//! script. Kinds are told apart by pattern and number, colour only repeats it; whoever shows a chart shows its numbers in a table, too.

use askama::Template;

use crate::french;

/// Down, in pixels; across, a drawing is as wide as its page, and in parts of that. So it is never cut, and its letters are those of the page.
const ROW: usize = 48;
/// The name and the note of a bar stand above it.
const WORDS: usize = 20;
const BAR: usize = 20;
/// Parts of the width.
const WHOLE: usize = 10_000;
/// The width of a drawing in pixels on a screen of 320, and on those that are wide.
const NARROW: usize = 270;
const WIDE: usize = 560;
/// What one figure takes.
const FIGURE: usize = 9;
/// A page of paper holds so many bars; the next ones are a drawing of their own.
const ROWS: usize = 20;
/// Longer names are cut; the table has them whole.
const NAME: usize = 18;

/// What a part of a bar is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    Full,
    Striped,
    Dotted,
    Empty,
}

const FILLS: [Fill; 4] = [Fill::Full, Fill::Striped, Fill::Dotted, Fill::Empty];

/// What a bar is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Of which class.
    pub name: String,
    /// How many of each kind: the full one first, then the striped, the dotted and the empty one.
    pub counts: [usize; 4],
    /// What stands at the other end of its line.
    pub note: String,
}

/// One drawing. Renders as SVG: `{{ chart|safe }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "chart.html")]
pub struct Chart {
    /// From 1; identifiers on a page must differ.
    number: usize,
    /// How many drawings there are.
    of: usize,
    height: usize,
    bars: Vec<Bar>,
    title: &'static str,
    /// What it shows, for who cannot see it.
    description: String,
}

#[derive(Debug, Clone)]
struct Bar {
    name: String,
    y: usize,
    segments: Vec<Segment>,
    note: String,
}

#[derive(Debug, Clone)]
struct Segment {
    fill: Fill,
    /// In parts of the width, as the next one.
    x: usize,
    width: usize,
    count: usize,
}

/// The drawings of `classes`: as many as it takes.
pub fn charts(title: &'static str, description: &str, classes: &[Counted]) -> Vec<Chart> {
    let all = |class: &Counted| class.counts.iter().sum::<usize>();
    let largest = classes.iter().map(all).max().unwrap_or_default().max(1);
    let of = classes.len().div_ceil(ROWS);
    let chart = |(number, classes): (usize, &[Counted])| Chart {
        number: number + 1,
        of,
        height: classes.len() * ROW,
        bars: classes.iter().enumerate().map(|(row, class)| bar(row, class, largest)).collect(),
        title,
        description: description.to_owned(),
    };
    classes.chunks(ROWS).enumerate().map(chart).collect()
}

fn bar(row: usize, class: &Counted, largest: usize) -> Bar {
    let mut segments = Vec::new();
    let (mut before, mut x) = (0, 0);
    for (fill, count) in FILLS.into_iter().zip(class.counts) {
        before += count;
        // Ends are rounded, not widths: the bar is as long as its class is large.
        let end = before * WHOLE / largest;
        if count > 0 {
            segments.push(Segment { fill, x, width: end - x, count });
        }
        x = end;
    }
    let name = &class.name;
    let name =
        if name.chars().count() > NAME { name.chars().take(NAME - 1).chain(['…']).collect() } else { name.clone() };
    Bar { name, y: row * ROW, segments, note: class.note.clone() }
}

/// A part of the width, as SVG has it.
fn part(of_whole: usize) -> String {
    format!("{}.{:02}%", of_whole / 100, of_whole % 100)
}

impl Bar {
    /// The middle of its words: what hangs below a line keeps away from the bar.
    fn words(&self) -> usize {
        self.y + WORDS / 2 - 2
    }

    fn top(&self) -> usize {
        self.y + WORDS
    }

    fn middle(&self) -> usize {
        self.top() + BAR / 2
    }
}

impl Segment {
    /// Its name in the style sheet.
    fn class(&self) -> &'static str {
        match self.fill {
            Fill::Full => "full",
            Fill::Striped => "striped",
            Fill::Dotted => "dotted",
            Fill::Empty => "empty",
        }
    }

    fn x(&self) -> String {
        part(self.x)
    }

    fn width(&self) -> String {
        part(self.width)
    }

    fn middle(&self) -> String {
        part(self.x + self.width / 2)
    }

    fn is_patterned(&self) -> bool {
        matches!(self.fill, Fill::Striped | Fill::Dotted)
    }

    /// The width of the number and its ground.
    fn label(&self) -> usize {
        self.count.to_string().len() * FIGURE + 6
    }

    /// Whether the number fits on a screen that is wide.
    fn has_label(&self) -> bool {
        self.fits(WIDE)
    }

    /// Whether it fits on no other.
    fn is_for_wide_alone(&self) -> bool {
        !self.fits(NARROW)
    }

    fn fits(&self, width: usize) -> bool {
        self.width * width / WHOLE >= self.label() + 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn class(name: &str, counts: [usize; 4]) -> Counted {
        Counted { name: name.to_owned(), counts, note: format!("{}/{}", counts[0], counts.iter().sum::<usize>()) }
    }

    #[test]
    fn a_bar_shows_each_kind_that_somebody_is_of() {
        let charts = charts("Avancement", "", &[class("6A", [5, 5, 0, 10]), class("6B", [0, 0, 0, 40])]);
        let [chart] = &charts[..] else { panic!("one drawing") };
        let shown = |bar: &Bar| bar.segments.iter().map(|s| (s.class(), s.count, s.width)).collect::<Vec<_>>();
        assert_eq!(shown(&chart.bars[0]), [("full", 5, 1_250), ("striped", 5, 1_250), ("empty", 10, 2_500)]);
        assert_eq!(shown(&chart.bars[1]), [("empty", 40, WHOLE)]);
        let svg = chart.render().unwrap();
        assert!(svg.contains("6A") && svg.contains("5/20"), "{svg}");
    }

    #[test]
    fn a_number_stands_where_it_fits() {
        let charts = charts("Avancement", "", &[class("6A", [1, 2, 9, 28])]);
        let fits = |segment: &Segment| (segment.has_label(), segment.is_for_wide_alone());
        let shown: Vec<_> = charts[0].bars[0].segments.iter().map(fits).collect();
        assert_eq!(shown, [(false, true), (true, true), (true, false), (true, false)]);
        let svg = charts[0].render().unwrap();
        assert!(svg.contains("x=\"7.50%\"") && !svg.contains("viewBox"), "letters are never made smaller: {svg}");
    }

    #[test]
    fn forty_classes_are_two_drawings() {
        let classes: Vec<Counted> = (0..41).map(|n| class(&format!("{n}"), [n, 1, 1, 1])).collect();
        let charts = charts("Avancement", "", &classes);
        assert_eq!(charts.iter().map(|chart| chart.bars.len()).collect::<Vec<_>>(), [20, 20, 1]);
        assert!(charts.iter().all(|chart| chart.height <= ROWS * ROW));
    }

    #[test]
    fn a_name_of_a_class_is_text_and_no_markup() {
        let svg = charts("Avancement", "", &[class("<b>&\"une très longue classe", [1, 0, 0, 0])])[0].render().unwrap();
        assert!(!svg.contains("<b>") && svg.contains('…'), "{svg}");
    }

    proptest! {
        #[test]
        fn segments_follow_each_other_within_the_drawing(all in prop::collection::vec(prop::array::uniform4(0_usize..3_000), 1..30)) {
            let classes: Vec<Counted> = all.into_iter().map(|counts| class("6A", counts)).collect();
            for bar in charts("Avancement", "", &classes).iter().flat_map(|chart| &chart.bars) {
                let mut x = 0;
                for segment in &bar.segments {
                    prop_assert_eq!(segment.x, x);
                    x += segment.width;
                }
                prop_assert!(x <= WHOLE);
            }
        }
    }
}
