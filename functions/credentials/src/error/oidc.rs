//! The envelope of the OIDC API: OAuth's members (RFC 6749 §5.2), and the exception's name where AWS's clients look for it.

use axum::response::Response;
use http::{HeaderValue, StatusCode};
use serde_json::json;
use vestibule_shared::sigv4::Protocol;

use super::{ERROR_TYPE, Error, json};
use crate::Context;
use crate::oauth::Reason;

impl Context {
    /// The answer of the OIDC API to a request that failed with `error`.
    pub(crate) fn refuse_oidc(&self, error: &Error) -> Response {
        let reference = self.log(error);
        match error {
            Error::OAuth(refusal) => {
                let reason = refusal.reason;
                answer(
                    reason.status(),
                    (reason.exception(), reason.code()),
                    refusal.description,
                )
            }
            // AWS's front door answers so, before the API is reached.
            Error::Signature(refusal) => answer(
                StatusCode::FORBIDDEN,
                (refusal.code(Protocol::Json), Reason::InvalidClient.code()),
                refusal.message(),
            ),
            Error::TokenIssuer(_) => refused(
                Reason::InvalidGrant,
                "the keys of the trusted token issuer cannot be had",
            ),
            Error::Request(description) => refused(Reason::InvalidRequest, description),
            Error::TooMany => refused(
                Reason::SlowDown,
                "too many requests, try again in a few minutes",
            ),
            Error::UnknownPath => status(StatusCode::NOT_FOUND, "there is no such operation"),
            Error::Method => status(
                StatusCode::METHOD_NOT_ALLOWED,
                "the operation is not asked for in this way",
            ),
            _ => {
                let code = match error {
                    Error::NotEnabled => StatusCode::SERVICE_UNAVAILABLE,
                    _ => StatusCode::INTERNAL_SERVER_ERROR,
                };
                let description = format!("the request failed, reference {reference}");
                answer(
                    code,
                    ("InternalServerException", "server_error"),
                    &description,
                )
            }
        }
    }
}

fn refused(reason: Reason, description: &str) -> Response {
    answer(
        reason.status(),
        (reason.exception(), reason.code()),
        description,
    )
}

fn status(status: StatusCode, description: &str) -> Response {
    let reason = Reason::InvalidRequest;
    answer(status, (reason.exception(), reason.code()), description)
}

fn answer(
    status: StatusCode,
    (exception, code): (&'static str, &str),
    description: &str,
) -> Response {
    let body = json!({
        "__type": exception,
        "error": code,
        "error_description": description,
        // Not OAuth's, but where AWS's SDKs look for a sentence.
        "message": description,
    });
    let mut response = json(status, &body);
    let name = HeaderValue::from_static(exception);
    response.headers_mut().insert(ERROR_TYPE, name);
    response
}
