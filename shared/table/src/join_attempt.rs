//! Tries to join a campaign that failed: staff see when and why, and help. Never what somebody typed: a classmate may have.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::id::Entropy;
use rentree_domain::{CampaignId, JoinAttemptId, LearnerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::item::stored;
use crate::keys::{JOIN_ATTEMPTS, campaign_pk};
use crate::{Key, Table, TableError};

const ENTITY: &str = "JoinAttempt";
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinAttempt {
    id: JoinAttemptId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub outcome: JoinOutcome,
    /// The pupil that was found, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learner: Option<LearnerId>,
    /// In epoch seconds. DynamoDB deletes some time after.
    pub expires_at: i64,
}

/// Why a try failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JoinOutcome {
    /// No pupil of the school is like that.
    Nobody,
    /// Several pupils are.
    Several,
    /// A pupil of nearly these names was shown, and who typed them said to be somebody else.
    Declined,
    /// A personal code that is nobody's, or does not hold any more.
    WrongCode,
    /// The pupil is tied to another account.
    TiedElsewhere,
    /// There were too many tries before.
    Limited,
}

impl JoinAttempt {
    /// A try `at`; `learner` if one was found.
    pub fn new(at: Timestamp, entropy: Entropy, outcome: JoinOutcome, learner: Option<LearnerId>) -> Self {
        let id = JoinAttemptId::new(at, entropy);
        Self { id, at, outcome, learner, expires_at: (at + KEPT).as_second() }
    }
}

impl Table {
    /// Notes a try that failed.
    pub async fn note_join_attempt(&self, campaign: CampaignId, attempt: &JoinAttempt) -> Result<(), TableError> {
        self.put(stored(attempt, ENTITY, Key::join_attempt(campaign, attempt.at, attempt.id))?).await
    }

    /// The last `limit` tries that failed, the latest first. Some may have expired already.
    pub async fn join_attempts(&self, campaign: CampaignId, limit: i32) -> Result<Vec<JoinAttempt>, TableError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("PK = :campaign AND begins_with(SK, :attempts)")
            .expression_attribute_values(":campaign", AttributeValue::S(campaign_pk(campaign)))
            .expression_attribute_values(":attempts", AttributeValue::S(JOIN_ATTEMPTS.to_owned()))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit);
        let page = query.send().await.map_err(TableError::request("Query"))?;
        let attempts = page.items.unwrap_or_default().into_iter().map(serde_dynamo::from_item);
        attempts.collect::<Result<_, _>>().map_err(TableError::malformed(ENTITY))
    }
}
