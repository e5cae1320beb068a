//! `GET /authorize`.

use http::StatusCode;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use crate::browser::{Browser, parameters, query};
use crate::fixture::{Answer, Organization, REDIRECT_URI};

/// The AWS CLI's request with one parameter changed, or left out.
async fn changed(organization: &Organization, name: &str, value: Option<&str>) -> Answer {
    let program = organization.cli().await;
    let mut pairs = program.authorization();
    pairs.retain(|(found, _)| *found != name);
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    let pairs = pairs.chain(value.map(|value| (name, value)));
    let path = format!("/authorize?{}", query(pairs));
    Browser::new(organization).open(&path).await
}

#[tokio::test]
async fn a_browser_is_sent_to_where_its_person_decides() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    let browser = Browser::new(&organization);
    let path = browser.begin(&program).await;
    assert!(path.starts_with("/authorize/consent?flow="), "{path}");
    assert!(browser.cookie("vestibule-browser").is_some());
    let first = browser.cookie("vestibule-browser");
    browser.begin(&program).await;
    assert_eq!(browser.cookie("vestibule-browser"), first);
    browser.open(&path).await;
}

#[tokio::test]
async fn who_is_not_signed_in_signs_in_first_and_comes_back() {
    let organization = Organization::new().await;
    let browser = Browser::new(&organization);
    let path = browser.begin(&organization.cli().await).await;
    let answer = browser.open(&path).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let location = answer.header("location");
    assert!(location.starts_with("/start/sign-in?return="), "{location}");
    assert_eq!(parameters(location)["return"], path);
}

#[tokio::test]
async fn until_the_redirect_uri_is_trusted_a_fault_is_a_page() {
    let organization = Organization::new().await;
    let long = "x".repeat(10_000);
    for client in [
        None,
        Some(""),
        Some("x"),
        Some("x.y"),
        Some("ü"),
        Some(long.as_str()),
    ] {
        let answer = changed(&organization, "client_id", client).await;
        answer.assert_error_page(400, "not known here");
    }
    for uri in [
        None,
        Some("http://127.0.0.1:43795/other"),
        Some("http://localhost:43795/oauth/callback"),
        Some("https://evil.example/oauth/callback"),
        Some("http://127.0.0.1:43795@evil.example/oauth/callback"),
    ] {
        let answer = changed(&organization, "redirect_uri", uri).await;
        answer.assert_error_page(400, "leads elsewhere");
        assert!(!answer.headers.contains_key("location"));
    }
}

#[tokio::test]
async fn once_it_is_trusted_a_fault_goes_there_with_the_state() {
    let organization = Organization::new().await;
    for (name, value, error) in [
        ("response_type", Some("token"), "unsupported_response_type"),
        ("response_type", None, "invalid_request"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("scopes", Some("openid"), "invalid_scope"),
    ] {
        let answer = changed(&organization, name, value).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
        let location = answer.header("location");
        assert!(
            location.starts_with(&format!("{REDIRECT_URI}?")),
            "{location}"
        );
        let parameters = parameters(location);
        assert_eq!(parameters["error"], error, "{name}");
        assert_eq!(parameters["state"], "the state");
        assert!(!parameters.contains_key("code"));
    }
    let long = "s".repeat(2000);
    let answer = changed(&organization, "state", Some(&long)).await;
    let parameters = parameters(answer.header("location"));
    assert_eq!(parameters["error"], "invalid_request");
    assert!(!parameters.contains_key("state"));
}

#[tokio::test]
async fn a_parameter_that_is_given_twice_is_refused() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    for (twice, status) in [
        ("client_id", 400),
        ("redirect_uri", 400),
        ("state", 303),
        ("code_challenge", 303),
    ] {
        let mut pairs = program.authorization();
        let again = pairs.iter().find(|(name, _)| *name == twice).cloned();
        pairs.extend(again);
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        let answer = Browser::new(&organization)
            .open(&format!("/authorize?{}", query(pairs)))
            .await;
        assert_eq!(answer.status, status, "{twice}");
        assert!(
            answer
                .headers
                .get("location")
                .is_none_or(|to| to.to_str().unwrap().contains("error=invalid_request"))
        );
    }
}

#[tokio::test]
async fn a_registration_that_has_expired_is_not_known() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    organization
        .world
        .advance(SignedDuration::from_hours(90 * 24));
    let pairs = program.authorization();
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    let answer = Browser::new(&organization)
        .open(&format!("/authorize?{}", query(pairs)))
        .await;
    answer.assert_error_page(400, "not known here");
}

#[tokio::test]
async fn a_program_that_did_not_register_for_codes_gets_none() {
    let organization = Organization::new().await;
    let program = organization
        .register(&json!({
            "clientName": "only-devices",
            "clientType": "public",
            "grantTypes": ["refresh_token"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"],
        }))
        .await;
    let path = Browser::new(&organization).begin(&program).await;
    assert_eq!(parameters(&path)["error"], "unauthorized_client");
}

#[test]
fn no_query_breaks_it() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let organization = runtime.block_on(Organization::new());
    let program = runtime.block_on(organization.cli());
    let queries = (
        "[a-z_]{1,14}",
        "\\PC{0,40}",
        any::<proptest::sample::Index>(),
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let outcome = runner.run(&queries, |(name, value, index)| {
        let mut pairs = program.authorization();
        let changed = index.get(&pairs).0;
        pairs.retain(|(name, _)| *name != changed);
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        let query =
            query(pairs.chain([(changed, value.as_str()), (name.as_str(), value.as_str())]));
        let answer =
            runtime.block_on(Browser::new(&organization).open(&format!("/authorize?{query}")));
        prop_assert!([StatusCode::SEE_OTHER, StatusCode::BAD_REQUEST].contains(&answer.status));
        Ok(())
    });
    outcome.unwrap();
}
