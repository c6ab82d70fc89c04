//! The lines of a report by kind, for the page of an import: a remedy is told once, under the lines that it is for.

use rentree_table::{LineKind, ReportLine};

use super::words;

/// Lines shown of a group; the report has the others.
const SHOWN: usize = 10;
/// Lines of a section that stand on paper: where there are more, nobody mends them by hand, and the list for spreadsheets has them.
const PRINTED: usize = 1_000;

/// Lines of one kind, and of one remedy.
pub(crate) struct Group {
    pub(crate) remedy: String,
    pub(crate) count: usize,
    /// The first of them.
    pub(crate) lines: Vec<ReportLine>,
    /// Those that only paper shows besides.
    pub(crate) on_paper: Vec<ReportLine>,
}

/// All lines of one kind.
pub(crate) struct Section {
    pub(crate) kind: LineKind,
    pub(crate) count: usize,
    /// The largest first.
    pub(crate) groups: Vec<Group>,
}

impl Section {
    /// Its name in addresses, and on the page.
    pub(crate) fn value(&self) -> &'static str {
        words::value(self.kind)
    }

    /// Whether each line is a name with a class.
    pub(crate) fn is_of_names(&self) -> bool {
        self.kind >= LineKind::Deactivated
    }
}

impl Group {
    /// How many lines are not shown.
    pub(crate) fn more(&self) -> usize {
        self.count - self.lines.len()
    }

    /// How many stand not even on paper.
    pub(crate) fn not_printed(&self) -> usize {
        self.more() - self.on_paper.len()
    }
}

/// The lines, in the order of the report, as the page shows them.
pub(crate) fn sections(lines: Vec<ReportLine>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in lines {
        if sections.last().is_none_or(|section| section.kind != line.kind) {
            sections.push(Section { kind: line.kind, count: 0, groups: Vec::new() });
        }
        let Some(section) = sections.last_mut() else { continue };
        section.count += 1;
        let at = section.groups.iter().position(|group| group.remedy == line.remedy).unwrap_or_else(|| {
            section.groups.push(Group {
                remedy: line.remedy.clone(),
                count: 0,
                lines: Vec::new(),
                on_paper: Vec::new(),
            });
            section.groups.len() - 1
        });
        let group = &mut section.groups[at];
        group.count += 1;
        if group.lines.len() < SHOWN {
            group.lines.push(line);
        } else if section.count <= PRINTED && line.kind < LineKind::Deactivated {
            // What has to be mended is worked through on paper; names are looked up, and the report prints them.
            group.on_paper.push(line);
        }
    }
    for section in &mut sections {
        section.groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: LineKind, remedy: &str) -> ReportLine {
        ReportLine {
            kind,
            line: 1,
            code: String::new(),
            field: String::new(),
            name: String::new(),
            message: String::new(),
            remedy: remedy.to_owned(),
            division: String::new(),
            changes: Vec::new(),
        }
    }

    #[test]
    fn a_remedy_is_told_once_and_the_most_frequent_first() {
        let mut lines = vec![line(LineKind::Problem, "a")];
        lines.extend((0..12).map(|_| line(LineKind::Problem, "b")));
        lines.push(line(LineKind::Problem, "a"));
        lines.push(line(LineKind::Added, ""));
        let sections = sections(lines);
        let seen: Vec<_> = sections.iter().map(|section| (section.kind, section.count, section.groups.len())).collect();
        assert_eq!(seen, [(LineKind::Problem, 14, 2), (LineKind::Added, 1, 1)]);
        let groups: Vec<_> =
            sections[0].groups.iter().map(|group| (group.remedy.as_str(), group.count, group.more())).collect();
        assert_eq!(groups, [("b", 12, 2), ("a", 2, 0)]);
        assert_eq!(sections[0].groups[0].not_printed(), 0);
    }

    #[test]
    fn paper_holds_the_errors_and_not_the_names() {
        let lines = |kind, count| (0..count).map(|_| line(kind, "")).collect();
        let many = |kind, count| sections(lines(kind, count)).remove(0).groups.remove(0);
        for (kind, count, printed, not_printed) in [
            (LineKind::Problem, 10, 0, 0),
            (LineKind::Problem, 1_000, 990, 0),
            (LineKind::Problem, 1_200, 990, 200),
            (LineKind::Added, 30, 0, 20),
        ] {
            let group = many(kind, count);
            assert_eq!((group.on_paper.len(), group.not_printed()), (printed, not_printed), "{kind:?} {count}");
        }
    }
}
