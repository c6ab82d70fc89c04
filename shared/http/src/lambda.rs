//! A router as a Lambda function behind the gateway. `docs/gateway.md` says what the gateway sends, and what it takes.

use std::time::SystemTime;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use lambda_http::request::RequestContext;
use lambda_http::tower::Service as _;
use lambda_http::tower::util::MapRequestLayer;
use lambda_http::{Body, Context, Error, IntoResponse, service_fn};

use crate::ClientAddress;
use crate::deadline::Deadline;
use crate::event::readable;

/// Answers the gateway's requests with `router`, until the function is frozen for good.
pub async fn run(router: Router) -> Result<(), Error> {
    let router = router.layer(from_fn(with_what_lambda_knows));
    let answer = service_fn(move |request: lambda_http::Request| {
        let mut router = router.clone();
        async move { Answer::of(router.call(request).await?).await }
    });
    lambda_http::runtime(answer).layer(MapRequestLayer::new(readable)).run().await
}

/// The gateway knows where a request comes from; headers only claim it. Lambda knows when it ends the function.
async fn with_what_lambda_knows(mut request: Request, next: Next) -> Response {
    let seen = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    };
    if let Some(address) = seen {
        request.extensions_mut().insert(ClientAddress(address));
    }
    // Who says that the function was to end before it began, as `cargo lambda watch` does, does not end it.
    let context = request.extensions().get::<Context>();
    if let Some(left) = context.and_then(|context| context.deadline().duration_since(SystemTime::now()).ok()) {
        request.extensions_mut().insert(Deadline::after(left));
    }
    next.run(request).await
}

/// An answer, byte by byte as the shell made it. What `lambda_http` makes of a body would cost lists for spreadsheets their byte order
/// mark, without which Excel takes UTF-8 for something else.
struct Answer(lambda_http::Response<Body>);

impl Answer {
    async fn of(response: Response) -> Result<Self, Error> {
        let (parts, body) = response.into_parts();
        let body = match String::from_utf8(to_bytes(body, usize::MAX).await?.into()) {
            Ok(text) => Body::Text(text),
            Err(no_text) => Body::Binary(no_text.into_bytes()),
        };
        Ok(Self(lambda_http::Response::from_parts(parts, body)))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> std::pin::Pin<Box<dyn Future<Output = lambda_http::Response<Body>> + Send>> {
        Box::pin(std::future::ready(self.0))
    }
}
