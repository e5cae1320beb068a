//! From an issuer to the address of its keys (OpenID Connect Discovery 1.0 §4).

use serde_json::Value;
use url::Url;

use crate::jwt::parse_strict;

/// Longer addresses are nobody's.
const LONGEST_URL: usize = 2048;

/// Where the issuer's discovery document is: "If the Issuer value contains a path component, any terminating / MUST be
/// removed before appending /.well-known/openid-configuration" (§4.1).
pub(super) fn document_url(issuer_url: &str) -> Option<Url> {
    let own = safe_url(issuer_url).filter(|_| !issuer_url.contains(['?', '#']))?;
    let issuer = issuer_url.strip_suffix('/').unwrap_or(issuer_url);
    let url = safe_url(&format!("{issuer}/.well-known/openid-configuration"))?;
    (url.origin() == own.origin()).then_some(url)
}

/// Where the document says the issuer's keys are. "The issuer value returned MUST be identical to the Issuer URL" (§4.3).
pub(super) fn key_set_url(document: &[u8], issuer_url: &str) -> Option<Url> {
    let document = parse_strict(document)?;
    let member = |name: &str| document.get(name).and_then(Value::as_str);
    if member("issuer")? != issuer_url {
        return None;
    }
    safe_url(member("jwks_uri")?)
}

/// An `https` URL without a user.
fn safe_url(text: &str) -> Option<Url> {
    let url = Url::parse(text)
        .ok()
        .filter(|_| text.len() <= LONGEST_URL)?;
    let safe = url.scheme() == "https"
        && url.username().is_empty()
        && url.password().is_none()
        && url.has_host();
    safe.then_some(url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_document_lies_below_the_issuer() {
        let url = |issuer| document_url(issuer).map(String::from);
        for (issuer, expected) in [
            (
                "https://a.example",
                "https://a.example/.well-known/openid-configuration",
            ),
            (
                "https://a.example/",
                "https://a.example/.well-known/openid-configuration",
            ),
            (
                "https://a.example/tenant/v2.0",
                "https://a.example/tenant/v2.0/.well-known/openid-configuration",
            ),
        ] {
            assert_eq!(url(issuer).as_deref(), Some(expected));
        }
        for issuer in [
            "http://a.example",
            "https://user@a.example",
            "https://:word@a.example",
            "https://a.example?x=",
            "https://a.example/#",
            "file:///etc/passwd",
            "https://",
            "",
        ] {
            assert_eq!(url(issuer), None, "{issuer}");
        }
    }

    #[test]
    fn the_document_must_be_the_issuers_own() {
        let url = |document: &str| {
            key_set_url(document.as_bytes(), "https://a.example").map(String::from)
        };
        assert_eq!(
            url(r#"{"issuer":"https://a.example","jwks_uri":"https://keys.example/set?a=b"}"#)
                .as_deref(),
            Some("https://keys.example/set?a=b")
        );
        for document in [
            r#"{"issuer":"https://a.example/","jwks_uri":"https://keys.example"}"#,
            r#"{"issuer":"https://b.example","jwks_uri":"https://keys.example"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"http://keys.example"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"https://user@keys.example"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":["https://keys.example"]}"#,
            r#"{"issuer":"https://b.example","issuer":"https://a.example","jwks_uri":"https://k.example"}"#,
            r#"{"issuer":"https://a.example"}"#,
            "[]",
            "",
        ] {
            assert_eq!(url(document), None, "{document}");
        }
    }

    proptest! {
        #[test]
        fn no_address_leads_off_https(text in "https?://\\PC{0,40}") {
            for url in document_url(&text).into_iter().chain(safe_url(&text)) {
                prop_assert_eq!(url.scheme(), "https");
                prop_assert!(url.username().is_empty());
            }
        }
    }
}
