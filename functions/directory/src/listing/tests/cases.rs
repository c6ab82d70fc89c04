//! Files made after trouble that people had with the public directory, each with its outcome. Add a file and its line here for each
//! new kind of trouble; `tests/journeys/directory.rs` loads them through the whole function.

use super::*;

fn lines(bytes: &[u8]) -> (Vec<RemarkCode>, Vec<Listed>) {
    let listing = Listing::open(Cursor::new(bytes), Limits::default()).unwrap();
    let of_header = listing.remarks().iter().map(|remark| remark.code).collect();
    (of_header, listing.map(Result::unwrap).collect())
}

/// The official file has such lines: a section of the school, under the UAI of the school.
#[test]
fn one_school_on_two_lines() {
    let (of_header, lines) = lines(include_bytes!("cases/d01.csv"));
    let [Listed::School(first, None), Listed::Again(remark), Listed::School(second, None)] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!((first.name.as_str(), second.uai.as_str()), ("COLLEGE DES ESSAIS", "0750654D"));
    assert_eq!((remark.code, remark.line), (RemarkCode::SchoolListedTwice, 3));
    assert_eq!(of_header, []);
}

/// Some columns under technical names, others under labels.
#[test]
fn labels_for_headers() {
    let (of_header, lines) = lines(include_bytes!("cases/d02.csv"));
    let [Listed::School(closed, None), Listed::School(open, None)] = &lines[..] else { panic!("{lines:?}") };
    assert!(closed.closed && !open.closed);
    assert_eq!((closed.kind.as_str(), open.ministry), ("Collège", Ministry::Education));
    assert_eq!(of_header, []);
}
