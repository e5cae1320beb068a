//! Where in the console a session begins. AWS takes any address as relay state; we pass on only those of a
//! console, so that a link to us leads nowhere else.

use url::Url;
use vestibule_shared::saml::ServiceProvider;

/// The console of one partition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    domain: &'static str,
}

/// An address that is of no console.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Elsewhere;

impl Console {
    /// The console behind a sign-in endpoint, in the domain that the two share.
    pub(crate) fn of(provider: ServiceProvider) -> Self {
        let host = provider
            .sign_in_endpoint
            .trim_start_matches("https://signin.");
        let domain = host.split_once('/').map_or(host, |(domain, _)| domain);
        Self { domain }
    }

    /// Everything that the sign-in endpoint may redirect to, as a host source (CSP level 3, §2.3.1).
    pub(crate) fn host_source(self) -> String {
        format!("https://*.{}", self.domain)
    }

    /// What the link asks for comes before what the permission set says, and that before the console's home.
    ///
    /// An unusable link is refused; an unusable setting only loses its effect, for it must lock nobody out.
    pub(crate) fn destination(
        self,
        link: Option<&str>,
        relay_state: Option<&str>,
    ) -> Result<Url, Elsewhere> {
        let named = |text: &&str| !text.is_empty();
        if let Some(link) = link.filter(named) {
            return self.parse(link).ok_or(Elsewhere);
        }
        let home = || self.parse(&format!("https://console.{}/", self.domain));
        let set = relay_state.filter(named).and_then(|text| self.parse(text));
        set.or_else(home).ok_or(Elsewhere)
    }

    fn parse(self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let subdomain = url
            .host_str()?
            .strip_suffix(self.domain)?
            .strip_suffix('.')?;
        // Not every host of AWS's is the console: some sign people out, or send them on.
        let console = subdomain == "console" || subdomain.ends_with(".console");
        let plain = url.scheme() == "https"
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        (plain && console).then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn destination(link: Option<&str>, relay_state: Option<&str>) -> Result<String, Elsewhere> {
        let console = Console::of(ServiceProvider::AWS);
        console.destination(link, relay_state).map(Into::into)
    }

    #[test]
    fn the_link_comes_before_the_permission_set_and_that_before_the_home() {
        let (link, set) = (
            "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#/b",
            "https://console.aws.amazon.com/billing/",
        );
        let home = "https://console.aws.amazon.com/";
        assert_eq!(destination(Some(link), Some(set)).unwrap(), link);
        assert_eq!(destination(None, Some(set)).unwrap(), set);
        assert_eq!(destination(Some(""), Some(set)).unwrap(), set);
        assert_eq!(destination(None, None).unwrap(), home);
        assert_eq!(destination(None, Some("")).unwrap(), home);
    }

    #[test]
    fn a_link_that_leads_to_no_console_is_refused() {
        for link in [
            "https://evil.example/",
            "http://console.aws.amazon.com/",
            "https://console.aws.amazon.com.evil.example/",
            "https://evilaws.amazon.com/",
            "https://.aws.amazon.com/",
            "https://aws.amazon.com/",
            "https://signin.aws.amazon.com/oauth?Action=logout",
            "https://evilconsole.aws.amazon.com/",
            "https://console.aws.amazon.com@evil.example/",
            "https://user@console.aws.amazon.com/",
            "https://console.aws.amazon.com:8443/",
            "https://evil.example\\.console.aws.amazon.com/",
            "https://console.amazonaws.cn/",
            "javascript:alert(1)//.aws.amazon.com",
            "//console.aws.amazon.com/",
            "/start/",
            "ec2",
        ] {
            assert_eq!(destination(Some(link), None), Err(Elsewhere), "{link}");
        }
    }

    #[test]
    fn a_permission_set_that_leads_to_no_console_leads_home() {
        let home = "https://console.aws.amazon.com/";
        assert_eq!(destination(None, Some("ec2")).unwrap(), home);
        assert_eq!(
            destination(None, Some("https://evil.example/")).unwrap(),
            home
        );
    }

    #[test]
    fn every_partition_has_its_own_console() {
        for (provider, home) in [
            (ServiceProvider::AWS, "https://console.aws.amazon.com/"),
            (ServiceProvider::AWS_CHINA, "https://console.amazonaws.cn/"),
            (
                ServiceProvider::AWS_GOV_CLOUD,
                "https://console.amazonaws-us-gov.com/",
            ),
        ] {
            let url = Console::of(provider).destination(None, None).unwrap();
            assert_eq!(url.as_str(), home);
        }
    }

    proptest! {
        #[test]
        fn whatever_the_link_the_browser_stays_with_aws(link in "(https://)?\\PC{0,40}(aws.amazon.com)?\\PC{0,20}") {
            if let Ok(Ok(url)) = destination(Some(&link), None).map(|url| Url::parse(&url)) {
                prop_assert_eq!(url.scheme(), "https");
                prop_assert!(url.host_str().unwrap().ends_with(".aws.amazon.com"));
            }
        }
    }
}
