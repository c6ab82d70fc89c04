//! The UAI of a school, as people type it.

use rentree_domain::{Uai, UaiError};
use rentree_web::{Field, Form};

/// The field `uai`, with what was typed.
pub fn uai_field(typed: &str) -> Field {
    let hint =
        "7 chiffres et une lettre, par exemple 0750654D. Vous le trouvez dans l’en-tête des courriers de l’académie.";
    Field::text("uai", "UAI/RNE de l’établissement").hint(hint).value(typed)
}

/// Reads a UAI into `form`'s field `uai`; people also put spaces between its parts.
pub fn read_uai(form: &mut Form, typed: &str) -> Option<Uai> {
    let whole: String = typed.split_whitespace().collect();
    form.read("uai", Uai::parse(&whole), |error| uai_error(typed, error))
}

/// What is wrong with a UAI, as it was typed.
fn uai_error(typed: &str, error: UaiError) -> String {
    match error {
        UaiError::Shape if typed.trim().is_empty() => "Indiquez l’UAI/RNE de votre établissement.".to_owned(),
        UaiError::Shape => "L’UAI comporte 7 chiffres et une lettre. Vérifiez que rien n’y manque.".to_owned(),
        UaiError::Key { expected } => format!(
            "La lettre de cet UAI ne correspond pas à ses chiffres : ce serait {expected}. Vérifiez chaque chiffre, puis la lettre."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_no_part_of_it() {
        for typed in ["0750654D", " 0750654d", "075 0654 D", "0750654\u{a0}d"] {
            let mut form = Form::new("ask", [uai_field(typed)]);
            assert_eq!(read_uai(&mut form, typed).map(|uai| uai.to_string()).as_deref(), Some("0750654D"), "{typed}");
        }
        for typed in ["", "075 0654", "0750654D0750654D"] {
            let mut form = Form::new("ask", [uai_field(typed)]);
            assert!(read_uai(&mut form, typed).is_none() && form.is_refused(), "{typed}");
        }
    }
}
