//! Routes, each written once: the router, the OpenAPI document and the contract tests all come from the same list.

use std::marker::PhantomData;

use axum::Router;
use axum::routing::MethodRouter;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Everybody,
    /// Whoever holds the secret in the address.
    LinkHolders,
    /// Servers whose message is signed as Standard Webhooks does.
    Signed,
    /// Whoever is signed in.
    SignedIn,
    /// Members of the school.
    Members,
    /// Administrators of the school.
    Administrators,
}

/// How a schema is made.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

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
    pub(crate) gives: Option<SchemaOf>,
    pub(crate) status: u16,
}

/// What a list of routes is made for.
pub trait Purpose {
    /// The schema of `T`, if it is wanted.
    fn schema<T: JsonSchema>() -> Option<SchemaOf>;
}

/// To answer requests. Schemas are not even linked: a function stays smaller without them.
#[derive(Debug)]
pub struct Serving;

/// To be read: schemas belong to it.
#[derive(Debug)]
pub struct Reading;

impl Purpose for Serving {
    fn schema<T: JsonSchema>() -> Option<SchemaOf> {
        None
    }
}

impl Purpose for Reading {
    fn schema<T: JsonSchema>() -> Option<SchemaOf> {
        Some(SchemaGenerator::subschema_for::<T>)
    }
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
    pub fn get(path: &'static str, handler: MethodRouter<S>, access: Access, summary: &'static str) -> Self {
        Self::new("GET", path, handler, access, summary)
    }

    /// A route that changes something.
    pub fn post(path: &'static str, handler: MethodRouter<S>, access: Access, summary: &'static str) -> Self {
        Self::new("POST", path, handler, access, summary)
    }

    fn new(
        method: &'static str,
        path: &'static str,
        handler: MethodRouter<S>,
        access: Access,
        summary: &'static str,
    ) -> Self {
        let doc = RouteDoc { method, path, summary, access, takes: None, gives: None, status: 200 };
        Self { doc, handler, purpose: PhantomData }
    }

    /// What it takes, as a form or as JSON.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        self.doc.takes = P::schema::<T>();
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
