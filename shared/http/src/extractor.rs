//! What handlers take of a request, by the types of their parameters: so no handler reads a parameter of an address that the OpenAPI document
//! does not declare.

use axum::Form;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use schemars::JsonSchema;

use crate::purpose::{Purpose, SchemaOf};
use crate::{Asked, AskedPairs, ClientAddress, Face, FormToken, Input};

/// What a handler takes as one of its parameters.
pub trait Extractor {
    /// What it reads of the query of an address.
    fn asked<P: Purpose>() -> Option<SchemaOf> {
        None
    }
}

/// All that a handler takes: the types by which axum knows its parameters.
pub trait Extractors {
    /// What they read of the query of an address.
    fn asked<P: Purpose>() -> Vec<SchemaOf>;
}

impl<T: JsonSchema> Extractor for Asked<T> {
    fn asked<P: Purpose>() -> Option<SchemaOf> {
        P::parameters::<T>()
    }
}

impl<T: JsonSchema> Extractor for AskedPairs<T> {
    fn asked<P: Purpose>() -> Option<SchemaOf> {
        P::parameters::<T>()
    }
}

impl<T: Extractor> Extractor for Option<T> {
    fn asked<P: Purpose>() -> Option<SchemaOf> {
        T::asked::<P>()
    }
}

impl<T: Extractor, E> Extractor for Result<T, E> {
    fn asked<P: Purpose>() -> Option<SchemaOf> {
        T::asked::<P>()
    }
}

impl<T> Extractor for State<T> {}
impl<T> Extractor for Path<T> {}
impl<T> Extractor for Input<T> {}
/// Of a POST it is the body, and nothing else takes one.
impl<T> Extractor for Form<T> {}
impl Extractor for Bytes {}
impl Extractor for HeaderMap {}
impl Extractor for Method {}
impl Extractor for ClientAddress {}
impl Extractor for Face {}
impl Extractor for FormToken {}

/// Of a handler without parameters.
impl Extractors for ((),) {
    fn asked<P: Purpose>() -> Vec<SchemaOf> {
        Vec::new()
    }
}

macro_rules! of_handlers_with {
    ($($parameter:ident),+) => {
        impl<Marker, $($parameter: Extractor),+> Extractors for (Marker, $($parameter,)+) {
            fn asked<P: Purpose>() -> Vec<SchemaOf> {
                [$($parameter::asked::<P>()),+].into_iter().flatten().collect()
            }
        }
    };
}

of_handlers_with!(A);
of_handlers_with!(A, B);
of_handlers_with!(A, B, C);
of_handlers_with!(A, B, C, D);
of_handlers_with!(A, B, C, D, E);
of_handlers_with!(A, B, C, D, E, F);
of_handlers_with!(A, B, C, D, E, F, G);
