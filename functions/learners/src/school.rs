//! The school of a request: its UAI in the path, and the space that its pages show.

use rentree_domain::Uai;
use rentree_http::{Problem, Visitor};
use rentree_table::School;
use rentree_web::{Frame, Section, Space};

use crate::Learners;

/// The UAI of a path. What is no UAI is no school either.
pub(crate) fn parse_uai(text: &str) -> Result<Uai, Problem> {
    Uai::parse(text).map_err(|_| Problem::not_found())
}

impl Learners {
    pub(crate) async fn school(&self, uai: Uai) -> Result<School, Problem> {
        self.table.school(uai).await?.ok_or_else(Problem::not_found)
    }
}

/// The frame of a page in the school's space.
pub(crate) fn frame(title: &str, uai: Uai, school: &School, visitor: &Visitor, section: Section) -> Frame {
    Frame::new(
        title,
        Space { uai: uai.to_string(), school: school.name.clone(), visitor: visitor.name.clone(), section },
    )
}
