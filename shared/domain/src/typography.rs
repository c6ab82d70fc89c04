//! French typography.

/// `text` with the no-break spaces that French wants before `:`, `;`, `?`, `!`, and inside `« »`.
pub fn spaced(text: &str) -> String {
    let mut spaced = text.to_owned();
    for sign in [":", ";", "?", "!", "»"] {
        spaced = spaced.replace(&format!(" {sign}"), &format!("\u{A0}{sign}"));
    }
    spaced.replace("« ", "«\u{A0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stay_with_their_words() {
        assert_eq!(
            spaced("Oublié ? Voici « ici » : https://a.fr/?b=c"),
            "Oublié\u{A0}? Voici «\u{A0}ici\u{A0}»\u{A0}: https://a.fr/?b=c"
        );
    }
}
