//! Bearer secrets: 256 random bits to whoever holds them, a SHA-256 to us (design: tokens are kept only as hash).

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;

use crate::Random;

/// A secret that is shown once to its holder: 43 characters of base64url. Never logged, never stored.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new token of 256 random bits.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random.bytes::<32>()))
    }

    /// A token as somebody presented it; `None` when it cannot be one of ours by its form alone.
    #[must_use]
    pub fn parse(presented: &str) -> Option<Self> {
        let well_formed = presented.len() == 43
            && presented
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        well_formed.then(|| Self(presented.to_owned()))
    }

    /// The secret itself, for the one answer that hands it out.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(HEXLOWER.encode(digest(&SHA256, self.0.as_bytes()).as_ref()))
    }

    /// A second secret that only the holder of this one can know, for a named purpose: the token that
    /// a page's forms carry against cross-site request forgery.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let input = format!("{purpose}\n{}", self.0);
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, input.as_bytes())))
    }

    /// Whether `presented` is this token, in time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, presented: &str) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), presented.as_bytes()).is_ok()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// SHA-256 of a token, 64 lower-case hexadecimal digits: the key of its item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 16 digits: enough to name a session in an audit record, useless as a secret.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..16).unwrap_or(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_parses_is_as_it_was_presented(text in "\\PC{0,50}|[A-Za-z0-9_-]{43}") {
            if let Some(token) = Token::parse(&text) {
                prop_assert_eq!(token.expose(), text);
            }
        }
    }

    #[test]
    fn a_token_matches_only_itself_and_never_shows_in_debug_output() {
        let token = Token::generate(&Random::new(|buffer| buffer.fill(7)));
        assert!(token.matches(token.expose()));
        assert!(!token.matches(token.derive("csrf").expose()));
        assert!(!format!("{token:?}").contains(token.expose()));
    }

    #[test]
    fn a_presented_token_of_another_form_is_refused_before_any_look_up() {
        assert!(Token::parse("short").is_none());
        assert!(Token::parse(&"ü".repeat(43)).is_none());
        assert!(Token::parse(&"a".repeat(44)).is_none());
        assert!(Token::parse(&"a".repeat(43)).is_some());
    }
}
