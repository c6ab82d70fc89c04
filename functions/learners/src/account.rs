//! What pages show of a pupil's account: how its owner signs in, and whether that is locked.

use std::collections::HashMap;

use jiff::Timestamp;
use rentree_domain::attempts::Locked;
use rentree_domain::{Login, paris};
use rentree_table::{AsOf, Methods, TableError};
use rentree_web::french;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Learners;

/// Too many failed sign-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SignInLock")]
pub(crate) struct Lock {
    /// Until when; without it, until staff unblock the account.
    until: Option<Timestamp>,
}

impl Lock {
    /// The longest of the locks on `methods`' logins.
    pub(crate) fn of(methods: &Methods, locked: &HashMap<Login, Locked>) -> Option<Self> {
        let untils = methods.logins().into_iter().filter_map(|login| {
            Some(match locked.get(&login)? {
                Locked::Until(until) => Some(*until),
                Locked::Blocked => None,
            })
        });
        // One that never ends is longer than all others.
        untils.max_by_key(|until| until.unwrap_or(Timestamp::MAX)).map(|until| Self { until })
    }

    /// `Bloqué`, or `Bloqué jusqu’au 22/11/2026 à 8 h 05`: the minute that its owner is told, too.
    pub(crate) fn text(&self) -> String {
        match &self.until {
            Some(until) => format!("Bloqué jusqu’au {}", french::day_and_time(&paris::full_minute(*until))),
            None => "Bloqué".to_owned(),
        }
    }
}

impl Learners {
    /// Which logins of these accounts are locked, as of now or of a moment ago.
    pub(crate) async fn locked<'a>(
        &self,
        methods: impl IntoIterator<Item = &'a Methods>,
        as_of: AsOf,
    ) -> Result<HashMap<Login, Locked>, TableError> {
        let logins: Vec<Login> = methods.into_iter().flat_map(Methods::logins).collect();
        self.table.locked(logins, as_of, (self.clock)()).await
    }
}

#[cfg(test)]
mod tests {
    use rentree_domain::{EmailAddress, UserName};

    use super::*;

    #[test]
    fn the_longest_lock_is_shown() {
        let (email, name) =
            (EmailAddress::parse("lea@exemple.fr").unwrap(), UserName::parse("lea.martin1003").unwrap());
        let methods = Methods { user_name: Some(name.clone()), ..Methods::of_email(email.clone()) };
        let at = |second| Timestamp::from_second(second).unwrap();
        let lock = |by_email: Option<Locked>, by_name: Option<Locked>| {
            let locked = by_email.map(|lock| (email.clone().into(), lock));
            let locked = locked.into_iter().chain(by_name.map(|lock| (name.clone().into(), lock)));
            Lock::of(&methods, &locked.collect()).map(|lock| lock.until)
        };
        assert_eq!(lock(None, None), None);
        assert_eq!(lock(None, Some(Locked::Until(at(7)))), Some(Some(at(7))));
        assert_eq!(lock(Some(Locked::Until(at(9))), Some(Locked::Until(at(7)))), Some(Some(at(9))));
        assert_eq!(lock(Some(Locked::Until(at(9))), Some(Locked::Blocked)), Some(None));
    }
}
