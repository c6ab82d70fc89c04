//! What the SDK is told when a request fails: by the kind of the failure it decides whether to send it again.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;
use hyper_util::client::legacy;

/// Something did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("{what} did not come within {patience:?}")]
struct TooLate {
    what: &'static str,
    patience: Duration,
}

/// What `future` gives, within `patience` if there is one.
pub(super) async fn within<T, E: Into<BoxError>>(
    what: &'static str,
    patience: Option<Duration>,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, BoxError> {
    let Some(patience) = patience else { return future.await.map_err(Into::into) };
    match tokio::time::timeout(patience, future).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => Err(TooLate { what, patience }.into()),
    }
}

/// Sorts a failure as the SDK's own client does.
pub(super) fn connector_error(error: BoxError) -> ConnectorError {
    if cause::<TooLate>(&*error).is_some() {
        return ConnectorError::timeout(error);
    }
    let of_system = cause::<std::io::Error>(&*error).is_some();
    if let Some(http) = cause::<hyper::Error>(&*error) {
        return match http {
            http if http.is_timeout() => ConnectorError::timeout(error),
            http if http.is_user() => ConnectorError::user(error),
            http if http.is_closed() || http.is_canceled() || of_system => ConnectorError::io(error),
            // S3 ends connections so.
            http if http.is_incomplete_message() => ConnectorError::other(error, Some(ErrorKind::TransientError)),
            _ => ConnectorError::other(error, None),
        };
    }
    let no_connection = cause::<legacy::Error>(&*error).is_some_and(legacy::Error::is_connect);
    if no_connection || of_system { ConnectorError::io(error) } else { ConnectorError::other(error, None) }
}

fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}
