//! The resources of the template, made in the local cloud through the APIs: ministack's own CloudFormation drops CORS,
//! TTL and lifecycle.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TimeToLiveSpecification,
};
use aws_sdk_s3::types::{
    BucketLocationConstraint, CorsConfiguration, CorsRule, CreateBucketConfiguration, Event, ExpirationStatus,
    FilterRule, FilterRuleName, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NotificationConfiguration,
    NotificationConfigurationFilter, QueueConfiguration, S3KeyFilter,
};
use aws_sdk_sqs::types::QueueAttributeName;
use rentree_runtime::Settings;
use rentree_runtime::aws::{Aws, Service};
use serde_json::Value;

use crate::cloud::REGION;
use crate::strict::{self, Behind, Strict};
use crate::template::Values;
use crate::{Cloud, Template};

pub(crate) const ACCOUNT: &str = "000000000000";

/// How to provision.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Name of the stack, which begins the names of its resources.
    pub name: String,
    /// Where browsers reach the product.
    pub origin: String,
    /// Parameters of the template to be set to something else than their default.
    pub parameters: BTreeMap<String, String>,
    /// Whether there is a key for functions that share one environment, with the rights of all of them.
    pub shared_key: bool,
}

/// Who has the key with the rights of all functions.
const ALL_FUNCTIONS: &str = "AllFunctions";

/// An event source mapping of the template.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The queue.
    pub queue_url: String,
    /// The queue.
    pub queue_arn: String,
    /// The function, by its logical name.
    pub function: String,
    /// Its binary.
    pub binary: String,
    /// Messages handed over at a time.
    pub batch_size: i32,
    /// When Lambda ends the function.
    pub timeout: Duration,
}

/// The resources of one stack.
#[derive(Debug, Clone)]
pub struct Stack {
    settings: Settings,
    template: Template,
    values: Values,
    /// Clients for whoever looks at the stack from outside.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Clients for whoever looks at the stack from outside.
    pub s3: aws_sdk_s3::Client,
    /// Clients for whoever looks at the stack from outside.
    pub sqs: aws_sdk_sqs::Client,
    /// Clients for whoever looks at the stack from outside.
    pub ses: aws_sdk_sesv2::Client,
    aws_endpoint: String,
    strict: Option<Strict>,
}

impl Cloud {
    /// Makes the resources of `template`, or finds them where they are.
    pub async fn provision(&self, template: &Template, options: &StackOptions) -> anyhow::Result<Stack> {
        let settings = self.settings();
        let aws = Aws::new(&settings)?;
        let s3_config = aws.config(Service::S3);
        let mut refs = template.parameter_defaults();
        refs.extend(options.parameters.clone());
        refs.extend(
            [
                ("Origin", options.origin.as_str()),
                ("AWS::StackName", &options.name),
                ("AWS::AccountId", ACCOUNT),
                ("AWS::Region", REGION),
                ("AWS::Partition", "aws"),
                ("AWS::URLSuffix", "amazonaws.com"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let mut stack = Stack {
            settings,
            template: template.decided(&refs)?,
            values: Values { refs, arns: BTreeMap::new() },
            dynamodb: aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb)),
            s3: aws_sdk_s3::Client::from_conf(
                aws_sdk_s3::config::Builder::from(&s3_config).force_path_style(true).build(),
            ),
            sqs: aws_sdk_sqs::Client::new(&aws.config(Service::Sqs)),
            ses: aws_sdk_sesv2::Client::new(&aws.config(Service::Ses)),
            aws_endpoint: self.aws_endpoint().to_owned(),
            strict: None,
        };
        stack.make_tables().await.context("making the table")?;
        stack.make_queues().await.context("making the queues")?;
        stack.make_buckets().await.context("making the bucket")?;
        stack.make_mail_identity().await.context("making the identity that mails are sent under")?;
        let strict = stack.start_strict(self.dynamodb_endpoint(), options.shared_key).await;
        stack.strict = Some(strict.context("starting the strict cloud")?);
        Ok(stack)
    }
}

impl Stack {
    /// What `Ref` of a resource or parameter gives.
    pub fn value(&self, logical: &str) -> anyhow::Result<String> {
        self.values.text(&serde_json::json!({ "Ref": logical }))
    }

    /// Where DynamoDB answers.
    pub fn dynamodb_endpoint(&self) -> &str {
        self.settings.optional("AWS_ENDPOINT_URL_DYNAMODB").unwrap_or_default()
    }

    /// Where S3, SQS and the others answer.
    pub fn aws_endpoint(&self) -> &str {
        &self.aws_endpoint
    }

    /// What stands between each function and the local cloud.
    ///
    /// # Panics
    /// Before the stack is whole, which nobody outside sees.
    pub fn strict(&self) -> &Strict {
        self.strict.as_ref().expect("a provisioned stack has one")
    }

    async fn start_strict(&self, dynamodb: &str, shared_key: bool) -> anyhow::Result<Strict> {
        let policies = |(logical, properties): (&str, &Value)| {
            Ok((logical.to_owned(), self.values.resolve(&properties["Policies"])?))
        };
        let functions = self.template.resources("AWS::Serverless::Function").map(policies);
        let mut policies = functions.collect::<anyhow::Result<Vec<_>>>()?;
        if shared_key {
            let all = strict::united(policies.iter().map(|(_, policies)| policies));
            policies.push((ALL_FUNCTIONS.to_owned(), all));
        }
        Strict::start(Behind {
            dynamodb,
            aws: &self.aws_endpoint,
            tables: self.template.resources("AWS::DynamoDB::Table").map(|(_, properties)| properties).collect(),
            mail_identity: self.value("MailIdentity")?,
            policies,
        })
        .await
    }

    /// The settings of a function of the template, by its logical name: its environment, its own key, and the way to the
    /// local cloud through the strict one.
    pub fn function_settings(&self, logical: &str) -> anyhow::Result<Settings> {
        let settings = self.settings.clone().with(self.environment(logical)?);
        self.strict().settings(logical, settings)
    }

    /// The settings of all functions at once, with a key that has the rights of all ([`StackOptions::shared_key`]): for
    /// processes that share one environment.
    pub fn shared_settings(&self) -> anyhow::Result<Settings> {
        let mut all = BTreeMap::new();
        for (logical, _) in self.template.resources("AWS::Serverless::Function") {
            for (name, value) in self.environment(logical)? {
                let known = all.insert(name.clone(), value.clone());
                ensure!(known.is_none_or(|known| known == value), "{logical} means something else by {name}");
            }
        }
        self.strict().settings(ALL_FUNCTIONS, self.settings.clone().with(all))
    }

    /// The variables that the template gives a function.
    fn environment(&self, logical: &str) -> anyhow::Result<Vec<(String, String)>> {
        let upload_url = format!("{}/{}", self.strict().url(), self.value("Bucket")?);
        let variables = self.function(logical)?["Environment"]["Variables"].as_object().into_iter().flatten();
        // How long a call may take is about AWS: here the cloud's own setting holds, which no slow machine reaches.
        let variables = variables.filter(|(name, _)| *name != "CALL_TIMEOUT_SECONDS");
        let pairs = variables.map(|(name, value)| match name.as_str() {
            // The one address that AWS forms by a rule of its own.
            "UPLOAD_URL" => Ok((name.clone(), upload_url.clone())),
            _ => Ok((name.clone(), self.values.text(value)?)),
        });
        pairs.collect()
    }

    /// What a function builds its clients from.
    pub fn aws_of(&self, logical: &str) -> anyhow::Result<Aws> {
        Ok(Aws::new(&self.function_settings(logical)?)?)
    }

    fn function(&self, logical: &str) -> anyhow::Result<&Value> {
        let mut functions = self.template.resources("AWS::Serverless::Function");
        let found = functions.find(|(name, _)| *name == logical);
        Ok(found.with_context(|| format!("the template has no function {logical}"))?.1)
    }

    /// The event source mappings of the template.
    pub fn mappings(&self) -> anyhow::Result<Vec<Mapping>> {
        let read = |(_, properties): (&str, &Value)| {
            let queue = properties["EventSourceArn"]["Fn::GetAtt"][0].as_str().context("a mapping of a queue")?;
            let function = properties["FunctionName"]["Ref"].as_str().context("a mapping to a function")?;
            Ok(Mapping {
                queue_url: self.value(queue)?,
                queue_arn: self.values.text(&properties["EventSourceArn"])?,
                function: function.to_owned(),
                binary: self.template.binary(function).context("a function with a binary")?.to_owned(),
                batch_size: i32::try_from(properties["BatchSize"].as_i64().unwrap_or(10))?,
                timeout: Duration::from_secs(self.values.text(&self.function(function)?["Timeout"])?.parse()?),
            })
        };
        self.template.resources("AWS::Lambda::EventSourceMapping").map(read).collect()
    }

    async fn make_tables(&mut self) -> anyhow::Result<()> {
        let tables: Vec<_> =
            self.template.resources("AWS::DynamoDB::Table").map(|(n, p)| (n.to_owned(), p.clone())).collect();
        for (logical, properties) in tables {
            let name = self.values.text(&properties["TableName"])?;
            let exists = self.dynamodb.describe_table().table_name(&name).send().await.is_ok();
            if !exists {
                let attributes = list(&properties["AttributeDefinitions"]).map(|attribute| {
                    Ok(AttributeDefinition::builder()
                        .attribute_name(text(&attribute["AttributeName"]))
                        .attribute_type(ScalarAttributeType::from(text(&attribute["AttributeType"])))
                        .build()?)
                });
                let indexes = list(&properties["GlobalSecondaryIndexes"]).map(|index| {
                    Ok(GlobalSecondaryIndex::builder()
                        .index_name(text(&index["IndexName"]))
                        .set_key_schema(Some(key_schema(&index["KeySchema"])?))
                        .projection(
                            Projection::builder()
                                .projection_type(ProjectionType::from(text(&index["Projection"]["ProjectionType"])))
                                .set_non_key_attributes(
                                    Some(texts(&index["Projection"]["NonKeyAttributes"]))
                                        .filter(|names| !names.is_empty()),
                                )
                                .build(),
                        )
                        .build()?)
                });
                self.dynamodb
                    .create_table()
                    .table_name(&name)
                    .billing_mode(BillingMode::from(text(&properties["BillingMode"])))
                    .set_attribute_definitions(Some(attributes.collect::<anyhow::Result<_>>()?))
                    .set_key_schema(Some(key_schema(&properties["KeySchema"])?))
                    .set_global_secondary_indexes(Some(indexes.collect::<anyhow::Result<_>>()?))
                    .send()
                    .await?;
                let ttl = &properties["TimeToLiveSpecification"];
                let ttl = TimeToLiveSpecification::builder()
                    .attribute_name(text(&ttl["AttributeName"]))
                    .enabled(ttl["Enabled"] == true)
                    .build()?;
                self.dynamodb.update_time_to_live().table_name(&name).time_to_live_specification(ttl).send().await?;
            }
            self.values.arns.insert(logical.clone(), format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"));
            self.values.refs.insert(logical, name);
        }
        Ok(())
    }

    async fn make_queues(&mut self) -> anyhow::Result<()> {
        let mut queues: Vec<_> =
            self.template.resources("AWS::SQS::Queue").map(|(n, p)| (n.to_owned(), p.clone())).collect();
        // Dead-letter queues first: the others name them.
        queues.sort_by_key(|(_, properties)| !properties["RedrivePolicy"].is_null());
        for (logical, properties) in queues {
            let name = self.values.text(&properties["QueueName"])?;
            let mut attributes = std::collections::HashMap::from([
                (QueueAttributeName::VisibilityTimeout, self.values.text(&properties["VisibilityTimeout"])?),
                (QueueAttributeName::MessageRetentionPeriod, self.values.text(&properties["MessageRetentionPeriod"])?),
            ]);
            if !properties["RedrivePolicy"].is_null() {
                let policy = self.values.resolve(&properties["RedrivePolicy"])?;
                attributes.insert(QueueAttributeName::RedrivePolicy, policy.to_string());
            }
            let url = if let Ok(found) = self.sqs.get_queue_url().queue_name(&name).send().await {
                let url = found.queue_url.context("a queue's address")?;
                self.sqs.set_queue_attributes().queue_url(&url).set_attributes(Some(attributes)).send().await?;
                url
            } else {
                let made = self.sqs.create_queue().queue_name(&name).set_attributes(Some(attributes)).send().await?;
                made.queue_url.context("a queue's address")?
            };
            self.values.arns.insert(logical.clone(), format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"));
            self.values.refs.insert(logical, url);
        }
        let policies: Vec<_> =
            self.template.resources("AWS::SQS::QueuePolicy").map(|(_, properties)| properties.clone()).collect();
        for properties in policies {
            let policy = self.values.resolve(&properties["PolicyDocument"])?.to_string();
            for queue in list(&properties["Queues"]) {
                let url = self.values.text(queue)?;
                let set = self.sqs.set_queue_attributes().queue_url(url);
                set.attributes(QueueAttributeName::Policy, &policy).send().await?;
            }
        }
        Ok(())
    }

    async fn make_buckets(&mut self) -> anyhow::Result<()> {
        let buckets: Vec<_> =
            self.template.resources("AWS::S3::Bucket").map(|(n, p)| (n.to_owned(), p.clone())).collect();
        for (logical, properties) in buckets {
            let properties = self.values.resolve(&properties)?;
            let name = text(&properties["BucketName"]).to_owned();
            if self.s3.head_bucket().bucket(&name).send().await.is_err() {
                let place = CreateBucketConfiguration::builder()
                    .location_constraint(BucketLocationConstraint::from(REGION))
                    .build();
                self.s3.create_bucket().bucket(&name).create_bucket_configuration(place).send().await?;
            }
            self.set_cors(&name, &properties["CorsConfiguration"]).await.context("CORS")?;
            self.set_lifecycle(&name, &properties["LifecycleConfiguration"]).await.context("lifecycle")?;
            self.set_notifications(&name, &properties["NotificationConfiguration"]).await.context("notifications")?;
            self.values.arns.insert(logical.clone(), format!("arn:aws:s3:::{name}"));
            self.values.refs.insert(logical, name);
        }
        Ok(())
    }

    /// SES sends under identities that it has verified. AWS wants a person for that, and no resource of the template.
    async fn make_mail_identity(&self) -> anyhow::Result<()> {
        let identity = self.value("MailIdentity")?;
        if self.ses.get_email_identity().email_identity(&identity).send().await.is_err() {
            self.ses.create_email_identity().email_identity(&identity).send().await?;
        }
        Ok(())
    }

    async fn set_cors(&self, bucket: &str, cors: &Value) -> anyhow::Result<()> {
        let rules = list(&cors["CorsRules"]).map(|rule| {
            Ok(CorsRule::builder()
                .set_allowed_origins(Some(texts(&rule["AllowedOrigins"])))
                .set_allowed_methods(Some(texts(&rule["AllowedMethods"])))
                .set_allowed_headers(Some(texts(&rule["AllowedHeaders"])))
                .max_age_seconds(i32::try_from(rule["MaxAge"].as_i64().unwrap_or_default())?)
                .build()?)
        });
        let rules = rules.collect::<anyhow::Result<_>>()?;
        let configuration = CorsConfiguration::builder().set_cors_rules(Some(rules)).build()?;
        self.s3.put_bucket_cors().bucket(bucket).cors_configuration(configuration).send().await?;
        Ok(())
    }

    async fn set_lifecycle(&self, bucket: &str, lifecycle: &Value) -> anyhow::Result<()> {
        let expiring = list(&lifecycle["Rules"]).filter(|rule| !rule["ExpirationInDays"].is_null());
        let rules = expiring.map(|rule| {
            let days = i32::try_from(rule["ExpirationInDays"].as_i64().unwrap_or_default())?;
            Ok(LifecycleRule::builder()
                .id(text(&rule["Id"]))
                .status(ExpirationStatus::from(text(&rule["Status"])))
                .filter(LifecycleRuleFilter::builder().prefix(text(&rule["Prefix"])).build())
                .expiration(LifecycleExpiration::builder().days(days).build())
                .build()?)
        });
        let rules = rules.collect::<anyhow::Result<_>>()?;
        let configuration =
            aws_sdk_s3::types::BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build()?;
        let put = self.s3.put_bucket_lifecycle_configuration().bucket(bucket);
        put.lifecycle_configuration(configuration).send().await?;
        Ok(())
    }

    async fn set_notifications(&self, bucket: &str, notifications: &Value) -> anyhow::Result<()> {
        let queues = list(&notifications["QueueConfigurations"]).map(|configuration| {
            let rules = list(&configuration["Filter"]["S3Key"]["Rules"]).map(|rule| {
                FilterRule::builder()
                    .name(FilterRuleName::from(text(&rule["Name"])))
                    .value(text(&rule["Value"]))
                    .build()
            });
            let key = S3KeyFilter::builder().set_filter_rules(Some(rules.collect())).build();
            Ok(QueueConfiguration::builder()
                .queue_arn(text(&configuration["Queue"]))
                .events(Event::from(text(&configuration["Event"])))
                .filter(NotificationConfigurationFilter::builder().key(key).build())
                .build()?)
        });
        let queues = queues.collect::<anyhow::Result<_>>()?;
        let configuration = NotificationConfiguration::builder().set_queue_configurations(Some(queues)).build();
        let put = self.s3.put_bucket_notification_configuration().bucket(bucket);
        put.notification_configuration(configuration).send().await?;
        Ok(())
    }
}

fn key_schema(schema: &Value) -> anyhow::Result<Vec<KeySchemaElement>> {
    let element = |element: &Value| {
        Ok(KeySchemaElement::builder()
            .attribute_name(text(&element["AttributeName"]))
            .key_type(KeyType::from(text(&element["KeyType"])))
            .build()?)
    };
    list(schema).map(element).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).map(|item| text(item).to_owned()).collect()
}
