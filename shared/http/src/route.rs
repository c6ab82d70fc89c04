//! Routes, each written once: the router, the OpenAPI document and the contract tests all come from the same list.

use std::marker::PhantomData;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use schemars::JsonSchema;

use crate::extractor::Extractors;
use crate::purpose::{Purpose, Reading, SchemaOf, Serving};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Everybody,
    /// Whoever holds the secret in the address.
    LinkHolders,
    /// Servers whose message is signed as Standard Webhooks does.
    Signed,
    /// Record books, by their credentials.
    Credentials,
    /// Record books, by a token that they got for their credentials.
    Tokens,
    /// Whoever is signed in.
    SignedIn,
    /// Members of the school.
    Members,
    /// Administrators of the school.
    Administrators,
}

/// What a route is, without its handler.
#[derive(Debug, Clone)]
pub struct RouteDoc {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// With `{parameters}`.
    pub path: &'static str,
    /// One English sentence.
    pub summary: &'static str,
    /// Who may use it.
    pub access: Access,
    pub(crate) takes: Option<SchemaOf>,
    /// Whether it takes no JSON.
    pub(crate) takes_form_alone: bool,
    pub(crate) gives: Option<SchemaOf>,
    /// What it answers in place of a problem (RFC 9457).
    pub(crate) refuses: Option<SchemaOf>,
    /// What its query may have, as its handler reads it.
    pub(crate) asked: Vec<SchemaOf>,
    /// What it answers when it did what it was asked for.
    pub status: u16,
}

/// A route.
#[derive(Debug)]
pub struct Route<S, P> {
    /// What it is.
    pub doc: RouteDoc,
    handler: MethodRouter<S>,
    purpose: PhantomData<P>,
}

impl<S: Clone + Send + Sync + 'static, P: Purpose> Route<S, P> {
    /// A route that reads.
    pub fn get<T: Extractors + 'static>(
        path: &'static str,
        handler: impl Handler<T, S>,
        access: Access,
        summary: &'static str,
    ) -> Self {
        Self::new("GET", path, (routing::get(handler), T::asked::<P>()), access, summary)
    }

    /// A route that changes something.
    pub fn post<T: Extractors + 'static>(
        path: &'static str,
        handler: impl Handler<T, S>,
        access: Access,
        summary: &'static str,
    ) -> Self {
        Self::new("POST", path, (routing::post(handler), T::asked::<P>()), access, summary)
    }

    fn new(
        method: &'static str,
        path: &'static str,
        (handler, asked): (MethodRouter<S>, Vec<SchemaOf>),
        access: Access,
        summary: &'static str,
    ) -> Self {
        let doc = RouteDoc {
            method,
            path,
            summary,
            access,
            takes: None,
            takes_form_alone: false,
            gives: None,
            refuses: None,
            asked,
            status: 200,
        };
        Self { doc, handler, purpose: PhantomData }
    }

    /// What it takes, as a form or as JSON.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        self.doc.takes = P::schema::<T>();
        self
    }

    /// What it takes as a form alone.
    #[must_use]
    pub fn takes_form<T: JsonSchema>(mut self) -> Self {
        self.doc.takes_form_alone = true;
        self.takes::<T>()
    }

    /// What it answers in place of a problem, as JSON.
    #[must_use]
    pub fn refuses<T: JsonSchema>(mut self) -> Self {
        self.doc.refuses = P::schema::<T>();
        self
    }

    /// What it gives to programs.
    #[must_use]
    pub fn gives<T: JsonSchema>(mut self) -> Self {
        self.doc.gives = P::schema::<T>();
        self
    }

    /// With another status than 200.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.doc.status = status;
        self
    }
}

impl<S: Clone + Send + Sync + 'static> Route<S, Serving> {
    /// The router of `routes`.
    pub fn router(routes: Vec<Self>) -> Router<S> {
        routes.into_iter().fold(Router::new(), |router, route| router.route(route.doc.path, route.handler))
    }
}

impl<S> Route<S, Reading> {
    /// What `routes` are.
    pub fn docs(routes: Vec<Self>) -> Vec<RouteDoc> {
        routes.into_iter().map(|route| route.doc).collect()
    }
}
