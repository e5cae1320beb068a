//! Who may call what: each route, and what it answers to somebody who has not signed in.

use http::{Method, StatusCode};

use crate::fixture::Organization;

/// Method, path, and the status for a stranger who sends nothing.
const ROUTES: [(&str, &str, StatusCode); 14] = [
    ("GET", "/", StatusCode::FOUND),
    ("GET", "/start", StatusCode::SEE_OTHER),
    ("GET", "/start/", StatusCode::SEE_OTHER),
    ("HEAD", "/start", StatusCode::FOUND),
    ("HEAD", "/start/", StatusCode::FOUND),
    ("GET", "/start/sign-in", StatusCode::OK),
    ("POST", "/start/sign-in", StatusCode::BAD_REQUEST),
    ("GET", "/start/sign-out", StatusCode::FOUND),
    ("POST", "/start/sign-out", StatusCode::BAD_REQUEST),
    ("GET", "/start/password/x", StatusCode::NOT_FOUND),
    ("POST", "/start/password/x", StatusCode::BAD_REQUEST),
    ("GET", "/start/assets/x.css", StatusCode::NOT_FOUND),
    ("GET", "/start/nothing", StatusCode::NOT_FOUND),
    ("GET", "/start/a/b/c", StatusCode::NOT_FOUND),
];

#[tokio::test]
async fn strangers_see_nothing_but_doors() {
    let organization = Organization::new().await;
    for (method, path, expected) in ROUTES {
        let method: Method = method.parse().unwrap();
        let answer = organization.browser().send(method, path, None).await;
        assert_eq!(answer.status, expected, "{path}");
        assert!(!answer.says("dev@example.com"), "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    let organization = Organization::new().await;
    for path in [
        "/start",
        "/start/",
        "/start/sign-in",
        "/start/sign-out",
        "/start/password/x",
    ] {
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = organization.browser().send(method, path, None).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
    }
}

#[tokio::test]
async fn no_refusal_shows_internals() {
    let organization = Organization::new().await;
    let long = "x".repeat(2 * 1024 * 1024);
    let bodies = [
        "",
        "user_name=a",
        "user_name=%FF%FF&password=%00",
        "=&=&&&",
        &long,
    ];
    for (method, path, _) in ROUTES {
        let method: Method = method.parse().unwrap();
        for body in bodies {
            let form = (method == Method::POST).then(|| body.to_owned());
            let mut browser = organization.browser();
            let answer = browser.send(method.clone(), path, form).await;
            assert!(!answer.status.is_server_error(), "{path}");
            let shown = answer.body.to_lowercase();
            for internal in [
                "dynamodb",
                "arn:",
                ".rs",
                "panicked",
                "serde",
                "missing field",
            ] {
                assert!(!shown.contains(internal), "{path}: {internal}");
            }
        }
    }
}
