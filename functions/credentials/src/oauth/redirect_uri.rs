//! Where an authorization code may be sent: to a program on the person's own machine, and nowhere else (RFC 8252 §7.3).

use std::fmt;

/// A longer one is nobody's.
const LONGEST: usize = 256;

/// An `http` URI of the loopback interface, without query or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoopbackUri {
    host: &'static str,
    port: Option<u16>,
    path: String,
}

impl LoopbackUri {
    /// Parses a URI in the one spelling that no two programs read differently: no user, no escapes of the host, no query.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("http://")?;
        let (authority, path) = rest.split_at(rest.find('/')?);
        let host = ["127.0.0.1", "[::1]", "localhost"]
            .into_iter()
            .find(|host| authority.starts_with(host))?;
        let port = match authority.strip_prefix(host)? {
            "" => None,
            port => Some(parse_port(port.strip_prefix(':')?)?),
        };
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:@".contains(&byte);
        (text.len() <= LONGEST && path.bytes().all(plain)).then(|| Self {
            host,
            port,
            path: path.to_owned(),
        })
    }

    /// Whether `self` is what was registered as `registered`. The port does not count: a program takes one that is free
    /// (RFC 8252 §7.3).
    pub(crate) fn was_registered_as(&self, registered: &Self) -> bool {
        self.host == registered.host && self.path == registered.path
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        match self.port {
            Some(port) => format!("http://{}:{port}", self.host),
            None => format!("http://{}", self.host),
        }
    }

    /// Whether a Content-Security-Policy can name the host: IPv6 addresses have no place in its grammar (CSP level 3, §2.3.1).
    pub(crate) fn can_be_named_by_policy(&self) -> bool {
        !self.host.starts_with('[')
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for LoopbackUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::{Host, Url};

    use super::*;

    #[test]
    fn the_port_does_not_count_and_everything_else_does() {
        let parse = |text| LoopbackUri::parse(text).unwrap();
        let registered = parse("http://127.0.0.1/oauth/callback");
        assert!(parse("http://127.0.0.1:43795/oauth/callback").was_registered_as(&registered));
        for other in [
            "http://localhost:43795/oauth/callback",
            "http://[::1]:43795/oauth/callback",
            "http://127.0.0.1:43795/oauth/callback/",
            "http://127.0.0.1:43795/",
        ] {
            assert!(!parse(other).was_registered_as(&registered), "{other}");
        }
    }

    #[test]
    fn whatever_could_lead_off_the_machine_is_refused() {
        for elsewhere in [
            "",
            "https://127.0.0.1/cb",
            "HTTP://127.0.0.1/cb",
            "http://127.0.0.1",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://user@127.0.0.1/cb",
            "http://localhost.evil.example/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:080/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1/cb?x=y",
            "http://127.0.0.1/cb#x",
            "http://127.0.0.1/c b",
            "http://127.0.0.1/cb\r\nx: y",
            "http://127.0.0.1\\@evil.example/cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://evil.example/127.0.0.1/cb",
            "//127.0.0.1/cb",
            "app://callback",
        ] {
            assert_eq!(LoopbackUri::parse(elsewhere), None, "{elsewhere}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_is_a_loopback_address_to_a_browser_too(
            text in "http://(127\\.0\\.0\\.1|\\[::1\\]|localhost|[a-z.@:0-9]{0,12})[:@.]{0,2}[0-9]{0,5}[/\\\\?#@]\\PC{0,20}",
        ) {
            if let Some(uri) = LoopbackUri::parse(&text) {
                prop_assert_eq!(uri.to_string(), text.clone());
                let url = Url::parse(&text).unwrap();
                let loopback = match url.host().unwrap() {
                    Host::Domain(name) => name == "localhost",
                    Host::Ipv4(address) => address.is_loopback(),
                    Host::Ipv6(address) => address.is_loopback(),
                };
                prop_assert!(loopback && url.scheme() == "http" && url.username().is_empty());
                prop_assert!(url.query().is_none() && url.fragment().is_none());
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,300}") {
            let _ = LoopbackUri::parse(&text);
        }
    }
}
