//! Passwords that were handed out: a page with slips to print, JSON, or a list for a spreadsheet.

use askama::Template;
use axum::extract::OptionalFromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rentree_domain::{LearnerId, Uai};
use rentree_http::{Face, Problem, Visitor};
use rentree_table::School;
use rentree_web::{Frame, Section, csv, french};
use schemars::JsonSchema;
use serde::Serialize;

use super::due::Unserved;
use super::hand_out::{Chosen, HandedOut};
use crate::Learners;

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
    /// By class and name.
    handed_out: Vec<Slip>,
    /// Those who got none.
    unserved: Vec<UnservedRow>,
}

/// What one pupil is told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PasswordSlip")]
struct Slip {
    learner: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    user_name: String,
    /// To be changed at the first sign-in. Shown this once.
    temporary_password: String,
}

#[derive(Serialize, JsonSchema)]
struct UnservedRow {
    learner: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    reason: Unserved,
    /// The reason in French.
    detail: &'static str,
}

/// Who asks for a list for a spreadsheet: `Accept: text/csv`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet;

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
        handed_out: Vec<(Chosen, HandedOut)>,
        unserved: Vec<(Chosen, Unserved)>,
    ) -> Self {
        let slip = |(pupil, done): (Chosen, HandedOut)| Slip {
            learner: pupil.id,
            last_name: pupil.entry.last_name,
            first_name: pupil.entry.first_name,
            division: pupil.entry.division,
            user_name: done.user_name.to_string(),
            temporary_password: done.password.expose().to_owned(),
        };
        let row = |(pupil, reason): (Chosen, Unserved)| UnservedRow {
            learner: pupil.id,
            last_name: pupil.entry.last_name,
            first_name: pupil.entry.first_name,
            division: pupil.entry.division,
            reason,
            detail: reason.told(),
        };
        Self {
            frame: visitor.frame("Mots de passe provisoires", uai, school, Section::Learners),
            uai,
            school: school.name.clone(),
            sign_in: format!("{}/sign-in", app.config.origin),
            handed_out: handed_out.into_iter().map(slip).collect(),
            unserved: unserved.into_iter().map(row).collect(),
        }
    }

    /// 200 in every face, without a redirect: there is no page that could show it again.
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

    /// The list for a spreadsheet: those who got none are in it, too, with the reason.
    fn sheet(&self) -> Result<Vec<u8>, Problem> {
        let header =
            ["Nom", "Prénom", "Classe", "Identifiant", "Mot de passe provisoire", "Adresse de connexion", "Remarque"];
        let handed_out = self.handed_out.iter().map(|slip| {
            [
                &slip.last_name,
                &slip.first_name,
                &slip.division,
                &slip.user_name,
                &slip.temporary_password,
                &self.sign_in,
            ]
            .map(Clone::clone)
        });
        let handed_out = handed_out.map(|[a, b, c, d, e, f]| [a, b, c, d, e, f, String::new()]);
        let unserved = self.unserved.iter().map(|row| {
            let none = String::new;
            let names = (row.last_name.clone(), row.first_name.clone(), row.division.clone());
            [names.0, names.1, names.2, none(), none(), none(), row.detail.to_owned()]
        });
        csv::sheet(header, handed_out.chain(unserved)).map_err(|error| Problem::internal(&error))
    }

    /// The same list as an address: what a link downloads without asking us again.
    fn sheet_as_address(&self) -> String {
        let sheet = self.sheet().map(|sheet| STANDARD.encode(sheet)).unwrap_or_default();
        format!("data:text/csv;charset=utf-8;base64,{sheet}")
    }
}
