//! Who may call what: each route, and what it answers to somebody who has not signed in and to somebody who
//! has but may nothing.

use http::{Method, StatusCode};

use crate::fixture::Organization;

const ENTER_PROD: &str = "/saml/console?account_id=222222222222&role_name=ReadOnly";

#[tokio::test]
async fn strangers_and_people_without_access_are_refused() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    for (path, anonymous, unprivileged) in [
        ("/saml/metadata", StatusCode::OK, StatusCode::OK),
        (ENTER_PROD, StatusCode::SEE_OTHER, StatusCode::FORBIDDEN),
        ("/saml/sso", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
        ("/saml/a/b", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
    ] {
        let answer = organization.open(path, None).await;
        assert_eq!(answer.status, anonymous, "{path}");
        let answer = organization.open(path, Some(&cookie)).await;
        assert_eq!(answer.status, unprivileged, "{path}");
    }
}

#[tokio::test]
async fn nothing_can_be_posted() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    for path in ["/saml/metadata", ENTER_PROD] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let answer = organization.send(method, path, Some(&cookie)).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
    }
}

#[tokio::test]
async fn no_refusal_shows_internals() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    for path in [
        "/saml/sso",
        "/saml/console",
        "/saml/console?account_id=1&role_name=",
        ENTER_PROD,
        "/saml/console?account_id=111111111111&role_name=ReadOnly&destination=x",
    ] {
        let answer = organization.open(path, Some(&cookie)).await;
        assert!(answer.status.is_client_error(), "{path}");
        answer.without_reference();
        let body = answer.body.to_lowercase();
        for internal in ["dynamodb", "arn:", ".rs", "panicked", "table", "serde"] {
            assert!(!body.contains(internal), "{path}: {internal}");
        }
    }
}
