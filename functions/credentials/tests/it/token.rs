//! `POST /token`: what all grants share, and the authorization code.

use serde_json::json;

use crate::fixture::{Organization, REDIRECT_URI, VERIFIER};

#[tokio::test]
async fn a_code_is_redeemed_for_an_hour_and_a_refresh_token() {
    let organization = Organization::new().await;
    let (_, tokens) = organization.sign_in().await;
    assert_eq!(tokens.expires_in, 3600);
    assert!(tokens.refresh.is_some());
    assert!(organization.opens(&tokens.access).await);
    organization.advance(3599);
    assert!(organization.opens(&tokens.access).await);
    organization.advance(1);
    assert!(!organization.opens(&tokens.access).await);
}

#[tokio::test]
async fn tokens_are_on_record_without_themselves() {
    let organization = Organization::new().await;
    let (program, tokens) = organization.sign_in().await;
    let records = organization.recorded("CreateToken").await;
    let [record] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(
        record.user_identity["onBehalfOf"]["userId"],
        json!(organization.sample.user.id)
    );
    assert_eq!(record.request_parameters["grantType"], "authorization_code");
    let text = serde_json::to_string(record).unwrap();
    for secret in [
        &tokens.access,
        tokens.refresh.as_ref().unwrap(),
        &program.secret,
        &VERIFIER.to_owned(),
    ] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn a_code_used_twice_ends_what_it_made() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    let code = organization.browser().await.authorize(&program).await;
    let tokens = organization
        .post("/token", &program.redeem(&code))
        .await
        .tokens();
    organization.advance(30);
    let answer = organization.post("/token", &program.redeem(&code)).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    assert!(!organization.opens(&tokens.access).await);
    let answer = organization
        .refresh(&program, &tokens.refresh.unwrap())
        .await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    let records = organization.recorded("CreateToken").await;
    assert_eq!(
        records[1].error_code.as_deref(),
        Some("InvalidGrantException")
    );
}

#[tokio::test]
async fn a_used_code_in_the_hands_of_another_client_ends_nothing() {
    let organization = Organization::new().await;
    let (program, other) = (organization.cli().await, organization.cli().await);
    let code = organization.browser().await.authorize(&program).await;
    let tokens = organization
        .post("/token", &program.redeem(&code))
        .await
        .tokens();
    let answer = organization.post("/token", &other.redeem(&code)).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    assert!(organization.opens(&tokens.access).await);
}

#[tokio::test]
async fn of_many_at_once_none_keeps_what_one_code_made() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    let code = organization.browser().await.authorize(&program).await;
    let body = program.redeem(&code);
    let answers =
        futures_util::future::join_all((0..8).map(|_| organization.post("/token", &body))).await;
    let (given, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((given.len(), refused.len()), (1, 7));
    assert!(!organization.opens(&given[0].tokens().access).await);
}

#[tokio::test]
async fn a_code_is_only_for_its_client_redirect_uri_and_verifier() {
    let organization = Organization::new().await;
    let (program, other) = (organization.cli().await, organization.cli().await);
    let code = organization.browser().await.authorize(&program).await;
    for (member, value) in [
        ("redirectUri", "http://127.0.0.1:1/oauth/callback"),
        ("redirectUri", "http://127.0.0.1/oauth/callback"),
        ("codeVerifier", &*VERIFIER.to_lowercase()),
        ("codeVerifier", "short"),
        ("codeVerifier", ""),
        ("code", "x"),
        ("code", &*"a".repeat(43)),
    ] {
        let mut body = program.redeem(&code);
        body[member] = json!(value);
        let answer = organization.post("/token", &body).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
    let answer = organization.post("/token", &other.redeem(&code)).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    for member in ["redirectUri", "codeVerifier", "code"] {
        let mut body = program.redeem(&code);
        body.as_object_mut().unwrap().remove(member);
        let answer = organization.post("/token", &body).await;
        answer.assert_oauth("InvalidRequestException", "invalid_request");
    }
    organization
        .post("/token", &program.redeem(&code))
        .await
        .tokens();
}

#[tokio::test]
async fn an_expired_code_is_refused() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    let browser = organization.browser().await;
    let (late, timely) = (
        browser.authorize(&program).await,
        browser.authorize(&program).await,
    );
    organization.advance(299);
    organization
        .post("/token", &program.redeem(&timely))
        .await
        .tokens();
    organization.advance(1);
    let answer = organization.post("/token", &program.redeem(&late)).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
}

#[tokio::test]
async fn a_code_is_void_once_the_session_of_its_consent_was_ended() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    let code = organization.browser().await.authorize(&program).await;
    organization.advance(10);
    let now = organization.world.clock.now();
    organization
        .change_user(|user| user.sessions_not_before = Some(now))
        .await;
    let answer = organization.post("/token", &program.redeem(&code)).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
}

#[tokio::test]
async fn no_token_outlives_the_sessions_of_its_user() {
    let organization = Organization::new().await;
    let (program, tokens) = organization.sign_in().await;
    organization.change_user(|user| user.active = false).await;
    assert!(!organization.opens(&tokens.access).await);
    let refresh = tokens.refresh.unwrap();
    let answer = organization.refresh(&program, &refresh).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    organization.change_user(|user| user.active = true).await;
    assert!(organization.opens(&tokens.access).await);
    organization.advance(1);
    let now = organization.world.clock.now();
    organization
        .change_user(|user| user.sessions_not_before = Some(now))
        .await;
    assert!(!organization.opens(&tokens.access).await);
}

#[tokio::test]
async fn a_client_shows_its_own_secret() {
    let organization = Organization::new().await;
    let (program, other) = (organization.cli().await, organization.cli().await);
    let code = organization.browser().await.authorize(&program).await;
    for (id, secret) in [
        (&program.id, &other.secret),
        (&other.id, &program.secret),
        (&program.id, &program.id),
        (&program.secret, &program.secret),
        (&program.id, &String::new()),
        (&"x".repeat(5000), &program.secret),
    ] {
        let mut body = program.redeem(&code);
        body["clientId"] = json!(id);
        body["clientSecret"] = json!(secret);
        let answer = organization.post("/token", &body).await;
        answer.assert_oauth("InvalidClientException", "invalid_client");
    }
    organization.advance(90 * 24 * 3600);
    let answer = organization.post("/token", &program.redeem(&code)).await;
    answer.assert_oauth("InvalidClientException", "invalid_client");
}

#[tokio::test]
async fn other_grants_are_not_offered() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    for grant in [
        "password",
        "client_credentials",
        "",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        let mut body = program.refresh("x");
        body["grantType"] = json!(grant);
        let answer = organization.post("/token", &body).await;
        answer.assert_oauth("UnsupportedGrantTypeException", "unsupported_grant_type");
    }
    let answer = organization.post("/token", &program.poll("x")).await;
    answer.assert_oauth("UnauthorizedClientException", "unauthorized_client");
    let mut body = organization.device_cli().await.redeem("x");
    body["redirectUri"] = json!(REDIRECT_URI);
    let answer = organization.post("/token", &body).await;
    answer.assert_oauth("UnauthorizedClientException", "unauthorized_client");
}
