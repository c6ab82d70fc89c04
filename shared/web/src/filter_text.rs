//! The line that says what a list is filtered by: on a phone it stands for the fields (`fold.html`). Order and size of a page filter nothing,
//! and are not told.

use rentree_domain::profile::Certifiable;

/// What a filter is set to, part by part.
#[derive(Debug, Default)]
pub struct FilterText(Vec<String>);

impl FilterText {
    /// And `part`; nothing, where that filters nothing.
    #[must_use]
    pub fn and(mut self, part: Option<String>) -> Self {
        self.0.extend(part);
        self
    }

    /// And a class, or all: it is always told, so that the line is never empty.
    #[must_use]
    pub fn class(self, division: &str) -> Self {
        let class = if division.is_empty() { "toutes les classes" } else { division };
        self.and(Some(class.to_owned()))
    }

    /// And what profiles must say.
    #[must_use]
    pub fn certifiable(self, certifiable: Certifiable) -> Self {
        self.and((certifiable != Certifiable::All).then(|| certifiable.french().to_lowercase()))
    }

    /// And former pupils, if they are `with` the others.
    #[must_use]
    pub fn former(self, with: bool) -> Self {
        self.and(with.then(|| "avec les anciens élèves".to_owned()))
    }

    /// `6A, certifiables`.
    pub fn line(&self) -> String {
        self.0.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_a_filter_is_set_to() {
        let line = |division, certifiable, former| {
            FilterText::default().class(division).certifiable(certifiable).former(former).line()
        };
        assert_eq!(line("", Certifiable::All, false), "toutes les classes");
        assert_eq!(line("6A", Certifiable::No, true), "6A, pas encore certifiables, avec les anciens élèves");
        let year = FilterText::default().and(Some("2026-2027".to_owned())).and(None).class("6A");
        assert_eq!(year.line(), "2026-2027, 6A");
    }
}
