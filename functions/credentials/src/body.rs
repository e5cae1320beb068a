//! Reads the JSON bodies of the OIDC API. Their `Content-Type` says nothing: not every client of AWS's sends the same.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use serde::de::DeserializeOwned;

use crate::oauth::{Reason, Refusal};

pub(crate) fn parse<T: DeserializeOwned>(
    body: Result<Bytes, BytesRejection>,
) -> Result<T, Refusal> {
    let body = body.map_err(|_| Reason::InvalidRequest.because("the body is too large"))?;
    serde_json::from_slice(&body).map_err(|_| {
        Reason::InvalidRequest
            .because("the body is not JSON, or a member is missing or of a wrong type")
    })
}
