//! Answers in AWS JSON 1.1: content type, request id, and errors named in both body and header.

use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};
use vestibule_shared::edge;

use crate::Error;
use crate::error::Described;
use crate::model::Service;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// What an operation answered.
pub(crate) fn success(request_id: &str, output: &Value) -> Response {
    respond(
        request_id,
        StatusCode::OK,
        "application/x-amz-json-1.1",
        output.to_string(),
    )
}

/// Why it was not done.
pub(crate) fn failure(request_id: &str, error: &Error, service: Service) -> Response {
    let described = describe(request_id, error, Some(service));
    let mut body = Map::new();
    body.insert("__type".to_owned(), described.code.into());
    let message = if described.modelled {
        "Message"
    } else {
        "message"
    };
    body.insert(message.to_owned(), described.message.into());
    if described.modelled && service == Service::IdentityStore {
        body.insert("RequestId".to_owned(), request_id.into());
    }
    body.extend(described.members);
    let mut response = respond(
        request_id,
        described.status,
        "application/x-amz-json-1.1",
        Value::Object(body).to_string(),
    );
    response
        .headers_mut()
        .insert(ERROR_TYPE, HeaderValue::from_static(described.code));
    response
}

/// The error as it is answered, logged: here and nowhere else.
pub(crate) fn describe(request_id: &str, error: &Error, service: Option<Service>) -> Described {
    let described = error.describe(service);
    if described.status.is_server_error() {
        edge::log_failure(request_id, error);
    } else if let Error::Signature(refusal) = error {
        tracing::info!(request_id, code = described.code, reason = %refusal, "request refused");
    } else {
        tracing::info!(request_id, code = described.code, "request refused");
    }
    described
}

/// A response of any protocol.
pub(crate) fn respond(
    request_id: &str,
    status: StatusCode,
    content_type: &'static str,
    body: String,
) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, request_id);
    }
    response
}
