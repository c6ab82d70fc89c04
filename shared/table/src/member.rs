//! The team of a school: who may do what.

use aws_sdk_dynamodb::types::AttributeValue;
use rentree_domain::{Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::keys::{GSI1, school_pk, user};
use crate::school::stored;
use crate::{Key, Table, TableError};

const ENTITY: &str = "Membership";

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Imports pupils and manages the team.
    Administrator,
    /// Sees pupils and runs campaigns.
    Member,
}

/// A person's place in a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The role.
    pub role: Role,
    /// First and last name, as shown to colleagues.
    pub name: String,
}

impl Table {
    /// Makes `id` a member, or changes what they are.
    pub async fn put_member(&self, uai: Uai, id: UserId, member: &Member) -> Result<(), TableError> {
        let mut item = stored(member, ENTITY, Key::member(uai, id))?;
        item.insert(GSI1.0.to_owned(), AttributeValue::S(user(id)));
        item.insert(GSI1.1.to_owned(), AttributeValue::S(school_pk(uai)));
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        put.send().await.map_err(TableError::request("PutItem"))?;
        Ok(())
    }

    /// The place of `id` in a school, as of now: rights end at once when it goes.
    pub async fn member(&self, uai: Uai, id: UserId) -> Result<Option<Member>, TableError> {
        self.get(Key::member(uai, id), ENTITY).await
    }
}
