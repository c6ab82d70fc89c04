//! The page before something that is not easily undone: it names the person and what follows, and has one button and one way back.
//! Nothing is changed by looking at it; the button sends what a program sends at once. Where that would do more by now than the page said,
//! the page comes again, and says why.

use askama::Template;
use rentree_web::Frame;
use schemars::JsonSchema;
use serde::Serialize;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "confirm.html")]
pub struct ConfirmView {
    /// What surrounds it.
    #[serde(skip)]
    pub frame: Frame,
    /// The token for its form.
    #[serde(skip)]
    pub csrf: String,
    /// Why it is asked again: what is not any more as it was shown.
    #[serde(skip)]
    pub alert: Option<String>,
    /// What would be done, and to whom: a question.
    pub title: String,
    /// What follows, a sentence each.
    pub consequences: Vec<String>,
    /// What does it: the address to POST to.
    pub action: String,
    /// What its button says.
    #[serde(skip)]
    pub button: &'static str,
    /// A field that the form sends along.
    #[serde(skip)]
    pub hidden: Option<(&'static str, String)>,
    /// Something that is to be chosen first.
    #[serde(skip)]
    pub choice: Option<Choice>,
    /// Label and address of the way back.
    #[serde(skip)]
    pub back: (&'static str, String),
}

/// Something that is to be chosen; the first option is proposed.
#[derive(Debug)]
pub struct Choice {
    /// The name of the field.
    pub name: &'static str,
    /// What it is called.
    pub label: String,
    /// Each with its value in the request and its name for people.
    pub options: Vec<(String, String)>,
}
