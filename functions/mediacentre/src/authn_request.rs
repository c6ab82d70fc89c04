//! The request that the browser takes to an identity provider, by redirect: SAML bindings 3.4.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::providers::Provider;
use crate::response::Settings;
use crate::signing::{NotSigned, RequestKey};
use crate::xml::escaped;

/// A request.
pub(crate) struct AuthnRequest {
    pub(crate) id: String,
    at: Timestamp,
}

impl AuthnRequest {
    /// A request of `now`. Its identifier says nothing, and nobody can guess it.
    pub(crate) fn new(drawn: [u8; 20], now: Timestamp) -> Self {
        let digits: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
        // An identifier of XML begins with a letter or a line below.
        Self { id: format!("_{digits}"), at: now }
    }

    /// Where the browser takes it.
    pub(crate) fn location(&self, to: &Provider, us: &Settings, key: Option<&RequestKey>) -> Result<String, NotSigned> {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let query = format!("SAMLRequest={}", encode(&STANDARD.encode(stored(self.xml(to, us).as_bytes()))));
        let query = match key {
            None => query,
            Some(key) => key.sign(&query, encode)?,
        };
        let before = if to.sign_on.contains('?') { '&' } else { '?' };
        Ok(format!("{}{before}{query}", to.sign_on))
    }

    fn xml(&self, to: &Provider, us: &Settings) -> String {
        format!(
            concat!(
                r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" "#,
                r#"xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="{at}" "#,
                r#"Destination="{to}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" "#,
                r#"AssertionConsumerServiceURL="{acs}"><saml:Issuer>{us}</saml:Issuer></samlp:AuthnRequest>"#
            ),
            id = self.id,
            at = format_args!("{:.0}", self.at),
            to = escaped(&to.sign_on),
            acs = escaped(&us.acs),
            us = escaped(&us.entity_id),
        )
    }
}

/// `bytes` as DEFLATE has them (RFC 1951), in blocks that are stored and not packed: no library is needed, and requests are short.
fn stored(bytes: &[u8]) -> Vec<u8> {
    const MOST: usize = u16::MAX as usize;
    let count = bytes.len().div_ceil(MOST).max(1);
    let mut blocks = Vec::with_capacity(bytes.len() + 5 * count);
    for number in 0..count {
        let block = &bytes[number * MOST..bytes.len().min((number + 1) * MOST)];
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        blocks.push(u8::from(number + 1 == count));
        blocks.extend(length.to_le_bytes());
        blocks.extend((!length).to_le_bytes());
        blocks.extend(block);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::providers::tests::providers;
    use crate::response::{AttributeNames, Skew};
    use crate::signing::tests::KEY;

    #[test]
    fn the_request_says_who_asks_whom_and_where_to_answer() {
        let us = Settings {
            entity_id: "https://rentree.example/a?b&c".to_owned(),
            acs: "https://rentree.example/mediacentre/acs".to_owned(),
            attributes: AttributeNames::default(),
            skew: Skew::default(),
        };
        let providers = providers();
        let request = AuthnRequest::new([0xab; 20], "2026-09-01T08:00:00.7Z".parse().unwrap());
        let key = RequestKey::parse(KEY, None).unwrap();
        let plain = request.location(providers.chosen("").unwrap(), &us, None).unwrap();
        let signed = request.location(providers.chosen("").unwrap(), &us, Some(&key)).unwrap();
        assert!(plain.starts_with("https://gar.example/sso?a=b&SAMLRequest="), "{plain}");
        assert!(signed.starts_with(&format!("{plain}&SigAlg=")) && signed.contains("&Signature="), "{signed}");

        let sent = plain.split_once("SAMLRequest=").unwrap().1;
        let packed = STANDARD.decode(percent_encoding::percent_decode_str(sent).decode_utf8().unwrap().as_ref());
        let mut xml = String::new();
        flate2::read::DeflateDecoder::new(packed.unwrap().as_slice()).read_to_string(&mut xml).unwrap();
        let document = roxmltree::Document::parse(&xml).unwrap();
        let root = document.root_element();
        assert_eq!(root.tag_name(), ("urn:oasis:names:tc:SAML:2.0:protocol", "AuthnRequest").into());
        for (name, value) in [
            ("ID", "_abababababababababababababababababababab"),
            ("Version", "2.0"),
            ("IssueInstant", "2026-09-01T08:00:00Z"),
            ("Destination", "https://gar.example/sso?a=b"),
            ("AssertionConsumerServiceURL", us.acs.as_str()),
            ("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"),
        ] {
            assert_eq!(root.attribute(name), Some(value), "{name}");
        }
        assert_eq!(root.first_element_child().unwrap().text(), Some(us.entity_id.as_str()));
    }

    #[test]
    fn what_is_stored_unpacks() {
        for length in [0, 1, 700, 65_535, 65_536, 200_000] {
            let bytes: Vec<u8> = (0_u32..length).map(|n| n.to_le_bytes()[0]).collect();
            let mut unpacked = Vec::new();
            flate2::read::DeflateDecoder::new(stored(&bytes).as_slice()).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == bytes, "{length}");
        }
    }
}
