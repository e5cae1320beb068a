//! The envelope of the portal API: `message`, and the exception's name in header and body.

use axum::response::Response;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use vestibule_shared::access_control_attributes::Refused;

use super::{ERROR_TYPE, Error, json};
use crate::Context;

impl Context {
    /// The answer of the portal API to a request that failed with `error`.
    pub(crate) fn refuse_portal(&self, error: &Error) -> Response {
        let reference = self.log(error);
        let (status, exception) = named(error);
        let message = match error {
            Error::OAuth(refusal) => refusal.description,
            Error::Request(description) => description,
            Error::BearerToken | Error::SignedOut => "Session token not found or invalid",
            Error::NoAccess => "No access",
            Error::TrustedAccessOff => "Access to the organization's accounts is switched off",
            Error::AccountRefused(_) => {
                "The account did not let the role in. An administrator can provision the permission set again"
            }
            Error::Attributes(Refused::Value(key)) => &format!(
                "Your attribute for the tag {key} has a value that AWS does not take. Ask an administrator to change it"
            ),
            Error::Attributes(Refused::Length) => {
                "Your attributes are longer than AWS takes for one session. Ask an administrator to pass fewer of them on"
            }
            Error::NotReady => "The role was made a moment ago. Try again in a minute",
            Error::TooMany => "Too many requests. Try again in a few minutes",
            Error::UnknownPath => "There is no such operation",
            Error::Method => "The operation is not asked for in this way",
            Error::NotEnabled => "Single sign-on has not been set up yet",
            _ => &format!("The request failed, reference {reference}"),
        };
        let mut response = json(status, &json!({ "__type": exception, "message": message }));
        let name = HeaderValue::from_static(exception);
        response.headers_mut().insert(ERROR_TYPE, name);
        response
    }
}

fn named(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::BearerToken | Error::SignedOut => {
            (StatusCode::UNAUTHORIZED, "UnauthorizedException")
        }
        Error::NoAccess
        | Error::TrustedAccessOff
        | Error::Attributes(_)
        | Error::AccountRefused(_) => (StatusCode::FORBIDDEN, "ForbiddenException"),
        Error::NotReady | Error::TooMany => {
            (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException")
        }
        Error::UnknownPath => (StatusCode::NOT_FOUND, "ResourceNotFoundException"),
        Error::Method => (StatusCode::METHOD_NOT_ALLOWED, "InvalidRequestException"),
        Error::NotEnabled => (StatusCode::SERVICE_UNAVAILABLE, "InternalServerException"),
        error if error.is_ours() => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerException"),
        _ => (StatusCode::BAD_REQUEST, "InvalidRequestException"),
    }
}
