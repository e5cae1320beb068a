//! Where a person goes on to once they have signed in.

use axum::response::Response;
use http::StatusCode;
use url::form_urlencoded;
use vestibule_shared::arn::ApplicationArn;
use vestibule_shared::browser;
use vestibule_shared::page::{OnwardPage, Pages};

const APPLICATION: &str = "the application";

/// A path of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Destination<'a>(Option<&'a str>);

impl<'a> Destination<'a> {
    /// Where `return_to` leads, as long as that is a path of our own; else to the portal.
    pub(crate) fn of(return_to: &'a str) -> Self {
        Self(browser::own_path(return_to))
    }

    /// The path as it was asked for; empty for the portal.
    pub(crate) fn asked(self) -> &'a str {
        self.0.unwrap_or_default()
    }

    pub(crate) fn path(self) -> &'a str {
        self.0.unwrap_or("/start/")
    }

    /// What the person is on the way to, in words.
    pub(crate) fn purpose(self) -> Option<&'static str> {
        let path = self.path().split(['?', '#']).next().unwrap_or_default();
        match path.split('/').nth(1) {
            Some("authorize") if self.is_application() => Some(APPLICATION),
            Some("authorize" | "device") => Some("the AWS CLI"),
            Some("saml") => Some("the AWS console"),
            _ => None,
        }
    }

    /// The answer to the form that signed the person in. An application's authorization ends at the application's own site,
    /// where the form may not lead: there a page of ours goes on.
    pub(crate) fn after_form(self, pages: Pages) -> Response {
        if !self.is_application() {
            return pages.see_other(self.path());
        }
        let page = OnwardPage {
            path: self.path(),
            purpose: APPLICATION,
        };
        pages.respond(StatusCode::OK, &page)
    }

    /// Whether an application asks for a code, whose client id is its ARN.
    fn is_application(self) -> bool {
        let before_fragment = self.path().split('#').next().unwrap_or_default();
        let Some(query) = before_fragment.strip_prefix("/authorize?") else {
            return false;
        };
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "client_id")
            .is_some_and(|(_, id)| ApplicationArn::parse(&id).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "arn%3Aaws%3Asso%3A%3A999999999999%3Aapplication%2Fssoins-7223a1b2c3d4e5f6%2Fapl-0123456789abcdef";

    #[test]
    fn what_a_person_is_on_the_way_to_is_named() {
        let asked = |client: &str| format!("/authorize?response_type=code&client_id={client}");
        for (return_to, purpose) in [
            (asked(CLIENT), Some("the application")),
            (asked("eyJhbGciOi"), Some("the AWS CLI")),
            (asked(""), Some("the AWS CLI")),
            ("/authorize".to_owned(), Some("the AWS CLI")),
            (
                format!("/authorize#?client_id={CLIENT}"),
                Some("the AWS CLI"),
            ),
            (
                "/device?user_code=BCDF-GHJK".to_owned(),
                Some("the AWS CLI"),
            ),
            (format!("/device?client_id={CLIENT}"), Some("the AWS CLI")),
            ("/saml/console".to_owned(), Some("the AWS console")),
            ("/start/".to_owned(), None),
            (String::new(), None),
            ("https://evil.example/authorize".to_owned(), None),
        ] {
            assert_eq!(
                Destination::of(&return_to).purpose(),
                purpose,
                "{return_to}"
            );
        }
    }

    #[test]
    fn only_an_application_is_reached_by_a_page() {
        let application = format!("/authorize?client_id={CLIENT}");
        for (return_to, status) in [
            (application.as_str(), StatusCode::OK),
            ("/authorize?client_id=x", StatusCode::SEE_OTHER),
            ("/device", StatusCode::SEE_OTHER),
            ("", StatusCode::SEE_OTHER),
        ] {
            let answer = Destination::of(return_to).after_form(Pages::new(true));
            assert_eq!(answer.status(), status, "{return_to}");
        }
    }
}
