//! The page for a request that could not be answered: what happened, what to do, and a reference for the log.

use askama::Template;
use http::StatusCode;

use super::{FormAction, Page};

/// Says what went wrong without internals, and what the person can do.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// The status of the response.
    pub status: StatusCode,
    /// What happened, in a few words.
    pub title: &'a str,
    /// What happened, in one sentence.
    pub sentence: &'a str,
    /// What the person can do about it.
    pub remedy: &'a str,
    /// The id under which an administrator finds the cause in the log.
    pub reference: &'a str,
}

impl Page for ErrorPage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Nowhere
    }
}
