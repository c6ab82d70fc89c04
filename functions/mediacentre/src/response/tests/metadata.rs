//! Metadata as providers hand them over.

use super::vectors::{file, provider};
use crate::response::{IdentityProvider, MetadataError};

#[test]
fn the_name_the_address_and_the_keys_are_read() {
    let read = provider("metadata.xml");
    assert_eq!(read.entity_id(), "https://idp.example.org/gar");
    assert_eq!(read.sign_on(), Some("https://idp.example.org/redirect"));
    assert_eq!(read.keys.len(), 2, "neither the one for encryption nor the elliptic one");
    assert_eq!(provider("metadata-without-use.xml").keys.len(), 1);
    assert!(read.has_keys() && !provider("metadata-no-keys.xml").has_keys());
}

#[test]
fn what_cannot_be_configured_is_told() {
    let sound = String::from_utf8(file("metadata.xml")).unwrap();
    let told = |text: &str| IdentityProvider::from_metadata(text.as_bytes()).map(drop);
    assert!(told(&sound).is_ok());
    assert!(matches!(told("<a/>"), Err(MetadataError::Providers(0))));
    let body = sound.split_once("?>").unwrap().1;
    let two = format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{body}{body}</md:EntitiesDescriptor>"
    );
    assert!(matches!(told(&two), Err(MetadataError::Providers(2))));
    let one = two.replacen(body, "", 1);
    assert!(told(&one).is_ok(), "a list of one");
    assert!(matches!(
        told(&sound.replace("entityID=\"https://idp.example.org/gar\"", "")),
        Err(MetadataError::EntityId)
    ));
    assert!(matches!(told(&format!("<!DOCTYPE a>{body}")), Err(MetadataError::Xml(_))));
    assert!(matches!(told(&sound.replace("MII", "MIJ")), Err(MetadataError::Certificate)));
    assert!(matches!(told(&sound.replace("MII", "*II")), Err(MetadataError::Certificate)));
    let chain = sound.replacen("</ds:X509Data>", "<ds:X509Certificate>MII</ds:X509Certificate></ds:X509Data>", 1);
    assert!(matches!(told(&chain), Err(MetadataError::Certificate)), "an issuer's certificate beside the key's");
    let named = "<md:KeyDescriptor><ds:KeyInfo><ds:KeyName>a</ds:KeyName></ds:KeyInfo></md:KeyDescriptor></md:IDPSSODescriptor>";
    assert!(told(&sound.replace("</md:IDPSSODescriptor>", named)).is_ok(), "a key that is only named is passed over");
}
