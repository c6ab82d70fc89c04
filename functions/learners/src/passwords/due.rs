//! What staff may give to a pupil, and why not: pure.

use rentree_table::Account;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a pupil is to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// A temporary password, in place of the one that there is.
    Password,
    /// A user name, too: so far the account knows Médiacentre alone, or an address that was never confirmed.
    NameAndPassword,
}

/// Why a pupil gets none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unserved {
    /// The pupil has joined no campaign yet.
    NoAccount,
    /// The account signs in by e-mail, which is how its owner gets a new password.
    ByEmail,
    /// The account is, or may become, one of staff: nobody sets its password but its owner.
    Staff,
    /// The pupil is in the school no more.
    Left,
    /// Account or pupil changed meanwhile, twice.
    Changed,
    /// Something of ours failed.
    Failed,
}

/// A pupil's account, looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Looked {
    pub(crate) account: Account,
    /// Whether its owner is in the team of any school.
    pub(crate) is_in_a_team: bool,
}

impl Looked {
    /// Whether staff of a school may act on the account: it began as a pupil's, and is nothing else.
    pub(crate) fn is_of_pupil_alone(&self) -> bool {
        self.account.is_of_pupil() && !self.is_in_a_team
    }
}

/// What a pupil is to get: `is_enrolled` in the school, with the account `looked` at.
pub(crate) fn due(is_enrolled: bool, looked: Option<&Looked>) -> Result<Due, Unserved> {
    if !is_enrolled {
        return Err(Unserved::Left);
    }
    let looked = looked.ok_or(Unserved::NoAccount)?;
    if !looked.is_of_pupil_alone() {
        return Err(Unserved::Staff);
    }
    match (looked.account.methods.user_name.is_some(), looked.account.is_reached_by_mail()) {
        (true, _) => Ok(Due::Password),
        (false, true) => Err(Unserved::ByEmail),
        (false, false) => Ok(Due::NameAndPassword),
    }
}

impl Unserved {
    /// What staff read.
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::NoAccount => {
                "Pas encore de compte : il sera créé quand l’élève rejoindra une campagne avec le code de la campagne."
            }
            Self::ByEmail => {
                "Connexion par adresse e-mail : l’élève choisit un nouveau mot de passe avec « Mot de passe oublié ? »."
            }
            Self::Staff => {
                "Ce compte est aussi celui d’un membre du personnel, ou n’a pas été créé par un élève : seule la personne à qui il appartient peut changer son mot de passe."
            }
            Self::Left => "L’élève n’est plus dans la liste.",
            Self::Changed => "Le compte a changé au même moment : rien n’a été modifié. Recommencez pour cet élève.",
            Self::Failed => {
                "Une erreur est survenue de notre côté. Recommencez pour cet élève : son ancien mot de passe ne fonctionne peut-être plus."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rentree_domain::{EmailAddress, EntityId, Ido, SignOnId, UserName};
    use rentree_table::Methods;

    use super::*;

    fn looked(methods: &Methods, birth_date: Option<&str>, is_in_a_team: bool) -> Looked {
        let mut account = serde_json::to_value(methods).unwrap();
        account["birth_date"] = birth_date.into();
        account["email_confirmed"] = methods.email.is_some().into();
        Looked { account: serde_json::from_value(account).unwrap(), is_in_a_team }
    }

    fn methods(email: bool, user_name: bool, mediacentre: bool) -> Methods {
        let id = SignOnId { idp: EntityId::parse("urn:idp").unwrap(), ido: Ido::parse("ido-1").unwrap() };
        let by_mediacentre = Methods::of_mediacentre(id, Timestamp::UNIX_EPOCH);
        Methods {
            email: email.then(|| EmailAddress::parse("lea@exemple.fr").unwrap()),
            user_name: user_name.then(|| UserName::parse("lea.martin1003").unwrap()),
            ..if mediacentre { by_mediacentre } else { Methods::default() }
        }
    }

    #[test]
    fn by_their_methods() {
        for (email, user_name, mediacentre, expected) in [
            (false, false, true, Ok(Due::NameAndPassword)),
            (false, true, false, Ok(Due::Password)),
            (false, true, true, Ok(Due::Password)),
            (true, false, false, Err(Unserved::ByEmail)),
            (true, false, true, Err(Unserved::ByEmail)),
            (true, true, false, Ok(Due::Password)),
            (true, true, true, Ok(Due::Password)),
        ] {
            let methods = methods(email, user_name, mediacentre);
            assert_eq!(due(true, Some(&looked(&methods, Some("2012-03-10"), false))), expected, "{methods:?}");
        }
    }

    /// A forgotten password is not mailed to an address that may be a stranger's.
    #[test]
    fn an_unconfirmed_address_is_no_way() {
        let mut account = serde_json::to_value(methods(true, false, false)).unwrap();
        account["birth_date"] = "2010-03-10".into();
        let looked = Looked { account: serde_json::from_value(account).unwrap(), is_in_a_team: false };
        assert_eq!(due(true, Some(&looked)), Ok(Due::NameAndPassword));
    }

    /// Whatever the methods: nobody takes the account of staff over, nobody acts on who left.
    #[test]
    fn never_staff_nor_who_left() {
        for bits in 0..8 {
            let methods = methods(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0);
            let pupil = looked(&methods, Some("2012-03-10"), false);
            assert_eq!(due(true, Some(&looked(&methods, Some("2012-03-10"), true))), Err(Unserved::Staff));
            assert_eq!(due(true, Some(&looked(&methods, None, false))), Err(Unserved::Staff));
            assert_eq!(due(false, Some(&pupil)), Err(Unserved::Left));
        }
        assert_eq!(due(true, None), Err(Unserved::NoAccount));
        assert_eq!(due(false, None), Err(Unserved::Left));
    }
}
