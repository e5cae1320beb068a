//! Choosing a password by a one-time link. The rules are shown and checked while one types; the server decides.

use askama::Template;

use super::{FormAction, Page};

/// A rule that a password must meet.
#[derive(Clone, Copy, Debug)]
pub struct PasswordRule<'a> {
    /// Which rule it is, for the script that checks it while one types.
    pub id: &'a str,
    /// The rule in words.
    pub sentence: &'a str,
    /// Whether the password that was sent met it; nothing before one was sent.
    pub met: Option<bool>,
}

impl PasswordRule<'_> {
    fn state(&self) -> &'static str {
        match self.met {
            Some(true) => "met",
            Some(false) => "unmet",
            None => "open",
        }
    }
}

/// The form that sets a password.
#[derive(Template)]
#[template(path = "password.html")]
pub struct PasswordPage<'a> {
    /// The path of the one-time link, to which the form goes back.
    pub path: &'a str,
    /// The token that the form must send back.
    pub csrf: &'a str,
    /// The name that the person will sign in with.
    pub user_name: &'a str,
    /// How many characters the password must have.
    pub minimum_length: u32,
    /// The rules, in the order in which they are shown.
    pub rules: &'a [PasswordRule<'a>],
    /// Why the form is shown again.
    pub problem: Option<&'a str>,
}

impl Page for PasswordPage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Own
    }
}
