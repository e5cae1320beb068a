//! Who may call what: every route, and what it answers to somebody who has shown nothing and to somebody who may nothing.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use vestibule_credentials::ROUTES;

use crate::browser::Browser;
use crate::fixture::{Answer, Organization};

/// Method, path, query, the status for a stranger, and for a person (by cookie and by token) to whom nothing is assigned.
type Route = (&'static str, &'static str, &'static str, u16, u16);

const ROLE: &str = "?account_id=111111111111&role_name=ReadOnly";

const WHO_MAY: &[Route] = &[
    ("GET", "/assignment/accounts", "", 401, 200),
    (
        "GET",
        "/assignment/roles",
        "?account_id=111111111111",
        401,
        403,
    ),
    ("GET", "/federation/credentials", ROLE, 401, 403),
    ("POST", "/logout", "", 401, 200),
    // These are asked by programs, for which being signed in means nothing.
    ("POST", "/client/register", "", 400, 400),
    ("POST", "/device_authorization", "", 400, 400),
    ("POST", "/token", "", 400, 400),
    // Without a registered client there is nothing to let in.
    ("GET", "/authorize", "", 400, 400),
    ("GET", "/authorize/consent", "", 400, 400),
    ("POST", "/authorize/consent", "", 403, 403),
    ("GET", "/authorize/portal-credentials", ROLE, 401, 403),
    ("GET", "/device", "", 303, 200),
    ("POST", "/device", "", 403, 403),
];

async fn ask(
    organization: &Organization,
    (method, path): (&str, &str),
    (cookie, token): (&str, &str),
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("cookie", cookie)
        .header("x-amz-sso_bearer_token", token)
        .header("x-vestibule-portal", "1");
    organization
        .send(request.body(Body::empty()).unwrap())
        .await
}

#[test]
fn every_route_is_in_the_table() {
    let table: Vec<_> = WHO_MAY.iter().map(|route| (route.0, route.1)).collect();
    assert_eq!(table, ROUTES);
}

#[tokio::test]
async fn strangers_and_people_without_access_are_refused() {
    let organization = Organization::new().await;
    let store = &organization.sample.instance.identity_store;
    let nobody = organization
        .world
        .create_user(store, "nobody")
        .await
        .unwrap();
    for &(method, path, query, stranger, unprivileged) in WHO_MAY {
        let at = (method, &*format!("{path}{query}"));
        let answer = ask(&organization, at, ("", "")).await;
        assert_eq!(answer.status, stranger, "{method} {path}: {}", answer.body);

        let program = organization.cli().await;
        let browser = organization.browser_of(&nobody).await;
        let code = browser.authorize(&program).await;
        let tokens = organization
            .post("/token", &program.redeem(&code))
            .await
            .tokens();
        let cookie = format!("vestibule={}", browser.cookie("vestibule").unwrap());
        let answer = ask(&organization, at, (&cookie, &tokens.access)).await;
        assert_eq!(
            answer.status, unprivileged,
            "{method} {path}: {}",
            answer.body
        );
        assert!(!answer.body.contains("111111111111"));
    }
    assert!(organization.sts.asked().is_empty());
}

#[tokio::test]
async fn every_route_refuses_other_methods_in_its_own_envelope() {
    let organization = Organization::new().await;
    for &(_, path) in ROUTES {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let answer = ask(&organization, (method.as_str(), path), ("", "")).await;
            assert_eq!(
                answer.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            if path.starts_with("/authorize")
                || path.starts_with("/device") && path != "/device_authorization"
            {
                answer.assert_error_page(405, "This does not work");
            } else {
                answer.assert_exception(405, "InvalidRequestException");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let organization = Organization::new().await;
    for path in [
        "/authorize/elsewhere",
        "/device/a/b",
        "/authorize/consent/x",
    ] {
        let answer = Browser::new(&organization).open(path).await;
        answer.assert_error_page(404, "There is no such page");
    }
}

#[tokio::test]
async fn before_the_instance_is_enabled_nothing_works_and_nothing_breaks() {
    let mut organization = Organization::new().await;
    let (access, keys) = (
        organization.context.access.clone(),
        organization.context.keys.clone(),
    );
    let empty = vestibule_tables::fixture::World::empty().await.unwrap();
    let token = organization.sign_in().await.1.access;
    organization.context.access = empty.access;
    organization.context.keys = empty.keys;
    let answer = organization
        .portal(("GET", "/assignment/accounts"), Some(&token))
        .await;
    answer.assert_exception(503, "InternalServerException");
    let answer = Browser::new(&organization).open("/device").await;
    answer.assert_error_page(503, "Not ready yet");
    organization.context.access = access;
    organization.context.keys = keys;
    assert!(organization.opens(&token).await);
}
