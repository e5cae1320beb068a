//! Why a request is not answered as asked, by whose fault; each protocol's envelope has a file of its own. The cause is
//! logged here, once.

mod oidc;
mod page;
mod portal;

use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role_with_saml::AssumeRoleWithSAMLError;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use vestibule_shared::access_control_attributes::Refused;
use vestibule_shared::edge;
use vestibule_shared::entry;
use vestibule_shared::saml::ResponseError;
use vestibule_shared::{sealing, sigv4, store};

use crate::Context;
use crate::oauth::Refusal;
use crate::token_issuers::Unreachable;

/// AWS's clients read an exception's name from this header.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The caller's faults first, then those of AWS and the administrator's, then ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    OAuth(#[from] Refusal),
    #[error(transparent)]
    Signature(#[from] sigv4::Refusal),
    #[error("the keys of a trusted token issuer cannot be had: {0}")]
    TokenIssuer(#[from] Unreachable),
    #[error("{0}")]
    Request(&'static str),
    #[error("session token not found or invalid")]
    BearerToken,
    #[error("no session")]
    SignedOut,
    #[error("no access")]
    NoAccess,
    #[error("too many attempts")]
    TooMany,
    #[error("no page has this address")]
    UnknownPath,
    #[error("the address cannot be asked in this way")]
    Method,
    #[error("the program is not known here")]
    UnknownClient,
    #[error("the redirect URI is not registered")]
    RedirectUri,
    #[error("there is no such request in this browser")]
    FlowGone,
    #[error("the form was not sent by a page of ours")]
    ForeignForm,
    #[error("access to the organization's accounts is switched off")]
    TrustedAccessOff,
    #[error(transparent)]
    Attributes(#[from] Refused),
    #[error("the role is too new to be entered")]
    NotReady,
    #[error("the account did not let the role in: {0}")]
    AccountRefused(String),
    #[error("the instance is not enabled")]
    NotEnabled,
    #[error("a table failed")]
    Store(#[from] store::Error),
    #[error("a secret could not be opened")]
    Sealing(#[from] sealing::Error),
    #[error("the assertion could not be made")]
    Assertion(#[source] ResponseError),
    #[error("the security token service did not answer")]
    Sts(#[source] Box<SdkError<AssumeRoleWithSAMLError>>),
    #[error("the security token service answered without credentials")]
    NoCredentials,
}

impl From<entry::Refusal> for Error {
    fn from(refusal: entry::Refusal) -> Self {
        match refusal {
            entry::Refusal::NoAccess => Self::NoAccess,
            entry::Refusal::TrustedAccessOff => Self::TrustedAccessOff,
            entry::Refusal::Attributes(refused) => Self::Attributes(refused),
            entry::Refusal::Store(error) => Self::Store(error),
        }
    }
}

impl From<ResponseError> for Error {
    fn from(error: ResponseError) -> Self {
        match error {
            ResponseError::Length => Self::Attributes(Refused::Length),
            error => Self::Assertion(error),
        }
    }
}

impl Error {
    /// The error's name in an audit record, for what is worth one.
    pub(crate) fn code(&self) -> Option<&'static str> {
        match self {
            Self::OAuth(refusal) => Some(refusal.reason.exception()),
            Self::TokenIssuer(_) => Some("InvalidGrantException"),
            Self::NoAccess | Self::TrustedAccessOff | Self::AccountRefused(_) => {
                Some("AccessDenied")
            }
            Self::Attributes(refused) => Some(refused.code()),
            Self::NotReady | Self::TooMany => Some("TooManyRequestsException"),
            Self::Assertion(_) | Self::Sts(_) | Self::NoCredentials => Some("InternalFailure"),
            _ => None,
        }
    }

    fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::NotEnabled
                | Self::Store(_)
                | Self::Sealing(_)
                | Self::Assertion(_)
                | Self::Sts(_)
                | Self::NoCredentials
        )
    }
}

impl Context {
    /// Logs the error and answers the reference under which the log has it.
    fn log(&self, error: &Error) -> String {
        let reference = self.random.hex::<8>();
        if error.is_ours() {
            edge::log_failure(&reference, error);
        } else {
            tracing::info!(reference, %error, "request refused");
        }
        reference
    }
}

/// A JSON answer that nobody keeps (RFC 6749 §5.1).
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let Ok(body) = serde_json::to_vec(body) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, body).into_response()
}
