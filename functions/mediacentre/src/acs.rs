//! The answer of an identity provider, which the browser posts to us from its page.
//!
//! It is read purely before the table is asked anything. Then two rounds of reads, the request beside whose the identifier is, and the
//! account; and one transaction, in which request and assertion are used up and a session begins, or a sign-on waits.
//!
//! Beside them it is counted for the staff of the school.
//!
//! The post comes from another site, so that the session of the browser does not come with it. Whoever signs on takes its place: the
//! request remembers it. On a computer of the school, the child before may not have signed out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::UserId;
use rentree_domain::mediacentre::Profile;
use rentree_http::{Face, Input, NewSession, Problem, WAITING_SIGN_ON, claimed_session, forget_session};
use rentree_table::{CameOf, SessionHash, SignOnCount, SignOnError, SignOnRequest};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Mediacentre;
use crate::answer::{Answer, Fields};
use crate::cookies::NONCE;
use crate::refused::{Refused, Stopped};

/// An account may be changed while its owner signs on.
const TURNS: usize = 3;
/// Where somebody goes on whose sign-on waits.
pub(crate) const SUITE: &str = "/mediacentre/suite";
/// The same after a second click: where nothing waits in the browser, it begins anew.
const SUITE_AGAIN: &str = "/mediacentre/suite?again=true";

/// What came of it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SignedOnView {
    /// Whether an account is signed in now; otherwise the sign-on waits for one.
    signed_in: bool,
    /// Where it goes on.
    location: String,
}

/// A request that may be answered, and the nonce of its browser.
struct Asked {
    request: SignOnRequest,
    nonce: [u8; 32],
}

/// What came of an answer.
pub(crate) enum Outcome {
    /// A session, and where its owner goes on.
    SignedIn(Box<NewSession>, String),
    /// The same in place of a session that came of the same answer.
    SignedInAgain(Box<NewSession>, String),
    /// A sign-on that waits under this secret.
    Waits([u8; 32], Profile),
    /// The one that waits already. The browser may have left before the answer came that told it under which secret.
    WaitsStill(Profile),
}

/// `POST /mediacentre/acs`
pub(crate) async fn sign_on(
    State(app): State<Mediacentre>,
    face: Face,
    headers: HeaderMap,
    posted: Result<Input<Fields>, Problem>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let answer = app.read(posted, now)?;

    let table = &app.table;
    let request = table.sign_on_request(&answer.request);
    let (request, owner) = tokio::try_join!(request, table.user_of_sign_on(&answer.id, now))?;
    let asked = match Asked::check(request, NONCE.secret(&headers), &answer, now) {
        Ok(asked) => asked,
        Err(refused) => return Err(app.refuse(&answer, &refused, now).await),
    };

    let outcome = match (&asked.request.came_of_it, owner) {
        (Some(before), _) => app.once_more(&asked, before, &answer, &headers, now).await,
        (None, Some(owner)) => {
            let let_in = app.let_in(&asked, owner, &answer, &headers, now);
            app.counting(answer.uai, SignOnCount::Known, let_in, now).await
        }
        (None, None) => {
            let let_wait = app.let_wait(&asked, &answer, &headers, now);
            app.counting(answer.uai, SignOnCount::Unknown, let_wait, now).await
        }
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(Stopped::Refused(refused)) => return Err(app.refuse(&answer, &refused, now).await),
        Err(Stopped::Failed(problem)) => return Err(problem),
    };

    tracing::info!(idp = answer.provider.id, known = outcome.is_known(), "somebody signed on");
    outcome.render(face, &asked.request)
}

impl Asked {
    /// The request, if this browser made it for this provider and in time. It may have been answered before.
    fn check(
        request: Option<SignOnRequest>,
        nonce: Option<[u8; 32]>,
        answer: &Answer<'_>,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let request = request.ok_or(Refused::UnknownRequest)?;
        // The browser has forgotten the nonce of a request that is too old.
        if !request.holds(now) {
            return Err(Refused::OldRequest);
        }
        let nonce = nonce.filter(|nonce| request.is_of(nonce)).ok_or(Refused::OtherBrowser)?;
        if request.idp != answer.id.idp {
            return Err(Refused::OtherProvider);
        }
        Ok(Self { request, nonce })
    }

    /// The session that the browser had: the one that came along, from a page of our own site, or the one from the beginning.
    fn former(&self, headers: &HeaderMap) -> Option<SessionHash> {
        claimed_session(headers).or_else(|| self.request.former.clone())
    }
}

impl Mediacentre {
    /// Signs the owner of an account in.
    async fn let_in(
        &self,
        asked: &Asked,
        owner: UserId,
        answer: &Answer<'_>,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Outcome, Stopped> {
        let former = asked.former(headers);
        let signing_on = answer.signing_on(&asked.nonce, former.as_ref(), now);
        for _ in 0..TURNS {
            let Some(user) = self.table.user(owner).await? else { break };
            let session = NewSession::new(owner, user.holder(), user.epoch, headers, now);
            let names = answer.names.for_account(&user);
            let account = (owner, &user);
            match self.table.sign_on(&signing_on, account, &answer.id, names, session.stored()).await {
                Ok(()) => {
                    return Ok(Outcome::SignedIn(Box::new(session), towards(&asked.request, user.birth_date)));
                }
                Err(SignOnError::Moved) => {}
                Err(error) => return self.not_signed_on(error, asked, answer, headers, now).await,
            }
        }
        let moved = Problem::too_late("Votre compte a changé au même moment. Recommencez depuis le Médiacentre.");
        Err(moved.leading_to("Recommencer", "/mediacentre").into())
    }

    /// Keeps the sign-on of whom no account knows.
    async fn let_wait(
        &self,
        asked: &Asked,
        answer: &Answer<'_>,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Outcome, Stopped> {
        let former = asked.former(headers);
        let signing_on = answer.signing_on(&asked.nonce, former.as_ref(), now);
        let (secret, waiting) = (rentree_runtime::random(), answer.waiting(asked.request.campaign.clone(), now));
        match self.table.wait_for_account(&signing_on, &secret, &waiting).await {
            Ok(()) => Ok(Outcome::Waits(secret, waiting.profile)),
            Err(error) => self.not_signed_on(error, asked, answer, headers, now).await,
        }
    }

    /// Nothing was written. Two clicks may have posted the same answer at the same moment: then the request says what came of the other.
    async fn not_signed_on(
        &self,
        error: SignOnError,
        asked: &Asked,
        answer: &Answer<'_>,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Outcome, Stopped> {
        match error {
            SignOnError::Table(error) => Err(error.into()),
            SignOnError::Replayed => Err(Refused::UsedAssertion.into()),
            SignOnError::Moved | SignOnError::Request => {
                let request = self.table.sign_on_request(&answer.request).await?;
                match request.and_then(|request| request.came_of_it) {
                    Some(before) => self.once_more(asked, &before, answer, headers, now).await,
                    None => Err(Refused::OldRequest.into()),
                }
            }
        }
    }

    /// The same answer again, from the same browser: a second click, "back", a reload. While the session that came of it is open, another
    /// one takes its place, for the browser may have left before the first answer came back. Once somebody has signed out, nothing comes
    /// of it any more.
    async fn once_more(
        &self,
        asked: &Asked,
        before: &CameOf,
        answer: &Answer<'_>,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Outcome, Stopped> {
        let CameOf::Session(before) = before else { return Ok(Outcome::WaitsStill(answer.profile)) };
        let open = self.table.session(before, now).await?.ok_or(Refused::UsedRequest)?;
        let session = NewSession::new(open.user, open.holder, open.epoch, headers, now);
        let signing_on = answer.signing_on(&asked.nonce, None, now);
        let opened = self.table.sign_on_again(&signing_on, before, session.stored());
        let (opened, person) = tokio::try_join!(opened, self.table.person(open.user))?;
        let person = person.filter(|_| opened).ok_or(Refused::UsedRequest)?;
        Ok(Outcome::SignedInAgain(Box::new(session), towards(&asked.request, person.birth_date)))
    }
}

/// Where somebody goes on who is signed in: the campaign where it began, or else where they arrive.
fn towards(request: &SignOnRequest, birth_date: Option<Date>) -> String {
    campaign(request).unwrap_or_else(|| arrival(birth_date).to_owned())
}

/// Where somebody arrives: a pupil's own page, or the space of staff.
pub(crate) fn arrival(birth_date: Option<Date>) -> &'static str {
    if birth_date.is_some() { "/mes-campagnes" } else { "/" }
}

/// The page of the campaign where it began.
fn campaign(request: &SignOnRequest) -> Option<String> {
    request.campaign.as_ref().map(|code| format!("/campagnes/{code}"))
}

impl Outcome {
    fn is_known(&self) -> bool {
        matches!(self, Self::SignedIn(..) | Self::SignedInAgain(..))
    }

    /// Whether the answer came for the first time.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self, Self::SignedIn(..) | Self::Waits(..))
    }

    fn render(self, face: Face, request: &SignOnRequest) -> Result<Response, Problem> {
        let location = match &self {
            Self::SignedIn(_, location) | Self::SignedInAgain(_, location) => location.clone(),
            Self::Waits(_, Profile::Pupil) => campaign(request).unwrap_or_else(|| SUITE.to_owned()),
            Self::Waits(_, Profile::Staff) => SUITE.to_owned(),
            Self::WaitsStill(Profile::Pupil) => campaign(request).unwrap_or_else(|| SUITE_AGAIN.to_owned()),
            Self::WaitsStill(Profile::Staff) => SUITE_AGAIN.to_owned(),
        };
        let view = SignedOnView { signed_in: self.is_known(), location: location.clone() };
        let response = face.after_post(StatusCode::OK, &location, &view)?;
        Ok(match self {
            // Whose sign-on waited here before is somebody else.
            Self::SignedIn(session, _) | Self::SignedInAgain(session, _) => {
                WAITING_SIGN_ON.forget(session.on(response))
            }
            Self::Waits(secret, _) => WAITING_SIGN_ON.on(forget_session(response), &secret),
            Self::WaitsStill(_) => response,
        })
    }
}
