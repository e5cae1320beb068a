//! `POST /token` with a refresh token.

use serde_json::json;

use crate::fixture::Organization;

#[tokio::test]
async fn a_refresh_token_is_replaced_when_it_is_used() {
    let organization = Organization::new().await;
    let (program, first) = organization.sign_in().await;
    organization.advance(2700);
    let second = organization
        .refresh(&program, first.refresh.as_ref().unwrap())
        .await
        .tokens();
    assert_eq!(second.expires_in, 3600);
    assert_ne!(second.refresh, first.refresh);
    assert!(organization.opens(&first.access).await && organization.opens(&second.access).await);
    organization.advance(2700);
    let third = organization
        .refresh(&program, second.refresh.as_ref().unwrap())
        .await
        .tokens();
    assert_ne!(third.refresh, second.refresh);
    assert!(organization.opens(&third.access).await);
}

#[tokio::test]
async fn eight_programs_that_share_a_cache_all_go_on_working() {
    let organization = Organization::new().await;
    let (program, first) = organization.sign_in().await;
    organization.advance(2700);
    let token = first.refresh.unwrap();
    let answers = (0..8).map(|_| organization.refresh(&program, &token));
    let answers = futures_util::future::join_all(answers).await;
    let tokens: Vec<_> = answers.iter().map(super::fixture::Answer::tokens).collect();
    for one in &tokens {
        assert!(organization.opens(&one.access).await);
        // Whichever wrote the cache last, what is in it goes on working.
        assert_eq!(one.refresh, tokens[0].refresh);
    }
    organization.advance(2700);
    organization
        .refresh(&program, tokens[7].refresh.as_ref().unwrap())
        .await
        .tokens();
}

#[tokio::test]
async fn the_last_token_is_usable_for_a_minute_and_then_ends_the_family() {
    let organization = Organization::new().await;
    let (program, first) = organization.sign_in().await;
    let old = first.refresh.unwrap();
    let second = organization.refresh(&program, &old).await.tokens();
    organization.advance(59);
    let late = organization.refresh(&program, &old).await.tokens();
    assert_eq!(late.refresh, second.refresh);
    organization.advance(1);
    let answer = organization.refresh(&program, &old).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    for access in [&first.access, &second.access, &late.access] {
        assert!(!organization.opens(access).await);
    }
    let answer = organization
        .refresh(&program, &second.refresh.unwrap())
        .await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    let records = organization.recorded("CreateToken").await;
    let reused = records.iter().filter(|record| record.error_code.is_some());
    assert_eq!(reused.count(), 1);
}

#[tokio::test]
async fn a_token_that_was_just_made_is_not_replaced_yet() {
    let organization = Organization::new().await;
    let (program, first) = organization.sign_in().await;
    let old = first.refresh.unwrap();
    let new = organization
        .refresh(&program, &old)
        .await
        .tokens()
        .refresh
        .unwrap();
    // Another program with the same cache comes with the old one in the same minute.
    let again = organization.refresh(&program, &new).await.tokens();
    assert_eq!(again.refresh.as_ref(), Some(&new));
    organization.refresh(&program, &old).await.tokens();
    organization.advance(60);
    assert_ne!(
        organization.refresh(&program, &new).await.tokens().refresh,
        Some(new)
    );
}

#[tokio::test]
async fn nothing_outlives_the_session() {
    let organization = Organization::new().await;
    let (program, mut tokens) = organization.sign_in().await;
    let session = 480 * 60;
    for _ in 0..10 {
        organization.advance(2790);
        tokens = organization
            .refresh(&program, &tokens.refresh.unwrap())
            .await
            .tokens();
    }
    assert_eq!(tokens.expires_in, session - 27_900);
    organization.advance(session - 27_900);
    assert!(!organization.opens(&tokens.access).await);
    let answer = organization
        .refresh(&program, &tokens.refresh.unwrap())
        .await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_is_its_clients_alone_and_no_access_token() {
    let organization = Organization::new().await;
    let (program, tokens) = organization.sign_in().await;
    let refresh = tokens.refresh.unwrap();
    let other = organization.cli().await;
    for (program, token) in [
        (&other, refresh.as_str()),
        (&program, tokens.access.as_str()),
        (&program, "x"),
        (&program, ""),
        (&program, &"a".repeat(43)),
    ] {
        let answer = organization.refresh(program, token).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
    assert!(!organization.opens(&refresh).await);
    let mut body = program.refresh(&refresh);
    body["refreshToken"] = json!(null);
    let answer = organization.post("/token", &body).await;
    answer.assert_oauth("InvalidRequestException", "invalid_request");
    organization.refresh(&program, &refresh).await.tokens();
}
