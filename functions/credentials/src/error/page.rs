//! The page that says what went wrong to a person, with a reference under which the log has the cause.

use axum::response::Response;
use http::StatusCode;
use vestibule_shared::page::{ErrorPage, Pages};

use super::Error;
use crate::Context;

/// What the page says: title, sentence, what to do.
type Said = (StatusCode, [&'static str; 3]);

impl Context {
    /// The page for `error`.
    pub(crate) fn refuse_page(&self, error: &Error) -> Response {
        let reference = self.log(error);
        let (status, [title, sentence, remedy]) = said(error);
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

fn said(error: &Error) -> Said {
    match error {
        Error::UnknownPath => (
            StatusCode::NOT_FOUND,
            [
                "There is no such page",
                "Nothing is found at this address.",
                "Check the link, or open your accounts.",
            ],
        ),
        Error::Method => (
            StatusCode::METHOD_NOT_ALLOWED,
            [
                "This does not work",
                "The page cannot be asked for in this way.",
                "Open your accounts and begin there.",
            ],
        ),
        Error::UnknownClient => (
            StatusCode::BAD_REQUEST,
            [
                "This program is not known here",
                "Its registration is missing, damaged or has expired.",
                "Start again in your terminal. If it stays like this, remove the folder .aws/sso/cache first.",
            ],
        ),
        Error::RedirectUri => (
            StatusCode::BAD_REQUEST,
            [
                "This link leads elsewhere",
                "The program wants the answer at an address that it did not register.",
                "Start again in your terminal, and trust no link that somebody sent you.",
            ],
        ),
        Error::FlowGone => (
            StatusCode::BAD_REQUEST,
            [
                "Nothing waits for your answer",
                "The request was answered already, has expired, or began in another browser.",
                "Start again in your terminal.",
            ],
        ),
        Error::ForeignForm => (
            StatusCode::FORBIDDEN,
            [
                "This form has expired",
                "It was not sent by a page of your present session.",
                "Go back, reload the page, and try again.",
            ],
        ),
        Error::NoAccess => (
            StatusCode::FORBIDDEN,
            [
                "You have no access here",
                "The account does not exist, or you have no such permission set in it.",
                "Ask your administrator if you need it.",
            ],
        ),
        Error::TooMany => (
            StatusCode::TOO_MANY_REQUESTS,
            [
                "Too many attempts",
                "There were too many attempts from here.",
                "Wait ten minutes, then try again.",
            ],
        ),
        Error::OAuth(_) | Error::Request(_) | Error::BearerToken | Error::SignedOut => (
            StatusCode::BAD_REQUEST,
            [
                "This does not work",
                "The link or form is not complete.",
                "Open your accounts and begin there.",
            ],
        ),
        error => unavailable(error),
    }
}

/// What is not the person's fault.
fn unavailable(error: &Error) -> Said {
    match error {
        Error::TrustedAccessOff => (
            StatusCode::FORBIDDEN,
            [
                "Access is switched off",
                "Nobody can enter the organization's accounts at the moment.",
                "Ask your administrator when it will be possible again.",
            ],
        ),
        Error::Attributes(_) => (
            StatusCode::FORBIDDEN,
            [
                "Your attributes stand in the way",
                "What is known of you decides on access, and AWS does not take it as it is.",
                "Ask your administrator to look at your attributes.",
            ],
        ),
        Error::AccountRefused(_) => (
            StatusCode::FORBIDDEN,
            [
                "The account refused",
                "The account did not let the permission set's role in.",
                "Tell your administrator, who can provision the permission set again.",
            ],
        ),
        Error::NotReady => (
            StatusCode::TOO_MANY_REQUESTS,
            [
                "Not ready yet",
                "The role was made a moment ago.",
                "Try again in a minute.",
            ],
        ),
        Error::NotEnabled => (
            StatusCode::SERVICE_UNAVAILABLE,
            [
                "Not ready yet",
                "Single sign-on has not been set up yet.",
                "Ask your administrator to enable it.",
            ],
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            [
                "Something went wrong",
                "The page could not be opened, and it is not your fault.",
                "Try again in a minute. If it stays like this, tell your administrator the reference.",
            ],
        ),
    }
}
