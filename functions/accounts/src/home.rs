//! The address that people know: it leads to where they work; who is not signed in reads what this is, and finds a door.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rentree_domain::Uai;
use rentree_http::{Asked, DoneBefore, Face, Problem};
use rentree_table::{Member, Role};
use rentree_web::Frame;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Accounts;

/// What it is, and the doors of those who come: for whom nobody knows yet.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "front.html")]
pub(crate) struct FrontView {
    #[serde(skip)]
    frame: Frame,
    /// Whether pupils may come from a Médiacentre.
    has_mediacentre: bool,
}

/// `GET /`
pub(crate) async fn home(
    State(app): State<Accounts>,
    Asked(before): Asked<DoneBefore>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some((signed_in, spaces)) = app.signed_in_with_spaces(&headers).await? else {
        let frame = Frame::bare("La rentrée numérique de votre établissement");
        return face.render(StatusCode::OK, &FrontView { frame, has_mediacentre: app.config.has_mediacentre });
    };
    // Most people of staff have one space; most pupils have none.
    match spaces.as_slice() {
        [(uai, member)] => {
            let space = format!("/schools/{uai}");
            let is_due = app.is_review_due(*uai, member).await?;
            Ok(leads_to(&if is_due { format!("{space}/team/review") } else { before.handed_on_to(&space) }))
        }
        [] if signed_in.person.birth_date.is_some() => Ok(leads_to(&before.handed_on_to("/mes-campagnes"))),
        [] if !app.table.ties(signed_in.user).await?.is_empty() => Ok(leads_to(&before.handed_on_to("/mes-campagnes"))),
        _ => Ok(leads_to(&before.handed_on_to("/spaces"))),
    }
}

fn leads_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

impl Accounts {
    /// Whether an administrator is asked to review the team, which comes before anything else.
    async fn is_review_due(&self, uai: Uai, member: &Member) -> Result<bool, Problem> {
        if member.role == Role::Member {
            return Ok(false);
        }
        Ok(self.table.school(uai).await?.is_some_and(|school| school.is_review_due((self.clock)())))
    }
}
