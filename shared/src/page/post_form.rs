//! The form that carries a SAML response to where it is read (SAML 2.0 bindings, §3.5.4): a script sends it at once,
//! and without script there is a button.

use std::fmt;

use askama::Template;

use super::{FormAction, Page};

/// A form of hidden fields that leads to another site.
#[derive(Template)]
#[template(path = "post-form.html")]
pub struct PostFormPage<'a> {
    /// The URL that the form is posted to.
    pub action: &'a str,
    /// Where the form may lead: `action` first, then the origins to which its receiver may redirect.
    pub leads_to: &'a [&'a str],
    /// What opens, such as `AWS console`.
    pub target: &'a str,
    /// More about it, such as account and permission set, each with its name.
    pub details: &'a [(&'a str, &'a str)],
    /// The hidden fields.
    pub fields: &'a [(&'a str, &'a str)],
}

impl fmt::Debug for PostFormPage<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PostFormPage")
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

impl Page for PostFormPage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Elsewhere(self.leads_to)
    }
}
