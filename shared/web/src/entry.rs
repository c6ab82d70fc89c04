//! The forms on the page of a link: sign up, sign in, or go on as who is signed in.

use askama::Template;

use crate::Form;

/// The ways to enter. Renders as HTML: `{{ entry|safe }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "entry.html")]
pub struct Entry {
    /// Where the forms are sent: the page itself.
    pub action: String,
    /// Their token.
    pub csrf: String,
    /// First and last name of who is signed in.
    pub signed_in: Option<String>,
    /// The form of a new account.
    pub sign_up: Form,
    /// The form of an account that is there.
    pub sign_in: Form,
    /// Why a sign-in failed, above its form.
    pub alert: Option<String>,
}
