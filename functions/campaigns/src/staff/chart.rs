//! The chart of a campaign: a bar a class, stacked by how far its pupils are. Drawn here, so that it needs no script. Its numbers
//! stand in the table below it, too.

use askama::Template;
use rentree_web::french;

use crate::staff::tally::{Class, Counts, State};

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
/// A page of paper holds so many classes; the next ones are a drawing of their own.
const ROWS: usize = 20;
/// Longer names of classes are cut; the table has them whole.
const NAME: usize = 13;

/// One drawing. Renders as SVG: `{{ chart|safe }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    /// From 1; identifiers on a page must differ.
    number: usize,
    /// How many drawings there are.
    of: usize,
    height: usize,
    bars: Vec<Bar>,
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
    sent: usize,
    all: usize,
}

#[derive(Debug, Clone)]
struct Segment {
    state: State,
    x: usize,
    width: usize,
    count: usize,
}

/// The drawings of `classes`.
pub(crate) fn charts(total: &Counts, classes: &[Class]) -> Vec<Chart> {
    let largest = classes.iter().map(|class| class.counts.all()).max().unwrap_or_default().max(1);
    let of = classes.len().div_ceil(ROWS);
    let description = describe(total, classes.len());
    let chart = |(number, classes): (usize, &[Class])| Chart {
        number: number + 1,
        of,
        height: TOP + classes.len() * ROW,
        bars: classes.iter().enumerate().map(|(row, class)| bar(row, class, largest)).collect(),
        description: description.clone(),
    };
    classes.chunks(ROWS).enumerate().map(chart).collect()
}

fn describe(total: &Counts, classes: usize) -> String {
    let pupils = |state| french::count(total.of(state), "élève", "élèves");
    format!(
        "{} ; résultats envoyés : {} ; parcours commencé : {} ; campagne rejointe : {} ; pas encore rejointe : {}. Le tableau qui suit donne ces nombres pour chaque classe.",
        french::count(classes, "classe", "classes"),
        pupils(State::Sent),
        pupils(State::Started),
        pupils(State::Joined),
        pupils(State::NotJoined),
    )
}

fn bar(row: usize, class: &Class, largest: usize) -> Bar {
    let mut segments = Vec::new();
    let (mut before, mut x) = (0, BAR_LEFT);
    for state in State::FROM_THE_FURTHEST {
        let count = class.counts.of(state);
        before += count;
        // Ends are rounded, not widths: the bar is as long as its class is large.
        let end = BAR_LEFT + before * BAR_WIDTH / largest;
        if count > 0 {
            segments.push(Segment { state, x, width: end - x, count });
        }
        x = end;
    }
    let name = &class.division;
    let name =
        if name.chars().count() > NAME { name.chars().take(NAME - 1).chain(['…']).collect() } else { name.clone() };
    Bar { name, y: TOP + row * ROW, segments, end: x + 8, sent: class.counts.sent, all: class.counts.all() }
}

impl Bar {
    fn middle(&self) -> usize {
        self.y + BAR / 2
    }
}

impl Segment {
    fn class(&self) -> &'static str {
        match self.state {
            State::Sent => "sent",
            State::Started => "started",
            State::Joined => "joined",
            State::NotJoined => "not-joined",
        }
    }

    fn middle(&self) -> usize {
        self.x + self.width / 2
    }

    fn is_patterned(&self) -> bool {
        matches!(self.state, State::Started | State::Joined)
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

    fn class(name: &str, [not_joined, joined, started, sent]: [usize; 4]) -> Class {
        Class { division: name.to_owned(), counts: Counts::so_far([not_joined, joined, started, sent]) }
    }

    #[test]
    fn a_bar_shows_each_state_that_somebody_is_in() {
        let charts = charts(&Counts::default(), &[class("6A", [10, 0, 5, 5]), class("6B", [40, 0, 0, 0])]);
        let [chart] = &charts[..] else { panic!("one drawing") };
        let shown = |bar: &Bar| bar.segments.iter().map(|s| (s.class(), s.count, s.width)).collect::<Vec<_>>();
        assert_eq!(shown(&chart.bars[0]), [("sent", 5, 58), ("started", 5, 59), ("not-joined", 10, 118)]);
        assert_eq!(shown(&chart.bars[1]), [("not-joined", 40, BAR_WIDTH)]);
        let svg = chart.render().unwrap();
        assert!(svg.contains("6A") && svg.contains("5/20"), "{svg}");
    }

    #[test]
    fn forty_classes_are_two_drawings() {
        let classes: Vec<Class> = (0..41).map(|n| class(&format!("{n}"), [n, 1, 1, 1])).collect();
        let charts = charts(&Counts::default(), &classes);
        assert_eq!(charts.iter().map(|chart| chart.bars.len()).collect::<Vec<_>>(), [20, 20, 1]);
        assert!(charts.iter().all(|chart| chart.height <= TOP + ROWS * ROW));
    }

    #[test]
    fn a_name_of_a_class_is_text_and_no_markup() {
        let svg =
            charts(&Counts::default(), &[class("<b>&\"une très longue classe", [1, 0, 0, 0])])[0].render().unwrap();
        assert!(!svg.contains("<b>") && svg.contains('…'), "{svg}");
    }

    proptest! {
        #[test]
        fn segments_follow_each_other_within_the_drawing(all in prop::collection::vec(prop::array::uniform4(0_usize..3_000), 1..30)) {
            let classes: Vec<Class> = all.into_iter().map(|counts| class("6A", counts)).collect();
            for bar in charts(&Counts::default(), &classes).iter().flat_map(|chart| &chart.bars) {
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
