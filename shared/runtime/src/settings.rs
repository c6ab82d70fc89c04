//! Settings: names and values, from the environment in Lambda, from a list on one machine and in tests.
//!
//! Each function lists what it reads in its own `Config`; `infra/template.yaml` sets it.

use std::collections::BTreeMap;
use std::fmt;

/// Names and values.
#[derive(Clone)]
pub struct Settings(BTreeMap<String, String>);

/// A setting that is not there, or does not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not set, or set to nothing.
    #[error("the setting {0} is missing")]
    Missing(&'static str),
    /// Set to something else than expected.
    #[error("the setting {name} is not {expected}")]
    Invalid {
        /// Its name.
        name: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// Several things may be wrong with it.
    #[error("the setting {name} does not read: {why}")]
    Unreadable {
        /// Its name.
        name: &'static str,
        /// What is wrong; never a secret.
        why: String,
    },
}

impl Settings {
    /// The environment of the process.
    pub fn from_env() -> Self {
        let text = |value: std::ffi::OsString| value.into_string().ok();
        Self(std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect())
    }

    /// A list.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// These settings, with others over them.
    #[must_use]
    pub fn with<N: Into<String>, V: Into<String>>(mut self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        self.0.extend(pairs.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// The value, unless it is not set or blank.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The value.
    pub fn required(&self, name: &'static str) -> Result<&str, SettingsError> {
        self.optional(name).ok_or(SettingsError::Missing(name))
    }

    /// The value as a whole number.
    pub fn number(&self, name: &'static str) -> Result<u32, SettingsError> {
        self.required(name)?.parse().map_err(|_| SettingsError::Invalid { name, expected: "a whole number" })
    }

    /// All of them, for the environment of a process to be started.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Settings {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_setting_is_named() {
        let settings = Settings::from_pairs([("TABLE", "rentree"), ("BLANK", " "), ("SECONDS", "ten")]);
        assert_eq!(settings.required("TABLE"), Ok("rentree"));
        assert_eq!(settings.required("BLANK"), Err(SettingsError::Missing("BLANK")));
        assert_eq!(settings.number("SECONDS").unwrap_err().to_string(), "the setting SECONDS is not a whole number");
    }

    #[test]
    fn values_are_never_printed() {
        let printed = format!("{:?}", Settings::from_pairs([("AWS_SECRET_ACCESS_KEY", "hunter2")]));
        assert!(printed.contains("AWS_SECRET_ACCESS_KEY") && !printed.contains("hunter2"));
    }
}
