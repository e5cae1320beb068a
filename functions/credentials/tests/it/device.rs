//! `GET` and `POST /device`.

use http::StatusCode;

use crate::browser::{Browser, parameters};
use crate::fixture::Organization;

async fn begin(organization: &Organization) -> String {
    let program = organization.device_cli().await;
    let answer = organization
        .post("/device_authorization", &program.device())
        .await;
    answer.text("userCode")
}

#[tokio::test]
async fn a_link_with_the_code_only_fills_it_in() {
    let organization = Organization::new().await;
    let code = begin(&organization).await;
    let browser = organization.browser().await;
    let page = browser.open(&format!("/device?user_code={code}")).await;
    assert!(
        page.body.contains(&format!("value=\"{code}\"")),
        "{}",
        page.body
    );
    assert!(organization.recorded("AuthorizeClient").await.is_empty());
    for garbage in ["%3Cb%3E", "call+0800+123", "", "BCDFGHJ"] {
        let page = browser.open(&format!("/device?user_code={garbage}")).await;
        assert!(page.body.contains("value=\"\""), "{}", page.body);
    }
}

#[tokio::test]
async fn who_is_not_signed_in_signs_in_first_and_comes_back() {
    let organization = Organization::new().await;
    let answer = Browser::new(&organization)
        .open("/device?user_code=BCDF-GHJK")
        .await;
    assert_eq!(
        parameters(answer.header("location"))["return"],
        "/device?user_code=BCDF-GHJK"
    );
}

#[tokio::test]
async fn the_page_that_asks_shows_the_code_to_compare() {
    let organization = Organization::new().await;
    let code = begin(&organization).await;
    let browser = organization.browser().await;
    let answer = browser.enter(&code.to_lowercase().replace('-', " ")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = browser.open(answer.header("location")).await;
    assert!(
        page.body.contains(&code) && page.body.contains("botocore-client-dev"),
        "{}",
        page.body
    );
    assert!(
        page.header("content-security-policy")
            .contains("form-action 'self';")
    );
}

#[tokio::test]
async fn a_code_that_is_not_known_is_asked_for_again() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    for typed in ["BCDF-GHJK", "x", "", &"B".repeat(500)] {
        let page = browser.enter(typed).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{typed}");
        assert!(
            page.body.contains("This code is not known"),
            "{}",
            page.body
        );
    }
}

#[tokio::test]
async fn a_code_is_no_code_once_it_was_decided_on() {
    let organization = Organization::new().await;
    let code = begin(&organization).await;
    let browser = organization.browser().await;
    let (flow, other) = (browser.enter(&code).await, browser.enter(&code).await);
    browser.choose(flow.header("location"), "allow").await;
    assert_eq!(browser.enter(&code).await.status, StatusCode::BAD_REQUEST);
    let page = browser.choose(other.header("location"), "deny").await;
    page.assert_error_page(400, "Nothing waits");
}

#[tokio::test]
async fn nobody_guesses_codes() {
    let organization = Organization::new().await;
    let code = begin(&organization).await;
    let browser = organization.browser().await;
    for _ in 0..10 {
        assert_eq!(
            browser.enter("BCDF-GHJK").await.status,
            StatusCode::BAD_REQUEST
        );
    }
    let page = browser.enter(&code).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.body.contains("Too many attempts"));
    // Another session of the same person changes nothing; another person has attempts of their own.
    assert_eq!(
        organization.browser().await.enter(&code).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    let store = &organization.sample.instance.identity_store;
    let bob = organization.world.create_user(store, "bob").await.unwrap();
    let browser = organization.browser_of(&bob).await;
    assert_eq!(browser.enter(&code).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_address_does_not_guess_for_many_people() {
    let organization = Organization::new().await;
    let store = &organization.sample.instance.identity_store;
    for number in 0..10 {
        let name = format!("user{number}");
        let user = organization.world.create_user(store, &name).await.unwrap();
        let browser = organization.browser_of(&user).await;
        for _ in 0..10 {
            assert_eq!(
                browser.enter("BCDF-GHJK").await.status,
                StatusCode::BAD_REQUEST
            );
        }
    }
    assert_eq!(
        organization.browser().await.enter("BCDF-GHJK").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn a_form_of_another_origin_or_session_is_refused() {
    let organization = Organization::new().await;
    let code = begin(&organization).await;
    let (browser, other) = (organization.browser().await, organization.browser().await);
    let csrf = browser.open("/device").await.csrf();
    let fields = [("csrf", csrf.as_str()), ("user_code", code.as_str())];
    for origin in [None, Some("null"), Some("https://evil.example")] {
        let answer = browser.post_from(origin, "/device", &fields).await;
        answer.assert_error_page(403, "This form has expired");
    }
    other
        .post("/device", &fields)
        .await
        .assert_error_page(403, "This form has expired");
    browser
        .post("/device", &[("csrf", &csrf)])
        .await
        .assert_error_page(403, "This form has expired");
    let answer = Browser::new(&organization).post("/device", &fields).await;
    assert_eq!(parameters(answer.header("location"))["return"], "/device");
}
