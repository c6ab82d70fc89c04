//! Passwords that were handed out: a page with slips to print, JSON, or a list for a spreadsheet.

use askama::Template;
use axum::extract::OptionalFromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rentree_domain::{Entry, LearnerId, Uai, paris};
use rentree_http::{Extractor, Face, Problem, Visitor};
use rentree_table::School;
use rentree_web::csv::{self, Cell};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::back::way_back;
use super::due::Unserved;
use super::hand_out::{Chosen, HandedOut};
use crate::Learners;
use crate::list::Filter;
use crate::pupil::page_of;

/// What the list is called on disk.
const FILE_NAME: &str = "mots-de-passe-provisoires.csv";

/// What was handed out: here, and nowhere else. Never printed.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "handed-out.html")]
pub(crate) struct HandedOutView {
    #[serde(skip)]
    frame: Frame,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Name of the school.
    school: String,
    /// Where pupils sign in: what they type.
    sign_in: String,
    #[serde(flatten)]
    answer: Answer,
    /// The list that it was asked from.
    #[serde(skip)]
    list: Filter,
}

/// What came of a hand-out. Never printed.
#[derive(Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Answer {
    /// By class and name.
    handed_out: Vec<Slip>,
    /// Those who got none.
    unserved: Vec<UnservedRow>,
}

/// What one pupil is told.
#[derive(PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(Debug))]
#[schemars(rename = "PasswordSlip")]
struct Slip {
    learner: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    user_name: String,
    /// To be changed at the first sign-in. Shown this once.
    temporary_password: String,
    /// Until when it lets its owner in.
    until: Timestamp,
}

/// One who gets none.
#[derive(PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct UnservedRow {
    pub(crate) learner: LearnerId,
    pub(crate) last_name: String,
    pub(crate) first_name: String,
    pub(crate) division: String,
    reason: Unserved,
    /// The reason in French.
    pub(crate) detail: String,
}

impl From<(Chosen, Unserved)> for UnservedRow {
    fn from((pupil, reason): (Chosen, Unserved)) -> Self {
        Self {
            learner: pupil.id,
            last_name: pupil.entry.last_name,
            first_name: pupil.entry.first_name,
            division: pupil.entry.division,
            reason,
            detail: reason.told().to_owned(),
        }
    }
}

/// One who would get one.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ReceiverRow {
    pub(crate) learner: LearnerId,
    pub(crate) last_name: String,
    pub(crate) first_name: String,
    pub(crate) division: String,
}

impl From<Chosen> for ReceiverRow {
    fn from(pupil: Chosen) -> Self {
        let Entry { last_name, first_name, division, .. } = pupil.entry;
        Self { learner: pupil.id, last_name, first_name, division }
    }
}

/// Who gets none, by the reason, which each would else repeat; in the order of the lists.
pub(crate) fn by_reason(unserved: &[UnservedRow]) -> Vec<(&str, Vec<&UnservedRow>)> {
    let mut groups: Vec<(&str, Vec<&UnservedRow>)> = Vec::new();
    for row in unserved {
        match groups.iter_mut().find(|(detail, _)| *detail == row.detail) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((&row.detail, vec![row])),
        }
    }
    groups
}

impl Answer {
    pub(crate) fn new(handed_out: Vec<(Chosen, HandedOut)>, unserved: Vec<(Chosen, Unserved)>) -> Self {
        let slip = |(pupil, done): (Chosen, HandedOut)| Slip {
            learner: pupil.id,
            last_name: pupil.entry.last_name,
            first_name: pupil.entry.first_name,
            division: pupil.entry.division,
            user_name: done.user_name.to_string(),
            temporary_password: done.password.expose().to_owned(),
            until: done.until,
        };
        Self {
            handed_out: handed_out.into_iter().map(slip).collect(),
            unserved: unserved.into_iter().map(UnservedRow::from).collect(),
        }
    }

    /// How many got a password.
    pub(crate) fn handed_out(&self) -> usize {
        self.handed_out.len()
    }

    /// How many got none.
    pub(crate) fn unserved(&self) -> usize {
        self.unserved.len()
    }
}

/// Who asks for a list for a spreadsheet: `Accept: text/csv`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet;

impl Extractor for Sheet {}

impl<S: Sync> OptionalFromRequestParts<S> for Sheet {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(accept.trim_start().starts_with("text/csv").then_some(Self))
    }
}

impl HandedOutView {
    pub(crate) fn new(
        app: &Learners,
        visitor: &Visitor,
        (uai, school): (Uai, &School),
        answer: Answer,
        list: Filter,
    ) -> Self {
        let title = if answer.handed_out() == 1 { "Mot de passe provisoire" } else { "Mots de passe provisoires" };
        Self {
            frame: visitor.frame(title, uai, school, Section::Learners),
            uai,
            school: school.name.clone(),
            sign_in: format!("{}/sign-in", app.config.origin),
            answer,
            list,
        }
    }

    /// 200 in every face: what leads here was redirected before, or is a program.
    pub(crate) fn answer(&self, face: Face, sheet: Option<Sheet>) -> Result<Response, Problem> {
        if sheet.is_none() {
            return face.render(StatusCode::OK, self);
        }
        let headers = [
            (header::CONTENT_TYPE, csv::CONTENT_TYPE.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{FILE_NAME}\"")),
        ];
        Ok((headers, self.sheet()?).into_response())
    }

    fn unserved(&self) -> &[UnservedRow] {
        &self.answer.unserved
    }

    /// Whether one pupil alone got a password, which then stands first: whoever gave it reads it aloud.
    fn is_one(&self) -> bool {
        self.answer.handed_out() == 1
    }

    /// Where the way back leads, and what the link says.
    fn back(&self) -> (String, &'static str) {
        way_back(self.uai, &self.list)
    }

    /// The page of a pupil, whose way back leads to the list that it was asked from.
    fn pupil(&self, id: &LearnerId) -> String {
        page_of(self.uai, *id, &self.list)
    }

    /// What pupils type on paper: browsers add the rest.
    fn typed_address(&self) -> &str {
        rentree_web::typed_address(&self.sign_in)
    }

    /// The list for a spreadsheet: those who got none are in it, too, with the reason.
    fn sheet(&self) -> Result<Vec<u8>, Problem> {
        let header = [
            "Nom",
            "Prénom",
            "Classe",
            "Identifiant",
            "Mot de passe provisoire",
            "À changer avant le",
            "Adresse de connexion",
            "Remarque",
        ];
        let none = Cell::default;
        let handed_out = self.answer.handed_out.iter().map(|slip| {
            let [last_name, first_name, division, user_name, password, sign_in] = [
                &slip.last_name,
                &slip.first_name,
                &slip.division,
                &slip.user_name,
                &slip.temporary_password,
                &self.sign_in,
            ]
            .map(Cell::text);
            let until = Cell::day(paris::date(slip.until));
            [last_name, first_name, division, user_name, password, until, sign_in, none()]
        });
        let unserved = self.answer.unserved.iter().map(|row| {
            let [last_name, first_name, division, why] =
                [&row.last_name, &row.first_name, &row.division, &row.detail].map(Cell::text);
            [last_name, first_name, division, none(), none(), none(), none(), why]
        });
        csv::sheet(header, handed_out.chain(unserved)).map_err(|error| Problem::internal(&error))
    }

    /// The same list as an address: what a link downloads without asking us again.
    fn sheet_as_address(&self) -> String {
        let sheet = self.sheet().map(|sheet| STANDARD.encode(sheet)).unwrap_or_default();
        format!("data:text/csv;charset=utf-8;base64,{sheet}")
    }
}
