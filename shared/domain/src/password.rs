//! Rules for passwords: twelve characters at least for staff; eight for pupils, with an upper-case letter, a lower-case letter and a
//! digit; none that everybody tries first. No renewal. Temporary ones, that staff read aloud to a pupil.
//!
//! NIST SP 800-63B and CNIL (délibération 2022-100): length and a list of what is common, rather than signs to mix.

mod common;
mod refused;

use std::fmt;

use jiff::SignedDuration;
use unicode_normalization::UnicodeNormalization as _;

pub use refused::{Guessed, Kind, PasswordError, WrongLength};

/// A password as it was typed, composed (NFKC), so that every keyboard gives the same, and without white space at its ends, which the
/// keyboards of telephones put after what they suggest and nobody sees. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// The least number of characters for staff.
pub const STAFF_LEAST: usize = 12;
/// The least number of characters for pupils.
pub const PUPIL_LEAST: usize = 8;
/// What the form of a pupil's password gives as an example. Refused as common: a whole class would take it.
pub const EXAMPLE_FOR_PUPILS: &str = "Girafe4Carotte";
/// How long a password that staff hand out lets its owner in: whoever was away for a week or two can still begin.
pub const TEMPORARY_LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);
const MOST: usize = 128;
/// From here on words in a row are a sentence to whoever types them.
const WORDS_OF_A_SENTENCE: usize = 3;
/// Fewer are letters that stand apart.
const LETTERS_OF_A_WORD: usize = 2;

impl Password {
    /// A password to be checked against a stored one. Nothing is too short for that.
    pub fn typed(text: &str) -> Self {
        Self(text.nfkc().collect::<String>().trim().to_owned())
    }

    /// A new password of staff. `about`: what its owner is called, which makes no password.
    pub fn new_for_staff(text: &str, about: &[&str]) -> Result<Self, PasswordError> {
        Self::typed(text).unless_refused(STAFF_LEAST, Vec::new(), about)
    }

    /// A new password of a pupil. `about`: what its owner is called, which makes no password.
    pub fn new_for_pupil(text: &str, about: &[&str]) -> Result<Self, PasswordError> {
        let password = Self::typed(text);
        let lacks = Kind::missing_in(&password.0);
        password.unless_refused(PUPIL_LEAST, lacks, about)
    }

    fn unless_refused(self, least: usize, lacks: Vec<Kind>, about: &[&str]) -> Result<Self, PasswordError> {
        let length = match self.0.chars().count() {
            count if count < least => Some(WrongLength::Below(least)),
            count if count > MOST => Some(WrongLength::Above(MOST)),
            _ => None,
        };
        let is_judged = !self.0.is_empty() && !matches!(length, Some(WrongLength::Above(_)));
        let guessed = (is_judged && common::is_common(&self.0, about)).then(|| self.as_guessed());
        if length.is_none() && lacks.is_empty() && guessed.is_none() {
            return Ok(self);
        }
        Err(PasswordError { length, lacks, guessed })
    }

    fn as_guessed(&self) -> Guessed {
        if self.has_several_words() { Guessed::Words } else { Guessed::Word }
    }

    /// Whether whoever typed it sees several words in it, rather than one with signs: they are told otherwise what is wrong.
    fn has_several_words(&self) -> bool {
        let words = self.0.split(|sign: char| sign.is_whitespace() || "-_,'’".contains(sign));
        let is_word = |word: &&str| word.chars().filter(|sign| sign.is_alphabetic()).count() >= LETTERS_OF_A_WORD;
        words.filter(is_word).count() >= WORDS_OF_A_SENTENCE
    }

    /// A password that staff read aloud to a pupil, who must change it at the first sign-in: `nadu-reka-473`. No i, l, o, 0 nor 1
    /// (`docs/domain.md`); about 32 bits, which throttling makes enough for the days that it lives.
    pub fn temporary(entropy: [u8; 8]) -> Self {
        // Taken apart like a number in a mixed base.
        let mut rest = u64::from_be_bytes(entropy);
        let mut draw = |from: &[u8]| {
            let count = from.len() as u64;
            let drawn = usize::try_from(rest % count).map_or('a', |at| char::from(from[at]));
            rest /= count;
            drawn
        };
        let mut word = || loop {
            let word: String = [CONSONANTS, VOWELS, CONSONANTS, VOWELS].iter().map(|from| draw(from)).collect();
            if !RUDE.contains(&word.as_str()) {
                break word;
            }
        };
        let words = format!("{}-{}-", word(), word());
        Self((0..3).fold(words, |text, _| text + &draw(DIGITS).to_string()))
    }

    /// A temporary password as it was read aloud or off a sheet, `RUVE HAFU 354` for `ruve-hafu-354`; as typed, if it is none.
    pub fn typed_as_temporary(text: &str) -> Self {
        let signs: Vec<char> =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let is_one = signs.len() == 11 && signs.iter().enumerate().all(|(at, sign)| sign.is_ascii_digit() == (at >= 8));
        if !is_one {
            return Self::typed(text);
        }
        let part = |from: usize, to: usize| signs[from..to].iter().collect::<String>();
        Self(format!("{}-{}-{}", part(0, 4), part(4, 8), part(8, 11)))
    }

    /// The password, for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What a temporary password is made of.
const CONSONANTS: &[u8] = b"bcdfghjkmnprstvwxz";
const VOWELS: &[u8] = b"aeu";
const DIGITS: &[u8] = b"23456789";
/// What a class would laugh at, or worse, among the words that these letters make.
const RUDE: [&str; 14] =
    ["caca", "pute", "puta", "pede", "suce", "sexe", "nega", "negu", "tepu", "rate", "nude", "cucu", "zeze", "pepe"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHORT: Option<WrongLength> = Some(WrongLength::Below(8));
    const SHORT_FOR_STAFF: Option<WrongLength> = Some(WrongLength::Below(12));
    const LONG: Option<WrongLength> = Some(WrongLength::Above(128));

    fn refused<T>(length: Option<WrongLength>, lacks: &[Kind], guessed: Option<Guessed>) -> Result<T, PasswordError> {
        Err(PasswordError { length, lacks: lacks.to_vec(), guessed })
    }

    #[test]
    fn length_counts_characters() {
        assert_eq!(Password::new_for_staff("onze signes", &[]), refused(SHORT_FOR_STAFF, &[], None));
        assert!(Password::new_for_staff("éléphant gris", &[]).is_ok());
        assert_eq!(Password::new_for_staff(&"a b".repeat(50), &[]), refused(LONG, &[], None));
        // What is short and guessed is told both; staff need no kinds of signs.
        let [word, words] = [Some(Guessed::Word), Some(Guessed::Words)];
        assert_eq!(Password::new_for_staff("soleil", &[]), refused(SHORT_FOR_STAFF, &[], word));
        assert_eq!(Password::new_for_staff("mon de en", &[]), refused(SHORT_FOR_STAFF, &[], words));
        assert_eq!(Password::new_for_staff("", &[]), refused(SHORT_FOR_STAFF, &[], None));
    }

    proptest! {
        #[test]
        fn a_temporary_one_is_known_however_it_is_written(entropy: [u8; 8]) {
            let password = Password::temporary(entropy);
            let shouted = password.expose().to_uppercase().replace('-', " ");
            for written in [password.expose(), &shouted, &shouted.replace(' ', "")] {
                let read = Password::typed_as_temporary(written);
                prop_assert_eq!(read.expose(), password.expose());
            }
        }
    }

    #[test]
    fn what_is_no_temporary_password_stays_as_it_is_typed() {
        for typed in ["Velours8 Marmotte", "ruve-hafu-35", "Ruve-Hafu-3545", "éphé-mère-354"] {
            assert_eq!(Password::typed_as_temporary(typed).expose(), Password::typed(typed).expose());
        }
    }

    #[test]
    fn common_ones_are_refused() {
        for password in [
            "motdepasse2026",
            "M0tDeP@sse2026!",
            "azertyuiop123",
            "Azertyuiop123!",
            "123456789012",
            "aaaaaaaaaaaa",
            "password1234",
            "Bonjour2026!!",
            "soleilsoleil",
            "bonjourbonjour",
            "987654321098",
            "qwertyuiop12",
            "Administrateur1",
            "1234567890123456",
            "121212121212",
            "Paris75001!!",
            "jetaimejetaime",
            "MotDePasseMotDePasse",
            "rentree2026!!!",
            "000000000000000",
            // Months, days, seasons, with what adorns them.
            "Septembre2026",
            "!!Décembre2026",
            "printemps.2027",
            "Été-2026-hiver",
            "LundiMardi1234",
            // French words, however they are spelt, and what leaked elsewhere.
            "bibliothèque1",
            "Bibl1oth3que!!",
            "ch0c0l@t12345",
            "Trustno1trustno1",
            "1qaz2wsx3edc",
            "Liverpool2020!",
            // A sign at an end stands for a letter, too.
            "@zerty123456!",
            "M0tDeP@$$3!!",
            "$oleil202612",
            "@dministrateur1",
            "1nformatique1",
            "monmotdepasse1",
            "nouveaumotdepasse",
            "qsdfghjklm12",
            "JaimeParis2026",
            "VieScolaire2026",
            // Schools, and those whose names they bear.
            "CollegeJeanMoulin",
            "lycee.victor.hugo1",
            "Ecole_JulesFerry75",
            "Récréation2026",
            "Mathématiques1!",
            // Names of people.
            "Guillaume1987",
        ] {
            assert_eq!(Password::new_for_staff(password, &[]), refused(None, &[], Some(Guessed::Word)), "{password}");
        }
    }

    #[test]
    fn ones_own_name_is_common() {
        let about = ["Camille", "Le Goff", "camille.legoff@ac-rennes.fr"];
        for password in ["camillelegoff35", "Camille.LeGoff!", "legofflegoff12", "camille.legoff@ac-rennes.fr"] {
            assert_eq!(
                Password::new_for_staff(password, &about),
                refused(None, &[], Some(Guessed::Word)),
                "{password}"
            );
        }
        assert!(Password::new_for_staff("camille aime les huîtres", &about).is_ok());
    }

    /// Whatever is wrong with it is told at once: where there is no letter, it is guessed, too.
    #[test]
    fn pupils_are_told_all_that_a_password_lacks() {
        use Kind::{Digit, Lower, Upper};
        let word = Some(Guessed::Word);
        let long = format!("{}Velours8", "velours ".repeat(20));
        for (password, length, lacks, guessed) in [
            ("", SHORT, &[Upper, Lower, Digit][..], None),
            ("Velou8", SHORT, &[], None),
            ("velou8", SHORT, &[Upper], None),
            ("VELOU8", SHORT, &[Lower], None),
            ("Velour", SHORT, &[Digit], None),
            ("velours", SHORT, &[Upper, Digit], None),
            ("VELOURS", SHORT, &[Lower, Digit], None),
            ("27-81", SHORT, &[Upper, Lower], word),
            ("?;:-_", SHORT, &[Upper, Lower, Digit], word),
            ("soleil", SHORT, &[Upper, Digit], word),
            ("Lucas", SHORT, &[Digit], word),
            ("Lucas1", SHORT, &[], word),
            ("velours8", None, &[Upper], None),
            ("VELOURS8", None, &[Lower], None),
            ("Veloursrouge", None, &[Digit], None),
            ("veloursrouge", None, &[Upper, Digit], None),
            ("VELOURSROUGE", None, &[Lower, Digit], None),
            ("27-81-46-93", None, &[Upper, Lower], word),
            ("?;:-_?;:-_", None, &[Upper, Lower, Digit], word),
            ("bonjour1", None, &[Upper], word),
            ("Chocolat", None, &[Digit], word),
            ("Bonjour les élèves", None, &[Digit], Some(Guessed::Words)),
            (&"velours ".repeat(20), LONG, &[Upper, Digit], None),
            (&long, LONG, &[], None),
        ] {
            assert_eq!(Password::new_for_pupil(password, &[]), refused(length, lacks, guessed), "{password}");
        }
        assert!(Password::new_for_pupil("Velours8", &[]).is_ok());
    }

    #[test]
    fn pupils_choose_none_that_a_class_would_try() {
        let about = ["Karine", "Dunord"];
        for password in [
            "Azerty12",
            "Mardi2012",
            "Chocolat1",
            "Cartable8",
            "Abc12345",
            "@Zerty12",
            "Mbappe10",
            "Psg12345",
            "Lucas2013",
            "Dunord2012",
            "Karine1003",
            "Romane2015",
            "Football10",
            // The example of the form, and what is made of it.
            EXAMPLE_FOR_PUPILS,
            "Girafe5Carotte",
            "Carotte-7-Girafe",
            "4GirafeCarotte!",
            "Girafes4Carottes",
        ] {
            let told = Password::new_for_pupil(password, &about);
            assert_eq!(told, refused(None, &[], Some(Guessed::Word)), "{password}");
        }
        assert!(Password::new_for_pupil("Velours8", &about).is_ok());
    }

    #[test]
    fn sentences_and_random_ones_are_fine() {
        for password in [
            "trois huîtres au petit matin",
            "kT9#vLq2!xWz",
            "correct horse battery staple",
            "lundi-tarte-velours-8",
            "le chocolat de septembre",
            "camion-bibliothèque",
            "papillon-ordinateur",
            "chocolat, papillon, montagne",
            "la maison de la princesse",
            "ma]-,=9he_2,",
        ] {
            assert!(Password::new_for_staff(password, &[]).is_ok(), "{password}");
        }
    }

    /// It is refused for another reason than a word with digits, and one word that is unlike the others mends it.
    #[test]
    fn sentences_of_nothing_but_common_words_are_told_apart() {
        for sentence in [
            "le professeur de maths du college",
            "notre-école-et-votre-école",
            "Bonjour les élèves de la classe",
            "mon mot de passe secret",
            "lundi, mardi, mercredi 2026",
            "soleil soleil soleil",
        ] {
            assert_eq!(Password::new_for_staff(sentence, &[]), refused(None, &[], Some(Guessed::Words)), "{sentence}");
            assert!(Password::new_for_staff(&format!("{sentence} girouette"), &[]).is_ok(), "{sentence}");
        }
        let own = Password::new_for_staff("Camille Le Goff", &["Camille", "Le Goff"]);
        assert_eq!(own, refused(None, &[], Some(Guessed::Words)));
        for word in ["b o n j o u r 2026", "Ecole JulesFerry75", "soleil-soleil"] {
            assert_eq!(Password::new_for_staff(word, &[]), refused(None, &[], Some(Guessed::Word)), "{word}");
        }
    }

    #[test]
    fn keyboards_that_decompose_give_the_same() {
        assert_eq!(Password::typed("e\u{301}le\u{301}phant gris"), Password::typed("éléphant gris"));
    }

    /// Chosen on a telephone today, typed on a computer tomorrow.
    #[test]
    fn white_space_at_its_ends_is_no_part_of_it() {
        for typed in ["Velours8 Marmotte ", " Velours8 Marmotte", "\tVelours8 Marmotte\r\n", "Velours8 Marmotte\u{a0}"]
        {
            assert_eq!(Password::typed(typed), Password::typed("Velours8 Marmotte"), "{typed:?}");
            let chosen = Password::new_for_pupil(typed, &[]);
            assert_eq!(chosen, Ok(Password::typed("Velours8 Marmotte")), "{typed:?}");
        }
        assert_ne!(Password::typed("Velours8 Marmotte"), Password::typed("Velours8Marmotte"), "within, it counts");
        assert_eq!(Password::new_for_staff("onze signes ", &[]), refused(SHORT_FOR_STAFF, &[], None));
        assert_eq!(Password::new_for_pupil("Velour8 ", &[]), refused(SHORT, &[], None));
        let temporary = Password::temporary([7; 8]);
        assert_eq!(Password::typed_as_temporary(&format!("{} ", temporary.expose())), temporary);
    }

    #[test]
    fn is_never_printed() {
        assert!(!format!("{:?}", Password::typed("trois huîtres")).contains("trois"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,200}", name in "\\PC{0,20}") {
            let _ = Password::new_for_staff(&text, &[&name]);
            let _ = Password::new_for_pupil(&text, &[&name]);
        }

        #[test]
        fn temporary_ones_are_easy_to_read_aloud(entropy: [u8; 8]) {
            let password = Password::temporary(entropy).0;
            prop_assert_eq!(password.len(), "nadu-reka-473".len());
            prop_assert!(!password.contains(['i', 'l', 'o', '0', '1']));
            prop_assert!(RUDE.iter().all(|rude| !password.contains(rude)));
        }
    }
}
