//! Unblock a pupil who failed too often: to sign in, or, without an account yet, to say who they are.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::limit::{IDENTITIES_BY_NAME, IDENTITIES_BY_PUPIL, IDENTITIES_BY_PUPIL_A_DAY, name_subject};
use rentree_domain::{Entry, LearnerId, Uai, name};
use rentree_http::{Face, Input, Problem};
use rentree_table::{AsOf, AuditAction};
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
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, &id).await?;
    visitor.check_meant(&input.proof)?;

    if pupil.user.is_none() && pupil.is_enrolled {
        app.table.audit(uai, &app.told_of(&visitor, AuditAction::Unblocked, &[&pupil])).await?;
        let (now, names, id) = ((app.clock)(), names(uai, &pupil.entry), [pupil.id.to_string()]);
        tokio::try_join!(
            app.table.forget_counts(&IDENTITIES_BY_NAME, &names, now),
            app.table.forget_counts(&IDENTITIES_BY_PUPIL, &id, now),
            app.table.forget_counts(&IDENTITIES_BY_PUPIL_A_DAY, &id, now),
        )?;
        let location = format!("{}?done=tries", location(uai, pupil.id));
        return face.after_post(StatusCode::OK, &location, &UnblockedView { learner: pupil.id });
    }
    let (user, account) = app.account_to_act_on(uai, &pupil).await?;
    if app.locked([&account.methods], AsOf::Now).await?.is_empty() {
        return Err(refused(uai, pupil.id, "La connexion de cet élève n’est pas bloquée, ou ne l’est plus."));
    }

    let entry = app.told_of(&visitor, AuditAction::Unblocked, &[&pupil]);
    if !app.table.unblock((uai, pupil.id), (user, &account.methods), &entry).await? {
        return Err(refused(uai, pupil.id, Unserved::Changed.told()));
    }

    let location = format!("{}?done=unblocked", location(uai, pupil.id));
    face.after_post(StatusCode::OK, &location, &UnblockedView { learner: pupil.id })
}

/// What is counted for the names that a pupil may join by, in either order.
fn names(uai: Uai, entry: &Entry) -> Vec<String> {
    let given = [Some(&entry.first_name), entry.second_name.as_ref(), entry.third_name.as_ref()].into_iter().flatten();
    let given: Vec<String> = given.flat_map(|field| [field.clone(), name::first_given_name(field)]).collect();
    let family = [Some(&entry.last_name), entry.usage_name.as_ref()].into_iter().flatten();
    let family: Vec<String> = family.flat_map(|field| [field.clone()].into_iter().chain(name::parts(field))).collect();
    let pairs = given.iter().flat_map(|first| family.iter().map(move |last| (first, last)));
    let both = pairs.flat_map(|(first, last)| [name_subject(uai, first, last), name_subject(uai, last, first)]);
    both.collect::<BTreeSet<_>>().into_iter().collect()
}
