//! Which addresses outside of ours a person's browser may be sent to: https anywhere, plain http only on the machine
//! itself (RFC 8252 §7.3).

use url::{Host, Url};

/// Whether `text` is an absolute https URL, or an http URL of a loopback address, without a user name or password.
#[must_use]
pub fn is_web_address(text: &str) -> bool {
    // Browsers drop line breaks, take backslashes for slashes and do without slashes: what needs that is no address.
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let absolute = text.starts_with("https://") || text.starts_with("http://");
    let Some(url) = Url::parse(text).ok().filter(|_| plain && absolute) else {
        return false;
    };
    let anonymous = url.username().is_empty() && url.password().is_none();
    anonymous && (url.scheme() == "https" || url.host().is_some_and(|host| is_loopback(&host)))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn https_is_taken_anywhere_and_http_on_the_machine_only() {
        for taken in [
            "https://app.example.com",
            "https://app.example.com:8443/sign-in?from=portal#top",
            "http://localhost:3000/",
            "http://127.0.0.1:3000/",
            "http://[::1]/",
        ] {
            assert!(is_web_address(taken), "{taken}");
        }
        for refused in [
            "",
            "http://app.example.com/",
            "http://localhost.example.com/",
            "https://user@app.example.com/",
            "https://user:password@app.example.com/",
            "https://app.example.com\\@other.example.com/",
            "https://app.example.com/\nx",
            "https:app.example.com",
            "https://",
            "//app.example.com/",
            "/start/",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://app.example.com/",
        ] {
            assert!(!is_web_address(refused), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_such_an_address_to_a_browser_too(text in "(https?://)?(u@)?(localhost|127\\.0\\.0\\.1|a\\.example|\\PC{1,5})[:/?#@\\\\]?\\PC{0,20}") {
            if is_web_address(&text) {
                let url = Url::parse(&text).unwrap();
                let loopback = url.host().is_some_and(|host| is_loopback(&host));
                prop_assert!(url.scheme() == "https" || (url.scheme() == "http" && loopback));
            }
        }
    }
}
