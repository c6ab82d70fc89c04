//! One view, two faces: a page for people, JSON for programs, chosen by `Accept`.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::Problem;

/// Which face a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// `text/html`: browsers.
    Page,
    /// `application/json`: programs, and whoever does not say.
    Json,
}

const HTML: &str = "text/html; charset=utf-8";

impl Face {
    /// A page for who accepts HTML before JSON; JSON for all others.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let place = |wanted: &str| accept.split(',').position(|range| range.trim().starts_with(wanted));
        match (place("text/html"), place("application/json")) {
            (Some(html), Some(json)) if html < json => Self::Page,
            (Some(_), None) => Self::Page,
            _ => Self::Json,
        }
    }

    /// Renders `view`.
    pub fn render<V: Template + Serialize>(self, status: StatusCode, view: &V) -> Result<Response, Problem> {
        match self {
            Self::Page => {
                let html = view.render().map_err(|error| Problem::internal(&error))?;
                Ok((status, [(header::CONTENT_TYPE, HTML)], html).into_response())
            }
            Self::Json => Ok((status, axum::Json(view)).into_response()),
        }
    }

    /// What is wrong with a form: a browser sees it again, with `problem`'s status; a program gets `problem`.
    pub fn again<V: Template + Serialize>(self, problem: Problem, view: &V) -> Result<Response, Problem> {
        match self {
            Self::Page => {
                let html = view.render().map_err(|error| Problem::internal(&error))?;
                // The first thing that a screen reader says of a page is its title.
                let html = html.replacen("<title>", "<title>Erreur\u{a0}: ", 1);
                Ok((problem.status(), [(header::CONTENT_TYPE, HTML)], html).into_response())
            }
            Self::Json => Err(problem),
        }
    }

    /// What a form asks for cannot be done. If that `is_so` already, by a first click or a colleague, a browser is led to `location`,
    /// where the first click led; a program gets `problem` in any case.
    pub fn already(self, is_so: bool, problem: Problem, location: &str) -> Result<Response, Problem> {
        match self {
            Self::Page if is_so => self.after_post(StatusCode::OK, location, &()),
            Self::Page | Self::Json => Err(problem),
        }
    }

    /// After a form was carried out: a browser is sent to `location`, a program gets `view`.
    pub fn after_post<V: Serialize>(self, status: StatusCode, location: &str, view: &V) -> Result<Response, Problem> {
        match self {
            Self::Page => Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()),
            Self::Json => {
                let mut response = (status, axum::Json(view)).into_response();
                if let Ok(location) = location.parse() {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                Ok(response)
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Face {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_json() {
        for (accept, face) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Face::Page),
            ("application/json", Face::Json),
            ("application/json, text/html", Face::Json),
            ("*/*", Face::Json),
            ("", Face::Json),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(Face::of(&headers), face, "{accept}");
        }
    }
}
