//! What a new account needs, read from a form: each error at its field, in French.

use rentree_domain::password::{EXAMPLE_FOR_PUPILS, Guessed, Kind, PasswordError, WrongLength};
use rentree_domain::person::PersonNameError;
use rentree_domain::{EmailAddress, Password, PersonName};
use rentree_http::text;
use rentree_table::User;
use rentree_web::{Field, Form};
use schemars::JsonSchema;
use serde::Deserialize;

/// The fields of a new account, as typed.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NewAccountFields {
    /// First name.
    #[schemars(with = "text::Name")]
    pub first_name: String,
    /// Last name.
    #[schemars(with = "text::Name")]
    pub last_name: String,
    /// E-mail address. Not asked where a link has confirmed it.
    #[schemars(with = "text::OrNone<text::Email>")]
    pub email: String,
    /// Password: twelve characters at least.
    #[schemars(with = "text::NewPassword")]
    pub password: String,
}

impl std::fmt::Debug for NewAccountFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewAccountFields(…)")
    }
}

/// The name of an account that is there, as typed.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AccountNameFields")]
#[serde(default)]
pub struct NameFields {
    /// First name.
    #[schemars(with = "text::Name")]
    pub first_name: String,
    /// Last name.
    #[schemars(with = "text::Name")]
    pub last_name: String,
}

impl std::fmt::Debug for NameFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NameFields(…)")
    }
}

impl NameFields {
    /// The form, with what was typed.
    pub fn form(&self, id: &'static str) -> Form {
        Form::new(id, name_fields(&self.first_name, &self.last_name))
    }

    /// First and last name; what is wrong with them stands in `form`.
    pub fn read(&self, form: &mut Form) -> Option<(PersonName, PersonName)> {
        read_name(form, &self.first_name, &self.last_name)
    }
}

/// A new account, read.
#[derive(Debug)]
pub struct NewAccount {
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// E-mail address.
    pub email: EmailAddress,
    /// Password.
    pub password: Password,
}

/// Whose rules a new password follows. See `docs/domain.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordRules {
    /// Twelve characters at least.
    Staff,
    /// Eight at least, of three kinds.
    Pupil,
}

impl PasswordRules {
    /// Those for an account that is there.
    pub fn of(user: &User) -> Self {
        if user.follows_rules_of_pupils() { Self::Pupil } else { Self::Staff }
    }

    /// What a form says beside the field.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Staff => {
                // A way to make one, and none to copy: whatever stood here would be taken.
                "12\u{A0}caractères au moins. Par exemple, quatre mots sans rapport, pris au hasard dans un livre. Une phrase que vous seul(e) connaissez convient aussi."
            }
            Self::Pupil => {
                "Deux mots sans rapport et un chiffre, comme Girafe4Carotte, mais avec vos mots à vous. 8\u{A0}caractères au moins, dont une majuscule, une minuscule et un chiffre. Un prénom ou un mot avec des chiffres ne suffit pas."
            }
        }
    }

    fn read(self, typed: &str, about: &[&str]) -> Result<Password, PasswordError> {
        match self {
            Self::Staff => Password::new_for_staff(typed, about),
            Self::Pupil => Password::new_for_pupil(typed, about),
        }
    }

    /// All that is wrong with a new password, in one sentence, and how to make a better one if it is guessed; to a child of twelve in short
    /// sentences, with the example of the hint.
    fn told(self, error: &PasswordError) -> String {
        // Who typed a sentence is not told of a word with signs.
        let is_sentence = self == Self::Staff && error.guessed == Some(Guessed::Words);
        let (subject, short) =
            if is_sentence { ("Cette suite de mots", "trop courte") } else { ("Ce mot de passe", "trop court") };
        let length = error.length.map(|wrong| match wrong {
            WrongLength::Below(least) => format!("est {short} ({least}\u{A0}caractères au moins)"),
            WrongLength::Above(most) => format!("est trop long ({most}\u{A0}caractères au plus)"),
        });
        let (guessed, advice) = match (self, error.guessed) {
            (_, None) => (None, ".".to_owned()),
            (Self::Pupil, Some(_)) => (
                Some("se devine trop facilement"),
                format!(
                    ". Un prénom ou un mot avec des chiffres ne suffit pas. Choisissez deux mots sans rapport et un chiffre, comme {EXAMPLE_FOR_PUPILS}, mais avec vos mots à vous."
                ),
            ),
            (Self::Staff, Some(Guessed::Word)) => (
                Some("se devine"),
                " : un mot, un nom ou des chiffres, même mêlés de signes, ne suffisent pas. Associez deux mots sans rapport, ou plus.".to_owned(),
            ),
            (Self::Staff, Some(Guessed::Words)) => (
                Some("se devine"),
                " : mots très courants, mots de l’école, jours, mois ou votre nom. Ajoutez-y un mot inattendu, sans rapport avec les autres.".to_owned(),
            ),
        };
        let faults: Vec<String> =
            length.into_iter().chain(lacking(&error.lacks)).chain(guessed.map(ToOwned::to_owned)).collect();
        format!("{subject} {}{advice}", and(&faults))
    }
}

/// `n’a ni majuscule ni chiffre`; `None` where nothing is lacking.
fn lacking(kinds: &[Kind]) -> Option<String> {
    let name = |kind: &Kind| match kind {
        Kind::Upper => "majuscule",
        Kind::Lower => "minuscule",
        Kind::Digit => "chiffre",
    };
    match kinds {
        [] => None,
        [kind] => Some(format!("n’a pas de {}", name(kind))),
        [one, other] => Some(format!("n’a ni {} ni {}", name(one), name(other))),
        more => Some(format!("n’a ni {}", more.iter().map(name).collect::<Vec<_>>().join(", ni "))),
    }
}

/// `a`, `a et b`, `a, b et c`.
fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [part] => part.clone(),
        [first @ .., last] => format!("{} et {last}", first.join(", ")),
    }
}

impl NewAccountFields {
    /// The form, with what was typed. `email`: whether the address is asked for.
    pub fn form(&self, id: &'static str, asks_email: bool) -> Form {
        let mut fields = Vec::from(name_fields(&self.first_name, &self.last_name));
        if asks_email {
            fields.push(Field::email("email", "Adresse e-mail").value(&self.email));
        }
        fields.push(
            Field::password("password", "Mot de passe").hint(PasswordRules::Staff.hint()).autocomplete("new-password"),
        );
        Form::new(id, fields)
    }

    /// The account, or the form with its errors.
    pub fn read(&self, mut form: Form) -> Result<NewAccount, Form> {
        let name = read_name(&mut form, &self.first_name, &self.last_name);
        let email = form.read("email", EmailAddress::typed(&self.email), |_| email_error(&self.email));
        let about = [self.first_name.as_str(), &self.last_name, &self.email];
        let password = read_password(&mut form, PasswordRules::Staff, &self.password, &about);
        match (name, email, password) {
            (Some((first_name, last_name)), Some(email), Some(password)) => {
                Ok(NewAccount { first_name, last_name, email, password })
            }
            _ => Err(form),
        }
    }
}

fn name_fields(first_name: &str, last_name: &str) -> [Field; 2] {
    [
        Field::text("first_name", "Prénom").autocomplete("given-name").value(first_name),
        Field::text("last_name", "Nom").autocomplete("family-name").value(last_name),
    ]
}

/// Reads both names, so that each error is told at once.
fn read_name(form: &mut Form, first_name: &str, last_name: &str) -> Option<(PersonName, PersonName)> {
    let first_name = form.read("first_name", PersonName::parse(first_name), |e| person_name_error("prénom", e));
    let last_name = form.read("last_name", PersonName::parse(last_name), |e| person_name_error("nom", e));
    first_name.zip(last_name)
}

/// A new password for an account, as typed.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PasswordFields {
    /// Twelve characters at least; for a pupil, eight, with an upper-case letter, a lower-case letter and a digit.
    #[schemars(with = "text::NewPasswordOfPupil")]
    pub password: String,
}

impl std::fmt::Debug for PasswordFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordFields(…)")
    }
}

impl PasswordFields {
    /// The form.
    pub fn form(id: &'static str, rules: PasswordRules) -> Form {
        let field = Field::password("password", "Nouveau mot de passe").hint(rules.hint()).autocomplete("new-password");
        Form::new(id, [field])
    }
}

/// Reads a new password into `form`'s field `password`.
pub fn read_password(form: &mut Form, rules: PasswordRules, typed: &str, about: &[&str]) -> Option<Password> {
    form.read("password", rules.read(typed, about), |error| rules.told(&error))
}

/// What is wrong with an address.
pub fn email_error(typed: &str) -> String {
    if typed.trim().is_empty() {
        "Indiquez votre adresse e-mail.".to_owned()
    } else {
        "L’adresse e-mail n’est pas complète. Exemple : prenom.nom@exemple.fr".to_owned()
    }
}

/// What is wrong with a name; `what`: `prénom` or `nom`.
pub fn person_name_error(what: &str, error: PersonNameError) -> String {
    match error {
        PersonNameError::Empty => format!("Indiquez votre {what}."),
        PersonNameError::Long => format!("Le {what} est trop long : 60\u{A0}caractères au plus."),
        PersonNameError::Signs => format!(
            "Le {what} comporte des signes qui ne sont pas acceptés : lettres, espaces, traits d’union et apostrophes seulement."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before anything is typed, and again when it was refused.
    #[test]
    fn pupils_are_given_an_example_that_is_refused() {
        assert!(PasswordRules::Pupil.hint().contains(EXAMPLE_FOR_PUPILS));
        assert!(include_str!("../../../docs/aide/eleves.md").contains(EXAMPLE_FOR_PUPILS), "the guide says the same");
        let mut form = PasswordFields::form("new", PasswordRules::Pupil);
        assert_eq!(read_password(&mut form, PasswordRules::Pupil, EXAMPLE_FOR_PUPILS, &[]), None);
        assert!(form.errors().any(|(name, told)| name == "password" && told.contains(EXAMPLE_FOR_PUPILS)));
    }

    fn told(rules: PasswordRules, typed: &str) -> Option<String> {
        let mut form = PasswordFields::form("new", rules);
        let read = read_password(&mut form, rules, typed, &[]);
        assert_eq!(read.is_some(), !form.is_refused());
        form.errors().map(|(_, told)| told.to_owned()).next()
    }

    /// One thing after the other would take as many tries.
    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let way = " Un prénom ou un mot avec des chiffres ne suffit pas. Choisissez deux mots sans rapport et un chiffre, comme Girafe4Carotte, mais avec vos mots à vous.";
        let guessed = format!("se devine trop facilement.{way}");
        let long = "velours ".repeat(20);
        for (typed, wrong) in [
            ("", "est trop court (8\u{A0}caractères au moins) et n’a ni majuscule, ni minuscule, ni chiffre."),
            ("Velou8", "est trop court (8\u{A0}caractères au moins)."),
            ("velou8", "est trop court (8\u{A0}caractères au moins) et n’a pas de majuscule."),
            ("VELOU8", "est trop court (8\u{A0}caractères au moins) et n’a pas de minuscule."),
            ("Velour", "est trop court (8\u{A0}caractères au moins) et n’a pas de chiffre."),
            ("velours", "est trop court (8\u{A0}caractères au moins) et n’a ni majuscule ni chiffre."),
            ("VELOURS", "est trop court (8\u{A0}caractères au moins) et n’a ni minuscule ni chiffre."),
            (
                "27-81",
                &format!("est trop court (8\u{A0}caractères au moins), n’a ni majuscule ni minuscule et {guessed}"),
            ),
            (
                "soleil",
                &format!("est trop court (8\u{A0}caractères au moins), n’a ni majuscule ni chiffre et {guessed}"),
            ),
            ("Lucas1", &format!("est trop court (8\u{A0}caractères au moins) et {guessed}")),
            ("velours8", "n’a pas de majuscule."),
            ("VELOURS8", "n’a pas de minuscule."),
            ("Veloursrouge", "n’a pas de chiffre."),
            ("veloursrouge", "n’a ni majuscule ni chiffre."),
            ("VELOURSROUGE", "n’a ni minuscule ni chiffre."),
            ("27-81-46-93", &format!("n’a ni majuscule ni minuscule et {guessed}")),
            ("?;:-_?;:-_", &format!("n’a ni majuscule, ni minuscule, ni chiffre et {guessed}")),
            ("bonjour1", &format!("n’a pas de majuscule et {guessed}")),
            ("Chocolat1", &guessed),
            (&long, "est trop long (128\u{A0}caractères au plus) et n’a ni majuscule ni chiffre."),
        ] {
            assert_eq!(told(PasswordRules::Pupil, typed), Some(format!("Ce mot de passe {wrong}")), "{typed}");
        }
        for (typed, wrong) in [
            ("", "Ce mot de passe est trop court (12\u{A0}caractères au moins)."),
            ("velours", "Ce mot de passe est trop court (12\u{A0}caractères au moins)."),
            (
                "soleil",
                "Ce mot de passe est trop court (12\u{A0}caractères au moins) et se devine : un mot, un nom ou des chiffres, même mêlés de signes, ne suffisent pas. Associez deux mots sans rapport, ou plus.",
            ),
            (
                "mon de en",
                "Cette suite de mots est trop courte (12\u{A0}caractères au moins) et se devine : mots très courants, mots de l’école, jours, mois ou votre nom. Ajoutez-y un mot inattendu, sans rapport avec les autres.",
            ),
            (&long, "Ce mot de passe est trop long (128\u{A0}caractères au plus)."),
        ] {
            assert_eq!(told(PasswordRules::Staff, typed).as_deref(), Some(wrong), "{typed}");
        }
    }

    /// Who typed a sentence is not told of a word with signs, and what they are told to do is enough.
    #[test]
    fn a_sentence_of_common_words_is_mended_by_one_that_is_not() {
        let sentence = "le professeur de maths du collège";
        let refused = told(PasswordRules::Staff, sentence).unwrap();
        assert!(
            refused.starts_with("Cette suite de mots se devine") && refused.contains("un mot inattendu"),
            "{refused}"
        );
        assert_eq!(told(PasswordRules::Staff, &format!("{sentence} girouette")), None);
        let word = told(PasswordRules::Staff, "motdepasse2026").unwrap();
        assert!(word.contains("un mot, un nom ou des chiffres"), "{word}");
        // To a child there is one thing to say.
        let child = told(PasswordRules::Pupil, "Le professeur de maths 6").unwrap();
        assert!(child.contains(EXAMPLE_FOR_PUPILS), "{child}");
    }

    #[test]
    fn staff_are_told_a_way_to_make_one() {
        let hint = PasswordRules::Staff.hint();
        assert!(hint.contains("quatre mots sans rapport, pris au hasard"), "{hint}");
    }
}
