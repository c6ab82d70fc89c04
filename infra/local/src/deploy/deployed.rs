//! What was deployed, as it is found in the stand-in.

use anyhow::{Context, ensure};
use aws_sdk_sqs::types::QueueAttributeName;
use rentree_local::operator::{Operator, Places};
use rentree_runtime::Settings;
use rentree_runtime::aws::{Aws, Service};
use rentree_testkit::cloud::REGION;
use rentree_testkit::{StandIn, Template};
use reqwest::Method;
use serde_json::{Value, json};

use super::loopback::Loopback;

/// The name of the stack, which begins the names of its resources.
pub(super) const STACK: &str = "rentree";
/// The account of the stand-in.
const ACCOUNT: &str = "000000000000";

fn bucket() -> String {
    format!("{STACK}-uploads-{ACCOUNT}")
}

/// Where browsers send files: a stand-in has no name for each bucket.
pub(super) fn upload_url(endpoint: &Loopback) -> String {
    format!("{}/{}", endpoint.as_str(), bucket())
}

/// The stack.
pub(super) struct Deployed {
    endpoint: Loopback,
    api: String,
    stand_in: StandIn,
    sqs: aws_sdk_sqs::Client,
}

impl Deployed {
    /// Finds it at `endpoint`.
    pub(super) async fn find(endpoint: &Loopback) -> anyhow::Result<Self> {
        let stand_in = StandIn::at(endpoint.as_str())?;
        let apis = stand_in.json("apigateway", Method::GET, "/v2/apis", None).await?;
        let api = apis["items"].as_array().into_iter().flatten().find(|api| api["name"] == STACK);
        let api = api.and_then(|api| api["apiId"].as_str()).context("no API was made")?.to_owned();
        let settings = Settings::from_pairs([
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ]);
        let sqs = aws_sdk_sqs::Client::new(&Aws::new(&settings)?.config(Service::Sqs));
        Ok(Self { endpoint: endpoint.clone(), api, stand_in, sqs })
    }

    /// Where the stand-in answers.
    pub(super) fn endpoint(&self) -> &str {
        self.endpoint.as_str()
    }

    /// Where its API Gateway answers for our API.
    pub(super) fn gateway(&self) -> String {
        format!("{}/_aws/execute-api/{}/$default", self.endpoint.as_str(), self.api)
    }

    /// SES sends under identities that it has verified. AWS wants a person for that, and no resource of the template.
    pub(super) async fn make_mail_identity(&self) -> anyhow::Result<()> {
        let defaults = Template::of_project()?.parameter_defaults();
        let identity = defaults.get("MailIdentity").context("the template has a MailIdentity")?;
        let path = format!("/v2/email/identities/{identity}");
        if self.stand_in.json("ses", Method::GET, &path, None).await.is_err() {
            let body = json!({ "EmailIdentity": identity });
            self.stand_in.json("ses", Method::POST, "/v2/email/identities", Some(&body)).await?;
        }
        Ok(())
    }

    /// Somebody who may write to the bucket and the queue.
    pub(super) async fn operator(&self) -> anyhow::Result<Operator> {
        Operator::of_places(Places {
            aws_endpoint: self.endpoint.as_str().to_owned(),
            bucket: bucket(),
            directory_queue: self.queue("directory").await?,
            offer_queue: self.queue("offers").await?,
        })
    }

    /// A function, as Lambda describes it.
    pub(super) async fn function(&self, name: &str) -> anyhow::Result<Value> {
        let path = format!("/2015-03-31/functions/{STACK}-{name}");
        Ok(self.stand_in.json("lambda", Method::GET, &path, None).await?["Configuration"].take())
    }

    /// From now on the table refuses everything to a function, or nothing beyond what the template says.
    pub(super) async fn set_table_refuses(&self, function: &str, refuses: bool) -> anyhow::Result<()> {
        let function = self.function(function).await?;
        let role = function["Role"].as_str().and_then(|role| role.rsplit('/').next()).context("a role")?;
        let policy = [("RoleName", role), ("PolicyName", "table-refuses")];
        if !refuses {
            self.stand_in.iam("DeleteRolePolicy", &policy).await?;
            return Ok(());
        }
        let statement = json!({ "Effect": "Deny", "Action": "dynamodb:*", "Resource": "*" });
        let document = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        let [role, name] = policy;
        self.stand_in.iam("PutRolePolicy", &[role, name, ("PolicyDocument", &document)]).await?;
        Ok(())
    }

    /// From now on a queue hides a message for so many seconds.
    pub(super) async fn set_visibility_timeout(&self, queue: &str, seconds: u16) -> anyhow::Result<()> {
        let set = self.sqs.set_queue_attributes().queue_url(self.queue(queue).await?);
        set.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string()).send().await?;
        Ok(())
    }

    /// Messages of a queue, hidden ones too.
    pub(super) async fn messages(&self, queue: &str) -> anyhow::Result<u64> {
        let get = self.sqs.get_queue_attributes().queue_url(self.queue(queue).await?);
        let found = get.attribute_names(QueueAttributeName::All).send().await?.attributes.unwrap_or_default();
        let count = |name: QueueAttributeName| found.get(&name).and_then(|count| count.parse::<u64>().ok());
        let counts = [
            count(QueueAttributeName::ApproximateNumberOfMessages),
            count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
        ];
        ensure!(counts.iter().all(Option::is_some), "{queue} does not tell how many messages it holds");
        Ok(counts.into_iter().flatten().sum())
    }

    async fn queue(&self, name: &str) -> anyhow::Result<String> {
        let found = self.sqs.get_queue_url().queue_name(format!("{STACK}-{name}")).send().await;
        found.with_context(|| format!("no queue {name}"))?.queue_url.context("a queue's address")
    }
}
