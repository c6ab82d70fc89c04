//! Accounts as a list of pupils shows them: many at once, and nothing secret.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::UserId;
use serde::Deserialize;

use crate::batch::AsOf;
use crate::keys::user_in_pk;
use crate::{Key, Methods, PasswordToChange, Table, TableError, User};

const ENTITY: &str = "User";

/// What a list shows of an account, and what decides on a new password.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Account {
    /// How its owner signs in.
    #[serde(flatten)]
    pub methods: Methods,
    /// See [`User::password_to_change`].
    #[serde(default)]
    password_to_change: Option<PasswordToChange>,
    /// See [`User::birth_date`].
    #[serde(default)]
    birth_date: Option<Date>,
    #[serde(default)]
    email_confirmed: bool,
    #[serde(default)]
    joined_a_team: bool,
}

impl Account {
    /// Whether it began as a pupil's. Staff set no password on others.
    pub fn is_of_pupil(&self) -> bool {
        self.birth_date.is_some()
    }

    /// Whether a code that staff show may open it: its owner was never in a team.
    pub fn may_be_opened_by_a_code(&self) -> bool {
        self.is_of_pupil() && !self.joined_a_team
    }

    /// Until when the password lets its owner in, if staff gave it and it was not changed yet.
    pub fn temporary_until(&self) -> Option<Timestamp> {
        self.password_to_change.and_then(PasswordToChange::temporary_until)
    }

    /// Whether a mail can replace a forgotten password: an address that was never confirmed may be a stranger's, and gets none.
    pub fn is_reached_by_mail(&self) -> bool {
        self.methods.email.is_some() && self.email_confirmed
    }
}

impl From<&User> for Account {
    fn from(user: &User) -> Self {
        let User { methods, password_to_change, birth_date, email_confirmed, joined_a_team, .. } = user;
        Self {
            methods: methods.clone(),
            password_to_change: *password_to_change,
            birth_date: *birth_date,
            email_confirmed: *email_confirmed,
            joined_a_team: *joined_a_team,
        }
    }
}

impl Table {
    /// The accounts of these users; those that are not there are left out.
    pub async fn accounts(
        &self,
        users: impl IntoIterator<Item = UserId>,
        as_of: AsOf,
    ) -> Result<HashMap<UserId, Account>, TableError> {
        let keys = users.into_iter().map(Key::user).collect();
        let shown = "PK, email, user_name, mediacentre, password_to_change, birth_date, email_confirmed, joined_a_team";
        let found = self.batch(keys, shown, as_of).await?;
        let read = |item| {
            let id = user_in_pk(&item).ok_or("no user in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((id, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        found.into_iter().map(read).collect()
    }
}
