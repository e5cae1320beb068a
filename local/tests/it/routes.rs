//! One set of routes: the template's, which `local` follows, and those that the functions answer.

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use tower::ServiceExt;
use vestibule_tables::{Method, Route, Template};

use crate::ground::functions;
use crate::sources::{literals_after, texts};

/// A path that fits a route: each variable has some value.
fn example(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{proxy+}" => "any/thing",
        greedy if greedy.starts_with("{*") => "any/thing",
        variable if variable.starts_with('{') => "anything",
        literal => literal,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn method(route: &Route) -> &str {
    match &route.method {
        Method::Any => "GET",
        Method::Only(method) => method,
    }
}

#[test]
fn no_two_functions_claim_a_route() {
    let mut claimed = BTreeSet::new();
    for function in &Template::embedded().unwrap().functions {
        for route in &function.routes {
            let claim = (method(route), &route.path);
            assert!(claimed.insert(claim), "{claim:?}");
        }
    }
}

#[tokio::test]
async fn every_route_of_the_template_is_answered_by_its_function() {
    let functions = functions().await;
    for function in &Template::embedded().unwrap().functions {
        for route in &function.routes {
            let router = functions.router_of(&function.binary);
            let router = router.unwrap_or_else(|| panic!("{} has no router", function.binary));
            let request = Request::builder()
                .method(method(route))
                .uri(example(&route.path))
                .body(Body::empty())
                .unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            // The framework's own refusals have no body; a function's have.
            let unknown =
                status == StatusCode::NOT_FOUND || status == StatusCode::METHOD_NOT_ALLOWED;
            assert!(!unknown || !body.is_empty(), "{route:?}: {status}");
        }
    }
}

#[test]
fn every_route_of_a_function_is_in_the_template() {
    let template = Template::embedded().unwrap();
    for function in template
        .functions
        .iter()
        .filter(|function| !function.routes.is_empty())
    {
        let texts = texts(&format!("functions/{}/src", function.binary));
        let mut paths: Vec<&str> = texts
            .iter()
            .flat_map(|text| literals_after(text, ".route("))
            .collect();
        if function.binary == "credentials" {
            paths.extend(vestibule_credentials::ROUTES.iter().map(|(_, path)| *path));
        }
        assert!(!paths.is_empty(), "{}", function.binary);
        for path in paths {
            let path = example(path);
            let reached = ["GET", "POST"].iter().any(|method| {
                let found = template.route(method, &path);
                found.is_some_and(|(found, _)| found.binary == function.binary)
            });
            assert!(reached, "{} never sees {path}", function.binary);
        }
    }
    for (method, path) in vestibule_credentials::ROUTES {
        let found = template
            .route(method, path)
            .map(|(function, _)| &function.binary);
        assert_eq!(
            found.map(String::as_str),
            Some("credentials"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn what_no_route_fits_is_answered_as_api_gateway_does() {
    let router = functions().await.router();
    for (method, path) in [("GET", "/nothing"), ("POST", "/start"), ("DELETE", "/")] {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{method} {path}");
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(&body[..], br#"{"message":"Not Found"}"#, "{method} {path}");
    }
}
