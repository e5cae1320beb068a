//! `POST /token` with a device code.

use http::StatusCode;

use crate::fixture::{Answer, Organization, Program};

async fn begin(organization: &Organization, program: &Program) -> (String, String) {
    let answer = organization
        .post("/device_authorization", &program.device())
        .await;
    (answer.text("deviceCode"), answer.text("userCode"))
}

async fn decide(organization: &Organization, user_code: &str, decision: &str) -> Answer {
    let browser = organization.browser().await;
    let answer = browser.enter(user_code).await;
    browser.choose(answer.header("location"), decision).await
}

#[tokio::test]
async fn a_device_waits_until_its_person_lets_it_in() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    let (device_code, user_code) = begin(&organization, &program).await;
    // As the AWS CLI does: once before the URL is shown, once right after, then in intervals.
    for pause in [0, 0, 5, 5, 4] {
        organization.advance(pause);
        let answer = organization
            .post("/token", &program.poll(&device_code))
            .await;
        answer.assert_oauth("AuthorizationPendingException", "authorization_pending");
    }
    assert_eq!(
        decide(&organization, &user_code, "allow").await.status,
        StatusCode::OK
    );
    let tokens = organization
        .post("/token", &program.poll(&device_code))
        .await
        .tokens();
    assert_eq!(tokens.expires_in, 3600);
    assert!(organization.opens(&tokens.access).await);
    organization
        .refresh(&program, &tokens.refresh.unwrap())
        .await
        .tokens();
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_told_to_slow_down() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    let (device_code, _) = begin(&organization, &program).await;
    let poll = program.poll(&device_code);
    for _ in 0..2 {
        let answer = organization.post("/token", &poll).await;
        answer.assert_oauth("AuthorizationPendingException", "authorization_pending");
    }
    for _ in 0..3 {
        organization.advance(1);
        let answer = organization.post("/token", &poll).await;
        answer.assert_oauth("SlowDownException", "slow_down");
    }
    organization.advance(5);
    let answer = organization.post("/token", &poll).await;
    answer.assert_oauth("AuthorizationPendingException", "authorization_pending");
}

#[tokio::test]
async fn an_old_program_gets_one_token_for_the_whole_session() {
    let organization = Organization::new().await;
    let program = organization.legacy_cli().await;
    let (device_code, user_code) = begin(&organization, &program).await;
    decide(&organization, &user_code, "allow").await;
    let tokens = organization
        .post("/token", &program.poll(&device_code))
        .await
        .tokens();
    assert_eq!(tokens.expires_in, 8 * 3600);
    assert_eq!(tokens.refresh, None);
    organization.advance(8 * 3600 - 1);
    assert!(organization.opens(&tokens.access).await);
    organization.advance(1);
    assert!(!organization.opens(&tokens.access).await);
}

#[tokio::test]
async fn a_device_that_was_turned_away_is_told_so() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    let (device_code, user_code) = begin(&organization, &program).await;
    let page = decide(&organization, &user_code, "deny").await;
    assert!(page.body.contains("Access denied"));
    let answer = organization
        .post("/token", &program.poll(&device_code))
        .await;
    answer.assert_oauth("AccessDeniedException", "access_denied");
}

#[tokio::test]
async fn a_device_code_expires() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    let (device_code, user_code) = begin(&organization, &program).await;
    let browser = organization.browser().await;
    let flow = browser
        .enter(&user_code)
        .await
        .header("location")
        .to_owned();
    organization.advance(600);
    let answer = organization
        .post("/token", &program.poll(&device_code))
        .await;
    answer.assert_oauth("ExpiredTokenException", "expired_token");
    assert_eq!(
        browser.enter(&user_code).await.status,
        StatusCode::BAD_REQUEST
    );
    browser
        .open(&flow)
        .await
        .assert_error_page(400, "Nothing waits");
}

#[tokio::test]
async fn a_device_code_used_twice_ends_what_it_made() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    let (device_code, user_code) = begin(&organization, &program).await;
    decide(&organization, &user_code, "allow").await;
    let poll = program.poll(&device_code);
    let tokens = organization.post("/token", &poll).await.tokens();
    let answer = organization.post("/token", &poll).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    assert!(!organization.opens(&tokens.access).await);
}

#[tokio::test]
async fn a_device_code_is_its_clients_alone() {
    let organization = Organization::new().await;
    let (program, other) = (
        organization.device_cli().await,
        organization.device_cli().await,
    );
    let (device_code, user_code) = begin(&organization, &program).await;
    decide(&organization, &user_code, "allow").await;
    for poll in [
        other.poll(&device_code),
        program.poll("x"),
        program.poll(&user_code),
        program.poll(&"a".repeat(43)),
    ] {
        let answer = organization.post("/token", &poll).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
    organization
        .post("/token", &program.poll(&device_code))
        .await
        .tokens();
}

#[tokio::test]
async fn an_approval_is_void_once_its_session_was_ended() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    let (device_code, user_code) = begin(&organization, &program).await;
    decide(&organization, &user_code, "allow").await;
    organization.change_user(|user| user.active = false).await;
    let answer = organization
        .post("/token", &program.poll(&device_code))
        .await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
}
