//! What routes are listed for: to answer requests, or to be read.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// How a schema is made.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What a list of routes is made for.
pub trait Purpose {
    /// The schema of `T`, if it is wanted.
    fn schema<T: JsonSchema>() -> Option<SchemaOf>;

    /// The same, whole where it is asked for: parameters of an address are no body, and stand nowhere else.
    fn parameters<T: JsonSchema>() -> Option<SchemaOf>;
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

    fn parameters<T: JsonSchema>() -> Option<SchemaOf> {
        None
    }
}

impl Purpose for Reading {
    fn schema<T: JsonSchema>() -> Option<SchemaOf> {
        Some(SchemaGenerator::subschema_for::<T>)
    }

    fn parameters<T: JsonSchema>() -> Option<SchemaOf> {
        Some(T::json_schema)
    }
}
