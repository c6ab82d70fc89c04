//! The secret of a single-use link.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 random bits, as they stand in the address of a link. Never printed, and stored as their hash only.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken([u8; 32]);

impl LinkToken {
    /// A token of `random` bytes, which the caller drew.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Reads the end of a link's address; `None` for what we never wrote there.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// As it stands in an address: 43 signs.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The bytes, for the table to hash.
    pub fn secret(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_what_it_wrote(random: [u8; 32]) {
            let token = LinkToken::new(random);
            prop_assert_eq!(LinkToken::parse(&token.text()), Some(token));
        }

        #[test]
        fn reads_nothing_else(text in "[A-Za-z0-9_-]{0,60}") {
            if let Some(token) = LinkToken::parse(&text) {
                prop_assert_eq!(token.text(), text);
            }
        }
    }
}
