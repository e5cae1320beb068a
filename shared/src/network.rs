//! What counts as one place when attempts are counted.

use std::net::IpAddr;

/// The network that `address` stands for: an IPv4 address itself; of an IPv6 address the first 48 bits, for that
/// much is easily had by one person (RFC 6177 §2).
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let [first, second, third, ..] = address.segments();
            let mapped = address.to_ipv4_mapped().map(|address| address.to_string());
            mapped.unwrap_or_else(|| format!("{first:x}:{second:x}:{third:x}::/48"))
        }
        Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn neighbours_in_one_ipv6_site_are_one_place() {
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:ffff::1"));
        assert_ne!(network("2001:db8:1::1"), network("2001:db8:2::1"));
    }

    proptest! {
        #[test]
        fn anything_else_is_one_place_too(text in "\\PC{0,50}") {
            prop_assert!(!network(&text).is_empty());
        }
    }
}
