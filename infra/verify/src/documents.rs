//! The documents are true to the tree: what they link to and cite is there, and what the code cites of them, too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::standard;

/// Files that may cite a document.
const READ: [&str; 7] = ["md", "rs", "toml", "yaml", "html", "css", "js"];
/// Where a path that a document cites begins.
const FOLDERS: [&str; 6] = ["docs/", "events/", "functions/", "infra/", "shared/", "tests/"];
/// What is built, installed or kept on one machine.
const PASSED_OVER: [&str; 3] = ["target", "node_modules", "snapshots"];

/// Everything that is cited below `root` and is not there, each with its file and line.
pub(crate) fn missing(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    list(root, &mut files);
    let mut missing: Vec<String> = files.iter().flat_map(|file| of_file(root, file)).collect();
    missing.extend(of_pages(root));
    missing.extend(standard::miscounted(&fs::read_to_string(root.join("docs/asvs.md")).unwrap_or_default()));
    missing
}

/// As a gate.
pub(crate) fn pass(root: &Path) -> Result<(), String> {
    let missing = missing(root);
    for line in &missing {
        eprintln!("{line}");
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("failed: {} citations lead nowhere", missing.len())) }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || PASSED_OVER.contains(&name.as_ref()) {
            continue;
        }
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| READ.iter().any(|read| extension == *read)) {
            files.push(path);
        }
    }
}

fn of_file(root: &Path, file: &Path) -> Vec<String> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let is_document = file.extension().is_some_and(|extension| extension == "md");
    let is_served = is_served(root, file);
    let mut missing = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let mut tell = |what: &str| {
            let file = file.strip_prefix(root).unwrap_or(file);
            missing.push(format!("{}:{number}: {what} is not there", file.display()));
        };
        if is_document {
            // An address of the product is followed where the page is served: by the journeys of `guides`.
            let is_elsewhere =
                |link: &&str| link.contains("://") || link.starts_with("mailto:") || is_served && link.starts_with('/');
            for link in between(line, "](", ")").filter(|link| !is_elsewhere(link)) {
                if !leads(file, link) {
                    tell(link);
                }
            }
        }
        // In a document, a path of the tree; in code, a document alone, for code speaks of many paths.
        for cited in between(line, "`", "`") {
            let is_path = FOLDERS.iter().any(|folder| cited.starts_with(folder));
            let is_pattern = cited.contains(['<', '*', '{', ' ', '…', ':', '|']);
            let is_page = Path::new(cited).extension().is_some_and(|extension| extension == "md");
            if is_path && !is_pattern && (is_document || is_page) && !root.join(cited).exists() {
                tell(cited);
            }
            if is_document && is_lost_journey(root, cited) {
                tell(cited);
            }
        }
    }
    missing
}

/// Whether `cited` is `module::test` of a module of journeys that has no such test.
fn is_lost_journey(root: &Path, cited: &str) -> bool {
    let Some((module, test)) = cited.split_once("::") else { return false };
    let is_name =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_name(module) || !is_name(test) {
        return false;
    }
    let journeys = fs::read_to_string(root.join("tests/journeys").join(module).with_extension("rs"));
    journeys.is_ok_and(|text| !text.contains(&format!("fn {test}(")))
}

/// Where the documents are that the product serves.
const SERVED: [&str; 2] = ["docs/aide", "docs/service"];

/// Each page begins with its question and is named by the map.
fn of_pages(root: &Path) -> Vec<String> {
    let map = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap_or_default();
    let mut pages = Vec::new();
    list(&root.join("docs"), &mut pages);
    let mut missing = Vec::new();
    for page in pages.into_iter().filter(|page| !is_served(root, page)) {
        let name = page.strip_prefix(root).unwrap_or(&page).display().to_string();
        if !map.contains(&format!("({name})")) {
            missing.push(format!("ARCHITECTURE.md: {name} is not there"));
        }
        let text = fs::read_to_string(&page).unwrap_or_default();
        let title = text.lines().next().unwrap_or_default();
        if !(title.starts_with("# ") && title.ends_with('?')) {
            missing.push(format!("{name}:1: the question that it answers is not there"));
        }
    }
    missing
}

/// Whether a document is a page of the product, for the people who use it: it answers to them, and the map names its folder.
fn is_served(root: &Path, page: &Path) -> bool {
    SERVED.iter().any(|folder| page.starts_with(root.join(folder)))
}

/// Whether a link of `file` leads to a file, and to a heading if it names one.
fn leads(file: &Path, link: &str) -> bool {
    let (path, heading) = link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
    let target = if path.is_empty() { file.to_owned() } else { file.with_file_name("").join(path) };
    match heading {
        None => target.exists(),
        Some(heading) => fs::read_to_string(target).is_ok_and(|text| headings(&text).contains(heading)),
    }
}

/// The headings of a document, as GitHub makes addresses of them.
fn headings(text: &str) -> BTreeSet<String> {
    let mut in_code = false;
    let mut headings = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if line.starts_with('#') && !in_code {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            headings.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
        }
    }
    headings
}

/// What stands between `open` and the next `close`, one after the other.
fn between<'a>(line: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let (_, behind) = rest.split_once(open)?;
        let (found, behind) = behind.split_once(close)?;
        rest = behind;
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_cited_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        assert_eq!(missing(root), Vec::<String>::new());
    }

    /// A tree with one good citation of each kind, and one that leads nowhere.
    #[test]
    fn what_is_not_there_is_told_with_its_line() {
        let root = std::env::temp_dir().join(format!("rentree-documents-{}", std::process::id()));
        fs::create_dir_all(root.join("docs")).unwrap();
        fs::create_dir_all(root.join("shared")).unwrap();
        fs::create_dir_all(root.join("tests/journeys")).unwrap();
        fs::write(root.join("tests/journeys/joins.rs"), "#[test]\nfn once() {}\n").unwrap();
        fs::write(
            root.join("ARCHITECTURE.md"),
            "[a](docs/a.md)\n[a](docs/a.md#it-s-so)\n[b](docs/b.md) `shared/b.rs` `shared/a.rs`\n`joins::once` `joins::twice` `other::once`\n",
        )
        .unwrap();
        fs::write(
            root.join("docs/a.md"),
            "# What?\n\n## It is, so!\n\n[up](../ARCHITECTURE.md) [here](#it-is-so) [x](https://x.example/y)\n",
        )
        .unwrap();
        fs::write(root.join("docs/c.md"), "# No question\n").unwrap();
        let of_code = ["docs/a", "docs/z"].map(|page| format!("`{page}.md`")).join(" ");
        fs::write(root.join("shared/a.rs"), format!("//! See {of_code} and `shared/any/path.rs`.\n")).unwrap();
        let mut told = missing(&root);
        told.sort();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            told,
            [
                "ARCHITECTURE.md: docs/c.md is not there",
                "ARCHITECTURE.md:2: docs/a.md#it-s-so is not there",
                "ARCHITECTURE.md:3: docs/b.md is not there",
                "ARCHITECTURE.md:3: shared/b.rs is not there",
                "ARCHITECTURE.md:4: joins::twice is not there",
                "docs/c.md:1: the question that it answers is not there",
                "shared/a.rs:1: docs/z.md is not there",
            ]
        );
    }

    #[test]
    fn headings_are_addressed_as_github_does() {
        let found = headings("# INE, \"identifiant national élève\"\n```\n# no heading\n```\n## What it costs\n");
        assert!(found.iter().eq(["ine-identifiant-national-élève", "what-it-costs"]), "{found:?}");
    }
}
