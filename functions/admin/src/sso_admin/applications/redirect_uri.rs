//! Where an authorization code may be sent: RFC 6749 §3.1.2, RFC 8252 §7.

use vestibule_shared::web_address::is_web_address;

const LONGEST: usize = 2048;

/// Whether `text` may be registered: an https address, an http one on the machine itself, or one of an app's own scheme,
/// which is a domain name in reverse and so has a full stop. It has no fragment.
pub(super) fn is_redirect_uri(text: &str) -> bool {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\'));
    plain && text.len() <= LONGEST && (is_web_address(text) || is_private_use(text))
}

fn is_private_use(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        let mut letters = scheme.bytes();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            && scheme.contains('.')
            && rest.starts_with('/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_to_one_application_is_taken() {
        for taken in [
            "https://app.example.com/callback",
            "https://app.example.com/callback?tenant=1",
            "http://localhost:8080/callback",
            "http://127.0.0.1/",
            "com.example.app:/callback",
        ] {
            assert!(is_redirect_uri(taken), "{taken}");
        }
        for refused in [
            "",
            "http://app.example.com/callback",
            "https://app.example.com/callback#x",
            "https://app.example.com/call back",
            "https://*.example.com/\u{e9}",
            "javascript:alert(1)",
            "data:text/html,x",
            "app:/callback",
            "com.example.app:callback",
            "/callback",
        ] {
            assert!(!is_redirect_uri(refused), "{refused}");
        }
        assert!(!is_redirect_uri(&format!(
            "https://a.example/{}",
            "a".repeat(LONGEST)
        )));
    }
}
