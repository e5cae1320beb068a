//! `POST /device_authorization`.

use serde_json::json;

use crate::fixture::{Organization, Program};

async fn start(
    organization: &Organization,
    program: &Program,
    url: &str,
) -> crate::fixture::Answer {
    let mut body = program.device();
    body["startUrl"] = json!(url);
    organization.post("/device_authorization", &body).await
}

#[tokio::test]
async fn a_device_is_told_where_its_person_goes() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    let answer = organization
        .post("/device_authorization", &program.device())
        .await;
    let user_code = answer.text("userCode");
    assert_eq!(user_code.len(), 9);
    assert_eq!(
        answer.text("verificationUri"),
        "http://localhost:8080/device"
    );
    assert_eq!(
        answer.text("verificationUriComplete"),
        format!("http://localhost:8080/device?user_code={user_code}")
    );
    assert_eq!(answer.json()["expiresIn"], 600);
    assert_eq!(answer.json()["interval"], 5);
    let records = organization.recorded("StartDeviceAuthorization").await;
    let record = serde_json::to_string(&records).unwrap();
    assert_eq!(records.len(), 1);
    assert!(!record.contains(&answer.text("deviceCode")) && !record.contains(&user_code));
}

#[tokio::test]
async fn the_start_url_is_one_of_this_instance() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    for url in [
        "http://localhost:8080/start",
        "https://d-0123456789.awsapps.com/start",
    ] {
        assert_eq!(
            start(&organization, &program, url).await.status,
            200,
            "{url}"
        );
    }
    for url in [
        "",
        "x",
        "https://d-ffffffffff.awsapps.com/start",
        "https://evil.example/start",
    ] {
        let answer = start(&organization, &program, url).await;
        answer.assert_oauth("InvalidRequestException", "invalid_request");
    }
}

#[tokio::test]
async fn an_administrator_can_switch_the_grant_off() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    let answer = organization
        .post("/device_authorization", &program.device())
        .await;
    let device_code = answer.text("deviceCode");
    organization
        .configure(|instance| instance.device_grant = false)
        .await;
    let answer = organization
        .post("/device_authorization", &program.device())
        .await;
    answer.assert_oauth("UnauthorizedClientException", "unauthorized_client");
    assert!(answer.text("error_description").contains("switched off"));
    let answer = organization
        .post("/token", &program.poll(&device_code))
        .await;
    answer.assert_oauth("UnauthorizedClientException", "unauthorized_client");
}

#[tokio::test]
async fn a_client_that_is_unknown_or_registered_for_other_grants_is_refused() {
    let organization = Organization::new().await;
    let program = organization.cli().await;
    let answer = organization
        .post("/device_authorization", &program.device())
        .await;
    answer.assert_oauth("UnauthorizedClientException", "unauthorized_client");
    let mut body = organization.device_cli().await.device();
    body["clientSecret"] = json!(program.secret);
    let answer = organization.post("/device_authorization", &body).await;
    answer.assert_oauth("InvalidClientException", "invalid_client");
    for member in ["clientId", "clientSecret", "startUrl"] {
        let mut body = organization.device_cli().await.device();
        body.as_object_mut().unwrap().remove(member);
        let answer = organization.post("/device_authorization", &body).await;
        answer.assert_oauth("InvalidRequestException", "invalid_request");
    }
}

#[tokio::test]
async fn one_address_cannot_begin_without_end() {
    let organization = Organization::new().await;
    let program = organization.device_cli().await;
    for _ in 0..150 {
        let answer = organization
            .post("/device_authorization", &program.device())
            .await;
        assert_eq!(answer.status, 200);
    }
    let answer = organization
        .post("/device_authorization", &program.device())
        .await;
    answer.assert_oauth("SlowDownException", "slow_down");
}
