//! What was typed, put into its form again. The pages are our own, so that what their tags look like is known: attributes stand in double
//! quotes, and texts are escaped.

/// How many tags before its form that begins which folds it away (`fold.html`): it has a line, and ends.
const FOLD: usize = 4;

/// A tag of a page: where it stands, and what it says.
struct Tag<'a> {
    start: usize,
    end: usize,
    name: &'a str,
    attributes: Vec<(&'a str, Option<&'a str>)>,
}

/// The page `html`, in whose form that posts to `action` the controls hold `fields`, below a notice: the first, or the second where boxes were
/// ticked that the page does not have. What folds the form away is open, or a phone would hide both. `None` when no such form has a control
/// for each of them. What a form hides and what is secret stays as the page has it.
pub(super) fn fill(html: &str, action: &str, fields: &[(String, String)], notices: [&str; 2]) -> Option<String> {
    let tags: Vec<Tag<'_>> = tags(html);
    let form = tags.iter().position(|tag| is_wanted(tag, action) && has_all(&tags, tag, html, fields))?;
    let fold = form.checked_sub(FOLD).filter(|fold| tags[*fold].folds());
    let of_form: Vec<&Tag<'_>> = controls(&tags, &tags[form], html).collect();
    let [all, not_all] = notices;
    let notice = if has_each_box(&of_form, fields) { all } else { not_all };
    let mut filled = String::with_capacity(html.len() + notice.len());
    let mut copied = 0;
    let mut replace = |from: usize, to: usize, with: &str| {
        filled.push_str(html.get(copied..from).unwrap_or_default());
        filled.push_str(with);
        copied = to;
    };
    let mut selecting = None;
    for (place, tag) in tags.iter().enumerate() {
        if Some(place) == fold {
            replace(tag.start, tag.end, &tag.with("open", " open"));
            continue;
        }
        if place == form {
            replace(tag.end, tag.end, notice);
            continue;
        }
        let is_control = of_form.iter().any(|control| control.start == tag.start);
        match tag.name {
            "input" if is_control => {
                if let Some(with) = input(tag, fields) {
                    replace(tag.start, tag.end, &with);
                }
            }
            "textarea" if is_control => {
                let typed = tag.value_in(fields);
                let close = html[tag.end..].find("</textarea>").map(|length| tag.end + length);
                if let (Some(typed), Some(close)) = (typed, close) {
                    // A browser drops the first line break.
                    replace(tag.end, close, &format!("\n{}", escaped(typed)));
                }
            }
            "select" if is_control => selecting = tag.named().filter(|name| is_typed(fields, name)),
            "/select" => selecting = None,
            "option" => {
                if let Some(name) = &selecting {
                    let value = tag.attribute("value").map(unescaped).unwrap_or_default();
                    let is_chosen = fields.iter().any(|(typed, chosen)| typed == name && *chosen == value);
                    replace(tag.start, tag.end, &tag.with("selected", if is_chosen { " selected" } else { "" }));
                }
            }
            _ => {}
        }
    }
    filled.push_str(html.get(copied..)?);
    Some(filled)
}

/// An `input` with what was typed; `None` for one that keeps what it has.
fn input(tag: &Tag<'_>, fields: &[(String, String)]) -> Option<String> {
    let name = tag.named()?;
    match tag.attribute("type").unwrap_or("text") {
        "checkbox" | "radio" => {
            let value = tag.ticked();
            let is_ticked = fields.iter().any(|(typed, ticked)| *typed == name && *ticked == value);
            Some(tag.with("checked", if is_ticked { " checked" } else { "" }))
        }
        "hidden" | "password" | "submit" | "button" | "file" => None,
        _ => tag.value_in(fields).map(|typed| tag.with("value", &format!(" value=\"{}\"", escaped(typed)))),
    }
}

fn is_wanted(tag: &Tag<'_>, action: &str) -> bool {
    tag.name == "form"
        && tag.attribute("method") == Some("post")
        && tag.attribute("action").is_some_and(|to| unescaped(to) == action)
}

/// Whether `form` has a control, or a button, for each of `fields`.
fn has_all(tags: &[Tag<'_>], form: &Tag<'_>, html: &str, fields: &[(String, String)]) -> bool {
    fields.iter().all(|(name, _)| controls(tags, form, html).any(|tag| tag.named().as_deref() == Some(name)))
}

/// Whether each box that was ticked is among `controls`: a list may have others by now.
fn has_each_box(controls: &[&Tag<'_>], fields: &[(String, String)]) -> bool {
    let boxes: Vec<(String, String)> =
        controls.iter().filter(|tag| tag.is_box()).filter_map(|tag| Some((tag.named()?, tag.ticked()))).collect();
    let is_of_boxes = |field: &&(String, String)| boxes.iter().any(|(name, _)| *name == field.0);
    fields.iter().filter(is_of_boxes).all(|field| boxes.contains(field))
}

/// What stands in `form`, or says that it belongs to it.
fn controls<'a, 'b>(tags: &'b [Tag<'a>], form: &'b Tag<'a>, html: &str) -> impl Iterator<Item = &'b Tag<'a>> {
    let end = html[form.end..].find("</form>").map_or(html.len(), |length| form.end + length);
    let id = form.attribute("id");
    tags.iter().filter(move |tag| {
        let is_inside = (form.end..end).contains(&tag.start) && tag.attribute("form").is_none();
        is_inside || (id.is_some() && tag.attribute("form") == id)
    })
}

fn is_typed(fields: &[(String, String)], name: &str) -> bool {
    fields.iter().any(|(typed, _)| typed == name)
}

impl<'a> Tag<'a> {
    fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(found, _)| *found == name).map(|(_, value)| value.unwrap_or_default())
    }

    fn named(&self) -> Option<String> {
        self.attribute("name").map(unescaped)
    }

    fn is_box(&self) -> bool {
        self.name == "input" && matches!(self.attribute("type"), Some("checkbox" | "radio"))
    }

    /// Whether it folds away what comes after it.
    fn folds(&self) -> bool {
        self.name == "details" && self.attribute("class") == Some("fold")
    }

    /// What a box sends that is ticked.
    fn ticked(&self) -> String {
        self.attribute("value").map_or_else(|| "on".to_owned(), unescaped)
    }

    fn value_in<'f>(&self, fields: &'f [(String, String)]) -> Option<&'f str> {
        let name = self.named()?;
        fields.iter().find(|(typed, _)| *typed == name).map(|(_, value)| value.as_str())
    }

    /// The tag with `now`, which is an attribute or nothing, in place of `attribute`.
    fn with(&self, attribute: &str, now: &str) -> String {
        let mut tag = format!("<{}", self.name);
        for (name, value) in self.attributes.iter().filter(|(name, _)| *name != attribute) {
            tag.push(' ');
            tag.push_str(name);
            if let Some(value) = value {
                tag.extend(["=\"", value, "\""]);
            }
        }
        tag.push_str(now);
        tag.push('>');
        tag
    }
}

/// Every tag of a page, in its order.
fn tags(html: &str) -> Vec<Tag<'_>> {
    let (mut tags, mut from) = (Vec::new(), 0);
    while let Some(start) = html[from..].find('<').map(|length| from + length) {
        let Some(end) = end_of(html, start) else { break };
        tags.push(read(html, start, end));
        from = end;
    }
    tags
}

/// Where the tag ends that begins at `start`: at the first `>` that stands in no quotes.
fn end_of(html: &str, start: usize) -> Option<usize> {
    let mut is_quoted = false;
    for (place, sign) in html[start..].char_indices() {
        match sign {
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return Some(start + place + 1),
            _ => {}
        }
    }
    None
}

fn read(html: &str, start: usize, end: usize) -> Tag<'_> {
    let inner = html[start..end].trim_start_matches('<').trim_end_matches('>');
    let (name, mut rest) = inner.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((inner, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some(length) = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()) else {
            attributes.extend((!rest.is_empty()).then_some((rest, None)));
            break;
        };
        let (name, after) = rest.split_at(length);
        let quoted = after.strip_prefix("=\"").and_then(|value| value.split_once('"'));
        if let Some((value, after)) = quoted {
            attributes.push((name, Some(value)));
            rest = after;
        } else {
            attributes.push((name, None));
            rest = after.trim_start_matches('=');
        }
    }
    Tag { start, end, name, attributes }
}

/// As a text or an attribute of a page.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&#38;"),
            '<' => escaped.push_str("&#60;"),
            '>' => escaped.push_str("&#62;"),
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// What askama escaped.
fn unescaped(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    text.replace("&#38;", "&")
}

#[cfg(test)]
mod tests;
