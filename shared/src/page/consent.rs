//! Letting a command-line program in: entering a device's user code, and consent (RFC 8628 §3.3, §5.4; RFC 8252 §8.6).

use askama::Template;

use super::{FormAction, Page, Viewer};

/// Asks whether a program may act for the person. What the program says about itself is shown as its own word.
#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    /// Who is signed in.
    pub viewer: Viewer<'a>,
    /// The path of our own to which the answer is posted.
    pub path: &'a str,
    /// The token that the form must send back; names the request that is answered.
    pub csrf: &'a str,
    /// What the program calls itself.
    pub unverified_client_name: &'a str,
    /// The address from which the program asked.
    pub address: &'a str,
    /// When it asked (RFC 3339, UTC).
    pub since: &'a str,
    /// The user code, which must be compared with the terminal; only with the device grant.
    pub user_code: Option<&'a str>,
    /// Where the browser goes with the answer, as an origin; not with the device grant.
    pub redirect_origin: Option<&'a str>,
}

impl Page for ConsentPage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        self.redirect_origin
            .map_or(FormAction::Own, FormAction::OwnThen)
    }
}

/// Asks for the code that a terminal shows.
#[derive(Debug, Template)]
#[template(path = "user-code.html")]
pub struct UserCodePage<'a> {
    /// Who is signed in.
    pub viewer: Viewer<'a>,
    /// The path of our own to which the code is posted.
    pub path: &'a str,
    /// The token that the form must send back.
    pub csrf: &'a str,
    /// What was typed, when the form is shown again.
    pub user_code: &'a str,
    /// Why the form is shown again.
    pub problem: Option<&'a str>,
}

impl Page for UserCodePage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Own
    }
}
