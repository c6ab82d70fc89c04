//! Which import made which version of a school's roster, and whether it was undone. Imports carry the version that they wrote: nothing more
//! is stored.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use rentree_domain::import::ImportState;
use rentree_domain::{ImportId, Uai};
use serde::Deserialize;

use crate::import::ENTITY;
use crate::item::all;
use crate::keys::{IMPORTS, id_in_sk, school_pk};
use crate::{Item, Table, TableError};

/// An import that made a version of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterMade {
    /// The import.
    pub import: ImportId,
    /// When it succeeded.
    pub at: Timestamp,
    /// First and last name of who asked for it.
    pub by: String,
}

/// The undoing of an import that had made a version of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterUndone {
    /// When it was undone.
    pub at: Timestamp,
    /// First and last name of who undid it, where that was kept.
    pub by: Option<String>,
}

/// What is read of an import.
#[derive(Deserialize)]
struct Stored {
    state: ImportState,
    requested_by: String,
    touched_at: Timestamp,
    #[serde(default)]
    ended_by: Option<String>,
    #[serde(default)]
    outcome: Versions,
}

#[derive(Default, Deserialize)]
struct Versions {
    #[serde(default)]
    versions: Option<(u64, u64)>,
}

impl Table {
    /// The imports of a school that succeeded and wrote pupils, by the roster version that they wrote. A version that is not
    /// among them was written by what was no import (tidying up), or by one that is not kept any more.
    pub async fn rosters_made(&self, uai: Uai) -> Result<HashMap<u64, RosterMade>, TableError> {
        let made = self.with_versions(uai).await?.into_iter().filter_map(|(import, stored)| {
            // What an undone import wrote is seen by nobody.
            let version = stored.outcome.versions.filter(|_| stored.state == ImportState::Succeeded);
            version.map(|(version, _)| (version, RosterMade { import, at: stored.touched_at, by: stored.requested_by }))
        });
        Ok(made.collect())
    }

    /// How `version` of a school's roster was undone, if the import that had made it was.
    pub async fn roster_undone(&self, uai: Uai, version: u64) -> Result<Option<RosterUndone>, TableError> {
        let is_it = |stored: &Stored| {
            stored.state == ImportState::Undone && stored.outcome.versions.is_some_and(|(made, _)| made == version)
        };
        let undone = self.with_versions(uai).await?.into_iter().find(|(_, stored)| is_it(stored));
        Ok(undone.map(|(_, stored)| RosterUndone { at: stored.touched_at, by: stored.ended_by }))
    }

    /// The imports of a school, with the version that each wrote.
    async fn with_versions(&self, uai: Uai) -> Result<Vec<(ImportId, Stored)>, TableError> {
        let query = self
            .query()
            .key_condition_expression("PK = :school AND begins_with(SK, :imports)")
            .expression_attribute_values(":school", AttributeValue::S(school_pk(uai)))
            .expression_attribute_values(":imports", AttributeValue::S(IMPORTS.to_owned()))
            .projection_expression("SK, #state, requested_by, touched_at, ended_by, #outcome.#versions")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#outcome", "outcome")
            .expression_attribute_names("#versions", "versions")
            .consistent_read(true);
        all(query).await?.into_iter().map(read).collect()
    }
}

fn read(item: Item) -> Result<(ImportId, Stored), TableError> {
    let import = id_in_sk(&item, IMPORTS).ok_or("no identifier in its key").map_err(TableError::malformed(ENTITY))?;
    let stored = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
    Ok((import, stored))
}
