//! A router as a Lambda function behind the gateway.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use lambda_http::request::RequestContext;

use crate::ClientAddress;

/// Answers the gateway's requests with `router`, until the function is frozen for good.
pub async fn run(router: Router) -> Result<(), lambda_http::Error> {
    lambda_http::run(router.layer(from_fn(with_client_address))).await
}

/// The gateway knows where a request comes from; headers only claim it.
async fn with_client_address(mut request: Request, next: Next) -> Response {
    let seen = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    };
    if let Some(address) = seen {
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}
