//! What an identity provider calls a person.

use rentree_domain::PersonName;
use rentree_table::User;

use crate::response::SignOn;

/// First and last name, where they are told. Of several, the first counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) first: Option<PersonName>,
    pub(crate) last: Option<PersonName>,
}

impl Names {
    pub(crate) fn of(told: &SignOn) -> Self {
        Self { first: name(&told.first_names), last: name(&told.last_names) }
    }

    /// The names of an account from now on. Those of a pupil follow the ENT, until they join a team; staff have typed theirs, or may correct
    /// them, and colleagues know them by it.
    pub(crate) fn for_account<'a>(&'a self, user: &'a User) -> (&'a PersonName, &'a PersonName) {
        if !user.is_named_by_a_school() {
            return (&user.first_name, &user.last_name);
        }
        (self.first.as_ref().unwrap_or(&user.first_name), self.last.as_ref().unwrap_or(&user.last_name))
    }
}

/// What does not read is as if it were not told: nobody is called `Élève` for it.
fn name(told: &[String]) -> Option<PersonName> {
    let told = told.first()?;
    told.chars().any(char::is_alphabetic).then(|| PersonName::of_file(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_letter_is_no_name() {
        let told = |text: &str| name(&[text.to_owned()]).map(|name| name.to_string());
        assert_eq!(told("LE GOFF (DUPONT)").as_deref(), Some("LE GOFF DUPONT"));
        assert_eq!(told("Zoé").as_deref(), Some("Zoé"));
        for nothing in ["", "-", "1234"] {
            assert_eq!(told(nothing), None, "{nothing}");
        }
        assert_eq!(name(&[]), None);
        let several = ["Karine".to_owned(), "Marie".to_owned()];
        assert_eq!(name(&several).unwrap().as_str(), "Karine");
    }
}
