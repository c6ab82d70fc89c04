//! The spaces that an account opens: people with several switch here.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::Uai;
use rentree_http::{Face, Problem, require_sign_in};
use rentree_table::Role;
use rentree_web::Frame;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Accounts;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "spaces.html")]
pub(crate) struct SpacesView {
    #[serde(skip)]
    frame: Frame,
    /// By name.
    spaces: Vec<Row>,
}

/// A space.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SpaceRow")]
struct Row {
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Its name.
    school: String,
    /// What the account may do there: `administrator` or `member`.
    #[schemars(with = "String")]
    role: Role,
}

/// `GET /spaces`
pub(crate) async fn page(State(app): State<Accounts>, face: Face, headers: HeaderMap) -> Result<Response, Problem> {
    let signed_in = require_sign_in(&app.table, &headers, (app.clock)()).await?;
    signed_in.check_terms()?;

    let mut spaces = Vec::new();
    for (uai, member) in app.table.spaces(signed_in.user).await? {
        if let Some(school) = app.table.school(uai).await? {
            spaces.push(Row { uai, school: school.name, role: member.role });
        }
    }
    spaces.sort_by(|one, other| one.school.cmp(&other.school).then(one.uai.cmp(&other.uai)));

    face.render(StatusCode::OK, &SpacesView { frame: signed_in.frame("Vos espaces"), spaces })
}

impl Row {
    fn role_text(&self) -> &'static str {
        match self.role {
            Role::Administrator => "Administrateur",
            Role::Member => "Membre",
        }
    }
}
