//! The edge that every function has in common: where a request came from, how large it may be, how it runs as a Lambda
//! behind an HTTP API, and how a failure of ours is logged once.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::USER_AGENT;
use http::request::Parts;
use http_body_util::BodyExt;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, LambdaEvent};
use serde_json::Value;
use tower::ServiceExt;

use crate::store::audit::Origin;

/// The largest body that any function reads, in bytes.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// The largest body that is taken in, to be answered that it is too large: as much as an HTTP API takes.
const LARGEST_REQUEST: usize = 10 * LARGEST_BODY;

/// The address of the client: API Gateway's `requestContext.http.sourceIp`, or the peer of the socket. A header never
/// decides it.
#[derive(Debug, Clone)]
pub struct ClientAddress(pub String);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let given = parts.extensions.get::<Self>().cloned();
        let socket = || {
            let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
            peer.map(|ConnectInfo(address)| Self(address.ip().to_string()))
        };
        Ok(given
            .or_else(socket)
            .unwrap_or_else(|| Self("unknown".to_owned())))
    }
}

/// [`Origin`] as an extractor: address and user agent for the audit record.
pub struct RequestOrigin(pub Origin);

impl<S: Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, state).await?;
        let user_agent = parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|agent| agent.chars().take(256).collect());
        Ok(Self(Origin {
            address,
            user_agent,
        }))
    }
}

/// What every router gets: the limit on bodies.
pub fn bounded<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(with_whole_body))
}

/// Takes the whole body in before anything answers: a client that is answered while it still sends may lose its
/// connection and never read the answer. Of a body that is too large only as much is kept as shows that it is.
async fn with_whole_body(request: Request, next: Next) -> Response {
    let (parts, mut body) = request.into_parts();
    let mut kept = Vec::new();
    let mut taken = 0;
    while taken <= LARGEST_REQUEST {
        let Some(frame) = body.frame().await else {
            break;
        };
        let Ok(frame) = frame else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let data = frame.into_data().unwrap_or_default();
        let room = (LARGEST_BODY + 1 - kept.len()).min(data.len());
        kept.extend_from_slice(data.get(..room).unwrap_or_default());
        taken += data.len();
    }
    next.run(Request::from_parts(parts, Body::from(kept))).await
}

/// Runs a router as a Lambda behind an HTTP API, until the Lambda ends.
pub async fn run(router: Router) -> Result<(), lambda_http::Error> {
    lambda_http::run(behind_http_api(router)).await
}

/// What the Lambda of `router` answers to one event of an HTTP API (payload format 2.0), as JSON too.
pub async fn answer(router: Router, event: Value) -> Result<Value, lambda_http::Error> {
    let payload: LambdaRequest = serde_json::from_value(event)?;
    let event = LambdaEvent::new(payload, lambda_http::Context::default());
    let answer = Adapter::from(behind_http_api(router))
        .oneshot(event)
        .await?;
    Ok(serde_json::to_value(answer)?)
}

fn behind_http_api(router: Router) -> Router {
    router.layer(middleware::from_fn(with_client_address))
}

async fn with_client_address(mut request: Request, next: Next) -> Response {
    let address = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    };
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}

/// Writes JSON lines to standard output, as CloudWatch reads them.
pub fn log_as_json() {
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::INFO)
        .without_time()
        .init();
}

/// Logs a failure of ours, once, with everything that caused it, under the reference that the caller is shown.
pub fn log_failure(reference: &str, error: &(dyn StdError + 'static)) {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(reference, error = %chain, "request failed");
}
