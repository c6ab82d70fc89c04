//! The mailer: SES v2.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use rentree_domain::EmailAddress;
use rentree_runtime::Lazy;

use crate::{Mail, sender};

/// Sends mails, all from one address. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Lazy<Client>,
    from: String,
    support: String,
}

/// Why a mail may not have been sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It was not: SES said no, or was not reached. Trying again sends it once.
    #[error("the mail was not sent ({code})")]
    NotSent {
        /// SES's code, or what was in the way. SES's message may quote the address, and logs must not.
        code: String,
    },
    /// Nobody knows: the answer was lost. Trying again may send it twice.
    #[error("the answer of SES was lost: the mail may have been sent")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A template failed.
    #[error("the mail does not render")]
    Render(#[from] askama::Error),
}

impl Mailer {
    /// A mailer that sends as `from`, for instance `Rentrée <ne-pas-repondre@rentree.example>`, and says that help is at `support`.
    ///
    /// The SDK's own retries are switched off: they cannot tell what was sent from what was not. Who calls retries.
    pub fn new(client: impl Into<Lazy<Client>>, from: impl Into<String>, support: impl Into<String>) -> Self {
        let client = client.into();
        let client = Lazy::new(move || {
            let once = aws_sdk_sesv2::config::retry::RetryConfig::disabled();
            Client::from_conf(client.config().to_builder().retry_config(once).build())
        });
        Self { client, from: sender::encode(&from.into()), support: support.into() }
    }

    /// Sends one mail to one address, once.
    pub async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<(), SendError> {
        let rendered = mail.render(&self.support)?;
        let content = |data: String| Content::builder().data(data).charset("UTF-8").build();
        let malformed =
            |error: aws_sdk_sesv2::error::BuildError| SendError::NotSent { code: format!("malformed: {error}") };
        let body = Body::builder()
            .text(content(rendered.text).map_err(malformed)?)
            .html(content(rendered.html).map_err(malformed)?)
            .build();
        let message = Message::builder().subject(content(rendered.subject).map_err(malformed)?).body(body).build();
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if was_not_sent(&error) => {
                let code = error.code().unwrap_or("unreachable").to_owned();
                Err(SendError::NotSent { code })
            }
            Err(error) => Err(SendError::Unknown(Box::new(error))),
        }
    }
}

/// Whether SES certainly did not take the mail: it answered with an error of its own, or nothing reached it.
fn was_not_sent(error: &SdkError<SendEmailError>) -> bool {
    // A name that does not resolve, a connection refused or too slow to open: nothing was said yet.
    let is_unconnected = |error: &(dyn std::error::Error + 'static)| {
        error
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(hyper_util::client::legacy::Error::is_connect)
    };
    match error {
        SdkError::ConstructionFailure(_) => true,
        // A success whose body does not read comes this way too, and was one; a failure that SES has no code for is somebody's on
        // the way to it.
        SdkError::ServiceError(service) => match service.raw().status().as_u16() {
            400..500 => true,
            500.. => service.err().code().is_some(),
            _ => false,
        },
        SdkError::DispatchFailure(_) => {
            std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source()).any(is_unconnected)
        }
        _ => false,
    }
}
