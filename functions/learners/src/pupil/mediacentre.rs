//! Take the Médiacentre off a pupil's account: it opens for somebody else, or another child came by it. Asked on a page of its own.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{LearnerId, Method, Uai, UserId};
use rentree_http::{Asked, Face, Input, Problem, parse_uai};
use rentree_table::{AuditAction, User};
use rentree_web::{Frame, Section};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{PupilPath, done_at, path, refused};
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
    /// The list that led to the pupil's page.
    #[serde(skip)]
    list: Filter,
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
    Path((uai, id)): PupilPath,
    Asked(list): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, &id).await?;

    let (_, user) = app.account_by_mediacentre(uai, &pupil).await?.ok_or_else(|| refused(uai, pupil.id, HAS_NONE))?;

    let view = RemovalView {
        frame: visitor.frame("Retirer le Médiacentre", uai, &visitor.school, Section::Learners),
        csrf: visitor.csrf.clone(),
        name: format!("{} {}", pupil.entry.last_name, pupil.entry.first_name),
        uai,
        id: pupil.id,
        methods: app.methods_that_stay(&user),
        list,
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/learners/{learner}/mediacentre`
pub(crate) async fn remove(
    State(app): State<Learners>,
    Path((uai, id)): PupilPath,
    Asked(list): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, &id).await?;
    visitor.check_meant(&input.proof)?;

    let location = done_at(uai, pupil.id, "mediacentre", &list);
    let Some((user_id, user)) = app.account_by_mediacentre(uai, &pupil).await? else {
        return face.already(true, refused(uai, pupil.id, HAS_NONE), &location);
    };

    let entry = app.told_of(&visitor, AuditAction::MediacentreRemoved, &[&pupil]);
    let account = (user_id, &user);
    if !app.table.remove_mediacentre((uai, pupil.id), account, &entry, (app.clock)()).await? {
        let is_gone = app.account_by_mediacentre(uai, &pupil).await?.is_none();
        return face.already(is_gone, refused(uai, pupil.id, Unserved::Changed.told()), &location);
    }

    let view = RemovedView { learner: pupil.id, methods: app.methods_that_stay(&user) };
    face.after_post(StatusCode::OK, &location, &view)
}

impl Learners {
    /// The account of a pupil, if staff may act on it; `None` when the Médiacentre does not open it.
    async fn account_by_mediacentre(&self, uai: Uai, pupil: &Chosen) -> Result<Option<(UserId, User)>, Problem> {
        let account = self.account_to_act_on(uai, pupil).await?;
        Ok(Some(account).filter(|(_, user)| user.methods.has(Method::Mediacentre, (self.clock)())))
    }

    fn methods_that_stay(&self, user: &User) -> Vec<Method> {
        let all = user.methods.all((self.clock)());
        all.into_iter().filter(|method| *method != Method::Mediacentre).collect()
    }
}

impl RemovalView {
    fn back(&self) -> String {
        self.list.asking(&path(self.uai, self.id))
    }

    fn action(&self) -> String {
        self.list.asking(&format!("{}/mediacentre", path(self.uai, self.id)))
    }

    /// `Identifiant, Adresse e-mail`
    fn methods_text(&self) -> String {
        self.methods.iter().map(|method| method.french()).collect::<Vec<_>>().join(", ")
    }
}
