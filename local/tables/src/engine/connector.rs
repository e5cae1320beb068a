//! Stands where the network would: takes the SDK's HTTP request and answers it from the engine, as the DynamoDB
//! endpoint would over the wire (AWS JSON 1.0).

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use super::EngineError;
use super::endpoint::Endpoint;
use super::operations::Answer;

/// The engine as the SDK's HTTP client.
#[derive(Clone, Debug)]
pub(super) struct InProcess(pub(super) Endpoint);

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("in-process", None))
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self(endpoint) = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let body = request.body().bytes().unwrap_or_default();
            let body =
                std::str::from_utf8(body).map_err(|error| ConnectorError::user(error.into()))?;
            respond(endpoint.respond(target, body).await)
        })
    }
}

fn respond(answer: Result<Answer, EngineError>) -> Result<HttpResponse, ConnectorError> {
    let answer = answer.map_err(|error| ConnectorError::other(error.into(), None))?;
    let response = http::Response::builder()
        .status(answer.status)
        .header("content-type", "application/x-amz-json-1.0")
        .body(SdkBody::from(answer.body))
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}
