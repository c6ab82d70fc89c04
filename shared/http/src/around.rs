//! Around every handler: the face of errors, the check of `Origin`, what Lambda would not wait for or take, security headers, a request
//! id, one log line.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use rentree_web::{ErrorPage, Frame, SignOut};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer_size::{TooLarge, fitting};
use crate::deadline::Deadline;
use crate::in_space::InSpace;
use crate::lapsed_form;
use crate::typed::{self, Sent};
use crate::{Code, Face, FieldError, Problem, Shell};

/// The one address that pages of other sites post to: the answer of an identity provider. Nothing is done there that the answer does not
/// prove, and by a browser that asked for it.
pub const POSTED_FROM_ELSEWHERE: &str = "/mediacentre/acs";
/// Forms are small; files go straight to the bucket.
const LARGEST_BODY: usize = 64 * 1024;
/// When a program may ask again that was told to come later.
const RETRY_AFTER_SECONDS: &str = "5";

/// Puts the shell around `router`.
pub fn wrap(router: Router, shell: Shell) -> Router {
    router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::new(shell), around))
}

async fn around(State(shell): State<Arc<Shell>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = u64::from_be_bytes(rentree_runtime::random());
    let request_id = format!("{request_id:016x}");
    let method = request.method().clone();
    // The route, not the address: addresses may hold what logs must not.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let face = Face::of(request.headers());
    let deadline = request.extensions().get::<Deadline>().copied();

    let mut response = match Deadline::keeps(deadline, answer(&shell, face, request, next, &request_id)).await {
        Some(response) => response,
        None => told(&Problem::too_slow(), Frame::bare, face, &request_id),
    };
    response = match fitting(response).await {
        Ok(response) => response,
        Err(TooLarge { bytes }) => {
            tracing::error!(route, bytes, request_id, "an answer was too large for Lambda");
            told(&Problem::answer_too_large(), Frame::bare, face, &request_id)
        }
    };
    protect(&shell, response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    tracing::info!(
        %method, route, status = response.status().as_u16(), duration_ms = started.elapsed().as_millis(), request_id,
        "a request was answered"
    );
    response
}

/// What the handler answers; its problem with the face that was asked for.
async fn answer(shell: &Shell, face: Face, request: Request, next: Next, request_id: &str) -> Response {
    let method = request.method().clone();
    let asked = request.uri().clone();
    let headers = request.headers().clone();
    let is_foreign = is_foreign(shell, &request);
    let (request, sent) = match face {
        Face::Page => Sent::copy(request).await,
        Face::Json => (request, None),
    };
    let mut response = if is_foreign { Problem::forged_form().into_response() } else { next.run(request).await };
    let Some(problem) = response.extensions_mut().remove::<Problem>().or_else(|| of_framework(&response)) else {
        return match (&method, face) {
            (&Method::GET, Face::Page) => Box::pin(typed::shown_again(shell, &headers, response)).await,
            (&Method::POST, Face::Page) => typed::past(&headers, asked.path(), response),
            _ => response,
        };
    };
    let problem = back_to_its_form(problem, &headers, &shell.origin);
    match (&method, face, way_back(problem.code)) {
        // Which methods there are is no error: the router adds them.
        (&Method::OPTIONS, ..) if problem.code == Code::MethodNotAllowed => StatusCode::NO_CONTENT.into_response(),
        (&Method::GET | &Method::HEAD, Face::Page, Some(page)) => see_other(&crate::Next::of(&asked).after(page)),
        // Where a form is sent, a browser finds the page above: it comes there by reloading the answer, or going back to it.
        (&Method::GET, Face::Page, _) if problem.code == Code::MethodNotAllowed => see_other(&page_above(&asked)),
        (&Method::POST, Face::Page, Some("/sign-in")) => {
            Box::pin(at_a_form(shell, problem, sent, &headers, request_id)).await
        }
        (_, Face::Page, _) if problem.code == Code::SecondFactor => with_header(&problem, led_on(&problem)),
        (_, Face::Page, _) => {
            let is_lapsed = problem.code == Code::ForgedForm && !is_foreign;
            let (problem, frame) = Box::pin(in_space(shell, problem, asked.path(), &headers)).await;
            if !is_lapsed {
                return told(&problem, |_| frame, face, request_id);
            }
            let place = (&asked, page_above(&asked));
            let (problem, frame, sign_out) =
                Box::pin(lapsed_form::told(shell, (problem, frame), place, &headers)).await;
            with_header(&problem, page_of(&problem, frame, sign_out, request_id))
        }
        (_, Face::Json, _) => told(&problem, Frame::bare, face, request_id),
    }
}

/// The page that somebody is sent to who must do something first, and then comes back.
fn way_back(code: Code) -> Option<&'static str> {
    match code {
        Code::SignedOut => Some("/sign-in"),
        Code::TermsNotAccepted => Some("/terms"),
        Code::PasswordToChange => Some("/temporary-password"),
        _ => None,
    }
}

/// A form that does not hold any more leads to the page that it was on, where a new one stands, if that page is known to be ours.
fn back_to_its_form(problem: Problem, headers: &HeaderMap, origin: &str) -> Problem {
    let page = typed::page_of(headers, origin).filter(|_| problem.code == Code::ForgedForm);
    match page {
        Some(page) => problem.leading_to("Revenir au formulaire", page.as_str()),
        None => problem,
    }
}

/// The page that a form of an address stands on: the one above it, asked the same; of what concerns a team, the team's, of which no form
/// asks anything, but for who asks to be let in, who has a page.
///
/// What the address of a form of ours asks is what its page was asked: the filters of a list. Tokens and what was typed are in the body, the
/// proofs of our mails in the path, and no form says what was `done`. Only an identity provider may put an answer, which proves somebody,
/// into a query: that is not handed on.
fn page_above(asked: &Uri) -> String {
    let path = asked.path();
    let above = path.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty()).unwrap_or("/");
    if let Some(team) =
        InSpace::of(path).and_then(|space| space.team()).filter(|_| !above.contains("/access-requests/"))
    {
        return team;
    }
    let is_ours = path != POSTED_FROM_ELSEWHERE;
    // Other signs than these stand in no header.
    match asked.query().filter(|query| is_ours && query.bytes().all(|sign| sign.is_ascii_graphic())) {
        Some(query) => format!("{above}?{query}"),
        None => above.to_owned(),
    }
}

/// Nobody is signed in any more who sent a form: the way leads back to its page, where what was typed is shown again if it could be kept.
async fn at_a_form(
    shell: &Shell,
    problem: Problem,
    sent: Option<Sent>,
    headers: &HeaderMap,
    request_id: &str,
) -> Response {
    let Some(page) = typed::page_of(headers, &shell.origin) else {
        // Without the form's page there is nowhere to show again what was typed.
        return told(&problem.with_nothing_kept(), Frame::bare, Face::Page, request_id);
    };
    let sign_in = page.after("/sign-in");
    if let Some(sent) = sent
        && let Some(kept) = sent.kept(shell, headers, see_other(&sign_in)).await
    {
        return kept;
    }
    told(&problem.with_nothing_kept().leading_to("Me connecter", sign_in), Frame::bare, Face::Page, request_id)
}

/// A browser is led where a problem leads.
fn led_on(problem: &Problem) -> Response {
    see_other(problem.way_on.as_ref().map_or("/", |(_, way)| way))
}

/// `response`, with the header of `problem`.
fn with_header(problem: &Problem, mut response: Response) -> Response {
    if let Some((name, value)) = problem.header.as_deref() {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// What axum itself refuses, a query or a path that does not read, has no words of ours yet. (A form that is shown again has, and so has
/// JSON, as the errors of a token are.)
fn of_framework(response: &Response) -> Option<Problem> {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_ours = content_type.is_some_and(|kind| kind.starts_with("text/html") || kind == "application/json");
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Some(Problem::too_large()),
        status if status.is_client_error() && !is_ours => {
            Some(Problem::bad_request("L’adresse de la page n’a pas pu être lue. Vérifiez-la."))
        }
        _ => None,
    }
}

/// Whether a request that changes something comes from a page of another site.
fn is_foreign(shell: &Shell, request: &Request) -> bool {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let is_let_through = request.uri().path() == POSTED_FROM_ELSEWHERE;
    let origin = request.headers().get(header::ORIGIN);
    changes && !is_let_through && origin.is_some_and(|origin| origin.as_bytes() != shell.origin.as_bytes())
}

/// A problem, as programs read it (RFC 9457).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemJson<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: Code,
    request_id: &'a str,
    /// What is wrong with fields, if that is the problem.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    errors: &'a [FieldError],
}

/// The frame of a problem's page, and the problem with where it leads. A failure of ours is told without reading more: the table may be
/// what failed.
async fn in_space(shell: &Shell, problem: Problem, path: &str, headers: &HeaderMap) -> (Problem, Frame) {
    let bare = Frame::bare(problem.title);
    let Some(space) = InSpace::of(path).filter(|_| !problem.status.is_server_error()) else { return (problem, bare) };
    let Some(frame) = space.frame(problem.title, &shell.table, headers, (shell.clock)()).await else {
        return (problem, bare);
    };
    // What says more than "home" says it for a reason.
    if problem.way_on.as_ref().is_some_and(|(_, way)| way != "/") {
        return (problem, frame);
    }
    let (label, way) = space.way_on(&problem);
    (problem.leading_to(label, way), frame)
}

/// `problem` with a face, in the frame that `frame` makes of its title.
fn told(problem: &Problem, frame: impl FnOnce(&'static str) -> Frame, face: Face, request_id: &str) -> Response {
    let mut response = match face {
        Face::Page => page_of(problem, frame(problem.title), None, request_id),
        Face::Json => json_of(problem, request_id),
    };
    response = with_header(problem, response);
    if problem.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
    }
    response
}

fn page_of(problem: &Problem, frame: Frame, sign_out: Option<SignOut>, request_id: &str) -> Response {
    let page = ErrorPage {
        frame,
        title: problem.title,
        detail: &problem.detail,
        way_on: problem.way_on.as_ref().map(|(label, path)| (*label, path.as_str())),
        sign_out,
        is_ours: problem.status.is_server_error(),
        request_id,
    };
    match page.render() {
        Ok(html) => (problem.status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(_) => json_of(problem, request_id),
    }
}

fn json_of(problem: &Problem, request_id: &str) -> Response {
    let json = ProblemJson {
        kind: "about:blank",
        title: problem.title,
        status: problem.status.as_u16(),
        detail: &problem.detail,
        code: problem.code,
        request_id,
        errors: &problem.errors,
    };
    match serde_json::to_vec(&json) {
        Ok(body) => (problem.status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn protect(shell: &Shell, headers: &mut HeaderMap) {
    let upload = shell.upload_origin.as_deref().map(|origin| format!(" {origin}")).unwrap_or_default();
    let csp = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'{upload}; form-action 'self'{upload}; base-uri 'none'; frame-ancestors 'none'"
    );
    let fixed = [
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        // Stricter, browsers would send `Origin: null` with our own forms.
        ("referrer-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        headers.insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    // Pages show pupils: nothing keeps them, except assets, which say so themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_above_a_form_is_asked_the_same() {
        for (asked, page) in [
            ("/schools/0350760L/learners/passwords", "/schools/0350760L/learners"),
            (
                "/schools/0350760L/learners/passwords?division=6A&page=2",
                "/schools/0350760L/learners?division=6A&page=2",
            ),
            ("/schools/0350760L/learners/x/untie?sought=y", "/schools/0350760L/learners/x?sought=y"),
            ("/schools/0350760L/invitations?division=6A", "/schools/0350760L/team"),
            ("/schools/0350760L/access-requests/x/accept", "/schools/0350760L/access-requests/x"),
            ("/schools/0350760L/access-requests/x", "/schools/0350760L/team"),
            ("/sign-out?next=//evil.example", "/?next=//evil.example"),
            ("/mediacentre/acs?SAMLResponse=x", "/mediacentre"),
        ] {
            assert_eq!(page_above(&asked.parse().unwrap()), page, "{asked}");
        }
    }
}
