//! Proof Key for Code Exchange, S256 only (RFC 7636).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// A code challenge: the SHA-256 of the verifier, 43 characters of base64url (§4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CodeChallenge(String);

impl CodeChallenge {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let decoded = URL_SAFE_NO_PAD.decode(text).ok()?;
        (decoded.len() == 32).then(|| Self(text.to_owned()))
    }

    /// Whether `verifier` is what the challenge was made from (§4.6). One of another form never is (§4.1).
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        let well_formed = (43..=128).contains(&verifier.len())
            && verifier
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        well_formed && verify_slices_are_equal(challenge.as_bytes(), self.0.as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_the_rfc_is_met() {
        // RFC 7636, appendix B.
        let challenge =
            CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
    }

    #[test]
    fn a_challenge_that_is_no_digest_is_none() {
        for text in [
            "",
            "short",
            &"a".repeat(44),
            &"=".repeat(43),
            &"ü".repeat(43),
        ] {
            assert_eq!(CodeChallenge::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn only_its_own_verifier_meets_a_challenge(verifier in "[A-Za-z0-9._~-]{43,128}", other in "\\PC{0,140}") {
            let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
            let challenge = CodeChallenge::parse(&challenge).unwrap();
            prop_assert!(challenge.is_met_by(&verifier));
            prop_assert_eq!(challenge.is_met_by(&other), verifier == other);
        }

        #[test]
        fn a_verifier_that_is_too_short_or_too_long_meets_nothing(verifier in "[a-z]{1,42}|[a-z]{129,140}") {
            let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
            prop_assert!(!CodeChallenge::parse(&challenge).unwrap().is_met_by(&verifier));
        }
    }
}
