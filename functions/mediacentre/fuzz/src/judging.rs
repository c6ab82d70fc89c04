//! What both readers make of a response, held against what was signed.

use std::collections::BTreeMap;

use mediacentre::response::{Code, read};

use crate::second_opinion::SecondOpinion;
use crate::seeds::{NOW, REQUEST, Seeds};

type Attributes = BTreeMap<String, Vec<String>>;

pub struct Judge {
    pub seeds: Seeds,
    second: SecondOpinion,
    /// What the provider said: every other value is forged.
    truths: Vec<Attributes>,
    now: jiff::Timestamp,
}

/// What both said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    pub ours: Result<(), Code>,
    /// The error of saml-rs, in which digits are left out so that like ones count together.
    pub theirs: Result<(), String>,
    /// saml-rs gave values that nobody signed.
    pub they_took_a_forgery: bool,
    /// Both took it, with different values.
    pub differ: bool,
}

impl Judge {
    pub fn new() -> Self {
        let seeds = Seeds::read();
        let second = SecondOpinion::new(&seeds.metadata).expect("a configuration");
        let now = NOW.parse().expect("a time");
        let sound = seeds.sound.iter().chain(&seeds.others);
        let truths = sound
            .filter_map(|text| read(text.as_bytes(), &seeds.provider, &seeds.settings, REQUEST, now).ok())
            .map(|sign_on| sign_on.attributes)
            .collect();
        Self { seeds, second, truths, now }
    }

    /// # Panics
    /// If our reader takes a value that nobody signed.
    pub fn judge(&self, text: &str) -> Verdict {
        let seeds = &self.seeds;
        let ours = read(text.as_bytes(), &seeds.provider, &seeds.settings, REQUEST, self.now)
            .map(|sign_on| sign_on.attributes)
            .map_err(|refusal| refusal.code);
        if let Ok(attributes) = &ours {
            assert!(self.truths.contains(attributes), "forged: {attributes:?}\n{text}");
        }
        let theirs = self.second.read(text);
        let they_took_a_forgery = theirs.as_ref().is_ok_and(|attributes| !self.is_true_for_them(attributes));
        let differ = matches!((&ours, &theirs), (Ok(ours), Ok(theirs)) if trimmed(ours) != trimmed(theirs));
        let without_digits = |error: saml_rs::SamlError| {
            let text = error.to_string();
            let text: String = text.chars().filter(|c| !c.is_ascii_digit()).take(60).collect();
            text.replace('\n', " ")
        };
        Verdict { ours: ours.map(drop), theirs: theirs.map(drop).map_err(without_digits), they_took_a_forgery, differ }
    }

    fn is_true_for_them(&self, attributes: &Attributes) -> bool {
        self.truths.iter().any(|truth| trimmed(truth) == trimmed(attributes))
    }
}

impl Default for Judge {
    fn default() -> Self {
        Self::new()
    }
}

/// saml-rs trims values.
fn trimmed(attributes: &Attributes) -> Attributes {
    let values = |values: &Vec<String>| values.iter().map(|value| value.trim().to_owned()).collect();
    attributes.iter().map(|(name, v)| (name.clone(), values(v))).collect()
}
