//! The headers of a page: Content-Security-Policy (CSP level 3) and what else keeps a page to itself.

use askama::Template;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

/// Where the forms of a page may lead, redirects included: browsers hold the answer to a form against the policy of
/// the page that sent it (CSP level 3, §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormAction<'a> {
    /// The page has no form.
    Nowhere,
    /// Only to this origin.
    Own,
    /// To this origin, and by a redirect on to that one.
    OwnThen(&'a str),
    /// Only to these URLs and origins elsewhere: the first takes the form, the others follow by redirects.
    Elsewhere(&'a [&'a str]),
}

/// A page, and what it needs the browser to allow.
pub trait Page: Template {
    /// Where its forms may lead.
    fn form_action(&self) -> FormAction<'_>;

    /// Whether its scripts ask this origin for more.
    fn connects(&self) -> bool {
        false
    }
}

/// Makes responses of pages, for one origin.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    https: bool,
}

impl Pages {
    /// Pages of an origin that is reached by https, or (`false`) by plain http on a loopback address.
    #[must_use]
    pub const fn new(https: bool) -> Self {
        Self { https }
    }

    /// The response that shows `page`.
    pub fn respond<P: Page>(self, status: StatusCode, page: &P) -> Response {
        let html = match page.render() {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        self.protect(headers);
        if let Ok(policy) = HeaderValue::try_from(content_security_policy(page)) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    /// A `303 See Other`: the browser goes on with GET.
    ///
    /// `location` must be one of our own paths, a registered URI, or one that was checked like it.
    #[must_use]
    pub fn see_other(self, location: &str) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        let Ok(location) = HeaderValue::try_from(location) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        response.headers_mut().insert(header::LOCATION, location);
        self.protect(response.headers_mut());
        response
    }

    fn protect(self, headers: &mut HeaderMap) {
        const ALWAYS: [(HeaderName, HeaderValue); 7] = [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            // Not `no-referrer`: with that, browsers send `Origin: null` with our own forms (Fetch, "append a request
            // `Origin` header"), which are refused without their origin.
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("same-origin"),
            ),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                HeaderValue::from_static("same-origin"),
            ),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("same-origin"),
            ),
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
            ),
        ];
        for (name, value) in ALWAYS {
            headers.insert(name, value);
        }
        if self.https {
            let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, two_years);
        }
    }
}

fn content_security_policy<P: Page>(page: &P) -> String {
    let form_action = match page.form_action() {
        FormAction::Nowhere => "'none'".to_owned(),
        FormAction::Own => "'self'".to_owned(),
        FormAction::OwnThen(origin) => format!("'self' {}", source(origin)),
        FormAction::Elsewhere(places) => places
            .iter()
            .map(|place| source(place))
            .collect::<Vec<_>>()
            .join(" "),
    };
    let connect = if page.connects() {
        " connect-src 'self';"
    } else {
        ""
    };
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;{connect} \
         form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// `place` if it is one host source (CSP level 3, §2.3.1); nothing that could add a directive gets through, nor a
/// wildcard for all hosts.
fn source(place: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&byte);
    let host = place
        .strip_prefix("https://")
        .or_else(|| place.strip_prefix("http://"))
        .unwrap_or_default();
    let named = host.strip_prefix("*.").unwrap_or(host);
    if !named.is_empty() && named.bytes().all(plain) {
        place
    } else {
        "'none'"
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{NoticePage, samples},
        *,
    };

    #[derive(Template)]
    #[template(source = "x", ext = "html")]
    struct Blank<'a>(FormAction<'a>);

    impl Page for Blank<'_> {
        fn form_action(&self) -> FormAction<'_> {
            self.0
        }
    }

    #[test]
    fn a_form_may_lead_only_where_its_page_says() {
        let cases = [
            (FormAction::Nowhere, "form-action 'none';"),
            (FormAction::Own, "form-action 'self';"),
            (
                FormAction::OwnThen("http://127.0.0.1:4711"),
                "form-action 'self' http://127.0.0.1:4711;",
            ),
            (
                FormAction::Elsewhere(&[
                    "https://signin.aws.amazon.com/saml",
                    "https://*.aws.amazon.com",
                ]),
                "form-action https://signin.aws.amazon.com/saml https://*.aws.amazon.com;",
            ),
            (
                FormAction::OwnThen("https://x; script-src *"),
                "form-action 'self' 'none';",
            ),
            (
                FormAction::Elsewhere(&["https://x, script-src"]),
                "form-action 'none';",
            ),
            (FormAction::Elsewhere(&["https://*"]), "form-action 'none';"),
        ];
        for (action, expected) in cases {
            let policy = content_security_policy(&Blank(action));
            assert!(policy.contains(expected), "{policy}");
        }
    }

    #[test]
    fn a_page_is_never_kept_framed_or_sniffed() {
        let response = Pages::new(true).respond(StatusCode::OK, &NoticePage::signed_out());
        let value = |name: &str| {
            response
                .headers()
                .get(name)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(value("cache-control"), "no-store");
        assert_eq!(value("x-content-type-options"), "nosniff");
        assert_eq!(
            value("strict-transport-security"),
            "max-age=63072000; includeSubDomains"
        );
        let policy = value("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.starts_with("default-src 'none'"),
            "{policy}"
        );
    }

    #[test]
    fn plain_http_promises_no_https() {
        let response = Pages::new(false).respond(StatusCode::OK, &NoticePage::signed_out());
        assert!(!response.headers().contains_key("strict-transport-security"));
    }

    #[test]
    fn a_redirect_with_a_line_break_is_refused() {
        assert_eq!(
            Pages::new(true).see_other("/start/\r\nx: y").status(),
            StatusCode::BAD_REQUEST
        );
    }

    #[test]
    fn only_the_accounts_page_lets_its_scripts_ask_for_more() {
        let connecting: Vec<_> = samples::all()
            .into_iter()
            .filter(|sample| sample.policy.contains("connect-src"))
            .collect();
        assert!(
            !connecting.is_empty()
                && connecting.iter().all(|sample| ["accounts", "applications"]
                    .iter()
                    .any(|page| sample.name.starts_with(page)))
        );
    }
}
