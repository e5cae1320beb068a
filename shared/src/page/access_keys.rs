//! Short-term credentials to copy: the formats of AWS SSO's dialog.
//!
//! The page and the dialog on the accounts page are the same markup; in the dialog a script fills the values in.

use std::fmt;

use askama::Template;

use super::{CliSettings, FormAction, Page, Viewer};

/// The credentials and where they lead. Has no values in the accounts page's dialog, where a script puts them.
#[derive(Clone, Copy)]
pub struct KeyBlocks<'a> {
    /// The account's twelve digits.
    pub account_id: &'a str,
    /// The permission set's name.
    pub role_name: &'a str,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: &'a str,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: &'a str,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: &'a str,
    /// When they end (RFC 3339, UTC).
    pub expiration: &'a str,
}

impl KeyBlocks<'_> {
    /// Blocks whose values a script will fill in.
    pub(crate) const EMPTY: Self = Self {
        account_id: "",
        role_name: "",
        access_key_id: "",
        secret_access_key: "",
        session_token: "",
        expiration: "",
    };
}

impl fmt::Debug for KeyBlocks<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("KeyBlocks");
        shown
            .field("account_id", &self.account_id)
            .field("role_name", &self.role_name)
            .finish_non_exhaustive()
    }
}

/// The credentials as a page of their own, for browsers without script.
#[derive(Debug, Template)]
#[template(path = "access-keys.html")]
pub struct AccessKeysPage<'a> {
    /// Who is signed in.
    pub viewer: Viewer<'a>,
    /// The account's name.
    pub account_name: &'a str,
    /// The credentials.
    pub keys: KeyBlocks<'a>,
    /// What the AWS CLI needs.
    pub cli: CliSettings<'a>,
}

impl Page for AccessKeysPage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Own
    }
}
