//! A step that goes on by itself. Browsers hold every redirect after a form to the policy of the form's page (CSP level 3,
//! §6.4.1), where it may lead to other sites nobody knows yet; what a page opens by itself is held to none.

use askama::Template;

use super::{FormAction, Page};

/// A page that opens a path of our own at once; for browsers that do not, there is a link.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "onward.html")]
pub struct OnwardPage<'a> {
    /// The path of our own that follows.
    pub path: &'a str,
    /// What the person is on the way to, such as `the application`.
    pub purpose: &'a str,
}

impl Page for OnwardPage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Nowhere
    }
}
