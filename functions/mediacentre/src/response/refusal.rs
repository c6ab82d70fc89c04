//! A response that is refused: its code for programs and logs, its detail for whoever does support.

use std::fmt;

use super::code::Code;

/// Why a response is refused. Neither part quotes the response: what somebody wrote there could be a person's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", self.detail())]
pub struct Refusal {
    /// The rule that it broke.
    pub code: Code,
    more: Option<String>,
}

impl Refusal {
    /// The code's sentence, and what else can be said without quoting the response.
    pub fn detail(&self) -> String {
        match &self.more {
            Some(more) => format!("{} {more}", self.code.sentence()),
            None => self.code.sentence().to_owned(),
        }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, more: None }
    }
}

impl Code {
    /// A refusal that says more: our own configuration, names of SAML, numbers and times, never text of the response.
    pub(super) fn with(self, more: impl fmt::Display) -> Refusal {
        Refusal { code: self, more: Some(more.to_string()) }
    }
}
