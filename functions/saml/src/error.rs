//! Why a request is refused, and the page that says so. Whoever is at fault, the page carries a reference
//! under which the log has the cause.

use axum::response::Response;
use http::StatusCode;
use vestibule_shared::access_control_attributes::Refused;
use vestibule_shared::edge;
use vestibule_shared::entry::Refusal;
use vestibule_shared::page::{ErrorPage, Pages};
use vestibule_shared::saml::{MetadataError, ResponseError};
use vestibule_shared::store;

use crate::Context;
use crate::destination::Elsewhere;

/// By whose fault: the caller's first, then the administrator's, then ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("no page has this address")]
    UnknownPath,
    #[error("the page cannot be asked for in this way")]
    Method,
    #[error("the link names no account and permission set")]
    Link,
    #[error("the link's destination is not in the AWS console")]
    Destination,
    #[error("no access")]
    NoAccess,
    #[error("access to the organization's accounts is switched off")]
    TrustedAccessOff,
    #[error(transparent)]
    Attributes(#[from] Refused),
    #[error("the instance is not enabled")]
    NotEnabled,
    #[error("a table failed")]
    Store(#[from] store::Error),
    #[error("the response could not be made")]
    Response(#[source] ResponseError),
    #[error("the metadata could not be made")]
    Metadata(#[from] MetadataError),
}

/// What the page says: title, sentence, what to do.
type Said = (&'static str, &'static str, &'static str);

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Link | Self::Destination => StatusCode::BAD_REQUEST,
            Self::NoAccess | Self::TrustedAccessOff | Self::Attributes(_) => StatusCode::FORBIDDEN,
            Self::NotEnabled => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Response(_) | Self::Metadata(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The error's name in an audit record, for what is worth one.
    pub(crate) fn code(&self) -> Option<&'static str> {
        match self {
            Self::Destination => Some("InvalidRequestException"),
            Self::NoAccess | Self::TrustedAccessOff => Some("AccessDenied"),
            Self::Attributes(refused) => Some(refused.code()),
            Self::Response(_) => Some("InternalFailure"),
            _ => None,
        }
    }

    fn said(&self) -> Said {
        match self {
            Self::UnknownPath => (
                "There is no such page",
                "Nothing is found at this address.",
                "Check the link, or open your accounts.",
            ),
            Self::Method => (
                "This does not work",
                "The page cannot be asked for in this way.",
                "Open your accounts and begin there.",
            ),
            Self::Link => (
                "This link is not complete",
                "It names no account and permission set to open.",
                "Open your accounts and choose one there, or ask for a new link.",
            ),
            Self::Destination => (
                "This link leads elsewhere",
                "Its destination is not in the AWS console.",
                "Open your accounts and choose one there, or ask for a new link.",
            ),
            Self::NoAccess => (
                "You have no access here",
                "The account does not exist, or you have no such permission set in it.",
                "Ask your administrator if you need it.",
            ),
            Self::TrustedAccessOff => (
                "Access is switched off",
                "Nobody can enter the organization's accounts at the moment.",
                "Ask your administrator when it will be possible again.",
            ),
            Self::Attributes(_) => (
                "Your attributes stand in the way",
                "What is known of you decides on access, and AWS does not take it as it is.",
                "Ask your administrator to look at your attributes.",
            ),
            Self::NotEnabled => (
                "Not ready yet",
                "Single sign-on has not been set up yet.",
                "Ask your administrator to enable it.",
            ),
            Self::Store(_) | Self::Response(_) | Self::Metadata(_) => (
                "Something went wrong",
                "The page could not be opened, and it is not your fault.",
                "Try again in a minute. If it stays like this, tell your administrator the reference.",
            ),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoAccess => Self::NoAccess,
            Refusal::TrustedAccessOff => Self::TrustedAccessOff,
            Refusal::Attributes(refused) => Self::Attributes(refused),
            Refusal::Store(error) => Self::Store(error),
        }
    }
}

impl From<ResponseError> for Error {
    fn from(error: ResponseError) -> Self {
        match error {
            ResponseError::Length => Self::Attributes(Refused::Length),
            error => Self::Response(error),
        }
    }
}

impl From<Elsewhere> for Error {
    fn from(_: Elsewhere) -> Self {
        Self::Destination
    }
}

impl Context {
    /// The page for `error`, which is logged here and nowhere else.
    pub(crate) fn refuse(&self, error: &Error) -> Response {
        let reference = self.random.hex::<8>();
        let status = error.status();
        if status.is_server_error() {
            edge::log_failure(&reference, error);
        } else {
            tracing::info!(reference, %error, "request refused");
        }
        let (title, sentence, remedy) = error.said();
        let page = ErrorPage {
            status,
            title,
            sentence,
            remedy,
            reference: &reference,
        };
        // The page promises nothing about the origin's scheme, which perhaps could not be read.
        Pages::new(false).respond(status, &page)
    }
}
