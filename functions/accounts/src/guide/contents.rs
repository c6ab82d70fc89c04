//! The headings of a text: each below the title has an address of its own, and a text of several parts begins with links to them.

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use rentree_domain::name;

/// A text of fewer parts is soon looked through.
pub(super) const FEWEST: usize = 3;

/// A heading below the title.
pub(super) struct Heading {
    /// Whether it begins a part of the text, and not of another part.
    is_part: bool,
    title: String,
    /// What stands after the `#`.
    pub(super) address: String,
}

/// The headings of a text below its title, in their order.
pub(super) fn headings<'a>(events: impl Iterator<Item = Event<'a>>) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    let mut open: Option<String> = None;
    for event in events {
        match event {
            Event::Start(Tag::Heading { .. }) => open = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(title) = &mut open {
                    title.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some(title) = open.take()
                    && level > HeadingLevel::H1
                {
                    let address = address(&title, &headings);
                    headings.push(Heading { is_part: level == HeadingLevel::H2, title, address });
                }
            }
            _ => {}
        }
    }
    headings
}

/// `Où est le code ?` → `ou-est-le-code`; a second one of the same words gets another address than the first.
fn address(title: &str, before: &[Heading]) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).map(name::letters).filter(|word| !word.is_empty());
    let mut address = words.collect::<Vec<_>>().join("-");
    while before.iter().any(|heading| heading.address == address) {
        address.push_str("-bis");
    }
    address
}

/// What stands under the title: links to the parts, if there are several. On paper they lead nowhere.
pub(super) fn links(headings: &[Heading]) -> Vec<Event<'static>> {
    let parts: Vec<&Heading> = headings.iter().filter(|heading| heading.is_part).collect();
    if parts.len() < FEWEST {
        return Vec::new();
    }
    let mut links = vec![Event::Html(BEGIN.into())];
    for part in parts {
        links.push(Event::Html(format!("<li><a href=\"#{}\">", part.address).into()));
        links.push(Event::Text(part.title.clone().into()));
        links.push(Event::Html("</a></li>\n".into()));
    }
    links.push(Event::Html("</ul>\n</nav>\n".into()));
    links
}

const BEGIN: &str =
    "<nav class=\"panel no-print\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">Dans cette page</h2>\n<ul>\n";
