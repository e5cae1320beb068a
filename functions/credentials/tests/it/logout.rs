//! `POST /logout`.

use http::StatusCode;

use crate::fixture::Organization;

#[tokio::test]
async fn logging_out_ends_all_tokens_of_the_sign_in_and_no_others() {
    let organization = Organization::new().await;
    let (program, first) = organization.sign_in().await;
    let (_, other) = organization.sign_in().await;
    let second = organization
        .refresh(&program, &first.refresh.unwrap())
        .await
        .tokens();
    let answer = organization
        .portal(("POST", "/logout"), Some(&first.access))
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    assert!(!organization.opens(&first.access).await);
    assert!(!organization.opens(&second.access).await);
    let answer = organization
        .refresh(&program, &second.refresh.unwrap())
        .await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    assert!(organization.opens(&other.access).await);
    assert_eq!(organization.recorded("Logout").await.len(), 1);
    let answer = organization
        .portal(("POST", "/logout"), Some(&first.access))
        .await;
    answer.assert_exception(401, "UnauthorizedException");
}
