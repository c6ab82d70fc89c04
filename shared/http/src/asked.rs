//! What an address asks for, after its `?`.

use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::Problem;

/// The parameters of an address, all of which read: where `T` denies unknown fields, a misspelt filter is no filter less. The file of a
/// whole school is not what was meant.
#[derive(Debug, Clone, Copy)]
pub struct Asked<T>(pub T);

/// The parameters of an address one by one, for who tells of each what is wrong with it. `T` says which there are.
#[derive(Debug, Clone)]
pub struct AskedPairs<T> {
    /// Names and values, as they stand there.
    pub pairs: Vec<(String, String)>,
    names: PhantomData<T>,
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts).map(Self)
    }
}

impl<T, S: Sync> FromRequestParts<S> for AskedPairs<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self { pairs: read(parts)?, names: PhantomData })
    }
}

fn read<T: DeserializeOwned>(parts: &Parts) -> Result<T, Problem> {
    let Query(asked) = Query::try_from_uri(&parts.uri).map_err(|_| unreadable_address())?;
    Ok(asked)
}

/// An address has a parameter that is unknown, stands twice or does not read.
pub fn unreadable_address() -> Problem {
    Problem::bad_request(
        "L’adresse contient un paramètre inconnu, répété ou illisible. Revenez à la page, puis choisissez à nouveau ce qu’elle doit montrer.",
    )
}
