//! The forms of both factors.

use rentree_http::CODE_FIELD;
use rentree_web::{Field, Form};

/// The form that adds a second factor.
pub(super) fn add_form() -> Form {
    let code = Field::text(CODE_FIELD, "Code à 6 chiffres").autocomplete("one-time-code");
    Form::new("add", [current_password(), code])
}

/// The form of who changes or ends a second factor.
pub(super) fn both_form(id: &'static str) -> Form {
    Form::new(id, [current_password(), code_field()])
}

/// The form of who gave the password.
pub(super) fn code_form() -> Form {
    Form::new("code", [code_field()])
}

fn code_field() -> Field {
    Field::text(CODE_FIELD, "Code à 6 chiffres, ou code de secours").autocomplete("one-time-code")
}

fn current_password() -> Field {
    Field::password("current_password", "Mot de passe actuel").autocomplete("current-password")
}
