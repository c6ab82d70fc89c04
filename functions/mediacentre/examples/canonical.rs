//! `cargo run -p mediacentre --example canonical -- elements.jsonl`: our canonicalisation against what libxml2 made of the
//! same elements. `canonicalization/elements.py` writes the file.

use std::collections::BTreeSet;
use std::io::BufRead;

use mediacentre::response::{canonical, door};
use roxmltree::Node;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    xml: String,
    /// The number of elements before the one that is canonicalised.
    apex: usize,
    /// The number of elements, from that one on, before the one that is passed over.
    without: Option<usize>,
    prefixes: Vec<String>,
    expected: String,
}

impl Case {
    fn canonical(&self) -> Result<String, String> {
        let text = door::text(self.xml.as_bytes()).map_err(|refusal| refusal.to_string())?;
        let document = door::parse(&text).map_err(|refusal| refusal.to_string())?;
        let mut elements = document.descendants().filter(Node::is_element);
        let apex = elements.nth(self.apex).ok_or("no such element")?;
        let without = self.without.and_then(|at| apex.descendants().filter(Node::is_element).nth(at));
        let prefixes: BTreeSet<&str> = self.prefixes.iter().map(String::as_str).collect();
        canonical::exclusive(apex, without, &prefixes).map_err(|code| code.to_string())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args_os().nth(1).ok_or("canonical FILE")?;
    let (mut cases, mut bytes, mut differences) = (0_usize, 0_usize, 0_usize);
    for line in std::io::BufReader::new(std::fs::File::open(file)?).lines() {
        let case: Case = serde_json::from_str(&line?)?;
        let found = case.canonical();
        cases += 1;
        bytes += case.expected.len();
        if found.as_deref() != Ok(case.expected.as_str()) {
            differences += 1;
            println!("{}\n  ours:    {found:?}\n  libxml2: {:?}", case.xml, case.expected);
        }
    }
    println!("{cases} elements, {bytes} bytes once canonical: {differences} differences");
    if differences > 0 { Err("the same element has two canonical forms".into()) } else { Ok(()) }
}
