//! The page of the file of a school's certificates.

use askama::Template;
use jiff::Timestamp;
use rentree_domain::certification::SchoolCertificates;
use rentree_domain::{SchoolYear, Uai};
use rentree_http::Visitor;
use rentree_table::{PreparedFile, PreparedState, School};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::Serialize;

use super::location;

/// The file of a school's certificates, and how far it is.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "certificates-file.html")]
pub(crate) struct PreparedFileView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    of: SchoolCertificates,
    #[schemars(with = "String")]
    uai: Uai,
    /// By its first calendar year.
    school_year: SchoolYear,
    /// Whether it holds the certificates of pupils who left, too.
    former: bool,
    /// `null` when none was asked for, or it has ended.
    state: Option<PreparedState>,
    /// How many certificates it has, once that is known.
    pages: u32,
    /// How many of them are drawn.
    made: u32,
    asked_at: Option<Timestamp>,
    ready_at: Option<Timestamp>,
    /// Its size.
    bytes: Option<u64>,
    /// When the file ends, ready or not.
    ends_at: Option<Timestamp>,
    /// Where it is fetched, once it is ready.
    file: Option<String>,
}

impl PreparedFileView {
    pub(super) fn new(of: &SchoolCertificates, school: &School, visitor: &Visitor, file: Option<PreparedFile>) -> Self {
        // Asked at a later moment than the visitor came, by ourselves: nothing has ended in between.
        let state = file.as_ref().and_then(|file| file.state_at(visitor.at.max(file.asked_at)));
        let file = file.filter(|_| state.is_some());
        let ready = file.as_ref().and_then(|file| file.ready.as_ref()).filter(|_| state == Some(PreparedState::Ready));
        Self {
            frame: visitor.frame("Fichier des certificats", of.uai, school, Section::Certifications),
            csrf: visitor.csrf.clone(),
            of: *of,
            uai: of.uai,
            school_year: of.year,
            former: of.former,
            state,
            pages: file.as_ref().map_or(0, |file| file.pages),
            made: file.as_ref().map_or(0, |file| file.made),
            asked_at: file.as_ref().map(|file| file.asked_at),
            ready_at: ready.map(|ready| ready.at),
            bytes: ready.map(|ready| ready.bytes),
            ends_at: file.as_ref().map(PreparedFile::ends_at),
            file: ready.map(|_| location(of, ".pdf")),
        }
    }

    fn location(&self) -> String {
        location(&self.of, "")
    }

    fn is_under_way(&self) -> bool {
        self.state.is_some_and(PreparedState::is_under_way)
    }

    fn has_failed(&self) -> bool {
        self.state == Some(PreparedState::Failed)
    }

    /// In tenths of a megabyte, as people read it.
    fn size(&self) -> String {
        let tenths = self.bytes.unwrap_or_default().div_ceil(100_000);
        format!("{},{}\u{A0}Mo", tenths / 10, tenths % 10)
    }

    fn certificates(&self) -> usize {
        usize::try_from(self.pages).unwrap_or_default()
    }
}
