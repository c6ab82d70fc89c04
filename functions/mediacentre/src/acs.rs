//! The answer of an identity provider, which the browser posts to us from its page.
//!
//! It is read purely before the table is asked anything. Then two rounds of reads, the request beside whose the identifier is, and the
//! account; and one transaction, in which request and assertion are used up and a session begins, or a sign-on waits.
//!
//! The post comes from another site, so that the session of the browser does not come with it. Whoever signs on takes its place: the
//! request remembers it. On a computer of the school, the child before may not have signed out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::UserId;
use rentree_domain::mediacentre::Profile;
use rentree_http::{Face, Input, NewSession, Problem, WAITING_SIGN_ON, claimed_session, forget_session};
use rentree_table::{CameOf, SessionHash, SignOnError, SignOnRequest};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Mediacentre;
use crate::answer::{Answer, Fields};
use crate::cookies::NONCE;
use crate::refused::Refused;

/// An account may be changed while its owner signs on.
const TURNS: usize = 3;
/// Where somebody goes on whose sign-on waits.
pub(crate) const SUITE: &str = "/mediacentre/suite";

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
enum Outcome {
    /// A session, and where its owner goes on.
    SignedIn(Box<NewSession>, String),
    /// A sign-on that waits under this secret.
    Waits([u8; 32], Profile),
    /// The one that waits already.
    WaitsStill,
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
    let asked = Asked::check(request, NONCE.secret(&headers), &answer, now);
    let asked = asked.map_err(|refused| refused.by(answer.provider))?;

    let outcome = match (&asked.request.came_of_it, owner) {
        (Some(before), _) => app.once_more(&asked, before, &answer, &headers, now).await?,
        (None, Some(owner)) => app.let_in(&asked, owner, &answer, &headers, now).await?,
        (None, None) => app.let_wait(&asked, &answer, &headers, now).await?,
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
    ) -> Result<Outcome, Problem> {
        let former = asked.former(headers);
        let signing_on = answer.signing_on(&asked.nonce, former.as_ref(), now);
        for _ in 0..TURNS {
            let Some(user) = self.table.user(owner).await? else { break };
            let session = NewSession::new(owner, user.epoch, headers, now);
            let names = answer.names.for_account(&user);
            let account = (owner, &user);
            match self.table.sign_on(&signing_on, account, &answer.id, names, session.stored()).await {
                Ok(()) => {
                    let own = if user.birth_date.is_some() { "/mes-campagnes" } else { "/" };
                    return Ok(Outcome::SignedIn(Box::new(session), towards(&asked.request, own)));
                }
                Err(SignOnError::Moved) => {}
                Err(error) => return self.not_signed_on(error, asked, answer, headers, now).await,
            }
        }
        Err(Problem::too_late("Votre compte a changé au même moment. Recommencez depuis le Médiacentre.")
            .leading_to("Recommencer", "/mediacentre"))
    }

    /// Keeps the sign-on of whom no account knows.
    async fn let_wait(
        &self,
        asked: &Asked,
        answer: &Answer<'_>,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Outcome, Problem> {
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
    ) -> Result<Outcome, Problem> {
        match error {
            SignOnError::Table(error) => Err(error.into()),
            SignOnError::Replayed => Err(Refused::UsedAssertion.by(answer.provider)),
            SignOnError::Moved | SignOnError::Request => {
                let request = self.table.sign_on_request(&answer.request).await?;
                match request.and_then(|request| request.came_of_it) {
                    Some(before) => self.once_more(asked, &before, answer, headers, now).await,
                    None => Err(Refused::OldRequest.by(answer.provider)),
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
    ) -> Result<Outcome, Problem> {
        let CameOf::Session(before) = before else { return Ok(Outcome::WaitsStill) };
        let used = || Refused::UsedRequest.by(answer.provider);
        let open = self.table.session(before, now).await?.ok_or_else(used)?;
        let session = NewSession::new(open.user, open.epoch, headers, now);
        let signing_on = answer.signing_on(&asked.nonce, None, now);
        if !self.table.sign_on_again(&signing_on, before, session.stored()).await? {
            return Err(used());
        }
        Ok(Outcome::SignedIn(Box::new(session), towards(&asked.request, "/")))
    }
}

/// Where somebody goes on who is signed in: the campaign where it began, or else `own`.
fn towards(request: &SignOnRequest, own: &str) -> String {
    request.campaign.as_ref().map_or_else(|| own.to_owned(), |code| format!("/campagnes/{code}"))
}

impl Outcome {
    fn is_known(&self) -> bool {
        matches!(self, Self::SignedIn(..))
    }

    fn render(self, face: Face, request: &SignOnRequest) -> Result<Response, Problem> {
        let location = match &self {
            Self::SignedIn(_, location) => location.clone(),
            Self::Waits(_, Profile::Pupil) => towards(request, SUITE),
            Self::Waits(_, Profile::Staff) | Self::WaitsStill => SUITE.to_owned(),
        };
        let view = SignedOnView { signed_in: self.is_known(), location: location.clone() };
        let response = face.after_post(StatusCode::OK, &location, &view)?;
        Ok(match self {
            // Whose sign-on waited here before is somebody else.
            Self::SignedIn(session, _) => WAITING_SIGN_ON.forget(session.on(response)),
            Self::Waits(secret, _) => WAITING_SIGN_ON.on(forget_session(response), &secret),
            Self::WaitsStill => response,
        })
    }
}
