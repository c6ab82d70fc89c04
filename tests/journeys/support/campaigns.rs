//! Campaigns with participations, and the assessment platform's messages.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{CampaignId, LearnerId, Uai};
use rentree_table::{ActiveLearner, Campaign};
use rentree_webhook::Secrets;
use reqwest::Client;
use serde_json::{Value, json};

use super::people::{Person, a_client};
use super::{now, product};

/// A course of one machine's catalogue, of each kind.
pub(crate) const COURSE: &str = "competences-numeriques-6e";
pub(crate) const PROFILES: &str = "profil-certification";

/// Every campaign of a school, as it has them today.
pub(crate) async fn campaigns_of(uai: Uai) -> anyhow::Result<Vec<(CampaignId, Campaign)>> {
    let table = &product().table;
    let school = table.school(uai).await?.expect("a school");
    Ok(table.campaigns(uai, &school).await?.0)
}

/// A campaign, created through the door.
pub(crate) async fn a_campaign(uai: Uai, by: &Person, title: &str) -> anyhow::Result<CampaignId> {
    let body = json!({"title": title, "course": COURSE});
    let created = by.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
    Ok(serde_json::from_value(created["id"].clone())?)
}

/// Pupils join.
pub(crate) async fn join(uai: Uai, campaign: CampaignId, pupils: &[ActiveLearner]) -> anyhow::Result<()> {
    for pupil in pupils {
        let of = (pupil.id, pupil.entry.division.as_str());
        let began = product().table.begin_participation(uai, campaign, of, now()).await?;
        anyhow::ensure!(began, "joined twice");
    }
    Ok(())
}

/// The token of a course's link that a pupil was given just now, as the product signs it for its first try.
pub(crate) fn course_token(campaign: CampaignId, learner: LearnerId) -> String {
    token_of_try(campaign, learner, 0, now() + SignedDuration::from_hours(2))
}

/// The same of any try, and with any end.
pub(crate) fn token_of_try(campaign: CampaignId, learner: LearnerId, of: u32, until: Timestamp) -> String {
    let settings = product().stack.function_settings("CampaignsFunction").expect("settings of campaigns");
    let secrets = Secrets::parse(settings.required("WEBHOOK_SECRETS").expect("secrets")).expect("secrets that read");
    secrets.token(&json!({"campaign": campaign, "learner": learner, "try": of, "exp": until.as_second()}))
}

/// The assessment platform.
pub(crate) struct Platform {
    secrets: Secrets,
    http: Client,
}

/// A message on its way, signed by default with the right secret, now.
pub(crate) struct Letter {
    pub(crate) body: String,
    pub(crate) headers: BTreeMap<&'static str, String>,
}

impl Platform {
    /// With the secret that the running product shares with it.
    pub(crate) fn real() -> anyhow::Result<Self> {
        let settings = product().stack.function_settings("CampaignsFunction")?;
        Self::with(settings.required("WEBHOOK_SECRETS")?)
    }

    /// With a secret of one's own.
    pub(crate) fn with(secret: &str) -> anyhow::Result<Self> {
        Ok(Self { secrets: Secrets::parse(secret)?, http: a_client() })
    }

    /// A letter signed `late` ago.
    pub(crate) fn letter(&self, message: &Value, late: SignedDuration) -> Letter {
        let id = format!("msg_{}", u64::from_be_bytes(rentree_runtime::random()));
        let timestamp = (now() - late).as_second().to_string();
        let body = message.to_string();
        let signature = self.secrets.sign(&id, &timestamp, body.as_bytes());
        let headers = [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)].into();
        Letter { body, headers }
    }

    /// Sends a letter; status and body of the answer.
    pub(crate) async fn post(&self, letter: &Letter) -> anyhow::Result<(u16, Value)> {
        self.post_to("/participations/progress", letter).await
    }

    /// Sends a letter to another address.
    pub(crate) async fn post_to(&self, path: &str, letter: &Letter) -> anyhow::Result<(u16, Value)> {
        let mut post = self.http.post(format!("{}{path}", product().url));
        for (name, value) in &letter.headers {
            post = post.header(*name, value);
        }
        let answer = post.header("content-type", "application/json").body(letter.body.clone()).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// Tells that a pupil began.
    pub(crate) async fn started(&self, campaign: CampaignId, learner: LearnerId) -> anyhow::Result<(u16, Value)> {
        let message = json!({"token": course_token(campaign, learner), "event": "started", "at": now()});
        self.post(&self.letter(&message, SignedDuration::ZERO)).await
    }

    /// Tells that a pupil sent a result.
    pub(crate) async fn sent(
        &self,
        campaign: CampaignId,
        learner: LearnerId,
        score: u8,
    ) -> anyhow::Result<(u16, Value)> {
        let at = now();
        let message = json!({"token": course_token(campaign, learner), "event": "sent", "at": at, "score": score});
        self.post(&self.letter(&message, SignedDuration::ZERO)).await
    }
}
