//! Charts of classes: a bar each, stacked by up to four kinds of things that are counted. Drawn by the server, so that they need no
//! script. Kinds are told apart by pattern and number, colour only repeats it; whoever shows a chart shows its numbers in a table, too.

use askama::Template;

use crate::french;

/// In units of the drawing, which are pixels at its natural size.
const WIDTH: usize = 720;
const BAR_LEFT: usize = 120;
const BAR_WIDTH: usize = 470;
const ROW: usize = 30;
const BAR: usize = 22;
/// A legend stands above the bars.
const TOP: usize = 8;
/// What one figure takes.
const FIGURE: usize = 9;
/// A page of paper holds so many bars; the next ones are a drawing of their own.
const ROWS: usize = 20;
/// Longer names are cut; the table has them whole.
const NAME: usize = 13;

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
    /// What stands behind the bar.
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
    /// Where the words after the bar begin.
    end: usize,
    note: String,
}

#[derive(Debug, Clone)]
struct Segment {
    fill: Fill,
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
        height: TOP + classes.len() * ROW,
        bars: classes.iter().enumerate().map(|(row, class)| bar(row, class, largest)).collect(),
        title,
        description: description.to_owned(),
    };
    classes.chunks(ROWS).enumerate().map(chart).collect()
}

fn bar(row: usize, class: &Counted, largest: usize) -> Bar {
    let mut segments = Vec::new();
    let (mut before, mut x) = (0, BAR_LEFT);
    for (fill, count) in FILLS.into_iter().zip(class.counts) {
        before += count;
        // Ends are rounded, not widths: the bar is as long as its class is large.
        let end = BAR_LEFT + before * BAR_WIDTH / largest;
        if count > 0 {
            segments.push(Segment { fill, x, width: end - x, count });
        }
        x = end;
    }
    let name = &class.name;
    let name =
        if name.chars().count() > NAME { name.chars().take(NAME - 1).chain(['…']).collect() } else { name.clone() };
    Bar { name, y: TOP + row * ROW, segments, end: x + 8, note: class.note.clone() }
}

impl Bar {
    fn middle(&self) -> usize {
        self.y + BAR / 2
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

    fn middle(&self) -> usize {
        self.x + self.width / 2
    }

    fn is_patterned(&self) -> bool {
        matches!(self.fill, Fill::Striped | Fill::Dotted)
    }

    fn label_x(&self) -> usize {
        self.middle().saturating_sub(self.label() / 2)
    }

    /// The width of the number and its ground.
    fn label(&self) -> usize {
        self.count.to_string().len() * FIGURE + 6
    }

    /// Whether the number fits.
    fn is_wide(&self) -> bool {
        self.width >= self.label() + 2
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
        assert_eq!(shown(&chart.bars[0]), [("full", 5, 58), ("striped", 5, 59), ("empty", 10, 118)]);
        assert_eq!(shown(&chart.bars[1]), [("empty", 40, BAR_WIDTH)]);
        let svg = chart.render().unwrap();
        assert!(svg.contains("6A") && svg.contains("5/20"), "{svg}");
    }

    #[test]
    fn forty_classes_are_two_drawings() {
        let classes: Vec<Counted> = (0..41).map(|n| class(&format!("{n}"), [n, 1, 1, 1])).collect();
        let charts = charts("Avancement", "", &classes);
        assert_eq!(charts.iter().map(|chart| chart.bars.len()).collect::<Vec<_>>(), [20, 20, 1]);
        assert!(charts.iter().all(|chart| chart.height <= TOP + ROWS * ROW));
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
                let mut x = BAR_LEFT;
                for segment in &bar.segments {
                    prop_assert_eq!(segment.x, x);
                    x += segment.width;
                }
                prop_assert!(x <= BAR_LEFT + BAR_WIDTH && bar.end <= WIDTH);
            }
        }
    }
}
