//! What somebody says of who they are: first name, last name and birth date, or a personal code in their place; and the answer to
//! the question about a near match. Where the Médiacentre tells first and last name, nobody types them.

use jiff::civil::Date;
use rentree_domain::birth_date::{self, BirthDateError};
use rentree_domain::{CampaignCode, LearnerId, PersonalCode};
use rentree_http::text;
use rentree_web::{Field, Form};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the forms send.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct IdentityFields {
    /// First name: the first, second or third one.
    #[schemars(with = "text::OrNone<text::Name>")]
    pub(crate) first_name: String,
    /// Last name: family or usage name.
    #[schemars(with = "text::OrNone<text::Name>")]
    pub(crate) last_name: String,
    /// `10/03/2012` or `2012-03-10`; `10/03/12`, too.
    #[schemars(with = "text::OrNone<text::BirthDate>")]
    pub(crate) birth_date: String,
    /// In place of names and birth date: the code that a teacher gave, `nadu-reka-veta-473`.
    #[schemars(with = "text::OrNone<text::SpokenCode>")]
    pub(crate) personal_code: String,
    /// A new account, though the pupil has one of another school: it cannot be opened any more.
    pub(crate) despite: bool,
    /// The pupil that the step `ask` asked about.
    pub(crate) asked: String,
    /// Whether one is that pupil.
    pub(crate) answer: Answer,
    /// The names are those that the Médiacentre told, and the page showed: whatever stands here is not read.
    pub(crate) mediacentre: bool,
    /// The sign-on by Médiacentre that waits in this browser is somebody else's: it is forgotten, and nothing else is done.
    pub(crate) without_mediacentre: bool,
}

/// First and last name, as the Médiacentre tells them.
pub(crate) type ToldNames<'a> = (&'a str, &'a str);

/// Whether somebody is the pupil that they were asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// They were not asked.
    #[default]
    #[serde(rename = "")]
    None,
    /// They are.
    Yes,
    /// They are not.
    No,
}

/// Who somebody says to be.
#[derive(Debug, Clone)]
pub(crate) enum Claim {
    /// Somebody of these names.
    Names(Identity),
    /// Whoever was given this code.
    Code(PersonalCode),
}

/// Names and birth date.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) birth_date: Date,
}

/// What was said besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Said {
    /// A new account, though there is one of another school.
    pub(crate) despite: bool,
    /// "Yes, that is me", of the pupil that is found.
    pub(crate) confirmed: bool,
}

/// The two ways to say who one is.
#[derive(Debug)]
pub(crate) struct WhoForms {
    /// First and last name that the Médiacentre tells: the first form asks for the birth date alone.
    pub(crate) told: Option<(String, String)>,
    pub(crate) by_names: Form,
    pub(crate) by_code: Form,
    /// Whether the second way is shown at once: it was tried, or the first one failed.
    pub(crate) is_code_open: bool,
}

impl std::fmt::Debug for IdentityFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityFields(…)")
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// Longer than any name: comparing costs as the square.
const LONGEST: usize = 100;
const CODE_SHAPE: &str = "Un code personnel est fait de trois petits mots et de trois chiffres. Recopiez-le comme votre enseignant l’a donné.";
/// For who typed six letters and three digits there.
const OF_A_CAMPAIGN: &str = "C’est la forme d’un code de campagne, qui se tape sur la page « Rejoindre une campagne ». Un code personnel est fait de trois petits mots et de trois chiffres. Sans code personnel, tapez votre nom, votre prénom et votre date de naissance.";

impl IdentityFields {
    /// The forms, with what was typed. Names that were `told` need not be.
    pub(crate) fn forms(&self, told: Option<ToldNames<'_>>) -> WhoForms {
        // The browser of a shared tablet would offer the child before, to the next one.
        let first_name = Field::text("first_name", "Prénom").value(&self.first_name);
        let last_name = Field::text("last_name", "Nom").value(&self.last_name);
        let birth_date = Field::text("birth_date", "Date de naissance")
            .hint("Jour, mois, année : 8 chiffres. Exemple : 10032012 pour le 10 mars 2012")
            .digits()
            .value(&self.birth_date);
        let names = [first_name, last_name].into_iter().filter(|_| told.is_none());
        WhoForms {
            told: told.map(|(first_name, last_name)| (first_name.to_owned(), last_name.to_owned())),
            by_names: Form::new("who", names.chain([birth_date])),
            by_code: code_form(&self.personal_code),
            is_code_open: self.is_by_code(),
        }
    }

    /// Whether a code was typed: it stands in place of all else.
    pub(crate) fn is_by_code(&self) -> bool {
        !self.personal_code.trim().is_empty()
    }

    /// Who is meant, or the forms with their errors.
    pub(crate) fn read(&self, today: Date, told: Option<ToldNames<'_>>) -> Result<Claim, Box<WhoForms>> {
        let mut forms = self.forms(told);
        if self.is_by_code() {
            let code = PersonalCode::parse(&self.personal_code);
            // By its shape alone: whether it leads to a campaign is told where it is to be typed.
            let shape = if CampaignCode::parse(&self.personal_code).is_ok() { OF_A_CAMPAIGN } else { CODE_SHAPE };
            let code = forms.by_code.read("personal_code", code, |_| shape.to_owned());
            return code.map(Claim::Code).ok_or_else(|| Box::new(forms));
        }
        let form = &mut forms.by_names;
        let (first_name, last_name) = told.unwrap_or((&self.first_name, &self.last_name));
        let typed =
            [("first_name", first_name, "Indiquez votre prénom."), ("last_name", last_name, "Indiquez votre nom.")];
        for (field, typed, error) in typed.into_iter().filter(|_| told.is_none()) {
            if rentree_domain::name::fold(typed).is_empty() {
                form.refuse(field, error);
            } else if typed.chars().count() > LONGEST {
                form.refuse(field, "C’est trop long : 100\u{A0}caractères au plus.");
            }
        }
        let birth_date = form.read("birth_date", birth_date::typed(&self.birth_date, today), |error| {
            match error {
                BirthDateError::Empty => "Indiquez votre date de naissance.",
                BirthDateError::Unreadable => "Écrivez le jour, le mois et l’année en 8 chiffres. Exemple : 10032012",
                BirthDateError::Impossible => "Cette date n’est pas possible. Vérifiez le jour, le mois et l’année.",
            }
            .to_owned()
        });
        match birth_date.filter(|_| !form.is_refused()) {
            Some(birth_date) => {
                let (first_name, last_name) = (first_name.to_owned(), last_name.to_owned());
                Ok(Claim::Names(Identity { first_name, last_name, birth_date }))
            }
            None => Err(Box::new(forms)),
        }
    }

    /// What was said besides, of `pupil`. A yes holds for the pupil that was asked about, and for nobody else.
    pub(crate) fn said(&self, pupil: LearnerId) -> Said {
        let confirmed = self.answer == Answer::Yes && self.asked == pupil.to_string();
        Said { despite: self.despite, confirmed }
    }
}

impl WhoForms {
    /// The form with errors, if one has some.
    pub(crate) fn refused(&self) -> &Form {
        if self.by_code.is_refused() { &self.by_code } else { &self.by_names }
    }
}

/// The form for a personal code.
pub(crate) fn code_form(typed: &str) -> Form {
    let code = Field::text("personal_code", "Code personnel")
        // With hyphens that do not break: a code stays on one line.
        .hint("Trois petits mots et trois chiffres. Exemple : nadu\u{2011}reka\u{2011}veta\u{2011}473")
        .value(typed);
    Form::new("personal", [code])
}
