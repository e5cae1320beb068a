//! `GET` and `POST /authorize/consent`.

use http::StatusCode;
use serde_json::json;

use crate::browser::{Browser, parameters, query};
use crate::fixture::{Organization, REDIRECT_URI};

#[tokio::test]
async fn the_page_says_who_asks_from_where_and_since_when() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let path = browser.begin(&organization.cli().await).await;
    let page = browser.open(&path).await;
    for shown in [
        "botocore-client-dev",
        "not verified",
        "2026-01-02T03:04:05Z",
        "unknown",
        "http://127.0.0.1:43795",
        "alice",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:43795;"),
        "{policy}"
    );
    assert_eq!(page.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn a_name_is_shown_as_text_only() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let program = organization
        .register(&json!({
            "clientName": "<script>alert(1)</script>",
            "clientType": "public",
            "scopes": ["sso:account:access"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"],
        }))
        .await;
    let path = browser.begin(&program).await;
    let page = browser.open(&path).await;
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
}

#[tokio::test]
async fn whoever_denies_sends_the_program_away_and_ends_the_flow() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let path = browser.begin(&organization.cli().await).await;
    let answer = browser.choose(&path, "deny").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let parameters = parameters(answer.header("location"));
    assert_eq!(parameters["error"], "access_denied");
    assert_eq!(parameters["state"], "the state");
    browser
        .open(&path)
        .await
        .assert_error_page(400, "Nothing waits");
    let records = organization.recorded("AuthorizeClient").await;
    assert_eq!(
        records[0].response_elements,
        Some(json!({ "allowed": false }))
    );
}

#[tokio::test]
async fn a_decision_is_made_once() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let path = browser.begin(&organization.cli().await).await;
    let csrf = browser.open(&path).await.csrf();
    let allow = [("csrf", csrf.as_str()), ("decision", "allow")];
    let (one, other) = tokio::join!(browser.post(&path, &allow), browser.post(&path, &allow));
    let mut answers = [one, other];
    answers.sort_by_key(|answer| answer.status);
    assert_eq!(answers[0].status, StatusCode::SEE_OTHER);
    answers[1].assert_error_page(400, "Nothing waits");
    assert_eq!(organization.recorded("AuthorizeClient").await.len(), 1);
}

#[tokio::test]
async fn a_flow_counts_only_in_the_browser_it_began_in() {
    let organization = Organization::new().await;
    let (mut browser, other) = (organization.browser().await, organization.browser().await);
    let path = browser.begin(&organization.cli().await).await;
    other
        .open(&path)
        .await
        .assert_error_page(400, "Nothing waits");
    other.begin(&organization.cli().await).await;
    other
        .open(&path)
        .await
        .assert_error_page(400, "Nothing waits");
    let csrf = browser.open(&path).await.csrf();
    let allow = [("csrf", csrf.as_str()), ("decision", "allow")];
    other
        .post(&path, &allow)
        .await
        .assert_error_page(400, "Nothing waits");
    browser.forget("vestibule-browser");
    browser
        .post(&path, &allow)
        .await
        .assert_error_page(400, "Nothing waits");
}

#[tokio::test]
async fn a_form_of_another_origin_session_or_flow_is_refused() {
    let organization = Organization::new().await;
    let mut browser = organization.browser().await;
    let program = organization.cli().await;
    let (path, other) = (browser.begin(&program).await, browser.begin(&program).await);
    let csrf = browser.open(&path).await.csrf();
    let allow = [("csrf", csrf.as_str()), ("decision", "allow")];
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some("http://localhost:8081"),
    ] {
        let answer = browser.post_from(origin, &path, &allow).await;
        answer.assert_error_page(403, "This form has expired");
    }
    browser
        .post(&other, &allow)
        .await
        .assert_error_page(403, "This form has expired");
    for fields in [
        vec![("csrf", csrf.as_str())],
        vec![("csrf", csrf.as_str()), ("decision", "perhaps")],
        vec![("csrf", ""), ("decision", "allow")],
        vec![("decision", "allow")],
        vec![
            ("csrf", csrf.as_str()),
            ("decision", "deny"),
            ("decision", "allow"),
        ],
    ] {
        browser
            .post(&path, &fields)
            .await
            .assert_error_page(403, "This form has expired");
    }
    let session = organization
        .world
        .sign_in(&organization.sample.user.id)
        .await
        .unwrap();
    browser.keep("vestibule", session.expose());
    browser
        .post(&path, &allow)
        .await
        .assert_error_page(403, "This form has expired");
    assert!(organization.recorded("AuthorizeClient").await.is_empty());
}

#[tokio::test]
async fn whoever_was_signed_out_meanwhile_signs_in_again() {
    let organization = Organization::new().await;
    let mut browser = organization.browser().await;
    let path = browser.begin(&organization.cli().await).await;
    let csrf = browser.open(&path).await.csrf();
    browser.forget("vestibule");
    let answer = browser
        .post(&path, &[("csrf", &csrf), ("decision", "allow")])
        .await;
    assert_eq!(parameters(answer.header("location"))["return"], path);
}

#[tokio::test]
async fn a_flow_is_over_after_ten_minutes() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let path = browser.begin(&organization.cli().await).await;
    organization.advance(599);
    assert_eq!(browser.open(&path).await.status, StatusCode::OK);
    organization.advance(1);
    browser
        .open(&path)
        .await
        .assert_error_page(400, "Nothing waits");
}

#[tokio::test]
async fn a_flow_that_is_garbage_is_no_flow() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    browser.begin(&organization.cli().await).await;
    for garbage in ["", "x", &"a".repeat(43), &"a".repeat(5000), "ü"] {
        let path = format!("/authorize/consent?{}", query([("flow", garbage)]));
        browser
            .open(&path)
            .await
            .assert_error_page(400, "Nothing waits");
    }
}

#[tokio::test]
async fn a_program_at_an_ipv6_address_is_reached_by_a_link() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let program = organization
        .register(&json!({
            "clientName": "six",
            "clientType": "public",
            "scopes": ["sso:account:access"],
            "redirectUris": ["http://[::1]/cb"],
        }))
        .await;
    let mut pairs = program.authorization();
    for (name, value) in &mut pairs {
        if *name == "redirect_uri" {
            "http://[::1]:5000/cb".clone_into(value);
        }
    }
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    let answer = browser.open(&format!("/authorize?{}", query(pairs))).await;
    let answer = browser.choose(answer.header("location"), "allow").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.body.contains("href=\"http://[::1]:5000/cb?code="),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn consent_is_on_record_without_the_code() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let code = browser.authorize(&organization.cli().await).await;
    let records = organization.recorded("AuthorizeClient").await;
    let [record] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(
        record.user_identity["onBehalfOf"]["userId"],
        json!(organization.sample.user.id)
    );
    assert_eq!(
        record.request_parameters["clientName"],
        "botocore-client-dev"
    );
    assert!(!serde_json::to_string(record).unwrap().contains(&code));
}

#[tokio::test]
async fn on_https_the_browser_is_known_by_a_host_cookie() {
    let organization = Organization::new().await;
    organization
        .configure(|instance| "https://sso.example.com".clone_into(&mut instance.public_origin))
        .await;
    let browser = Browser::new(&organization);
    browser.begin(&organization.cli().await).await;
    assert!(browser.cookie("__Host-vestibule-browser").is_some());
    assert!(REDIRECT_URI.starts_with("http://127"));
}
