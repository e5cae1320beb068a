//! Which passwords are taken: one policy an instance, part of its settings.

use serde::{Deserialize, Serialize};

/// The rules that a new password must meet, besides that it does not contain the user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four rules that are decided one by one, as AWS's own password policies have them"
)]
pub struct PasswordPolicy {
    /// The least number of characters, 8 to [`PasswordPolicy::LONGEST`].
    pub minimum_length: u32,
    /// Whether there must be a lower-case letter.
    pub require_lowercase: bool,
    /// Whether there must be an upper-case letter.
    pub require_uppercase: bool,
    /// Whether there must be a digit.
    pub require_numbers: bool,
    /// Whether there must be a character that is neither letter nor digit.
    pub require_symbols: bool,
    /// How many of the last passwords, the present one included, may not be chosen again: 1 to 10.
    pub history_count: u32,
}

impl PasswordPolicy {
    /// The most characters that a password has.
    pub const LONGEST: u32 = 64;
}

/// As AWS SSO has it.
impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_lowercase: true,
            require_uppercase: true,
            require_numbers: true,
            require_symbols: true,
            history_count: 3,
        }
    }
}
