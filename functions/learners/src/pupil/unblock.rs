//! Unblock a pupil who failed too often: to sign in, or, without an account yet, to say who they are.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::limit::{IDENTITIES_BY_NAME, name_subject};
use rentree_domain::{Entry, LearnerId, Uai};
use rentree_http::{Face, Input, Problem, authorise};
use rentree_table::{AuditAction, Role};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{PupilPath, location, refused};
use crate::Learners;
use crate::passwords::due::Unserved;
use crate::school::parse_uai;

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UnblockedView {
    learner: LearnerId,
}

/// `POST /schools/{uai}/learners/{learner}/unblock`
pub(crate) async fn unblock(
    State(app): State<Learners>,
    Path((uai, id)): PupilPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    visitor.check_meant(&input.proof)?;
    let (_, pupil) = app.pupil(uai, &id).await?;

    if pupil.user.is_none() && pupil.is_enrolled {
        app.table.audit(uai, &app.told_of(&visitor, AuditAction::Unblocked, &[&pupil])).await?;
        app.table.forget_counts(&IDENTITIES_BY_NAME, &names(uai, &pupil.entry), (app.clock)()).await?;
        let location = format!("{}?done=tries", location(uai, pupil.id));
        return face.after_post(StatusCode::OK, &location, &UnblockedView { learner: pupil.id });
    }
    let (user, account) = app.account_to_act_on(uai, &pupil).await?;
    if app.locked([&account.methods]).await?.is_empty() {
        return Err(refused(uai, pupil.id, "La connexion de cet élève n’est pas bloquée, ou ne l’est plus."));
    }

    let entry = app.told_of(&visitor, AuditAction::Unblocked, &[&pupil]);
    if !app.table.unblock((uai, pupil.id), (user, &account.methods), &entry).await? {
        return Err(refused(uai, pupil.id, Unserved::Changed.told()));
    }

    let location = format!("{}?done=unblocked", location(uai, pupil.id));
    face.after_post(StatusCode::OK, &location, &UnblockedView { learner: pupil.id })
}

/// What is counted for the names that a pupil may join by.
fn names(uai: Uai, entry: &Entry) -> Vec<String> {
    let given = [Some(&entry.first_name), entry.second_name.as_ref(), entry.third_name.as_ref()];
    let family = [Some(&entry.last_name), entry.usage_name.as_ref()];
    let pairs =
        given.into_iter().flatten().flat_map(|first| family.into_iter().flatten().map(move |last| (first, last)));
    pairs.map(|(first_name, last_name)| name_subject(uai, first_name, last_name)).collect()
}
