//! Who somebody is: passwords hashed and checked, sign-in with throttling, what a new account needs. Used by every function
//! where people sign in or up: on the sign-in page, and on the page of a link.

mod arrival;
mod entry;
mod new_account;
mod password;
mod sign_in;
mod uai_field;

pub use arrival::JoinedView;
pub use entry::{Door, Entrant, EntryError, EntryFields, Way, entry, sign_in_form};
pub use new_account::{
    NameFields, NewAccount, NewAccountFields, PasswordFields, PasswordRules, email_error, person_name_error,
    read_password,
};
pub use password::{HashError, hash, verify};
pub use sign_in::{Credentials, Failure, Origin, Proven, SignInError, check_password, sign_in};
pub use uai_field::{read_uai, uai_field};
