//! A hand-out that was asked for: the page that asks, the button, and what the page says afterwards. One address for all of them, so that a
//! reload, "back" and the same form sent twice end there, and change nothing.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use rentree_domain::{HandOutId, LearnerId, Uai, classes_by_level};
use rentree_http::{Face, Input, Problem, Visitor, authorise_beside};
use rentree_table::{HandOut, HandOutBegun, HandOutEnded, HandOutState, Role, SealedAnswer};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::back::{list_path, way_back};
use super::errand::Errand;
use super::hand_out::Chosen;
use super::sealed::{SealError, open, seal, with_cookie};
use super::view::{Answer, HandedOutView, ReceiverRow, UnservedRow};
use crate::Learners;
use crate::list::Filter;
use crate::pupil::page_of;

/// A hand-out: what it would do, or what it came to. No password is in it.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "hand-out.html")]
pub(crate) struct HandOutView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    id: HandOutId,
    state: HandOutState,
    /// While it is asked: how many pupils would get a password.
    to_hand_out: usize,
    /// The pupil, if one alone would get a password.
    #[serde(skip)]
    whom: Option<String>,
    /// While it is asked: those who would get a password.
    receivers: Vec<ReceiverRow>,
    /// The pupil, if the question is about one alone.
    #[serde(skip)]
    about: Option<LearnerId>,
    /// The list that it was asked from.
    #[serde(skip)]
    list: Filter,
    /// While it is asked: how many who would get a password have a temporary one that they have not changed yet; it ends, too.
    already_temporary: usize,
    /// While it is asked: how many who would get a password have no user name yet, and get one with it.
    new_user_names: usize,
    /// While it is asked: the classes of those who would get a password.
    divisions: Vec<String>,
    /// While it is asked: those who would get none.
    unserved: Vec<UnservedRow>,
    /// When it was confirmed.
    begun_at: Option<Timestamp>,
    /// By whom.
    by: Option<String>,
    /// When it is done: how many got a password.
    handed_out: usize,
    /// When it is done: how many got none.
    without: usize,
}

/// `GET /schools/{uai}/learners/passwords/{hand_out}`
pub(crate) async fn page(
    State(app): State<Learners>,
    Errand { uai, id, list, headers }: Errand,
    face: Face,
    method: Method,
) -> Result<Response, Problem> {
    let (visitor, id, hand_out) = app.visitor_and_hand_out(&headers, uai, id).await?;

    let state = hand_out.state(visitor.at);
    // The passwords: once, as a page, to whoever confirmed it, in the browser where they did. `HEAD` is answered here, too, and shows nothing.
    let is_theirs = hand_out.begun.as_ref().is_some_and(|begun| begun.user == visitor.user);
    if state == HandOutState::Done
        && is_theirs
        && face == Face::Page
        && method == Method::GET
        && let Some(answer) = app.answer_of(uai, id, &visitor, &headers).await?
    {
        let page = HandedOutView::new(&app, &visitor, (uai, &visitor.school), answer, list).answer(face, None)?;
        return Ok(with_cookie(id, |cookie| cookie.forget(page)));
    }
    if state == HandOutState::TooOld {
        return Err(too_old(uai, &list));
    }

    let mut view = HandOutView::new(&visitor, (uai, id), &hand_out, state, list);
    if state == HandOutState::Asked {
        let chosen = app.chosen(uai, &visitor.school, &hand_out.learners).await?;
        let (due, unserved) = app.sort(uai, chosen).await?;
        view.to_hand_out = due.len();
        if let [(pupil, _)] = due.as_slice() {
            view.whom = Some(pupil.entry.full_name());
        }
        if view.whom.is_some() || view.about.is_some() {
            "Donner un mot de passe provisoire".clone_into(&mut view.frame.title);
        }
        view.already_temporary = due.iter().filter(|(_, standing)| standing.is_temporary).count();
        view.new_user_names = due.iter().filter(|(_, standing)| standing.gets_user_name).count();
        view.divisions = classes_by_level(due.iter().map(|(pupil, _)| pupil.entry.division.as_str()));
        view.receivers = due.into_iter().map(|(pupil, _)| ReceiverRow::from(pupil)).collect();
        view.unserved = unserved.into_iter().map(UnservedRow::from).collect();
    }
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/learners/passwords/{hand_out}`
pub(crate) async fn confirm(
    State(app): State<Learners>,
    Errand { uai, id, list, headers }: Errand,
    face: Face,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let (visitor, id, hand_out) = app.visitor_and_hand_out(&headers, uai, id).await?;
    visitor.check_meant(&input.proof)?;

    match hand_out.state(visitor.at) {
        HandOutState::Asked => {}
        HandOutState::TooOld => return Err(too_old(uai, &list)),
        HandOutState::Running | HandOutState::Done | HandOutState::Interrupted => return already(face, uai, id, &list),
    }
    let chosen = app.chosen(uai, &visitor.school, &hand_out.learners).await?;

    let begun = HandOutBegun { at: visitor.at, user: visitor.user, by: visitor.name.clone() };
    if !app.table.begin_hand_out(uai, id, &begun).await? {
        return already(face, uai, id, &list);
    }
    let key = with_cookie(id, |cookie| cookie.secret(&headers)).unwrap_or_else(rentree_runtime::random);
    let to_keep = (face == Face::Page).then_some(key);
    // Apart: a browser that goes away, or sends the form again and drops this answer, does not break it off in between.
    let (worker, by) = (app.clone(), visitor.clone());
    let work = tokio::spawn(async move { worker.carry_out(uai, id, &by, chosen, to_keep).await });
    let (answer, is_kept) = work.await.map_err(|error| Problem::internal(&error))??;

    if face == Face::Page && is_kept {
        return Ok(with_cookie(id, |cookie| cookie.on(led_to(uai, id, &list), &key)));
    }
    // A program; or what could not be kept: rather here than nowhere.
    HandedOutView::new(&app, &visitor, (uai, &visitor.school), answer, list).answer(face, None)
}

impl Learners {
    /// Asks whether these pupils, of the `list`, are to get passwords: a browser is sent to the page that does, with a key for the answer.
    pub(crate) async fn ask(
        &self,
        uai: Uai,
        visitor: &Visitor,
        learners: Vec<LearnerId>,
        list: &Filter,
    ) -> Result<Response, Problem> {
        let id = HandOutId::new(visitor.at, rentree_runtime::random());
        if !self.table.note_hand_out(uai, id, &HandOut::asked(learners, visitor.at)).await? {
            return Err(Problem::internal(&DrawnTwice));
        }
        // Now, not with the answer: of a form that is sent twice, the first answer never reaches the browser.
        Ok(with_cookie(id, |cookie| cookie.on(led_to(uai, id, list), &rentree_runtime::random())))
    }

    /// Notes that a program hands out under an identifier of its own, once.
    pub(crate) async fn begin_once(&self, uai: Uai, id: HandOutId, visitor: &Visitor) -> Result<(), Problem> {
        let begun = HandOutBegun { at: visitor.at, user: visitor.user, by: visitor.name.clone() };
        let hand_out = HandOut::asked(Vec::new(), visitor.at).begun(begun);
        if self.table.note_hand_out(uai, id, &hand_out).await? { Ok(()) } else { Err(done_before(uai)) }
    }

    /// Notes what a hand-out came to, and keeps the answer for the browser that has `key`. Whether that succeeded: the passwords are
    /// changed by now.
    pub(crate) async fn end_once(&self, uai: Uai, id: HandOutId, answer: &Answer, key: Option<&[u8; 32]>) -> bool {
        let ended = self.try_to_end(uai, id, answer, key).await;
        ended.inspect_err(|why| tracing::error!(%uai, %id, why, "what was handed out was not kept")).is_ok()
    }

    async fn try_to_end(&self, uai: Uai, id: HandOutId, answer: &Answer, key: Option<&[u8; 32]>) -> Result<(), String> {
        let why = |error: &dyn std::error::Error| rentree_runtime::telemetry::chain(error);
        let seal = |key| seal(answer, key, rentree_runtime::random(), (uai, id)).map_err(|error| why(&error));
        let sealed = key.map(seal).transpose()?;
        let sealed = key.zip(sealed.as_deref()).map(|(key, sealed)| SealedAnswer { key, sealed });
        let ended = HandOutEnded { handed_out: answer.handed_out(), unserved: answer.unserved() };
        let end = self.table.end_hand_out(uai, id, ended, sealed, (self.clock)());
        end.await.map_err(|error| why(&error))
    }

    async fn carry_out(
        &self,
        uai: Uai,
        id: HandOutId,
        visitor: &Visitor,
        chosen: Vec<Chosen>,
        to_keep: Option<[u8; 32]>,
    ) -> Result<(Answer, bool), Problem> {
        let answer = self.hand_out_to(uai, visitor, chosen).await?;
        let is_kept = self.end_once(uai, id, &answer, to_keep.as_ref()).await;
        Ok((answer, is_kept))
    }

    /// What was handed out, if this browser has the key, nobody has seen it yet, and it is not too late.
    async fn answer_of(
        &self,
        uai: Uai,
        id: HandOutId,
        visitor: &Visitor,
        headers: &HeaderMap,
    ) -> Result<Option<Answer>, Problem> {
        let Some(key) = with_cookie(id, |cookie| cookie.secret(headers)) else { return Ok(None) };
        let Some(sealed) = self.table.take_answer(uai, id, &key, visitor.at).await? else { return Ok(None) };
        let answer = open(&sealed, &key, (uai, id)).map_err(|error: SealError| Problem::internal(&error))?;
        Ok(Some(answer))
    }

    /// Who visits, a member of the team at least, and the hand-out of the path.
    async fn visitor_and_hand_out(
        &self,
        headers: &HeaderMap,
        uai: Uai,
        id: Option<HandOutId>,
    ) -> Result<(Visitor, HandOutId, HandOut), Problem> {
        let hand_out = async {
            match id {
                Some(id) => Ok(self.table.noted_hand_out(uai, id).await?),
                None => Ok(None),
            }
        };
        let now = (self.clock)();
        let (visitor, hand_out) = authorise_beside(&self.table, headers, uai, Role::Member, now, hand_out).await?;
        let (id, hand_out) = id.zip(hand_out).ok_or_else(Problem::not_found)?;
        Ok((visitor, id, hand_out))
    }
}

/// Whoever sends the form again sees what came of it; a program is told.
fn already(face: Face, uai: Uai, id: HandOutId, list: &Filter) -> Result<Response, Problem> {
    match face {
        Face::Page => Ok(led_to(uai, id, list)),
        Face::Json => Err(done_before(uai)),
    }
}

fn done_before(uai: Uai) -> Problem {
    Problem::too_late("Cette distribution a déjà eu lieu. Rien n’a été changé.")
        .leading_to("Revenir aux élèves", list_path(uai))
}

fn too_old(uai: Uai, list: &Filter) -> Problem {
    let (back, label) = way_back(uai, list);
    Problem::too_late("Cette demande date de plus d’une heure. Rien n’a été changé. Choisissez les élèves de nouveau.")
        .leading_to(label, back)
}

fn path(uai: Uai, id: HandOutId) -> String {
    format!("{}/passwords/{id}", list_path(uai))
}

/// A browser goes to the page of a hand-out, which keeps what the list was asked.
fn led_to(uai: Uai, id: HandOutId, list: &Filter) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, list.asking(&path(uai, id)))]).into_response()
}

/// Eighty bits came up twice within a millisecond.
#[derive(Debug, thiserror::Error)]
#[error("an identifier was drawn twice")]
struct DrawnTwice;

impl HandOutView {
    fn unserved(&self) -> &[UnservedRow] {
        &self.unserved
    }

    fn new(
        visitor: &Visitor,
        (uai, id): (Uai, HandOutId),
        hand_out: &HandOut,
        state: HandOutState,
        list: Filter,
    ) -> Self {
        let about = if let [one] = hand_out.learners.as_slice() { Some(*one) } else { None };
        let is_of_one = about.is_some() || hand_out.ended.is_some_and(|ended| ended.handed_out == 1);
        let title = match state {
            HandOutState::Asked => "Distribuer des mots de passe provisoires",
            _ if is_of_one => "Mot de passe provisoire",
            _ => "Mots de passe provisoires",
        };
        Self {
            frame: visitor.frame(title, uai, &visitor.school, Section::Learners),
            csrf: visitor.csrf.clone(),
            uai,
            id,
            state,
            to_hand_out: 0,
            whom: None,
            receivers: Vec::new(),
            about,
            list,
            already_temporary: 0,
            new_user_names: 0,
            divisions: Vec::new(),
            unserved: Vec::new(),
            begun_at: hand_out.begun.as_ref().map(|begun| begun.at),
            by: hand_out.begun.as_ref().map(|begun| begun.by.clone()),
            handed_out: hand_out.ended.map_or(0, |ended| ended.handed_out),
            without: hand_out.ended.map_or(0, |ended| ended.unserved),
        }
    }

    fn path(&self) -> String {
        self.list.asking(&path(self.uai, self.id))
    }

    /// The page of a pupil, whose way back leads to the list that it was asked from.
    fn pupil(&self, id: &LearnerId) -> String {
        page_of(self.uai, *id, &self.list)
    }

    /// Where it was asked from, and what the link says.
    fn back(&self) -> (String, &'static str) {
        way_back(self.uai, &self.list)
    }

    /// `le 27/11/2026 à 18 h 40 par Anne Hérouville`
    fn when_and_by(&self) -> String {
        let when = self.begun_at.map(|at| format!("le {}", french::day_and_time(&at))).unwrap_or_default();
        format!("{when} par {}", self.by.as_deref().unwrap_or_default())
    }
}
