//! `CreateTokenWithIAM`: which callers are which application, and what the others are told.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use vestibule_shared::store::access::{Application, ApplicationStatus};

use crate::application::App;
use crate::fixture::Organization;

fn anything(app: &App) -> Value {
    json!({ "clientId": app.arn, "grantType": "refresh_token", "refreshToken": "x".repeat(43) })
}

#[tokio::test]
async fn a_request_that_no_key_of_an_application_signed_is_refused() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let unsigned = Request::post("/token?aws_iam=t")
        .body(Body::from("{}"))
        .unwrap();
    let answer = organization.send(unsigned).await;
    answer.assert_exception(403, "MissingAuthenticationTokenException");
    assert_eq!(answer.text("error"), "invalid_client");
    let wrong = App {
        secret: "x".repeat(40),
        ..app.clone()
    };
    let answer = organization.ask(&wrong, &anything(&app)).await;
    answer.assert_exception(403, "InvalidSignatureException");
    let unknown = App {
        key_id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        ..app.clone()
    };
    let answer = organization.ask(&unknown, &anything(&app)).await;
    answer.assert_exception(403, "UnrecognizedClientException");
    let other_service = organization.signed(&app, "sso", &anything(&app));
    let answer = organization.send(other_service).await;
    answer.assert_exception(403, "InvalidSignatureException");
    let mut other_body = organization.signed(&app, "sso-oauth", &anything(&app));
    *other_body.body_mut() = Body::from("{}");
    let answer = organization.send(other_body).await;
    answer.assert_exception(403, "InvalidSignatureException");
    // Nobody has shown who they are: there is nothing to record.
    assert!(organization.recorded("CreateTokenWithIAM").await.is_empty());
}

#[tokio::test]
async fn a_key_is_good_for_its_own_application() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let other = organization.application(|_| {}).await;
    let answer = organization.ask(&app, &anything(&other)).await;
    answer.assert_oauth("UnauthorizedClientException", "unauthorized_client");
    let records = organization.recorded("CreateTokenWithIAM").await;
    let [record] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(
        record.error_code.as_deref(),
        Some("UnauthorizedClientException")
    );
    assert_eq!(record.user_identity["accessKeyId"], app.key_id);
    assert_eq!(record.request_parameters["clientId"], other.arn);
    for client in ["", "app", "arn:aws:sso:::application/x"] {
        organization.advance(1);
        let mut body = anything(&app);
        body["clientId"] = client.into();
        let answer = organization.ask(&app, &body).await;
        answer.assert_oauth("InvalidClientException", "invalid_client");
        // What the caller made up is not repeated.
        let records = organization.recorded("CreateTokenWithIAM").await;
        assert_eq!(
            records.last().unwrap().request_parameters["clientId"],
            Value::Null
        );
    }
}

#[tokio::test]
async fn what_an_administrator_did_not_allow_is_refused() {
    let organization = Organization::new().await;
    let ask = async |change: fn(&mut Application)| {
        let app = organization.application(change).await;
        organization.ask(&app, &anything(&app)).await
    };
    ask(|app| app.status = ApplicationStatus::Disabled)
        .await
        .assert_oauth("InvalidClientException", "invalid_client");
    ask(|app| app.iam_authentication = None)
        .await
        .assert_oauth("AccessDeniedException", "access_denied");
    ask(|app| {
        let policy = &mut app.iam_authentication.as_mut().unwrap().actor_policy;
        policy["Statement"]["Condition"] = json!({ "Bool": { "aws:SecureTransport": "true" } });
    })
    .await
    .assert_oauth("AccessDeniedException", "access_denied");
    ask(|app| app.grants.refresh_token = None)
        .await
        .assert_oauth("UnauthorizedClientException", "unauthorized_client");
    ask(|_| {})
        .await
        .assert_oauth("InvalidGrantException", "invalid_grant");
}

#[tokio::test]
async fn other_grants_and_bodies_are_refused() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    for grant in [
        "password",
        "client_credentials",
        "",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let mut body = anything(&app);
        body["grantType"] = grant.into();
        let answer = organization.ask(&app, &body).await;
        answer.assert_oauth("UnsupportedGrantTypeException", "unsupported_grant_type");
    }
    for body in [
        json!([]),
        json!({}),
        json!({ "clientId": app.arn }),
        json!({ "clientId": app.arn, "grantType": "authorization_code" }),
        json!({ "clientId": app.arn, "grantType": "refresh_token" }),
        json!({ "clientId": app.arn, "grantType": "refresh_token", "scope": "openid" }),
        json!({
            "clientId": app.arn,
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subjectToken": "x",
        }),
    ] {
        let answer = organization.ask(&app, &body).await;
        answer.assert_oauth("InvalidRequestException", "invalid_request");
    }
}

#[tokio::test]
async fn a_key_that_was_deleted_opens_nothing() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let record = organization.world.record();
    let recorded = organization.world.recorded(&record);
    let keys = &organization.world.keys;
    let key = keys.find_application_key(&app.key_id).await.unwrap();
    keys.delete_application_key(&key.unwrap(), recorded)
        .await
        .unwrap();
    let answer = organization.ask(&app, &anything(&app)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    answer.assert_exception(403, "UnrecognizedClientException");
}
