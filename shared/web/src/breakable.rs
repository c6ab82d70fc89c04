//! Words that are too long for a narrow screen, and break where eyes expect it.

/// `loetitia.<wbr>dherouville0110`, as HTML: a user name that does not fit on a line goes on after its dot. What is copied is the same.
pub fn breakable(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map(|text| text.to_string())
        .unwrap_or_default()
        .replace('.', ".<wbr>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_breaks_after_a_dot_and_is_no_markup() {
        assert_eq!(breakable("karine.dunord1003"), "karine.<wbr>dunord1003");
        assert!(!breakable("<b>.</b>").contains("<b>"));
    }
}
