//! What can go wrong with the table itself.

use std::error::Error;

use aws_sdk_dynamodb::error::SdkError;

/// The table did not answer, or an item in it is not what it should be. Retrying may help with the first.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// DynamoDB refused or could not be reached.
    #[error("the table did not carry out {operation}")]
    Request {
        /// The operation of DynamoDB.
        operation: &'static str,
        /// What the SDK says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// DynamoDB did not answer in time, however often it was asked.
    #[error("the table did not answer {operation} in time")]
    Unanswered {
        /// The operation of DynamoDB.
        operation: &'static str,
        /// What the SDK says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Other writers kept the items busy through every attempt.
    #[error("other writers kept the items of {operation} busy")]
    Contended {
        /// The operation of DynamoDB.
        operation: &'static str,
    },
    /// An item does not read as its entity.
    #[error("an item does not read as {entity}")]
    Malformed {
        /// The entity expected.
        entity: &'static str,
        /// What is wrong.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl TableError {
    pub(crate) fn request<E, R>(operation: &'static str) -> impl Fn(SdkError<E, R>) -> Self
    where
        E: Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        move |error| match &error {
            SdkError::TimeoutError(_) => Self::Unanswered { operation, source: Box::new(error) },
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self::Unanswered { operation, source: Box::new(error) }
            }
            _ => Self::Request { operation, source: Box::new(error) },
        }
    }

    pub(crate) fn malformed<E>(entity: &'static str) -> impl Fn(E) -> Self
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        move |error| Self::Malformed { entity, source: error.into() }
    }
}
