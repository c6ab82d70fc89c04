//! What a mail is made of, and its three renderings.

use askama::Template;
use rentree_domain::typography::spaced;

/// A mail: subject and content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    subject: String,
    /// Whether it goes to a school's own mailbox, and not to somebody who may ask their school.
    is_to_school: bool,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Paragraph(String),
    Button { label: &'static str, url: String },
    Quiet(String),
}

/// A mail as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// For programs that show no HTML.
    pub text: String,
    /// For all others.
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail.txt", escape = "none")]
struct Text<'a> {
    mail: &'a Mail,
    support: &'a str,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    mail: &'a Mail,
    support: &'a str,
}

impl Mail {
    /// A mail without content yet. A subject is one line, whatever it quotes.
    pub(crate) fn new(subject: impl Into<String>) -> Self {
        let subject = subject.into().split_whitespace().collect::<Vec<_>>().join(" ");
        Self { subject, is_to_school: false, blocks: Vec::new() }
    }

    /// To a school's own mailbox.
    pub(crate) fn for_school(self) -> Self {
        Self { is_to_school: true, ..self }
    }

    pub(crate) fn paragraph(self, text: impl Into<String>) -> Self {
        self.with(Block::Paragraph(spaced(&text.into())))
    }

    pub(crate) fn button(self, label: &'static str, url: impl Into<String>) -> Self {
        self.with(Block::Button { label, url: url.into() })
    }

    /// What matters less.
    pub(crate) fn quiet(self, text: impl Into<String>) -> Self {
        self.with(Block::Quiet(spaced(&text.into())))
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Subject, text and HTML; both say that help is at `support`.
    pub fn render(&self, support: &str) -> Result<Rendered, askama::Error> {
        Ok(Rendered {
            subject: self.subject.clone(),
            text: Text { mail: self, support }.render()?,
            html: Html { mail: self, support }.render()?,
        })
    }
}
