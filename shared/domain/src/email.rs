//! E-mail addresses, as people type them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An address that a mail can be sent to, lower case: nobody tells two people apart by the case of their address.
///
/// Shows itself masked in `Debug`: addresses never stand in logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// The text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address such as nom@exemple.fr")]
pub struct EmailError;

/// The longest address that SMTP carries (RFC 5321, erratum 1690).
const LONGEST: usize = 254;

impl EmailAddress {
    /// Reads an address. Stricter than RFC 5321, which allows quotes, spaces and comments that no provider gives out:
    /// ASCII, one `@`, a name of at most 64 signs, and a domain with a dot.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim().to_ascii_lowercase();
        let (name, domain) = text.split_once('@').ok_or(EmailError)?;
        let name_sign = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let name_reads = (1..=64).contains(&name.len())
            && name.chars().all(name_sign)
            && !name.starts_with('.')
            && !name.ends_with('.')
            && !name.contains("..");
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let domain_reads = domain.contains('.')
            && domain.split('.').all(label)
            && domain.rsplit('.').next().is_some_and(|top| top.len() >= 2);
        if name_reads && domain_reads && text.len() <= LONGEST { Ok(Self(text)) } else { Err(EmailError) }
    }

    /// Reads what somebody typed into a field, or copied from a mail program: `"Jean Valjean" <jean@exemple.fr>`. A name that may be an
    /// address itself leaves open which of them is meant.
    pub fn typed(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        match text.strip_suffix('>').and_then(|text| text.split_once('<')) {
            Some((name, _)) if name.contains('@') => Err(EmailError),
            Some((_, bare)) => Self::parse(bare),
            None => Self::parse(text),
        }
    }

    /// The address, lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The mailbox that providers put the address into, for limits: `camille@exemple.fr` for `camille+ecole@exemple.fr`,
    /// `camillemartin@gmail.com` for `Camille.Martin@googlemail.com`. A tag is cut off everywhere: where a server keeps it, the mail reaches
    /// nobody. Dots, and other names of a domain, are ignored where the provider says that it does.
    pub fn mailbox(&self) -> String {
        let (name, domain) = self.0.split_once('@').unwrap_or_default();
        let name = name.split('+').next().filter(|name| !name.is_empty()).unwrap_or(name);
        match domain {
            // https://support.google.com/mail/answer/7436150
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", name.replace('.', "")),
            // https://proton.me/support/addresses-and-aliases; that it ignores the signs between words, too, was seen.
            "proton.me" | "protonmail.com" | "protonmail.ch" | "pm.me" => {
                format!("{}@proton.me", name.replace(['.', '-', '_'], ""))
            }
            domain => format!("{name}@{domain}"),
        }
    }

    /// `k***@e***.fr`: enough for its owner to know it again.
    pub fn masked(&self) -> String {
        let (name, domain) = self.0.split_once('@').unwrap_or_default();
        let (host, top) = domain.rsplit_once('.').unwrap_or_default();
        let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        format!("{}***@{}***.{top}", first(name), first(host))
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress({})", self.masked())
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_have() {
        for text in
            ["Camille.Martin@ac-rennes.fr", " ce.0350760l@ac-rennes.fr ", "a+b@x.y.educagri.fr", "o'neil@free.fr"]
        {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text.trim().to_ascii_lowercase());
        }
    }

    #[test]
    fn reads_what_mail_programs_write() {
        for text in ["\"Jean Valjean\" <Jean@V.fr>", "Jean Valjean <jean@v.fr>", "<jean@v.fr>", " < jean@v.fr > "] {
            assert_eq!(EmailAddress::typed(text).unwrap().as_str(), "jean@v.fr", "{text}");
        }
        for text in ["chef@v.fr <jean@v.fr>", "<a b@c.fr>", "<<a@b.fr>>", "<a@b.fr> <c@d.fr>", "jean"] {
            assert_eq!(EmailAddress::typed(text), Err(EmailError), "{text}");
        }
    }

    #[test]
    fn refuses_what_no_mail_reaches() {
        for text in [
            "",
            "camille",
            "camille@",
            "@ac-rennes.fr",
            "a@b",
            "a b@c.fr",
            "a@b@c.fr",
            ".a@b.fr",
            "a..b@c.fr",
            "a@-b.fr",
            "a@b.f",
            "é@b.fr",
            "a@b.fr\r\nBcc: c@d.fr",
            "a@b.fr,c@d.fr",
            "<a@b.fr>",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(EmailError), "{text}");
        }
        assert!(EmailAddress::parse(&format!("{}@b.fr", "a".repeat(65))).is_err());
    }

    #[test]
    fn one_mailbox_however_its_address_is_written() {
        for (mailbox, addresses) in [
            ("camille@exemple.fr", ["camille@exemple.fr", "Camille+1@exemple.fr", "camille+a+b@exemple.fr"]),
            (
                "camillemartin@gmail.com",
                ["camille.martin@gmail.com", "c.amillemartin+x@googlemail.com", "camillemartin@gmail.com"],
            ),
            (
                "camillemartin@proton.me",
                ["camille.martin@pm.me", "camille-martin@protonmail.com", "camille_martin+x@proton.me"],
            ),
            (
                "camille.martin@ac-rennes.fr",
                ["camille.martin@ac-rennes.fr", "camille.martin+1@ac-rennes.fr", "CAMILLE.MARTIN@AC-RENNES.FR"],
            ),
        ] {
            for address in addresses {
                assert_eq!(EmailAddress::parse(address).unwrap().mailbox(), mailbox, "{address}");
            }
        }
        // Where dots are told apart, they are.
        let mailbox = |text| EmailAddress::parse(text).unwrap().mailbox();
        assert_ne!(mailbox("camille.martin@orange.fr"), mailbox("camillemartin@orange.fr"));
        assert_eq!(mailbox("+x@exemple.fr"), "+x@exemple.fr", "nothing is left of it without its tag");
    }

    #[test]
    fn masks_all_but_the_beginning() {
        let address = EmailAddress::parse("karine.dunord@exemple.fr").unwrap();
        assert_eq!(address.masked(), "k***@e***.fr");
        assert_eq!(format!("{address:?}"), "EmailAddress(k***@e***.fr)");
    }

    proptest! {
        #[test]
        fn never_panics_and_reads_itself_again(text in "\\PC*") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }

        #[test]
        fn case_does_not_count(name in "[a-z]{1,10}", host in "[a-z]{1,10}") {
            let text = format!("{name}@{host}.fr");
            prop_assert_eq!(EmailAddress::parse(&text.to_uppercase()), EmailAddress::parse(&text));
        }
    }
}
