//! What everybody tries first: words, names and passwords that leaked, with what people put around them.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::name::fold;

/// What belongs together, so that several of it make no password either: `monmotdepasse`, `lundimardi`, `collegejeanmoulin`. The last ones
/// are those of [`EXAMPLE_FOR_PUPILS`](super::EXAMPLE_FOR_PUPILS), which a whole class would take.
const TOGETHER: &str = "\
    abc abcdef abcdefgh abcdefghijkl abcdefghijklm aqwzsx aqwzsxedc aqwzsxedcrfv azerty azertyuiop azertyuiopqs azertyuiopqsdf \
    azertyuiopqsdfgh qsdfgh qsdfghjkl qsdfghjklm wxcvbn qwerty qwertyuiop qwertyuiopas zxcvbn zxcvbnm \
    admin administrateur administrator changeme changemoi connexion identifiant letmein login mdp motdepasse pass passe \
    passw password root secret superviseur test \
    ce de des du en et la le les ma mes mon notre nouveau pour ton un une vive votre \
    bienvenue bonjour coucou france hello iloveyou jaime jetadore jetaime jtm monamour moncoeur paris toutlemonde vacances \
    vivelafrance welcome \
    academie classe college directeur direction ecole educationnationale educnat eleve eleves ensemble etablissement lycee \
    maternelle numerique ordinateur pix primaire principal prof professeur proviseur rectorat rentree scolaire secretariat \
    siecle vie \
    lundi mardi mercredi jeudi vendredi samedi dimanche \
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre \
    hiver printemps ete automne noel paques toussaint \
    anglais cantine cartable cdi francais histoire geographie mathematiques maths physique recreation sciences \
    sixieme cinquieme quatrieme troisieme seconde premiere terminale bac brevet \
    albert anne aristide aubrac balzac briand camus charles curie daudet desnos dolto emile exupery ferry francois gaulle \
    gerard george hugo jacques jaures jean jules louis lucie marie moliere monnet montaigne moulin dame pagnol pasteur \
    paul pergaud philipe pierre prevert rabelais rene robert rolland romain rostand rousseau saint sainte sand sacre \
    coeur simone veil verlaine verne victor voltaire zola \
    girafe girafes carotte carottes";

/// What children put before digits, and the list does not have.
const ALONE_TOO: &str = "familly fortnite kiki licorne louloute mbappe minecraft parissaintgermain psg roblox titi";

/// Leaked passwords, frequent French words, first and last names: one alone makes no password. `make.py` writes it.
static ALONE: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common.txt").lines().chain(ALONE_TOO.split(' ')).collect());

/// Letters that are not next to each other make a word from here on: `b.o.n.j.o.u.r`.
const SCATTERED_LEAST: usize = 6;

/// So many signs at an end of a word may stand for letters of it.
const SIGNS_AT_AN_END: usize = 6;

/// Whether a password is a word that everybody tries, or its owner's name, with some digits and signs; such a word repeated; or a run
/// of neighbours (`123456789012`, `aaaaaaaaaaaa`). Case, accents and signs that stand for letters do not count: `M0tDeP@sse2026!`.
pub(super) fn is_common(password: &str, about: &[&str]) -> bool {
    if is_run(password) {
        return true;
    }
    let parts = about.iter().flat_map(|name| name.split(['@', ' ', '-', '.', '\'']));
    // And each as a whole: an address has parts that are no word by themselves.
    let names = parts.chain(about.iter().copied()).map(letters);
    let words: Vec<String> = TOGETHER.split(' ').map(ToOwned::to_owned).chain(names.filter(|n| n.len() >= 3)).collect();
    let is_tried = |text: &str| text.is_empty() || is_made_of(text, &words) || is_one_again_and_again(text);
    // Whether letters that signs stand between make a word depends on how many they are: few make one by chance.
    let is_word = |text: &str, is_whole: bool| (is_whole || text.len() >= SCATTERED_LEAST) && is_tried(text);
    let is_spelt = cores(password).any(|core| {
        let read: String = core.chars().map(stands_for).collect();
        is_word(&letters(&read), read.chars().all(char::is_alphabetic))
    });
    let core = password.trim_matches(|c: char| !c.is_alphabetic());
    is_spelt || is_word(&letters(password), core.chars().all(char::is_alphanumeric))
}

/// What may be meant between the digits and signs around a password. Those next to it may stand for letters, some of them or all:
/// `$oleil2026`, `motdep@$$3!!`.
fn cores(password: &str) -> impl Iterator<Item = &str> {
    let core = password.trim_matches(|c: char| !c.is_alphabetic());
    let begins = password.find(core).unwrap_or_default();
    let (before, after) = (&password[..begins], &password[begins + core.len()..]);
    let starts = before.char_indices().rev().take_while(|(_, sign)| is_letter_too(*sign)).map(|(at, _)| at);
    let starts: Vec<usize> = std::iter::once(begins).chain(starts.take(SIGNS_AT_AN_END)).collect();
    let ends = after.char_indices().take_while(|(_, sign)| is_letter_too(*sign)).map(|(at, sign)| at + sign.len_utf8());
    let ends = std::iter::once(0).chain(ends.take(SIGNS_AT_AN_END)).map(move |end| begins + core.len() + end);
    ends.flat_map(move |end| starts.clone().into_iter().map(move |start| &password[start..end]))
}

fn is_letter_too(sign: char) -> bool {
    stands_for(sign) != sign
}

/// Nearly all pairs are the same sign, or neighbours up or down; or there are three signs at most.
fn is_run(password: &str) -> bool {
    let characters: Vec<char> = password.to_lowercase().chars().collect();
    let step = |pair: &[char]| u32::from(pair[1]).wrapping_sub(u32::from(pair[0]));
    let steps = |wanted: u32| characters.windows(2).filter(|pair| step(pair) == wanted).count();
    let pairs = characters.len().saturating_sub(1);
    let distinct: HashSet<&char> = characters.iter().collect();
    [0, 1, u32::MAX].into_iter().map(steps).sum::<usize>() * 10 >= pairs * 8 || distinct.len() <= 3
}

/// Letters alone, lower case, without accents.
fn letters(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphabetic()).collect()
}

fn stands_for(character: char) -> char {
    match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether `text` is one or several of `words`, one after the other, at least once and with nothing between them.
fn is_made_of(text: &str, words: &[String]) -> bool {
    // `reachable[n]`: the first n bytes are made of words.
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    for start in 0..text.len() {
        if !reachable[start] {
            continue;
        }
        for word in words {
            if text.get(start..).is_some_and(|rest| rest.starts_with(word.as_str())) {
                reachable[start + word.len()] = true;
            }
        }
    }
    reachable[text.len()]
}

/// Whether `text` is a listed word, once or up to three times.
fn is_one_again_and_again(text: &str) -> bool {
    (1..=3).any(|times| {
        let word = text.get(..text.len() / times).unwrap_or_default();
        ALONE.contains(word) && word.repeat(times) == text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As words are compared: whatever is not would never be found.
    #[test]
    fn the_list_is_folded_sorted_and_of_four_letters_at_least() {
        let lines: Vec<&str> = include_str!("common.txt").lines().collect();
        assert!(lines.is_sorted());
        assert!(lines.len() > 50_000, "{}", lines.len());
        for line in lines {
            assert!(line.len() >= 4 && line.bytes().all(|c| c.is_ascii_lowercase()), "{line}");
        }
        for word in TOGETHER.split(' ') {
            assert_eq!(letters(word), word);
        }
    }
}
