//! What functions ask the mail worker to send. No secret: the worker draws the links itself, so that none waits in a queue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ActivationId, EmailAddress, InvitationId, PersonName, Uai, UserId};

/// The body of a message of the mail queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum MailOrder {
    /// Somebody asked for the space of a school that may not exist: the worker looks, so that the public form answers
    /// everybody in the same way and time.
    Activation {
        /// The school, as typed; its key is right.
        uai: Uai,
        /// The request.
        id: ActivationId,
        /// First name of who asked.
        first_name: PersonName,
        /// Last name.
        last_name: PersonName,
        /// When.
        asked_at: Timestamp,
    },
    /// An administrator invited somebody.
    Invitation {
        /// The school.
        uai: Uai,
        /// The invitation.
        id: InvitationId,
    },
    /// Somebody wants an account with an address that may have one.
    SignUp {
        /// The address.
        email: EmailAddress,
    },
    /// Somebody forgot the password of an account that may not exist.
    NewPassword {
        /// The address.
        email: EmailAddress,
    },
    /// A password was changed.
    PasswordChanged {
        /// Whose.
        user: UserId,
    },
    /// Staff of a school handed a temporary password out.
    PasswordHandedOut {
        /// Whose.
        user: UserId,
        /// The school.
        uai: Uai,
    },
    /// The second factor of an account was added, ended, or made up for.
    SecondFactor {
        /// Whose.
        user: UserId,
        /// What happened.
        change: SecondFactorChange,
    },
    /// Somebody became administrator of a school: told to each of the others.
    NewAdministrator {
        /// Who is told.
        user: UserId,
        /// Who became administrator.
        newcomer: UserId,
        /// Of which school.
        uai: Uai,
        /// Whether a link that was mailed made them so.
        by_link: bool,
    },
    /// Somebody with an account asked to be let into the space of a school that may not exist: told to its administrators. The worker looks,
    /// so that the form answers everybody in the same way and time.
    AccessRequested {
        /// Who asked.
        user: UserId,
        /// The school, as typed; its key is right.
        uai: Uai,
    },
    /// Somebody who had asked for it was let into a school's space.
    AccessGranted {
        /// Who.
        user: UserId,
        /// The school.
        uai: Uai,
    },
    /// Somebody who had asked for it was not let into a school's space.
    AccessRefused {
        /// Who.
        user: UserId,
        /// The school.
        uai: Uai,
    },
    /// An address is to be confirmed for an account.
    Address {
        /// Whose.
        user: UserId,
        /// The address.
        email: EmailAddress,
    },
    /// An account has another address now.
    AddressChanged {
        /// The former address, which is told.
        former: EmailAddress,
        /// The new one, masked.
        masked: String,
    },
}

/// What happened to a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorChange {
    /// It was added.
    Added,
    /// It was ended.
    Ended,
    /// Other recovery codes take the place of those before.
    NewRecoveryCodes,
    /// A recovery code was used.
    RecoveryCodeUsed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_itself_again() {
        let email = EmailAddress::parse("camille@exemple.fr").unwrap();
        let order = MailOrder::SignUp { email };
        let body = serde_json::to_string(&order).unwrap();
        assert_eq!(body, r#"{"mail":"sign_up","email":"camille@exemple.fr"}"#);
        assert_eq!(serde_json::from_str::<MailOrder>(&body).unwrap(), order);
    }
}
