//! What somebody types to find a name or a title in a list.

use crate::name::{fold, letters};

/// Words looked for, each folded twice: `st` finds `Saint-Just` and `Stéphane`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search(Vec<[String; 2]>);

impl Search {
    /// The words of what was typed. Signs alone are no word.
    pub fn new(typed: &str) -> Self {
        let words = typed.split_whitespace().map(|word| [fold(word), letters(word)]);
        Self(words.filter(|[folded, _]| !folded.is_empty()).collect())
    }

    /// Whether every word stands in one of `texts`.
    pub fn finds<'a>(&self, texts: impl IntoIterator<Item = &'a String>) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let texts: Vec<[String; 2]> = texts.into_iter().map(|text| [fold(text), letters(text)]).collect();
        self.0.iter().all(|[folded, plain]| {
            texts.iter().any(|[by_name, by_letter]| by_name.contains(folded) || by_letter.contains(plain))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        let finds = |typed: &str, texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            Search::new(typed).finds(&texts)
        };
        assert!(finds("", &["Martin"]) && finds(" - ", &["Martin"]));
        assert!(finds("lea mart", &["MARTIN", "Léa"]));
        assert!(!finds("lea dupont", &["MARTIN", "Léa"]));
        assert!(finds("st", &["Stéphane"]) && finds("st", &["SAINT-JUST"]) && finds("st just", &["SAINT-JUST"]));
        assert!(finds("saint", &["St Just"]) && finds("kilic", &["Kılıç"]));
    }
}
