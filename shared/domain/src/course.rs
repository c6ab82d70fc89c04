//! The courses of the assessment platform that campaigns lead to.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::plain_name::plain_name;
use crate::{CampaignCode, CampaignKind};

plain_name!(
    /// Names a course, for good: `a-z`, `0-9` and `-`, at most 60 signs.
    CourseId,
    CourseIdError,
    60,
    "a course is named with a-z, 0-9 and -, at most 60 signs"
);

/// A course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Its name for programs.
    pub id: CourseId,
    /// Its name for people.
    pub title: String,
    /// What its campaigns are for.
    pub kind: CampaignKind,
    /// Where it begins.
    pub url: String,
}

impl Course {
    /// Where a pupil begins the course. The platform tells `token` back, and leads the pupil back to the page of the campaign by its code,
    /// which the pupil has typed.
    pub fn link(&self, token: &str, code: &CampaignCode) -> String {
        format!("{}?token={token}&code={code}", self.url)
    }
}

/// The courses on offer, in the order in which people are shown them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue(Vec<Course>);

/// Why a catalogue does not read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not JSON, or not a list of courses.
    #[error("not a list of courses in JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Nothing to choose from.
    #[error("no course")]
    Empty,
    /// Two courses have one name.
    #[error("two courses are called {0}")]
    Duplicate(CourseId),
    /// A course has no title.
    #[error("the course {0} has no title")]
    Untitled(CourseId),
    /// Pupils would be sent there unprotected, or the link would break.
    #[error(
        "the address of the course {0} must be https://…, without ? and # (http://localhost… or http://127.0.0.1… on one machine)"
    )]
    Url(CourseId),
}

impl Catalogue {
    /// Reads `[{"id", "title", "kind", "url"}, …]`.
    pub fn parse(json: &str) -> Result<Self, CatalogueError> {
        let courses: Vec<Course> = serde_json::from_str(json)?;
        if courses.is_empty() {
            return Err(CatalogueError::Empty);
        }
        let mut known = HashSet::new();
        for course in &courses {
            if !known.insert(&course.id) {
                return Err(CatalogueError::Duplicate(course.id.clone()));
            }
            if course.title.trim().is_empty() {
                return Err(CatalogueError::Untitled(course.id.clone()));
            }
            if !is_safe(&course.url) {
                return Err(CatalogueError::Url(course.id.clone()));
            }
        }
        Ok(Self(courses))
    }

    /// All of them.
    pub fn courses(&self) -> &[Course] {
        &self.0
    }

    /// Those of a kind.
    pub fn of_kind(&self, kind: CampaignKind) -> impl Iterator<Item = &Course> {
        self.0.iter().filter(move |course| course.kind == kind)
    }

    /// A course by its name.
    pub fn find(&self, id: &CourseId) -> Option<&Course> {
        self.0.iter().find(|course| course.id == *id)
    }
}

fn is_safe(url: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !"?#\"'<>\\^`{|}".contains(c);
    let host_of = |rest: &str| rest.split('/').next().unwrap_or_default().to_owned();
    let this_machine = |host: &str| {
        let port = ["localhost", "127.0.0.1"].into_iter().find_map(|name| host.strip_prefix(name));
        port.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.parse::<u16>().is_ok()))
    };
    let reached = match url.split_once("://") {
        Some(("https", rest)) => !host_of(rest).is_empty() && !host_of(rest).contains('@'),
        Some(("http", rest)) => this_machine(&host_of(rest)),
        _ => false,
    };
    reached && url.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(url: &str) -> Result<Catalogue, CatalogueError> {
        Catalogue::parse(&format!(r#"[{{"id": "sixieme", "title": "Sixième", "kind": "assessment", "url": "{url}"}}]"#))
    }

    #[test]
    fn courses_are_found_by_name_and_kind() {
        let two = r#"[{"id": "a", "title": "A", "kind": "assessment", "url": "https://parcours.example/a"},
                      {"id": "b", "title": "B", "kind": "profile_collection", "url": "https://parcours.example/b"}]"#;
        let catalogue = Catalogue::parse(two).unwrap();
        assert_eq!(catalogue.courses().len(), 2);
        assert_eq!(catalogue.find(&CourseId::parse("b").unwrap()).unwrap().title, "B");
        let of_kind: Vec<_> = catalogue.of_kind(CampaignKind::Assessment).map(|course| course.id.as_str()).collect();
        assert_eq!(of_kind, ["a"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let duplicate = r#"[{"id": "a", "title": "A", "kind": "assessment", "url": "https://parcours.example/a"},
                            {"id": "a", "title": "B", "kind": "assessment", "url": "https://parcours.example/b"}]"#;
        for (json, told) in [
            ("[]", "no course"),
            ("{", "not a list of courses"),
            (duplicate, "two courses are called a"),
            (r#"[{"id": "a", "title": " ", "kind": "assessment", "url": "https://p.example/"}]"#, "has no title"),
            (r#"[{"id": "A", "title": "A", "kind": "assessment", "url": "https://p.example/"}]"#, "a-z, 0-9"),
            (r#"[{"id": "a", "title": "A", "kind": "exam", "url": "https://p.example/"}]"#, "profile_collection"),
        ] {
            let error = Catalogue::parse(json).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn addresses_are_protected() {
        for url in [
            "https://parcours.example/6e",
            "http://localhost:3000/demo/course",
            "http://127.0.0.1:3001/demo/course",
            "http://127.0.0.1",
        ] {
            assert!(catalogue(url).is_ok(), "{url}");
        }
        for url in [
            "http://parcours.example/6e",
            "http://localhost.evil.example/",
            "http://localhost:3000@evil.example/",
            "https://",
            "https://a@b.example/",
            "https://parcours.example/?a=b",
            "https://parcours.example/#a",
            "javascript:alert(1)",
            "/demo/course",
        ] {
            assert!(matches!(catalogue(url), Err(CatalogueError::Url(_))), "{url}");
        }
    }

    #[test]
    fn the_link_names_nobody() {
        let code = CampaignCode::draw([3; 16]);
        let link = catalogue("https://p.example/6e").unwrap().courses()[0].link("a.b.c", &code);
        assert_eq!(link, format!("https://p.example/6e?token=a.b.c&code={code}"));
    }
}
