//! Puts something around every request of an SDK client: to count it, to keep it, or to answer it.

use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::Result;

/// What became of a request.
pub(crate) type Answered = std::result::Result<HttpResponse, ConnectorError>;

type Attend = dyn Fn(HttpRequest, SharedHttpConnector) -> HttpConnectorFuture + Send + Sync;

#[derive(Clone)]
struct Around<T> {
    inner: T,
    attend: Arc<Attend>,
}

impl<T> fmt::Debug for Around<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Around")
    }
}

/// The same client, whose requests `attend` gets together with what would answer them.
pub(crate) fn around<A, F>(client: &Client, attend: A) -> Result<Client>
where
    A: Fn(HttpRequest, SharedHttpConnector) -> F + Send + Sync + 'static,
    F: Future<Output = Answered> + Send + 'static,
{
    let config = client.config();
    let inner = config.http_client().ok_or("the client has no connector")?;
    let attend = move |request, connector| HttpConnectorFuture::new(attend(request, connector));
    let client = Around {
        inner,
        attend: Arc::new(attend),
    };
    let config = config.to_builder().http_client(client).build();
    Ok(Client::from_conf(config))
}

impl HttpClient for Around<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Around {
            inner: self.inner.http_connector(settings, components),
            attend: Arc::clone(&self.attend),
        })
    }
}

impl HttpConnector for Around<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        (self.attend)(request, self.inner.clone())
    }
}

/// The operation that a request of the DynamoDB API names.
pub(crate) fn operation(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// A request's body, which is JSON.
pub(crate) fn body(request: &HttpRequest) -> std::result::Result<Value, ConnectorError> {
    let bytes = request.body().bytes().unwrap_or_default();
    serde_json::from_slice(bytes).map_err(|error| ConnectorError::user(error.into()))
}

/// A request of the DynamoDB API.
pub(crate) fn request(operation: &str, body: &Value) -> HttpRequest {
    let mut request = HttpRequest::new(SdkBody::from(body.to_string()));
    let target = format!("DynamoDB_20120810.{operation}");
    request.headers_mut().insert("x-amz-target", target);
    request
}

/// A successful answer.
pub(crate) fn answer(body: impl Into<SdkBody>) -> Answered {
    let ok = StatusCode::try_from(200).map_err(|error| ConnectorError::user(error.into()))?;
    Ok(HttpResponse::new(ok, body.into()))
}
