//! Whatever is changed in a signed response: it is refused, or says what it said before.

use proptest::prelude::*;

use super::vectors::{Index, file, index};
use crate::response::SignOn;

/// Everything that was told of the person.
fn told(sign_on: SignOn) -> impl PartialEq + std::fmt::Debug {
    (sign_on.assertion_id, sign_on.ido, sign_on.attributes)
}

fn assert_not_forged(index: &'static Index, name: &str, changed: &[u8]) -> Result<(), TestCaseError> {
    let vector = index.vector(name);
    let settings = index.settings();
    let original = vector.read(&file(&vector.file), &settings).unwrap();
    if let Ok(sign_on) = vector.read(changed, &settings) {
        prop_assert_eq!(told(sign_on), told(original));
    }
    Ok(())
}

const SIGNED: [&str; 5] = [
    "assertion-signed-by-xmlsec1",
    "response-signed-by-signxml",
    "assertion-and-response-signed-by-xmlsec1",
    "prefix-list-xsd",
    "comments",
];

/// What a child of the schema, of XML and of signatures is made of.
const PIECES: [&str; 20] = [
    "<!---->",
    "<![CDATA[]]>",
    "<![CDATA[evil]]>",
    "&#x61;",
    "evil",
    " ",
    "\n",
    "\r",
    "&#xD;",
    "<a/>",
    "</a>",
    " a=\"b\"",
    " xmlns=\"urn:a\"",
    " xmlns:saml=\"urn:a\"",
    " ID=\"_assertion\"",
    "<saml:AttributeValue>evil</saml:AttributeValue>",
    "<saml:Attribute Name=\"IDO\"><saml:AttributeValue>evil</saml:AttributeValue></saml:Attribute>",
    "<samlp:Extensions>",
    "</samlp:Extensions>",
    "<?a?>",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn a_byte_changed(which in 0..SIGNED.len(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let index = index();
        let mut bytes = file(&index.vector(SIGNED[which]).file);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        assert_not_forged(index, SIGNED[which], &bytes)?;
    }

    #[test]
    fn a_piece_put_in(which in 0..SIGNED.len(), at in any::<prop::sample::Index>(), piece in 0..PIECES.len()) {
        let index = index();
        let mut bytes = file(&index.vector(SIGNED[which]).file);
        let at = at.index(bytes.len());
        bytes.splice(at..at, PIECES[piece].bytes());
        assert_not_forged(index, SIGNED[which], &bytes)?;
    }

    #[test]
    fn a_part_taken_out_doubled_or_moved(
        which in 0..SIGNED.len(),
        cuts in any::<[prop::sample::Index; 3]>(),
        kind in 0..3,
    ) {
        let index = index();
        let text = String::from_utf8(file(&index.vector(SIGNED[which]).file)).unwrap();
        // Cut where tags begin, so that much of what comes of it is well-formed.
        let tags: Vec<usize> = text.match_indices('<').map(|(at, _)| at).collect();
        let mut cuts = cuts.map(|cut| *cut.get(&tags));
        cuts.sort_unstable();
        let [a, b, c] = cuts;
        let changed = match kind {
            0 => [&text[..a], &text[b..]].concat(),
            1 => [&text[..b], &text[a..b], &text[b..]].concat(),
            _ => [&text[..a], &text[b..c], &text[a..b], &text[c..]].concat(),
        };
        assert_not_forged(index, SIGNED[which], changed.as_bytes())?;
    }
}

#[test]
fn every_bit_of_the_ends_of_values_counts() {
    let index = index();
    for name in SIGNED {
        let bytes = file(&index.vector(name).file);
        let text = String::from_utf8(bytes.clone()).unwrap();
        for (at, _) in text.match_indices("</saml:AttributeValue>") {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at - 1] ^= 1 << bit;
                assert!(index.vector(name).read(&changed, &index.settings()).is_err(), "{name}, byte {at}, bit {bit}");
            }
        }
    }
}
