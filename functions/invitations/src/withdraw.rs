//! Taking back a request to be let into a school's space. What whoever asked has there themselves is all that is read, for every UAI
//! alike: they learn no more than by asking. A request that is taken back is deleted, and nobody is told of it.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::Uai;
use rentree_http::{ConfirmView, Face, Input, Presented, Problem};
use rentree_table::School;
use rentree_web::french;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tokio::join;

use crate::Invitations;
use crate::ask_access::{Own, refusal_text};

/// What was taken back.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WithdrawnView {
    /// UAI of the school: no request of who asks waits there any more.
    #[schemars(with = "String")]
    uai: Uai,
}

/// `GET /spaces/request/{uai}/withdraw`
pub(crate) async fn ask_withdraw(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let uai = Uai::parse(&uai).map_err(|_| Problem::not_found())?;
    let presented = Presented::read(&app.table, &headers, now).await?;
    let user = presented.user().ok_or_else(Problem::signed_out)?;
    let (signed_in, own, school) =
        join!(presented.signed_in(&app.table), app.own(uai, user, now), app.table.school(uai));
    let signed_in = signed_in?.ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;
    signed_in.check_terms()?;

    let own = own?;
    let Own::Waiting(since) = own else { return Err(told(uai, &own)) };
    let school = school?.map_or_else(|| uai.to_string(), School::with_town);
    let view = ConfirmView {
        frame: signed_in.frame("Confirmer"),
        csrf: signed_in.csrf.clone(),
        alert: None,
        title: format!("Retirer votre demande à l’établissement {school} ?"),
        consequences: vec![
            format!(
                "Votre demande du {} sera effacée : si l’établissement {uai} a un espace, ses administrateurs ne la verront plus et n’y répondront pas.",
                french::day(&since)
            ),
            "Vous pourrez en faire une autre.".to_owned(),
        ],
        action: format!("/spaces/request/{uai}/withdraw"),
        button: "Retirer ma demande",
        hidden: None,
        choice: None,
        back: ("Revenir à vos espaces", "/spaces".to_owned()),
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /spaces/request/{uai}/withdraw`
pub(crate) async fn withdraw(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let uai = Uai::parse(&uai).map_err(|_| Problem::not_found())?;
    let presented = Presented::read(&app.table, &headers, now).await?;
    let user = presented.user().ok_or_else(Problem::signed_out)?;
    let (signed_in, own) = join!(presented.signed_in(&app.table), app.own(uai, user, now));
    let signed_in = signed_in?.ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;
    signed_in.check_terms()?;
    signed_in.check_meant(&input.proof)?;

    let own = match own? {
        Own::Waiting(_) if app.table.withdraw_access_request(uai, user).await? => Own::Nothing,
        // An administrator answered it in this moment, or a second click took it back.
        Own::Waiting(_) => app.own(uai, user, now).await?,
        settled => settled,
    };
    let location = format!("/spaces/request?withdrawn={uai}");
    match own {
        Own::Nothing => face.after_post(StatusCode::OK, &location, &WithdrawnView { uai }),
        // The page after the form tells a browser what became of it.
        Own::Place | Own::Refused(..) | Own::Waiting(_) => face.already(true, told(uai, &own), &location),
    }
}

/// Why there is nothing to take back.
fn told(uai: Uai, own: &Own) -> Problem {
    let spaces = |detail: String| Problem::too_late(detail).leading_to("Revenir à vos espaces", "/spaces");
    match own {
        Own::Place => Problem::too_late("Il n’y a plus de demande à retirer : vous faites partie de cet espace.")
            .leading_to("Ouvrir l’espace", format!("/schools/{uai}")),
        Own::Refused(at, until) => spaces(refusal_text(*at, *until)),
        Own::Waiting(since) => spaces(format!("Votre demande du {} attend toujours une réponse.", french::day(since))),
        Own::Nothing => spaces("Aucune demande de votre part n’attend de réponse de cet établissement.".to_owned()),
    }
}
