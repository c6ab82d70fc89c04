//! The credentials that a program shows, in one of the two ways of [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1): in
//! `Authorization: Basic`, or in the form.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use rentree_domain::{ProgramSecret, RecordBookName, SecretHash};

use super::refusal::Refusal;

/// What a program shows. Each part is `None` where it cannot be anybody's.
pub(crate) struct Shown {
    pub(super) name: Option<RecordBookName>,
    pub(super) secret: Option<SecretHash>,
}

impl Shown {
    /// Reads them.
    pub(super) fn read(headers: &HeaderMap, client_id: &str, client_secret: &str) -> Result<Self, Refusal> {
        let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
        match (authorizations.next(), authorizations.next()) {
            (None, _) if client_id.is_empty() || client_secret.is_empty() => Err(Refusal::NoCredentials),
            (None, _) => Ok(Self::of(client_id, client_secret)),
            (Some(_), None) if !client_secret.is_empty() => {
                Err(Refusal::Request("Credentials come in Authorization or in the form, not in both."))
            }
            (Some(value), None) => {
                let shown = value.to_str().ok().and_then(basic).ok_or(Refusal::NoCredentials)?;
                let is_of_form = |name: &RecordBookName| client_id.is_empty() || name.as_str() == client_id;
                if shown.name.as_ref().is_none_or(is_of_form) {
                    Ok(shown)
                } else {
                    Err(Refusal::Request("The client_id is not that of Authorization."))
                }
            }
            (Some(_), Some(_)) => Err(Refusal::Request("There are two Authorization headers.")),
        }
    }

    fn of(name: &str, secret: &str) -> Self {
        let secret = ProgramSecret::parse(secret).map(|secret| secret.hash());
        Self { name: RecordBookName::parse(name).ok(), secret }
    }
}

/// `Basic <base64 of name:secret>`, each part encoded as in forms.
fn basic(value: &str) -> Option<Shown> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = pair.split_once(':')?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some(Shown::of(&decoded(name), &decoded(secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (header::AUTHORIZATION, value.parse().unwrap())).fold(
            HeaderMap::new(),
            |mut headers, (name, value)| {
                headers.append(name, value);
                headers
            },
        )
    }

    fn encoded(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn credentials_are_read_in_either_way() {
        let secret = ProgramSecret::new([7; 32]);
        let (name, text) = ("lsu-2026", secret.as_str());
        let by_header = encoded(&format!("{name}:{text}"));
        // As a library may encode a hyphen.
        let by_encoded = encoded(&format!("lsu%2D2026:{text}")).replacen("Basic", "basic", 1);
        for (values, id, typed) in
            [(vec![], name, text), (vec![by_header.as_str()], "", ""), (vec![by_encoded.as_str()], name, "")]
        {
            let shown = Shown::read(&headers(&values), id, typed).ok().unwrap();
            assert_eq!(shown.name.unwrap().as_str(), name);
            assert!(shown.secret == Some(secret.hash()));
        }
    }

    #[test]
    fn what_does_not_read_is_told() {
        let good = encoded(&format!("lsu-2026:{}", ProgramSecret::new([7; 32]).as_str()));
        let both = "Credentials come in Authorization or in the form, not in both.";
        let other = "The client_id is not that of Authorization.";
        let (no_pair, token) = (encoded("lsu-2026"), "Bearer AAAA");
        for (values, id, typed, told) in [
            (vec![], "", "", Refusal::NoCredentials),
            (vec![], "lsu-2026", "", Refusal::NoCredentials),
            (vec![], "", "x", Refusal::NoCredentials),
            (vec![good.as_str()], "", "x", Refusal::Request(both)),
            (vec![good.as_str()], "lsl-2026", "", Refusal::Request(other)),
            (vec![good.as_str(), good.as_str()], "", "", Refusal::Request("There are two Authorization headers.")),
            (vec![no_pair.as_str()], "", "", Refusal::NoCredentials),
            (vec!["Basic é"], "", "", Refusal::NoCredentials),
            (vec![token], "", "", Refusal::NoCredentials),
        ] {
            assert_eq!(Shown::read(&headers(&values), id, typed).err(), Some(told), "{values:?}");
        }
    }

    #[test]
    fn what_can_be_nobodys_is_nobodys() {
        let shown = Shown::read(&headers(&[]), "Karine Dunord", "secret").ok().unwrap();
        assert!(shown.name.is_none() && shown.secret.is_none());
    }
}
