//! What came of saying who one is, on a page of its own: the account that is to begin, the one that is there, a question. The form that says
//! who one is leads there, so that "back" and reload show a page like any other, with scripts or without. What the page shows stands in its
//! address, sealed: names in the open stand in none.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use rentree_http::{Asked, Face, FormToken, HandedOn, Problem, asking};
use schemars::JsonSchema;
use serde::Deserialize;

use super::door::Knock;
use super::view::{EntranceView, Kept, Step};
use super::visit::Visit;
use crate::Campaigns;

/// What the address asks for.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "WhatCame")]
#[serde(default)]
pub(crate) struct Handed {
    /// What came of saying who one is, as the form led here: sealed, it opens for ten minutes, in the same browser, at this campaign.
    came: String,
    /// Whether somebody else begins, in the same browser: what came of the one before opens no more, and the page of the campaign follows.
    anew: bool,
    /// Whether what was typed is to be corrected: the form again, filled in.
    correct: bool,
}

/// How long the page is shown: long enough to choose a password. A compromise, for whoever sits down there meanwhile sees it, too:
/// `docs/joining.md` says what ends it before.
const SHOWN: SignedDuration = SignedDuration::from_mins(10);

const PAST: &str =
    "Cette page ne peut plus s’afficher, par sécurité. Indiquez à nouveau qui vous êtes : rien n’est perdu.";

/// `GET /campagnes/{code}/identity`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Asked(handed): Asked<Handed>,
    knock: Knock,
    face: Face,
) -> Result<Response, Problem> {
    let visit = app.visit(knock).await?;
    let visit = if handed.anew { Visit { token: FormToken::draw(), ..visit } } else { visit };

    let (step, trial) = tokio::try_join!(app.step(&visit), app.offered_trial(&visit))?;
    if handed.anew || handed.came.is_empty() || !step.asks_who() {
        // Who is in by now, begins anew, or comes back to a form with errors, finds the page of the campaign.
        let view = EntranceView::new(&visit, step);
        return Ok(visit.token.on(face.after_post(StatusCode::OK, &visit.path(), &view)?));
    }

    let kept = opened(&visit, &handed.came, (app.clock)());
    let came = kept.and_then(|kept| if handed.correct { kept.form(&visit) } else { kept.step(&visit) });
    let view = match came {
        Some(step) => EntranceView::new(&visit, step).at_came(handed.came),
        None => EntranceView::new(&visit, step).alerting(PAST),
    };
    Ok(visit.token.on(face.render(StatusCode::OK, &view.offering(trial))?))
}

/// Leads a browser to the page that shows `step`. A program is told it at once.
pub(super) fn lead_to(visit: &Visit, face: Face, step: Step, now: Timestamp) -> Result<Response, Problem> {
    let answer = match Kept::of(&step, visit.sign_on()) {
        Some(kept) if face == Face::Page => {
            let (csrf, page) = (visit.csrf(), page_of(visit));
            let came = HandedOn { csrf: &csrf, page: &page }.seal(&kept, now + SHOWN);
            face.after_post(StatusCode::OK, &asking(&page, &[("came", &came)]), &())?
        }
        _ => face.render(StatusCode::OK, &EntranceView::new(visit, step))?,
    };
    Ok(visit.token.on(answer))
}

fn opened(visit: &Visit, came: &str, now: Timestamp) -> Option<Kept> {
    let (csrf, page) = (visit.csrf(), page_of(visit));
    HandedOn { csrf: &csrf, page: &page }.unseal(came, now)
}

fn page_of(visit: &Visit) -> String {
    format!("{}/identity", visit.path())
}
