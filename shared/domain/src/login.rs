//! What somebody types to say who they are: an e-mail address or a user name.

use crate::{EmailAddress, UserName};

/// An e-mail address or a user name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Login {
    /// Adresse e-mail.
    Email(EmailAddress),
    /// Identifiant.
    UserName(UserName),
}

impl Login {
    /// Reads what was typed. An `@` makes it an address; `None` is nobody's.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.contains('@') {
            return EmailAddress::parse(typed).ok().map(Self::Email);
        }
        UserName::parse(typed).ok().map(Self::UserName)
    }
}

impl From<EmailAddress> for Login {
    fn from(address: EmailAddress) -> Self {
        Self::Email(address)
    }
}

impl From<UserName> for Login {
    fn from(name: UserName) -> Self {
        Self::UserName(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_sign_tells_them_apart() {
        assert!(matches!(Login::parse("Karine@exemple.fr"), Some(Login::Email(_))));
        assert!(matches!(Login::parse("Karine.Dunord1003"), Some(Login::UserName(_))));
        assert_eq!(Login::parse("karine"), None);
        assert_eq!(Login::parse("karine.dunord1003@"), None);
    }
}
