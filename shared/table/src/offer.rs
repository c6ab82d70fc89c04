//! The offer of a space that a round makes to a school: one mail, never two.
//!
//! A claim is written before the mail is sent and settled after. Whoever finds a claim that nobody settled cannot know
//! whether the mail was sent: it stays unsent rather than be sent twice, and is reported as uncertain.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{Round, Uai};
use serde::{Deserialize, Serialize};

use crate::item::stored;
use crate::keys::{GSI1, offers, school_in_pk, school_pk};
use crate::{Key, Table, TableError};

const ENTITY: &str = "Offer";

/// How far an offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// Somebody is sending the mail, or died while doing so.
    Sending,
    /// The mail was sent.
    Sent,
    /// Nobody knows whether the mail was sent. It will not be sent again.
    Uncertain,
    /// The mail was not sent, in spite of every try. The next offer of the round tries again.
    Failed,
}

/// The offer of a round to a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// How far it is.
    pub state: OfferState,
    /// Who claimed it last: told apart by a random number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub claim: String,
    /// When the state was last written.
    pub touched_at: Timestamp,
}

/// The right to send the mail of an offer.
#[derive(Debug)]
pub struct Claim {
    uai: Uai,
    round: Round,
    id: String,
}

/// What came of claiming an offer.
#[derive(Debug)]
pub enum Claimed {
    /// It is ours: the mail may be sent.
    Ours(Claim),
    /// It is settled, by us or by somebody else.
    Settled(OfferState),
    /// Somebody else is at it.
    Busy,
}

impl Table {
    /// Claims an offer, so that nobody else sends its mail. `id` is random.
    ///
    /// A claim that is older than `patience` is one whose holder died: the offer becomes uncertain.
    pub async fn claim_offer(
        &self,
        uai: Uai,
        round: &Round,
        id: String,
        patience: SignedDuration,
        now: Timestamp,
    ) -> Result<Claimed, TableError> {
        let offer = Offer { state: OfferState::Sending, claim: id.clone(), touched_at: now };
        if self.put_offer(uai, round, &offer).await? {
            return Ok(Claimed::Ours(Claim { uai, round: round.clone(), id }));
        }
        // Given back, or found again, between the two requests: the next try tells.
        let Some(found) = self.offer(uai, round).await? else { return Ok(Claimed::Busy) };
        match found.state {
            // Our own request, sent again by the SDK after a lost answer.
            OfferState::Sending if found.claim == id => Ok(Claimed::Ours(Claim { uai, round: round.clone(), id })),
            OfferState::Sending if now.duration_since(found.touched_at) > patience => {
                let is_settled = self.give_up(uai, round, &found, now).await?;
                Ok(if is_settled { Claimed::Settled(OfferState::Uncertain) } else { Claimed::Busy })
            }
            OfferState::Sending | OfferState::Failed => Ok(Claimed::Busy),
            state @ (OfferState::Sent | OfferState::Uncertain) => Ok(Claimed::Settled(state)),
        }
    }

    /// The mail was sent.
    pub async fn offer_sent(&self, claim: &Claim, now: Timestamp) -> Result<(), TableError> {
        self.settle_offer(claim, OfferState::Sent, now).await
    }

    /// Nobody knows whether the mail was sent.
    pub async fn offer_uncertain(&self, claim: &Claim, now: Timestamp) -> Result<(), TableError> {
        self.settle_offer(claim, OfferState::Uncertain, now).await
    }

    /// The mail was certainly not sent: whoever comes next may claim the offer.
    pub async fn release_offer(&self, claim: &Claim) -> Result<(), TableError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(Key::offer(claim.uai, &claim.round).into_item()))
            .condition_expression("claim = :claim AND #state = :sending")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":claim", AttributeValue::S(claim.id.clone()))
            .expression_attribute_values(":sending", state(OfferState::Sending)?);
        match delete.send().await {
            Ok(_) => Ok(()),
            // Released already by a request whose answer was lost, or given up by somebody who found us too slow.
            Err(error)
                if error.as_service_error().is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(TableError::request("DeleteItem")(error)),
        }
    }

    /// Every try failed. Returns the state the offer is in from now on, or `None` while somebody may still be at it.
    pub async fn fail_offer(
        &self,
        uai: Uai,
        round: &Round,
        patience: SignedDuration,
        now: Timestamp,
    ) -> Result<Option<OfferState>, TableError> {
        let failed = Offer { state: OfferState::Failed, claim: String::new(), touched_at: now };
        if self.put_offer(uai, round, &failed).await? {
            return Ok(Some(OfferState::Failed));
        }
        let Some(found) = self.offer(uai, round).await? else { return Ok(None) };
        match found.state {
            OfferState::Sending if now.duration_since(found.touched_at) > patience => {
                Ok(self.give_up(uai, round, &found, now).await?.then_some(OfferState::Uncertain))
            }
            OfferState::Sending => Ok(None),
            state => Ok(Some(state)),
        }
    }

    /// The offer of a round to a school, as of now.
    pub async fn offer(&self, uai: Uai, round: &Round) -> Result<Option<Offer>, TableError> {
        self.get(Key::offer(uai, round), ENTITY).await
    }

    /// Every offer of a round. From an index: what was written a moment ago may not show yet.
    pub async fn offers(&self, round: &Round) -> Result<Vec<(Uai, Offer)>, TableError> {
        let items = self.query_index(offers(round)).await?;
        let read = |item| {
            let uai = school_in_pk(&item).ok_or("no UAI in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((uai, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        items.into_iter().map(read).collect()
    }

    /// Writes an offer that nobody has claimed, or whose tries all failed; whether it was written.
    async fn put_offer(&self, uai: Uai, round: &Round, offer: &Offer) -> Result<bool, TableError> {
        let mut item = stored(offer, ENTITY, Key::offer(uai, round))?;
        item.insert(GSI1.0.to_owned(), AttributeValue::S(offers(round)));
        item.insert(GSI1.1.to_owned(), AttributeValue::S(school_pk(uai)));
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(PK) OR #state = :failed")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":failed", state(OfferState::Failed)?);
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(TableError::request("PutItem")(error)),
        }
    }

    /// Settles what we claimed. Somebody who found us too slow may have given it up: we know better.
    async fn settle_offer(&self, claim: &Claim, to: OfferState, now: Timestamp) -> Result<(), TableError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(Key::offer(claim.uai, &claim.round).into_item()))
            .condition_expression("claim = :claim")
            .update_expression("SET #state = :to, touched_at = :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":claim", AttributeValue::S(claim.id.clone()))
            .expression_attribute_values(":to", state(to)?)
            .expression_attribute_values(":now", AttributeValue::S(now.to_string()));
        update.send().await.map_err(TableError::request("UpdateItem"))?;
        Ok(())
    }

    /// Marks a claim that nobody settled as uncertain; `false`: it was settled in the meantime.
    async fn give_up(&self, uai: Uai, round: &Round, found: &Offer, now: Timestamp) -> Result<bool, TableError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(Key::offer(uai, round).into_item()))
            .condition_expression("claim = :claim AND #state = :sending")
            .update_expression("SET #state = :uncertain, touched_at = :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":claim", AttributeValue::S(found.claim.clone()))
            .expression_attribute_values(":sending", state(OfferState::Sending)?)
            .expression_attribute_values(":uncertain", state(OfferState::Uncertain)?)
            .expression_attribute_values(":now", AttributeValue::S(now.to_string()));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(TableError::request("UpdateItem")(error)),
        }
    }
}

/// A state as the table keeps it.
fn state(state: OfferState) -> Result<AttributeValue, TableError> {
    serde_dynamo::to_attribute_value(state).map_err(TableError::malformed(ENTITY))
}
