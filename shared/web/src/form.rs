//! Forms: what was typed stays, each error stands at its field and in a summary that links there.

use askama::Template;

/// The fields of a form, in order. Renders as HTML: `{{ form|safe }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "form.html")]
pub struct Form {
    /// Begins the identifiers of its fields: several forms may stand on a page.
    pub id: &'static str,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name in the request.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// `text`, `email`, `password`, `textarea` or `select`.
    pub kind: &'static str,
    /// What was typed. Never shown for a password.
    pub value: String,
    /// What helps to fill it in; empty for none.
    pub hint: &'static str,
    /// What browsers may fill in: HTML's names.
    pub autocomplete: &'static str,
    /// Which keys a telephone or tablet shows: HTML's names; empty for those of any text.
    pub input_mode: &'static str,
    /// Whether typing begins here.
    pub has_focus: bool,
    /// What is wrong with it, and how to mend it.
    pub error: Option<String>,
    /// Whether it may be left blank.
    pub is_optional: bool,
    /// What a `select` offers.
    pub choices: Vec<Choices>,
}

/// Choices that belong together.
#[derive(Debug, Clone)]
pub struct Choices {
    /// What they have in common.
    pub label: &'static str,
    /// Each with its value in the request and its name for people.
    pub choices: Vec<(String, String)>,
}

/// The errors of a form, above it.
#[derive(Debug, Clone, Template)]
#[template(path = "summary.html")]
pub struct Summary {
    errors: Vec<(String, String)>,
}

impl Field {
    fn new(kind: &'static str, name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            kind,
            value: String::new(),
            hint: "",
            autocomplete: "off",
            input_mode: "",
            has_focus: false,
            error: None,
            is_optional: false,
            choices: Vec::new(),
        }
    }

    /// A line of text.
    pub fn text(name: &'static str, label: &'static str) -> Self {
        Self::new("text", name, label)
    }

    /// An e-mail address.
    pub fn email(name: &'static str, label: &'static str) -> Self {
        Self { autocomplete: "email", ..Self::new("email", name, label) }
    }

    /// A password.
    pub fn password(name: &'static str, label: &'static str) -> Self {
        Self::new("password", name, label)
    }

    /// Several lines.
    pub fn lines(name: &'static str, label: &'static str) -> Self {
        Self::new("textarea", name, label)
    }

    /// One of `choices`.
    pub fn select(name: &'static str, label: &'static str, choices: Vec<Choices>) -> Self {
        Self { choices, ..Self::new("select", name, label) }
    }

    /// One that may be left blank.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// With a hint.
    #[must_use]
    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// With what browsers may fill in.
    #[must_use]
    pub fn autocomplete(self, autocomplete: &'static str) -> Self {
        Self { autocomplete, ..self }
    }

    /// With digits alone on a telephone or tablet.
    #[must_use]
    pub fn digits(self) -> Self {
        Self { input_mode: "numeric", ..self }
    }

    /// Typing begins here: for pages that are nothing but this field.
    #[must_use]
    pub fn focused(self) -> Self {
        Self { has_focus: true, ..self }
    }

    /// With what was typed.
    #[must_use]
    pub fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    fn is_secret(&self) -> bool {
        self.kind == "password"
    }

    fn is_select(&self) -> bool {
        self.kind == "select"
    }

    /// Whether one of its choices is selected: then there is no blank one to go back to.
    fn is_chosen(&self) -> bool {
        self.choices.iter().flat_map(|group| &group.choices).any(|(value, _)| *value == self.value)
    }

    fn is_lines(&self) -> bool {
        self.kind == "textarea"
    }
}

impl Form {
    /// A form without errors.
    pub fn new(id: &'static str, fields: impl IntoIterator<Item = Field>) -> Self {
        Self { id, fields: fields.into_iter().collect() }
    }

    /// Says what is wrong with a field; the first word on a field holds.
    pub fn refuse(&mut self, name: &str, error: impl Into<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name && field.error.is_none()) {
            field.error = Some(error.into());
        }
    }

    /// What `read` gives, or its error at the field `name`.
    pub fn read<T, E>(&mut self, name: &str, read: Result<T, E>, error: impl FnOnce(E) -> String) -> Option<T> {
        read.map_err(|why| self.refuse(name, error(why))).ok()
    }

    /// Whether a field has an error.
    pub fn is_refused(&self) -> bool {
        self.fields.iter().any(|field| field.error.is_some())
    }

    /// Name and error of each field that has one.
    pub fn errors(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().filter_map(|field| Some((field.name, field.error.as_deref()?)))
    }

    /// The errors, for the top of the page; renders as nothing when there is none.
    pub fn summary(&self) -> Summary {
        let errors = self.errors().map(|(name, error)| (format!("{}-{name}", self.id), error.to_owned()));
        Summary { errors: errors.collect() }
    }
}
