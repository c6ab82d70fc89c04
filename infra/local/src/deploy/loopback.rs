//! An address of this machine: the only kind that the tools of AWS are ever pointed at here.

use std::net::IpAddr;

use reqwest::Url;
use thiserror::Error;

/// `http://127.0.0.1:4566`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loopback(String);

/// Why an address is refused.
#[derive(Debug, PartialEq, Eq, Error)]
pub(super) enum LoopbackError {
    /// Not an address at all.
    #[error("{0} is no address such as http://127.0.0.1:4566")]
    NoAddress(String),
    /// Somewhere else.
    #[error(
        "{0} is not this machine: cargo dev deploy only deploys to an address such as http://127.0.0.1:4566. docs/deploying.md says how to deploy to AWS"
    )]
    Elsewhere(String),
}

impl Loopback {
    /// Reads an address: `http`, an IP address of this machine (a name may lead anywhere), a port, and nothing else.
    pub(super) fn parse(text: &str) -> Result<Self, LoopbackError> {
        let url = Url::parse(text).map_err(|_| LoopbackError::NoAddress(text.to_owned()))?;
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if !host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
            return Err(LoopbackError::Elsewhere(text.to_owned()));
        }
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if url.scheme() != "http" || !url.username().is_empty() || url.password().is_some() || !is_bare {
            return Err(LoopbackError::NoAddress(text.to_owned()));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// What a command was asked to use: by its argument, else by the environment. Whatever the environment calls an
    /// endpoint of AWS must be this machine, also where we do not look at it.
    pub(super) fn asked(
        argument: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Option<Self>, LoopbackError> {
        let mut asked = argument.map(Self::parse).transpose()?;
        for (name, value) in environment {
            if name.starts_with("AWS_ENDPOINT_URL") && !value.is_empty() {
                let named = Self::parse(&value)?;
                if name == "AWS_ENDPOINT_URL" {
                    asked = asked.or(Some(named));
                }
            }
        }
        Ok(asked)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_taken() {
        for address in ["http://127.0.0.1:4566", "http://127.0.0.1:4566/", "http://127.8.8.8:1", "http://[::1]:4566"] {
            assert_eq!(Loopback::parse(address).unwrap().as_str(), address.trim_end_matches('/'));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "https://sqs.eu-west-3.amazonaws.com",
            "http://sqs.eu-west-3.amazonaws.com:4566",
            "http://127.0.0.1.example.com:4566",
            "http://127.0.0.1@example.com:4566",
            "http://localhost:4566",
            "http://0.0.0.0:4566",
            "http://10.0.0.1:4566",
            "http://169.254.169.254",
            "http://[::ffff:10.0.0.1]:4566",
        ] {
            assert_eq!(Loopback::parse(address), Err(LoopbackError::Elsewhere(address.to_owned())), "{address}");
        }
        for address in
            ["", "127.0.0.1:4566", "https://127.0.0.1:4566", "http://me@127.0.0.1:4566", "http://127.0.0.1:4566/a"]
        {
            assert_eq!(Loopback::parse(address), Err(LoopbackError::NoAddress(address.to_owned())), "{address}");
        }
        assert!(Loopback::parse("http://example.com").unwrap_err().to_string().contains("is not this machine"));
    }

    #[test]
    fn the_environment_must_not_lead_elsewhere_either() {
        let environment = |name: &str, value: &str| [(name.to_owned(), value.to_owned())];
        let here = "http://127.0.0.1:4566";
        let asked = |argument, name: &str, value: &str| Loopback::asked(argument, environment(name, value));
        assert_eq!(asked(None, "AWS_REGION", "eu-west-3"), Ok(None));
        assert_eq!(asked(None, "AWS_ENDPOINT_URL", here).unwrap().unwrap().as_str(), here);
        assert_eq!(
            asked(Some("http://127.0.0.1:1"), "AWS_ENDPOINT_URL", here).unwrap().unwrap().as_str(),
            "http://127.0.0.1:1"
        );
        assert_eq!(asked(None, "AWS_ENDPOINT_URL_S3", here), Ok(None));
        for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"] {
            let there = "https://dynamodb.eu-west-3.amazonaws.com";
            assert_eq!(asked(Some(here), name, there), Err(LoopbackError::Elsewhere(there.to_owned())));
        }
        assert!(asked(Some("https://s3.amazonaws.com"), "HOME", "/").is_err());
    }
}
