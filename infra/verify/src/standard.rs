//! The table of requirements in `docs/asvs.md` adds up: its rows are counted, and its totals are what they say.

use std::collections::{BTreeMap, BTreeSet};

/// As the columns of the totals stand: after level and sum.
const STATUS: [&str; 4] = ["met", "partly", "not", "n.a."];

/// What the totals say otherwise than the rows, and requirements that stand there twice.
pub(crate) fn miscounted(page: &str) -> Vec<String> {
    let rows = page.lines().filter_map(cells).collect::<Vec<_>>();
    let mut counts: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for row in rows.iter().filter(|row| row[0].starts_with("v5.0.0-")) {
        if !seen.insert(row[0]) {
            wrong.push(format!("docs/asvs.md: {} stands there twice", row[0]));
        }
        let Some(status) =
            row.get(3).and_then(|told| STATUS.iter().position(|status| *status == told.trim_matches('*')))
        else {
            wrong.push(format!("docs/asvs.md: {} has no status", row[0]));
            continue;
        };
        for level in [row[1], "both"] {
            let of_level = counts.entry(level).or_default();
            of_level[0] += 1;
            of_level[1 + status] += 1;
        }
    }
    for (level, counted) in counts {
        let told = rows.iter().find(|row| row[0] == level && row.len() == 6);
        let told = told.map(|row| row[1..].iter().filter_map(|cell| cell.parse().ok()).collect::<Vec<usize>>());
        if told.as_deref() != Some(&counted) {
            wrong.push(format!("docs/asvs.md: level {level} counts {counted:?}, its totals say {told:?}"));
        }
    }
    wrong
}

/// The cells of a row of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "| v5.0.0-1.1.1 | 1 | a | met | x |\n| v5.0.0-1.1.2 | 2 | b | n.a. | y |\n";

    #[test]
    fn totals_are_those_of_the_rows() {
        let right = "| level | requirements | met | partly | not | n.a. |\n| 1 | 1 | 1 | 0 | 0 | 0 |\n| 2 | 1 | 0 | 0 | 0 | 1 |\n| both | 2 | 1 | 0 | 0 | 1 |\n";
        assert_eq!(miscounted(&format!("{right}{ROWS}")), Vec::<String>::new());
        let wrong = right.replace("| both | 2 | 1 |", "| both | 2 | 2 |");
        assert_eq!(
            miscounted(&format!("{wrong}{ROWS}| v5.0.0-1.1.2 | 2 | b | maybe | y |\n")),
            [
                "docs/asvs.md: v5.0.0-1.1.2 stands there twice",
                "docs/asvs.md: v5.0.0-1.1.2 has no status",
                "docs/asvs.md: level both counts [2, 1, 0, 0, 1], its totals say Some([2, 2, 0, 0, 1])",
            ]
        );
    }
}
