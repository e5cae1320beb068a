//! Signing in and out.

use std::sync::Arc;

use http::StatusCode;
use jiff::SignedDuration;

use crate::fixture::{Answer, Browser, Organization, PASSWORD};

const WRONG: &str = "The user name or the password is not right.";

#[tokio::test]
async fn a_user_signs_in_and_sees_the_portal() {
    let organization = Organization::with_password().await;
    let mut browser = organization.browser();
    let turned_away = browser.get("/start/").await;
    assert_eq!(turned_away.status, StatusCode::SEE_OTHER);
    assert_eq!(turned_away.location(), "/start/sign-in");

    let answer = browser.sign_in("alice", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.location(), "/start/");
    let portal = browser.get("/start/").await;
    assert_eq!(portal.status, StatusCode::OK);
    assert!(portal.says("111111111111") && portal.says("ReadOnly"));

    let [record] = &organization.recorded("UserAuthentication").await[..] else {
        panic!("one record");
    };
    assert_eq!(record.event_source, "signin.amazonaws.com");
    assert_eq!(record.source_ip_address, "192.0.2.7");
    assert_eq!(record.request_parameters["CredentialType"], "PASSWORD");
    assert_eq!(record.request_parameters["UserName"], "alice");
    assert_eq!(
        record.service_event_details["UserAuthentication"],
        "Success"
    );
    assert_eq!(record.user_identity["type"], "IdentityCenterUser");
}

#[tokio::test]
async fn the_name_counts_in_any_case_and_the_e_mail_address_too() {
    let organization = Organization::with_password().await;
    for name in ["ALICE", " alice ", "alice@example.com", "Alice@Example.com"] {
        let mut browser = organization.browser();
        let answer = browser.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
    }
}

#[tokio::test]
async fn each_sign_in_begins_a_session_of_its_own() {
    let organization = Organization::with_password().await;
    let mut browser = organization.browser();
    browser.sign_in("alice", PASSWORD).await;
    let first = browser.cookies["vestibule"].clone();
    let mut again = organization.browser();
    again.cookies.insert("vestibule".into(), "planted".into());
    again.sign_in("alice", PASSWORD).await;
    assert_ne!(again.cookies["vestibule"], first);
    assert_ne!(again.cookies["vestibule"], "planted");
    assert_eq!(browser.get("/start/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let organization = Organization::with_password().await;
    let mut browser = organization.browser();
    browser.sign_in("alice", PASSWORD).await;
    let mut copied = browser.clone();
    let mut elsewhere = organization.browser();
    elsewhere.sign_in("alice", PASSWORD).await;

    let mut shown = organization.browser();
    let form = shown.get("/start/sign-in").await;
    browser.cookies.extend(shown.cookies);
    let fields = [
        ("csrf", form.field("csrf")),
        ("user_name", "alice"),
        ("password", PASSWORD),
    ];
    let answer = browser.post("/start/sign-in", &fields).await;
    assert_eq!(answer.location(), "/start/", "{}", answer.body);
    assert_eq!(browser.get("/start/").await.status, StatusCode::OK);
    assert_eq!(elsewhere.get("/start/").await.status, StatusCode::OK);
    assert_eq!(copied.get("/start/").await.status, StatusCode::SEE_OTHER);
}

/// The form as it is shown again, without what was typed and what differs in every form.
fn shown_again(answer: &Answer, user_name: &str) -> String {
    let body = answer.body.replace(answer.field("csrf"), "");
    body.replace(&format!("value=\"{user_name}\""), "")
}

#[tokio::test]
async fn every_reason_not_to_let_somebody_in_is_answered_alike() {
    let organization = Organization::with_password().await;
    let store = &organization.sample.instance.identity_store;
    let without = organization.world.create_user(store, "bob").await.unwrap();
    assert_eq!(without.user_name, "bob");
    let mut browser = organization.browser();
    let wrong = browser.sign_in("alice", "Wrong-Horse-7").await;
    let unknown = browser.sign_in("mallory", PASSWORD).await;
    let no_password = browser.sign_in("bob", PASSWORD).await;
    organization.change_user(|user| user.active = false).await;
    let disabled = browser.sign_in("alice", PASSWORD).await;

    assert!(wrong.says(WRONG));
    let expected = shown_again(&wrong, "alice");
    for (answer, name) in [
        (&unknown, "mallory"),
        (&no_password, "bob"),
        (&disabled, "alice"),
    ] {
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(shown_again(answer, name), expected, "{name}");
        let names = |answer: &Answer| {
            answer
                .headers
                .keys()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(answer), names(&wrong), "{name}");
    }
    assert!(!browser.is_signed_in());

    let records = organization.recorded("CredentialVerification").await;
    let mut names: Vec<_> = records
        .iter()
        .map(|record| record.request_parameters["UserName"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    assert_eq!(names, [hidden, "alice", "alice", "bob"]);
    for record in records {
        assert_eq!(
            record.service_event_details["CredentialVerification"],
            "Failure"
        );
        assert!(!serde_json::to_string(&record).unwrap().contains("Horse"));
    }
}

#[tokio::test]
async fn a_form_that_is_not_ours_signs_nobody_in() {
    let organization = Organization::with_password().await;
    for origin in [None, Some("null"), Some("https://evil.example")] {
        let mut browser = organization.browser();
        browser.origin = origin;
        let answer = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?}");
        assert!(!browser.is_signed_in(), "{origin:?}");
    }
    // Somebody else's form in this browser.
    let mut browser = organization.browser();
    let other = organization.browser().get("/start/sign-in").await;
    let fields = [
        ("csrf", other.field("csrf")),
        ("user_name", "alice"),
        ("password", PASSWORD),
    ];
    let answer = browser.post("/start/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.says("open for too long") && !browser.is_signed_in());
}

#[tokio::test]
async fn people_go_on_to_where_they_wanted_to_but_never_elsewhere() {
    let organization = Organization::with_password().await;
    for (wanted, reached) in [
        ("/saml/console?account_id=1", "/saml/console?account_id=1"),
        ("//evil.example/", "/start/"),
        ("https://evil.example/", "/start/"),
        ("/\\evil.example", "/start/"),
    ] {
        let mut browser = organization.browser();
        let form = browser.get("/start/sign-in").await;
        let fields = [
            ("csrf", form.field("csrf")),
            ("user_name", "alice"),
            ("password", PASSWORD),
            ("return", wanted),
        ];
        let answer = browser.post("/start/sign-in", &fields).await;
        assert_eq!(answer.location(), reached, "{wanted}");
    }
    let mut browser = organization.browser();
    let form = browser
        .get("/start/sign-in?return=%2Fauthorize%3Fclient_id%3Dx")
        .await;
    assert_eq!(form.field("return"), "/authorize?client_id=x");
    assert!(form.says("the AWS CLI"));
}

/// Browsers hold each redirect after the form to where the form may lead, and an application is elsewhere.
#[tokio::test]
async fn whoever_signs_in_for_an_application_goes_on_by_a_page() {
    let organization = Organization::with_password().await;
    let wanted = "/authorize?client_id=arn:aws:sso::999999999999:application/ssoins-7223a1b2c3d4e5f6/apl-0123456789abcdef";
    let mut browser = organization.browser();
    let query = wanted.replace('?', "%3F");
    let form = browser.get(&format!("/start/sign-in?return={query}")).await;
    assert!(form.says("to go on to the application"), "{}", form.body);
    let fields = [
        ("csrf", form.field("csrf")),
        ("user_name", "alice"),
        ("password", PASSWORD),
        ("return", form.field("return")),
    ];
    let answer = browser.post("/start/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(
        answer.says(&format!("content=\"0; url={wanted}\"")),
        "{}",
        answer.body
    );
    assert!(answer.says(&format!("href=\"{wanted}\"")));
    assert!(browser.is_signed_in());
}

#[tokio::test]
async fn whoever_is_signed_in_is_not_asked_again() {
    let organization = Organization::with_password().await;
    let mut browser = organization.browser();
    browser.sign_in("alice", PASSWORD).await;
    let answer = browser.get("/start/sign-in?return=%2Fdevice").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/device");
}

async fn signed_in(organization: &Organization) -> Browser {
    let mut browser = organization.browser();
    browser.sign_in("alice", PASSWORD).await;
    assert!(browser.is_signed_in());
    browser
}

#[tokio::test]
async fn signing_out_ends_the_session_itself() {
    let organization = Organization::with_password().await;
    let mut browser = signed_in(&organization).await;
    let copied = browser.clone();
    let portal = browser.get("/start/").await;
    let csrf = portal.field("csrf").to_owned();

    let forged = browser.post("/start/sign-out", &[("csrf", "x")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/start/").await.status, StatusCode::OK);

    let answer = browser.post("/start/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.says("You are signed out") && !browser.is_signed_in());
    let mut copied = copied;
    assert_eq!(copied.get("/start/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(organization.recorded("Logout").await.len(), 1);

    let again = browser.post("/start/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(again.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_ends_after_the_time_of_the_instance() {
    let organization = Organization::with_password().await;
    let mut browser = signed_in(&organization).await;
    organization.world.advance(SignedDuration::from_mins(479));
    assert_eq!(browser.get("/start/").await.status, StatusCode::OK);
    organization.world.advance(SignedDuration::from_mins(1));
    assert_eq!(browser.get("/start/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_user_who_is_disabled_is_out_at_once() {
    let organization = Organization::with_password().await;
    let mut browser = signed_in(&organization).await;
    organization.change_user(|user| user.active = false).await;
    assert_eq!(browser.get("/start/").await.status, StatusCode::SEE_OTHER);
}

/// Sends the right password while `change` happens, and answers what came of it.
async fn sign_in_meanwhile<F: Future<Output = ()>>(
    organization: &Organization,
    change: impl FnOnce() -> F + Send + 'static,
) -> (Answer, Browser) {
    let mut browser = organization.browser();
    let form = browser.get("/start/sign-in").await;
    let fields = [
        ("csrf", form.field("csrf")),
        ("user_name", "alice"),
        ("password", PASSWORD),
    ];
    let mut browser = organization.interrupted(browser, change);
    let answer = browser.post("/start/sign-in", &fields).await;
    (answer, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_does_not_survive_what_ends_it_before_its_session_began() {
    for disabled in [false, true] {
        let organization = Arc::new(Organization::with_password().await);
        let other = Arc::clone(&organization);
        let change = async move || {
            if disabled {
                other.change_user(|user| user.active = false).await;
                other.change_user(|user| user.active = true).await;
            } else {
                let alice = &other.sample.user.id;
                other.give_password(alice, "Another-Horse-8").await;
            }
        };
        let (answer, browser) = sign_in_meanwhile(&organization, change).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.says("Please sign in again."));
        assert!(!browser.is_signed_in());
        assert_eq!(organization.recorded("UserAuthentication").await.len(), 0);
    }
}
