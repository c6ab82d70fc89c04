//! What a response claims, before anything of it is checked: which provider and which request it is to be read against. Whoever claims
//! falsely is refused by [`read`](super::read), which believes none of it.

use super::door;
use super::element::{attribute, text};
use super::name;
use super::refusal::Refusal;

/// What a response claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The provider whose response it is; empty if it does not say.
    pub issuer: String,
    /// The request that it answers; empty if it does not say.
    pub request: String,
}

/// Looks at the XML of a response.
pub fn claim(xml: &[u8]) -> Result<Claim, Refusal> {
    let text_of_it = door::text(xml)?;
    let document = door::parse(&text_of_it)?;
    let issuer = document.descendants().find(|node| node.has_tag_name(name::ISSUER)).and_then(text);
    let request = attribute(document.root_element(), "InResponseTo");
    Ok(Claim { issuer: issuer.unwrap_or_default(), request: request.unwrap_or_default().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_it_says_is_told() {
        let saml = "urn:oasis:names:tc:SAML:2.0:assertion";
        let xml = format!(r#"<r InResponseTo="_1"><i:Issuer xmlns:i="{saml}">urn:id<!-- -->p</i:Issuer></r>"#);
        assert_eq!(claim(xml.as_bytes()).unwrap(), Claim { issuer: "urn:idp".to_owned(), request: "_1".to_owned() });
        assert_eq!(claim(b"<r/>").unwrap(), Claim { issuer: String::new(), request: String::new() });
        assert!(claim(b"<!DOCTYPE r><r/>").is_err());
    }
}
