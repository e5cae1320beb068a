//! Sign-in: user name and password on one form, so that neither is answered for alone.

use askama::Template;

use super::{FormAction, Page};

/// The sign-in form.
#[derive(Debug, Template)]
#[template(path = "sign-in.html")]
pub struct SignInPage<'a> {
    /// The token that the form must send back.
    pub csrf: &'a str,
    /// The path of our own that follows, if it is not the portal.
    pub return_to: &'a str,
    /// What was typed as user name, when the form is shown again.
    pub user_name: &'a str,
    /// What the person is on the way to, such as `the AWS CLI`; the portal if there is nothing.
    pub purpose: Option<&'a str>,
    /// Why the form is shown again; never says which part was wrong.
    pub problem: Option<&'a str>,
}

impl Page for SignInPage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Own
    }
}
