//! Hostile documents do not take long: what they make the reader do is bounded before any signature is believed.

use super::vectors::index;
use crate::response::Code;

/// Roughly the most namespaces, the most elements and the longest prefix list that pass the door.
#[test]
fn the_worst_that_passes_the_door_is_read_to_its_end() {
    let index = index();
    let signed = super::vectors::file("response-signed-by-xmlsec1.xml");
    let signed = String::from_utf8(signed).unwrap();
    let declared = |level: usize| {
        (0..10).map(|n| format!(" xmlns:p{level}x{n}=\"urn:{}\"", "u".repeat(1_000))).collect::<String>()
    };
    let open: String = (0..5).map(|level| format!("<a{}>", declared(level))).collect();
    let inside = format!("{open}{}{}", "<b xmlns:q=\"u\"/>".repeat(3_900), "</a>".repeat(5));
    let worst =
        signed.replace("<samlp:Status>", &format!("<samlp:Extensions>{inside}</samlp:Extensions><samlp:Status>"));
    assert!((100_000..150_000).contains(&worst.len()), "{}", worst.len());
    let vector = index.vector("response-signed-by-xmlsec1");
    assert_eq!(vector.read(worst.as_bytes(), &index.settings()).unwrap_err().code, Code::DigestWrong);

    let list: String = (0..30_000).map(|n| format!("p{n} ")).collect();
    let listed = worst.replace("xml-exc-c14n#\"/><ds:SignatureMethod", &format!("xml-exc-c14n#\"><a:InclusiveNamespaces xmlns:a=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{}\"/></ds:CanonicalizationMethod><ds:SignatureMethod", &list[..100_000]));
    assert_ne!(listed, worst);
    let refusal = vector.read(listed.as_bytes(), &index.settings()).unwrap_err();
    assert_eq!(refusal.code, Code::SignatureWrong);
}
