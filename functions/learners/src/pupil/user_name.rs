//! A user name for a pupil who has none: Médiacentre alone, or an e-mail address.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::{LearnerId, Uai, UserName};
use rentree_http::{Face, Input, Problem, Visitor};
use rentree_table::{Account, AuditAction, HandOutError, User};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::of_pupil::OfPupil;
use super::{done_at, path, refused};
use crate::Learners;
use crate::list::Filter;
use crate::passwords::due::Unserved;
use crate::passwords::hand_out::{Chosen, names};

/// An account that changed meanwhile is looked at once more.
const LOOKS: usize = 2;

/// What was given.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UserNameView {
    learner: LearnerId,
    user_name: String,
    /// For an account that had no password: to be changed at the first sign-in, and shown this once.
    temporary_password: Option<String>,
}

/// `POST /schools/{uai}/learners/{learner}/user-name`
pub(crate) async fn give(
    State(app): State<Learners>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;
    visitor.check_meant(&input.proof)?;

    let (_, user) = app.account_to_act_on(uai, &pupil, &list).await?;
    let given = done_at(uai, pupil.id, "user-name", &list);
    let has_one = || refused(uai, pupil.id, &list, "L’élève a déjà un identifiant : il figure sur sa fiche.");
    if user.methods.user_name.is_some() {
        return face.already(true, has_one(), &given);
    }

    if user.password_hash.is_some() && !no_mail_reaches(&user) {
        let Some(user_name) = app.give_user_name(uai, &visitor, &pupil, &list).await? else {
            return face.already(true, has_one(), &given);
        };
        let view = UserNameView { learner: pupil.id, user_name: user_name.to_string(), temporary_password: None };
        return face.after_post(StatusCode::OK, &given, &view);
    }
    // Médiacentre alone, or an address never confirmed: a password comes with the name. A browser is asked first, as for every password.
    if face == Face::Page {
        return app.ask(uai, &visitor, vec![pupil.id], &list.on_page_of(Some(pupil.id))).await;
    }
    let entry = app.told_of(&visitor, AuditAction::UserNameGiven, &[&pupil]);
    app.table.audit(uai, &entry).await?;
    let done = app.hand_out(uai, &pupil, user.epoch).await.map_err(|why| match why {
        Unserved::Failed => Problem::internal(&NotHandedOut),
        why => refused(uai, pupil.id, &list, why.told()),
    })?;

    let temporary_password = Some(done.password.expose().to_owned());
    let view = UserNameView { learner: pupil.id, user_name: done.user_name.to_string(), temporary_password };
    face.after_post(StatusCode::OK, &path(uai, pupil.id), &view)
}

/// Whether a forgotten password could not be replaced by mail.
fn no_mail_reaches(user: &User) -> bool {
    !Account::from(user).is_reached_by_mail()
}

/// Its cause was logged where it happened.
#[derive(Debug, thiserror::Error)]
#[error("a user name was not given")]
struct NotHandedOut;

impl Learners {
    /// Adds a user name to an account that has a password of its owner's, which stays. `None` when it has one by now.
    async fn give_user_name(
        &self,
        uai: Uai,
        visitor: &Visitor,
        pupil: &Chosen,
        list: &Filter,
    ) -> Result<Option<UserName>, Problem> {
        let entry = self.told_of(visitor, AuditAction::UserNameGiven, &[pupil]);
        for _ in 0..LOOKS {
            let (id, user) = self.account_to_act_on(uai, pupil, list).await?;
            if user.methods.user_name.is_some() {
                return Ok(None);
            }
            for name in names(&user, &pupil.entry).into_iter().flatten() {
                match self.table.give_user_name((uai, pupil.id), (id, &user), &name, &entry).await {
                    Ok(()) => return Ok(Some(name)),
                    Err(HandOutError::NameTaken) => {}
                    Err(HandOutError::Table(error)) => return Err(error.into()),
                    Err(HandOutError::Untied) => return Err(refused(uai, pupil.id, list, Unserved::Changed.told())),
                    Err(HandOutError::Moved) => break,
                }
            }
        }
        Err(refused(uai, pupil.id, list, Unserved::Changed.told()))
    }
}
