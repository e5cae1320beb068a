//! Why a request is refused, and the page that says so. Whoever is at fault, the page carries a reference
//! under which the log has the cause.

use axum::extract::rejection::FormRejection;
use axum::response::Response;
use http::StatusCode;
use vestibule_shared::edge;
use vestibule_shared::page::{ErrorPage, Pages};
use vestibule_shared::store;

use crate::Context;
use crate::hashing::HashingError;

/// By whose fault: the caller's first, then the administrator's, then ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("no page has this address")]
    UnknownPath,
    #[error("the page cannot be asked for in this way")]
    Method,
    #[error("the form cannot be read")]
    Form(#[from] FormRejection),
    #[error("the form came from elsewhere")]
    ForeignForm,
    #[error("the link is not valid, or no longer")]
    Link,
    #[error("the instance is not enabled")]
    NotEnabled,
    #[error("a table failed")]
    Store(#[from] store::Error),
    #[error("a password could not be hashed")]
    Hashing(#[from] HashingError),
}

/// What the page says: title, sentence, what to do.
type Said = (&'static str, &'static str, &'static str);

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownPath | Self::Link => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Form(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Form(_) => StatusCode::BAD_REQUEST,
            Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::NotEnabled => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Hashing(_) => StatusCode::INTERNAL_SERVER_ERROR,
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
            Self::Form(_) => (
                "This form is not complete",
                "It could not be read as it arrived.",
                "Go back, reload the page and try again.",
            ),
            Self::ForeignForm => (
                "This form came from elsewhere",
                "It was not sent by a page of this portal, or the page was open for too long.",
                "Go back, reload the page and try again.",
            ),
            Self::Link => (
                "This link does not work",
                "It was used already, or it has expired.",
                "Ask your administrator for a new one.",
            ),
            Self::NotEnabled => (
                "Not ready yet",
                "Single sign-on has not been set up yet.",
                "Ask your administrator to enable it.",
            ),
            Self::Store(_) | Self::Hashing(_) => (
                "Something went wrong",
                "The page could not be opened, and it is not your fault.",
                "Try again in a minute. If it stays like this, tell your administrator the reference.",
            ),
        }
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
