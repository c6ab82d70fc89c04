//! An identity provider for tests and benches, in this process: it knows everybody, and signs with a key that stands in this repository.
//! No product trusts it but those that are told to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::json;

const KEY: &[u8] = include_bytes!("idp/key.der");
const CERTIFICATE: &[u8] = include_bytes!("idp/certificate.der");
/// By which name the product knows it.
pub const ENTITY_ID: &str = "https://idp.rentree.example/metadata";
/// Nobody answers there.
const SIGN_ON: &str = "https://idp.rentree.example/sso";
const LASTS: SignedDuration = SignedDuration::from_mins(5);

/// The setting by which a product trusts it. It is two providers, who share a key; the first is [`ENTITY_ID`].
pub fn setting() -> String {
    let described = |id: &str, entity_id: &str| json!({"id": id, "entity_id": entity_id, "sign_on": SIGN_ON, "certificates": [STANDARD.encode(CERTIFICATE)]});
    json!([described("essai", ENTITY_ID), described("autre", OTHER_ENTITY_ID)]).to_string()
}

/// Another one, which knows other people by the same identifiers.
pub const OTHER_ENTITY_ID: &str = "https://autre.rentree.example/metadata";

/// Somebody who signs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The identifier.
    pub ido: String,
    /// Given names.
    pub first_names: Vec<String>,
    /// Surnames.
    pub last_names: Vec<String>,
    /// UAI of the school.
    pub school: String,
    /// `National_elv`, `National_ens` …
    pub profile: String,
}

/// A request, as it comes by redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its identifier.
    pub id: String,
    /// Who asks.
    pub issuer: String,
    /// Where the answer goes.
    pub acs: String,
}

impl Request {
    /// The request that a redirection leads to.
    pub fn at(location: &str) -> anyhow::Result<Self> {
        let url = reqwest::Url::parse(location)?;
        let sent = url.query_pairs().find(|(name, _)| name == "SAMLRequest").map(|(_, value)| value.into_owned());
        let packed = STANDARD.decode(sent.ok_or_else(|| anyhow::anyhow!("no request in {location}"))?)?;
        let mut xml = String::new();
        std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(packed.as_slice()), &mut xml)?;
        let between = |before: &str, after: &str| {
            let rest = xml.split_once(before).map(|(_, rest)| rest);
            let found = rest.and_then(|rest| rest.split_once(after)).map(|(found, _)| found.to_owned());
            found.ok_or_else(|| anyhow::anyhow!("no {before} in the request"))
        };
        Ok(Self {
            id: between(" ID=\"", "\"")?,
            issuer: between("<saml:Issuer>", "</saml:Issuer>")?,
            acs: between("AssertionConsumerServiceURL=\"", "\"")?,
        })
    }
}

/// An answer that is to be made: who is who, and when.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// Who answers.
    pub issuer: &'a str,
    /// What is answered.
    pub request: &'a Request,
    /// Who signs on.
    pub person: &'a Person,
    /// When.
    pub now: Timestamp,
}

impl Answer<'_> {
    /// The answer in base64, as the form of the provider's page posts it. The assertion is signed.
    pub fn encoded(&self) -> anyhow::Result<String> {
        Ok(STANDARD.encode(self.xml()?))
    }

    fn xml(&self) -> anyhow::Result<String> {
        let Self { issuer, request, .. } = self;
        let (at, acs) = (self.at(), escaped(&request.acs));
        let (before, after) = self.assertion();
        let signature = sign(&format!("{before}{after}"), &self.assertion_id())?;
        Ok(format!(
            concat!(
                r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}r" Version="2.0" "#,
                r#"IssueInstant="{at}" Destination="{acs}" InResponseTo="{request}">"#,
                r#"<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</saml:Issuer>"#,
                r#"<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>"#,
                "{before}{signature}{after}</samlp:Response>"
            ),
            id = self.assertion_id(),
            at = at,
            acs = acs,
            request = request.id,
            issuer = issuer,
            before = before,
            signature = signature,
            after = after,
        ))
    }

    fn at(&self) -> String {
        format!("{:.0}", self.now)
    }

    /// The same for the same answer: whoever wants another one waits a moment, or asks again.
    fn assertion_id(&self) -> String {
        let of = format!("{} {} {} {}", self.issuer, self.request.id, self.person.ido, self.now);
        let hash = digest(&SHA256, of.as_bytes());
        format!("_{}", hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// What stands before the signature in the assertion, and what after it: both as exclusive canonicalisation has them.
    fn assertion(&self) -> (String, String) {
        let Self { issuer, request, person, now } = self;
        let (at, until) = (self.at(), format!("{:.0}", *now + LASTS));
        let acs = escaped(&request.acs);
        let before = format!(
            concat!(
                r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{}" IssueInstant="{}" Version="2.0">"#,
                "<saml:Issuer>{}</saml:Issuer>"
            ),
            self.assertion_id(),
            at,
            issuer
        );
        let attribute = |name: &str, values: &[String]| {
            let values =
                values.iter().map(|value| format!("<saml:AttributeValue>{}</saml:AttributeValue>", escaped(value)));
            let values: String = values.collect();
            if values.is_empty() {
                values
            } else {
                format!(r#"<saml:Attribute Name="{name}">{values}</saml:Attribute>"#)
            }
        };
        let one = |value: &String| if value.is_empty() { Vec::new() } else { vec![value.clone()] };
        let attributes = [
            attribute("IDO", std::slice::from_ref(&person.ido)),
            attribute("PRE", &person.first_names),
            attribute("NOM", &person.last_names),
            attribute("UAI", &one(&person.school)),
            attribute("PRO", &one(&person.profile)),
        ];
        let after = format!(
            concat!(
                r#"<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">transient</saml:NameID>"#,
                r#"<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">"#,
                r#"<saml:SubjectConfirmationData InResponseTo="{request}" NotOnOrAfter="{until}" Recipient="{acs}"></saml:SubjectConfirmationData>"#,
                "</saml:SubjectConfirmation></saml:Subject>",
                r#"<saml:Conditions NotBefore="{at}" NotOnOrAfter="{until}"><saml:AudienceRestriction>"#,
                "<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>",
                r#"<saml:AuthnStatement AuthnInstant="{at}"><saml:AuthnContext><saml:AuthnContextClassRef>"#,
                "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
                "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>",
                "<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
            ),
            request = request.id,
            until = until,
            acs = acs,
            at = at,
            audience = escaped(&request.issuer),
            attributes = attributes.concat(),
        );
        (before, after)
    }
}

/// An answer in which somebody put something else on its way to us.
pub fn changed(response: &str, from: &str, to: &str) -> anyhow::Result<String> {
    let xml = String::from_utf8(STANDARD.decode(response)?)?;
    anyhow::ensure!(xml.contains(from), "nothing to change");
    Ok(STANDARD.encode(xml.replace(from, to)))
}

/// The signature of a canonical element.
fn sign(element: &str, id: &str) -> anyhow::Result<String> {
    const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
    let digest = STANDARD.encode(digest(&SHA256, element.as_bytes()));
    let info = format!(
        concat!(
            r#"<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod>"#,
            r#"<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>"#,
            r##"<ds:Reference URI="#{id}"><ds:Transforms>"##,
            r#"<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>"#,
            r#"<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform></ds:Transforms>"#,
            r#"<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>"#,
            "<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        ),
        id = id,
        digest = digest,
    );
    let canonical = format!(r#"<ds:SignedInfo xmlns:ds="{NAMESPACE}">{info}"#);
    let key = KeyPair::from_pkcs8(KEY).map_err(|error| anyhow::anyhow!("the key of the test: {error}"))?;
    let mut signature = vec![0; key.public().modulus_len()];
    let signed = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), canonical.as_bytes(), &mut signature);
    signed.map_err(|_| anyhow::anyhow!("the test could not sign"))?;
    Ok(format!(
        r#"<ds:Signature xmlns:ds="{NAMESPACE}"><ds:SignedInfo>{info}<ds:SignatureValue>{}</ds:SignatureValue></ds:Signature>"#,
        STANDARD.encode(signature)
    ))
}

/// Text, as canonical XML has it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#xD;")
}
