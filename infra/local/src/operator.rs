//! What operators do, on one machine: upload a directory of schools, send an offer, read the reports. Through the bucket and
//! the queue, as on AWS; a running `cargo dev` tells where they are.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_sqs::types::QueueAttributeName;
use axum::routing::get;
use axum::{Json, Router};
use directory::message::{CampaignWord, ClientWord, NamedLogin, SessionsOf, Word};
use jiff::Timestamp;
use rentree_domain::{Academie, GarId, PlatformCampaignName, RecordBookName, Round, SchoolYear, Uai};
use rentree_runtime::Settings;
use rentree_runtime::aws::{Aws, Service};
use rentree_testkit::Stack;
use rentree_testkit::cloud::REGION;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::{self, Holder};
use crate::{Options, Rentree};

const DOOR: &str = "/demo/operator";
/// A directory of the whole country takes a minute, an offer that SES refuses as long as its tries.
const PATIENCE: Duration = Duration::from_mins(10);
const PAUSE: Duration = Duration::from_millis(100);

/// Somebody who may write to the bucket and the queue.
#[derive(Debug, Clone)]
pub struct Operator {
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    places: Places,
}

/// Where the local cloud keeps what operators use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Places {
    /// Where S3 and SQS answer.
    pub aws_endpoint: String,
    /// The bucket's name.
    pub bucket: String,
    /// The address of the queue that words are sent to.
    pub directory_queue: String,
    /// The address of the queue that holds a message for each mail of an offer.
    pub offer_queue: String,
}

impl Places {
    fn of(stack: &Stack) -> anyhow::Result<Self> {
        Ok(Self {
            aws_endpoint: stack.aws_endpoint().to_owned(),
            bucket: stack.value("Bucket")?,
            directory_queue: stack.value("DirectoryQueue")?,
            offer_queue: stack.value("OfferQueue")?,
        })
    }
}

/// The door that a running product opens to operators of this machine.
pub(crate) fn routes(stack: &Stack) -> anyhow::Result<Router> {
    let places = Places::of(stack)?;
    Ok(Router::new().route(DOOR, get(async move || Json(places))))
}

impl Operator {
    /// An operator of a product of this process.
    pub fn of(stack: &Stack) -> anyhow::Result<Self> {
        Ok(Self { s3: stack.s3.clone(), sqs: stack.sqs.clone(), places: Places::of(stack)? })
    }

    /// An operator of the product that answers at `url`.
    pub async fn at(url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let answer = http.get(format!("{url}{DOOR}")).send().await.with_context(|| format!("reaching {url}"))?;
        Self::of_places(answer.error_for_status()?.json().await?)
    }

    /// An operator of whatever keeps its things in these places of a local cloud.
    pub fn of_places(places: Places) -> anyhow::Result<Self> {
        // Nothing here may ever reach the real AWS.
        ensure!(places.aws_endpoint.starts_with("http://127.0.0.1:"), "{} is not this machine", places.aws_endpoint);
        let aws = Aws::new(&Settings::from_pairs([
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", &places.aws_endpoint),
        ]))?;
        let s3 = aws_sdk_s3::config::Builder::from(&aws.config(Service::S3)).force_path_style(true).build();
        let sqs = aws_sdk_sqs::Client::new(&aws.config(Service::Sqs));
        Ok(Self { s3: aws_sdk_s3::Client::from_conf(s3), sqs, places })
    }

    /// Acts beside a running `cargo dev`, or alone.
    pub async fn act<T>(act: impl AsyncFnOnce(&Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        match state::hold().await? {
            Holder::Running(url) => act(&Self::at(&url).await?).await,
            Holder::Us(_lock) => {
                let rentree = Rentree::start(&Options::on_disk(state::directory(), 0)).await?;
                let done = async { act(&Self::of(&rentree.stack)?).await }.await;
                rentree.stop().await?;
                done
            }
        }
    }

    /// Uploads `directory/<name>.csv`, waits until it is loaded, and returns the report.
    pub async fn load(&self, name: &str, file: Vec<u8>) -> anyhow::Result<Value> {
        let report = format!("reports/directory/{name}.json");
        self.forget(&report).await?;
        let put = self.s3.put_object().bucket(&self.places.bucket).key(format!("directory/{name}.csv"));
        put.body(ByteStream::from(file)).send().await.context("uploading the directory")?;
        self.report(&report).await
    }

    /// Uploads `certifications/<session>.csv`, waits until it is loaded, and returns the report.
    pub async fn certify(&self, session: &str, file: Vec<u8>) -> anyhow::Result<Value> {
        let report = format!("reports/certifications/{session}.json");
        self.forget(&report).await?;
        let put = self.s3.put_object().bucket(&self.places.bucket).key(format!("certifications/{session}.csv"));
        put.body(ByteStream::from(file)).send().await.context("uploading the certifications")?;
        self.report(&report).await
    }

    /// Sends the word that offers every school of an académie its space; returns the report of the planning.
    pub async fn plan(&self, academie: Academie, round: &Round) -> anyhow::Result<Value> {
        let report = format!("reports/offers/{round}-{}.json", academie.short_name());
        self.forget(&report).await?;
        self.send(&Word::Offer { academie, round: round.clone() }).await?;
        self.report(&report).await
    }

    /// Offers every school of an académie its space, waits until no mail is pending, and returns the report of the end.
    pub async fn offer(&self, academie: Academie, round: &Round) -> anyhow::Result<Value> {
        self.plan(academie, round).await?;
        self.no_offer_is_pending().await?;
        // The same word again refreshes the report.
        let report = self.plan(academie, round).await?;
        self.no_offer_is_pending().await?;
        Ok(report)
    }

    /// Sends the word that turns the Médiacentre of a school on, or off when the GAR calls it nothing; returns the report.
    pub async fn turn_mediacentre(
        &self,
        uai: Uai,
        id_etab: Option<&GarId>,
        id_ent: Option<&GarId>,
    ) -> anyhow::Result<Value> {
        let report = format!("reports/mediacentre/{uai}.json");
        self.forget(&report).await?;
        self.send(&Word::Mediacentre { uai, id_etab: id_etab.cloned(), id_ent: id_ent.cloned() }).await?;
        self.report(&report).await
    }

    /// Sends the word that gives a campaign of the platform's team to schools; returns the report.
    pub async fn tell_campaign(&self, word: CampaignWord) -> anyhow::Result<Value> {
        let report = format!("reports/campaigns/{}.json", word.name);
        self.forget(&report).await?;
        self.send(&Word::Campaign(Box::new(word))).await?;
        self.report(&report).await
    }

    /// Sends the word that withdraws it; returns the report.
    pub async fn withdraw_campaign(&self, name: &PlatformCampaignName) -> anyhow::Result<Value> {
        let report = format!("reports/campaigns/{name}.json");
        self.forget(&report).await?;
        self.send(&Word::WithdrawCampaign { name: name.clone(), at: Some(Timestamp::now()) }).await?;
        self.report(&report).await
    }

    /// Sends the word that gives it to every school of an académie now; returns the report.
    pub async fn give_campaign(&self, name: &PlatformCampaignName, academie: Academie) -> anyhow::Result<Value> {
        let report = format!("reports/campaigns/{name}/{}.json", academie.short_name());
        self.forget(&report).await?;
        self.send(&Word::GiveCampaign { name: name.clone(), academie }).await?;
        self.report(&report).await
    }

    /// Sends the word that adds up what the schools of an académie did in a school year; returns the report.
    pub async fn total(&self, academie: Academie, school_year: SchoolYear) -> anyhow::Result<Value> {
        let report = format!("reports/totals/{}-{}.json", school_year.first(), academie.short_name());
        self.forget(&report).await?;
        self.send(&Word::Totals { academie, school_year }).await?;
        self.report(&report).await
    }

    /// Sends the word that makes the credentials of a record book; returns the report.
    pub async fn make_client(&self, word: ClientWord) -> anyhow::Result<Value> {
        let report = format!("reports/clients/{}.json", word.name);
        self.forget(&report).await?;
        self.send(&Word::Client(word)).await?;
        self.report(&report).await
    }

    /// Sends the word that revokes them; returns the report.
    pub async fn revoke_client(&self, name: &RecordBookName) -> anyhow::Result<Value> {
        let report = format!("reports/clients/{name}.json");
        self.forget(&report).await?;
        self.send(&Word::RevokeClient { name: name.clone() }).await?;
        self.report(&report).await
    }

    /// Sends the word that lists the credentials of all record books; returns the report.
    pub async fn list_clients(&self) -> anyhow::Result<Value> {
        let report = "reports/clients.json";
        self.forget(report).await?;
        self.send(&Word::Clients {}).await?;
        self.report(report).await
    }

    /// Sends the word that ends all sessions of a school or an account; returns the report.
    pub async fn end_sessions(&self, of: SessionsOf) -> anyhow::Result<Value> {
        let report = match &of {
            SessionsOf::Uai(uai) => format!("reports/sessions/{uai}.json"),
            SessionsOf::Login(_) => "reports/sessions/account.json".to_owned(),
        };
        self.forget(&report).await?;
        self.send(&Word::EndSessions(of)).await?;
        self.report(&report).await
    }

    /// Sends the word that ends the second factor of an account; returns the report.
    pub async fn end_second_factor(&self, login: NamedLogin) -> anyhow::Result<Value> {
        let report = "reports/second-factor.json";
        self.forget(report).await?;
        self.send(&Word::EndSecondFactor { login }).await?;
        self.report(report).await
    }

    async fn send(&self, word: &Word) -> anyhow::Result<()> {
        let send = self.sqs.send_message().queue_url(&self.places.directory_queue);
        send.message_body(serde_json::to_string(word)?).send().await.context("sending the word")?;
        Ok(())
    }

    /// Waits until every message of the queue of offers was carried out.
    pub async fn no_offer_is_pending(&self) -> anyhow::Result<()> {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let get = self.sqs.get_queue_attributes().queue_url(&self.places.offer_queue);
            let found = get.set_attribute_names(Some(counts.to_vec())).send().await?.attributes.unwrap_or_default();
            if counts.iter().all(|count| found.get(count).map(String::as_str) == Some("0")) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("offers are still pending after {} minutes", PATIENCE.as_secs() / 60)
    }

    async fn forget(&self, key: &str) -> anyhow::Result<()> {
        self.s3.delete_object().bucket(&self.places.bucket).key(key).send().await.context("the last report")?;
        Ok(())
    }

    async fn report(&self, key: &str) -> anyhow::Result<Value> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            match self.s3.get_object().bucket(&self.places.bucket).key(key).send().await {
                Ok(object) => return Ok(serde_json::from_slice(&object.body.collect().await?.into_bytes())?),
                Err(error) if matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_))) => {}
                Err(error) => return Err(error).context("reading the report"),
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("no report after {} minutes: see the log of cargo dev", PATIENCE.as_secs() / 60)
    }
}
