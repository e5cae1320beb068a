//! `POST /client/register`.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Organization, START_URL};

const DAYS_90: i64 = 90 * 24 * 3600;

fn body() -> Value {
    json!({
        "clientName": "botocore-client-dev",
        "clientType": "public",
        "grantTypes": ["authorization_code", "refresh_token"],
        "redirectUris": ["http://127.0.0.1/oauth/callback"],
        "issuerUrl": START_URL,
        "scopes": ["sso:account:access"],
    })
}

#[tokio::test]
async fn anybody_may_register_and_nothing_is_stored() {
    let organization = Organization::new().await;
    let answer = organization.post("/client/register", &body()).await;
    let answer = answer.json();
    let now = organization.world.clock.now().as_second();
    assert_eq!(answer["clientIdIssuedAt"], now);
    assert_eq!(answer["clientSecretExpiresAt"], now + DAYS_90);
    assert_eq!(
        answer["authorizationEndpoint"],
        "http://localhost:8080/authorize"
    );
    assert_eq!(answer["tokenEndpoint"], "http://localhost:8080/token");
    let again = organization.post("/client/register", &body()).await;
    assert_ne!(again.json()["clientId"], answer["clientId"]);
    assert!(organization.recorded("RegisterClient").await.is_empty());
}

#[tokio::test]
async fn every_form_of_the_start_url_is_taken_as_issuer() {
    let organization = Organization::new().await;
    for url in [
        START_URL,
        "https://identitycenter.amazonaws.com/ssoins-0123456789abcdef/",
        "https://d-0123456789.awsapps.com/start",
        "http://localhost:8080/start",
        "http://localhost:8080/start/#/",
    ] {
        let mut body = body();
        body["issuerUrl"] = json!(url);
        organization.register(&body).await;
    }
}

async fn refused(faults: Vec<(&str, Value)>, exception: &str, code: &str) {
    let organization = Organization::new().await;
    for (member, value) in faults {
        let mut body = body();
        body[member] = value;
        let answer = organization.post("/client/register", &body).await;
        answer.assert_oauth(exception, code);
    }
}

#[tokio::test]
async fn a_program_that_is_not_public_or_hides_its_name_is_refused() {
    let faults = vec![
        ("clientType", json!("confidential")),
        ("clientName", json!("")),
        ("clientName", json!("n".repeat(200))),
        ("clientName", json!("a\u{202e}b")),
    ];
    refused(
        faults,
        "InvalidClientMetadataException",
        "invalid_client_metadata",
    )
    .await;
}

#[tokio::test]
async fn scopes_grants_and_redirect_uris_that_are_not_offered_are_refused_by_name() {
    let scopes = vec![("scopes", json!(["openid"]))];
    refused(scopes, "InvalidScopeException", "invalid_scope").await;
    let grants = vec![("grantTypes", json!(["password"]))];
    refused(
        grants,
        "UnsupportedGrantTypeException",
        "unsupported_grant_type",
    )
    .await;
    let uris = vec![
        ("redirectUris", json!(["https://evil.example/cb"])),
        ("redirectUris", json!([])),
    ];
    refused(uris, "InvalidRedirectUriException", "invalid_redirect_uri").await;
}

#[tokio::test]
async fn another_issuer_and_members_of_wrong_types_are_refused() {
    let faults = vec![
        (
            "issuerUrl",
            json!("https://identitycenter.amazonaws.com/ssoins-ffffffffffffffff"),
        ),
        ("entitledApplicationArn", json!("arn:x")),
        ("clientName", json!(1)),
        ("scopes", json!("sso:account:access")),
        ("redirectUris", json!([1])),
    ];
    refused(faults, "InvalidRequestException", "invalid_request").await;
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let organization = Organization::new().await;
    let deep = "[".repeat(10_000);
    let huge = format!("{}{}", body(), " ".repeat(70_000));
    let largest = "x".repeat(2 * 1024 * 1024);
    for garbage in [
        "",
        "{",
        "null",
        "[]",
        "\"x\"",
        "{\"clientName\":\"a\",\"clientName\":\"b\"}",
        &deep,
        &huge,
        &largest,
    ] {
        for path in ["/client/register", "/device_authorization", "/token"] {
            let answer = organization.post_text(path, garbage.to_owned()).await;
            answer.assert_oauth("InvalidRequestException", "invalid_request");
        }
    }
    let answer = organization
        .post_text("/token", vec![0xff, 0xfe, 0x00])
        .await;
    answer.assert_oauth("InvalidRequestException", "invalid_request");
}

#[tokio::test]
async fn one_address_cannot_register_without_end() {
    let organization = Organization::new().await;
    for _ in 0..300 {
        organization.register(&body()).await;
    }
    let answer = organization.post("/client/register", &body()).await;
    answer.assert_oauth("SlowDownException", "slow_down");
    organization.advance(300);
    organization.register(&body()).await;
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-zA-Z]{1,12}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn no_json_breaks_an_endpoint() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let organization = runtime.block_on(Organization::new());
    let members = [
        "clientName",
        "clientType",
        "scopes",
        "redirectUris",
        "grantTypes",
        "clientId",
        "clientSecret",
        "grantType",
        "startUrl",
        "code",
    ];
    let bodies = proptest::collection::btree_map(
        proptest::sample::select(members.to_vec()),
        any_json(),
        0..8,
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let outcome = runner.run(&bodies, |members| {
        let body = serde_json::to_value(members).unwrap();
        for path in ["/client/register", "/device_authorization", "/token"] {
            let answer = runtime.block_on(organization.post(path, &body));
            prop_assert!(
                answer.status.is_client_error() || answer.status.is_success(),
                "{body}"
            );
        }
        Ok(())
    });
    outcome.unwrap();
}
