//! The responses that are changed: those of the tests that are read, at one time, for one request and one provider.

use std::fs;
use std::path::PathBuf;

use mediacentre::response::{AttributeNames, IdentityProvider, Settings, Skew};

pub const PROVIDER: &str = "https://idp.example.org/gar";
pub const US: &str = "https://rentree.example.org/mediacentre";
pub const ACS: &str = "https://rentree.example.org/mediacentre/acs";
pub const REQUEST: &str = "_request-1";
pub const NOW: &str = "2026-09-01T08:00:00Z";

const NAMES: [&str; 16] = [
    "assertion-signed-by-xmlsec1",
    "assertion-signed-by-signxml",
    "response-signed-by-xmlsec1",
    "response-signed-by-signxml",
    "assertion-and-response-signed-by-xmlsec1",
    "assertion-and-response-signed-by-signxml",
    "prefix-list-xsd",
    "prefix-list-many",
    "prefixes-none",
    "prefixes-rebound",
    "comments",
    "several-names",
    "teacher",
    "two-bearers",
    "extensions-and-advice",
    "next-key",
];

/// Signed responses, and those of others: by a stranger, for another request, with another person.
pub struct Seeds {
    pub sound: Vec<String>,
    pub others: Vec<String>,
    pub metadata: String,
    pub provider: IdentityProvider,
    pub settings: Settings,
}

impl Seeds {
    /// Reads the files of the tests.
    pub fn read() -> Self {
        let metadata = file("metadata.xml");
        let others = ["signed-by-a-stranger-by-xmlsec1", "in-response-to-foreign-in-assertion", "ido-of-255-characters", "expired"];
        Self {
            sound: NAMES.iter().map(|name| file(&format!("{name}.xml"))).collect(),
            others: others.iter().chain(&NAMES).map(|name| file(&format!("{name}.xml"))).collect(),
            provider: IdentityProvider::from_metadata(metadata.as_bytes()).expect("sound metadata"),
            metadata,
            settings: Settings {
                entity_id: US.to_owned(),
                acs: ACS.to_owned(),
                attributes: AttributeNames::default(),
                skew: Skew::MAX,
            },
        }
    }
}

fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../src/response/tests/vectors").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
