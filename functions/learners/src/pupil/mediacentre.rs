//! Take the Médiacentre off a pupil's account: it opens for somebody else, or another child came by it. Asked on a page of its own.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::{LearnerId, Method, Uai, UserId};
use rentree_http::{Face, Input, Problem};
use rentree_table::{AuditAction, User};
use rentree_web::{Frame, Section};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::of_pupil::OfPupil;
use super::{done_at, page_of, path, refused};
use crate::Learners;
use crate::list::Filter;
use crate::passwords::due::Unserved;
use crate::passwords::hand_out::Chosen;

const HAS_NONE: &str =
    "Le Médiacentre n’ouvre pas le compte de cet élève, ou ne l’ouvre plus : il n’y a rien à retirer.";

/// The page that asks.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "remove-mediacentre.html")]
pub(crate) struct RemovalView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    name: String,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    id: LearnerId,
    /// The methods that stay; none when the pupil can sign in no more.
    methods: Vec<Method>,
    /// Where the form is sent.
    #[serde(skip)]
    action: String,
    /// The pupil's page.
    #[serde(skip)]
    back: String,
}

/// What was done.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MediacentreRemovedView")]
pub(crate) struct RemovedView {
    learner: LearnerId,
    /// The methods that the account has still; none when the pupil can sign in no more.
    methods: Vec<Method>,
}

/// `GET /schools/{uai}/learners/{learner}/mediacentre`
pub(crate) async fn page(
    State(app): State<Learners>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;

    let (_, user) =
        app.account_by_mediacentre(uai, &pupil, &list).await?.ok_or_else(|| refused(uai, pupil.id, &list, HAS_NONE))?;

    let view = RemovalView {
        frame: visitor.frame("Retirer le Médiacentre", uai, &visitor.school, Section::Learners),
        csrf: visitor.csrf.clone(),
        name: format!("{} {}", pupil.entry.last_name, pupil.entry.first_name),
        uai,
        id: pupil.id,
        methods: app.methods_that_stay(&user),
        action: list.asking(&format!("{}/mediacentre", path(uai, pupil.id))),
        back: page_of(uai, pupil.id, &list),
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/learners/{learner}/mediacentre`
pub(crate) async fn remove(
    State(app): State<Learners>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;
    visitor.check_meant(&input.proof)?;

    let location = done_at(uai, pupil.id, "mediacentre", &list);
    let Some((user_id, user)) = app.account_by_mediacentre(uai, &pupil, &list).await? else {
        return face.already(true, refused(uai, pupil.id, &list, HAS_NONE), &location);
    };

    let entry = app.told_of(&visitor, AuditAction::MediacentreRemoved, &[&pupil]);
    let account = (user_id, &user);
    if !app.table.remove_mediacentre((uai, pupil.id), account, &entry, (app.clock)()).await? {
        let is_gone = app.account_by_mediacentre(uai, &pupil, &list).await?.is_none();
        return face.already(is_gone, refused(uai, pupil.id, &list, Unserved::Changed.told()), &location);
    }

    let view = RemovedView { learner: pupil.id, methods: app.methods_that_stay(&user) };
    face.after_post(StatusCode::OK, &location, &view)
}

impl Learners {
    /// The account of a pupil, if staff may act on it; `None` when the Médiacentre does not open it.
    async fn account_by_mediacentre(
        &self,
        uai: Uai,
        pupil: &Chosen,
        list: &Filter,
    ) -> Result<Option<(UserId, User)>, Problem> {
        let account = self.account_to_act_on(uai, pupil, list).await?;
        Ok(Some(account).filter(|(_, user)| user.methods.has(Method::Mediacentre, (self.clock)())))
    }

    fn methods_that_stay(&self, user: &User) -> Vec<Method> {
        let all = user.methods.all((self.clock)());
        all.into_iter().filter(|method| *method != Method::Mediacentre).collect()
    }
}

impl RemovalView {
    /// `Identifiant, Adresse e-mail`
    fn methods_text(&self) -> String {
        self.methods.iter().map(|method| method.french()).collect::<Vec<_>>().join(", ")
    }
}
