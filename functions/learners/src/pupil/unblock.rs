//! Unblock a pupil who failed too often: to sign in, or, without an account yet, to say who they are.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::matching::KnownAs;
use rentree_domain::{CampaignId, LearnerId, guess};
use rentree_http::{Face, Input, Problem};
use rentree_table::{AsOf, AuditAction};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::of_pupil::OfPupil;
use super::{done_at, refused};
use crate::Learners;
use crate::passwords::due::Unserved;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "UnblockFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The campaign on whose page staff let the pupil try to join again. Blank on the pupil's own page.
    campaign: String,
}

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UnblockedView {
    learner: LearnerId,
}

/// `POST /schools/{uai}/learners/{learner}/unblock`
pub(crate) async fn unblock(
    State(app): State<Learners>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;
    visitor.check_meant(&input.proof)?;

    let campaign: Option<CampaignId> = input.fields.campaign.parse().ok();
    if pupil.is_enrolled && (campaign.is_some() || pupil.user.is_none()) {
        app.table.audit(uai, &app.told_of(&visitor, AuditAction::Unblocked, &[&pupil])).await?;
        let names = guess::coarse_names(uai, &KnownAs::of(&pupil.entry));
        app.table.let_try(uai, pupil.id, &names, (app.clock)()).await?;
        let page = match campaign {
            Some(id) => format!("/schools/{uai}/campaigns/{id}?done=tries-{}", pupil.id),
            None => done_at(uai, pupil.id, "tries", &list),
        };
        return face.after_post(StatusCode::OK, &page, &UnblockedView { learner: pupil.id });
    }
    let (user, account) = app.account_to_act_on(uai, &pupil, &list).await?;
    let location = done_at(uai, pupil.id, "unblocked", &list);
    if app.locked([&account.methods], AsOf::Now).await?.is_empty() {
        let problem = refused(uai, pupil.id, &list, "La connexion de cet élève n’est pas bloquée, ou ne l’est plus.");
        return face.already(true, problem, &location);
    }

    let entry = app.told_of(&visitor, AuditAction::Unblocked, &[&pupil]);
    if !app.table.unblock((uai, pupil.id), (user, &account.methods), &entry).await? {
        return Err(refused(uai, pupil.id, &list, Unserved::Changed.told()));
    }

    face.after_post(StatusCode::OK, &location, &UnblockedView { learner: pupil.id })
}
