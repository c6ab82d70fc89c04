//! The responses of `vectors/`, each read or refused as its index says. `makers/` made them, by xmlsec1 and signxml.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::response::{AttributeNames, Code, IdentityProvider, Refusal, Settings, SignOn, Skew, decode, read};

/// The index.
#[derive(Deserialize)]
pub(super) struct Index {
    entity_id: String,
    acs: String,
    pub(super) vectors: Vec<Vector>,
}

/// One response.
#[derive(Deserialize)]
pub(super) struct Vector {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) maker: String,
    pub(super) expected: Expected,
    metadata: String,
    now: jiff::Timestamp,
    request: String,
}

/// What becomes of it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Expected {
    Accepted(BTreeMap<String, Vec<String>>),
    Refused(Code),
}

pub(super) fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/response/tests/vectors");
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(super) fn index() -> &'static Index {
    static INDEX: LazyLock<Index> = LazyLock::new(|| serde_json::from_slice(&file("index.json")).unwrap());
    &INDEX
}

pub(super) fn provider(metadata: &str) -> IdentityProvider {
    IdentityProvider::from_metadata(&file(metadata)).unwrap()
}

impl Index {
    pub(super) fn settings(&self) -> Settings {
        Settings {
            entity_id: self.entity_id.clone(),
            acs: self.acs.clone(),
            attributes: AttributeNames::default(),
            skew: Skew::MAX,
        }
    }

    pub(super) fn vector(&self, name: &str) -> &Vector {
        self.vectors.iter().find(|vector| vector.name == name).unwrap()
    }
}

impl Vector {
    pub(super) fn read(&self, bytes: &[u8], settings: &Settings) -> Result<SignOn, Refusal> {
        read(bytes, &provider(&self.metadata), settings, &self.request, self.now)
    }

    /// The bytes that are read, out of base64 where they are in it.
    fn outcome(&self, settings: &Settings) -> Result<SignOn, Refusal> {
        let bytes = file(&self.file);
        if bytes.contains(&b'<') { self.read(&bytes, settings) } else { self.read(&decode(&bytes)?, settings) }
    }
}

#[test]
fn each_is_read_or_refused_for_its_own_reason() {
    let index = index();
    let settings = index.settings();
    let mut wrong = Vec::new();
    for vector in &index.vectors {
        let found = match vector.outcome(&settings) {
            Ok(sign_on) => Expected::Accepted(sign_on.attributes),
            Err(refusal) => Expected::Refused(refusal.code),
        };
        if found != vector.expected {
            wrong.push(format!("{} by {}: {found:?} instead of {:?}", vector.name, vector.maker, vector.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(index.vectors.len() >= 80);
}

#[test]
fn what_is_known_of_the_person_comes_out_of_the_attributes() {
    let index = index();
    let sign_on = index.vector("several-names").outcome(&index.settings()).unwrap();
    assert_eq!(sign_on.ido, "0f".repeat(64));
    assert_eq!(sign_on.first_names, ["Zoé", "Marie", "Lou"]);
    assert_eq!(sign_on.last_names, ["D’Hérouville", "Martin"]);
    assert_eq!(sign_on.schools, ["0990001N"]);
    assert_eq!(sign_on.profiles, ["National_elv"]);
    assert_eq!(sign_on.assertion_id, "_assertion");
    assert_eq!(sign_on.refused_from, "2026-09-01T08:10:00Z".parse().unwrap());
    let blank = index.vector("blank-names").outcome(&index.settings()).unwrap();
    assert_eq!(blank.first_names, [" Zoé "]);
    let early = index.vector("session-end").outcome(&index.settings()).unwrap();
    assert_eq!(early.refused_from, "2026-09-01T08:10:00Z".parse().unwrap());
}

#[test]
fn names_of_attributes_are_settings() {
    let index = index();
    let mut settings = index.settings();
    settings.attributes.ido = "UAI".to_owned();
    settings.attributes.first_name = "NOM".to_owned();
    let sign_on = index.vector("ido-alone").outcome(&settings);
    assert_eq!(sign_on.unwrap_err().code, Code::IdoMissing);
    let sign_on = index.vector("teacher").outcome(&settings).unwrap();
    assert_eq!((sign_on.ido.as_str(), sign_on.first_names), ("0990001N", vec!["D’Hérouville".to_owned()]));
}

#[test]
fn no_refusal_and_no_debugging_tells_a_person() {
    let index = index();
    let settings = index.settings();
    for vector in &index.vectors {
        let told = match vector.outcome(&settings) {
            Ok(sign_on) => format!("{sign_on:?}"),
            Err(refusal) => format!("{refusal:?} {refusal} {}", refusal.detail()),
        };
        for personal in ["0f0f", "f0f0", "eeee", "Zoé", "Hérouville", "0990001N", "_assertion", "_transient"] {
            assert!(!told.contains(personal), "{}: {told}", vector.name);
        }
    }
}
