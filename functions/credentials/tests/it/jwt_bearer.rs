//! Tokens of trusted token issuers as grants, with an issuer that answers over https.

use http::StatusCode;
use serde_json::{Value, json};
use vestibule_credentials::TokenIssuers;
use vestibule_shared::arn::TokenIssuerArn;
use vestibule_shared::ids::TokenIssuerId;
use vestibule_shared::store::access::{AuthorizedTokenIssuer, JwtBearerGrant, TokenIssuer};

use crate::application::App;
use crate::fixture::{Answer, Organization};
use crate::issuer::{Issuer, nearby};

struct Scene {
    organization: Organization,
    issuer: Issuer,
    trusted: TokenIssuer,
    app: App,
}

impl Scene {
    async fn new() -> Self {
        let mut organization = Organization::new().await;
        organization.context.token_issuers = nearby();
        let issuer = Issuer::start();
        let trusted = TokenIssuer {
            id: TokenIssuerId::generate(&organization.world.random),
            name: "Issuer".to_owned(),
            issuer_url: issuer.url.clone(),
            claim_attribute_path: "email".to_owned(),
            identity_store_attribute_path: "emails.value".to_owned(),
            tags: std::collections::BTreeMap::new(),
            revision: 1,
            created_at: organization.world.clock.now(),
        };
        let record = organization.world.record();
        let recorded = organization.world.recorded(&record);
        let access = &organization.world.access;
        access
            .create_token_issuer(&trusted, None, recorded)
            .await
            .unwrap();
        let instance = &organization.sample.instance;
        let arn = TokenIssuerArn {
            account: instance.management_account.clone(),
            instance: instance.id.clone(),
            id: trusted.id.clone(),
        };
        let grant = JwtBearerGrant {
            authorized_token_issuers: vec![AuthorizedTokenIssuer {
                trusted_token_issuer_arn: arn.to_string(),
                authorized_audiences: vec!["the-app".to_owned()],
            }],
        };
        let app = organization
            .application(|app| app.grants.jwt_bearer = Some(grant))
            .await;
        Self {
            organization,
            issuer,
            trusted,
            app,
        }
    }

    fn claims(&self, jti: &str) -> Value {
        let now = self.organization.world.clock.now().as_second();
        json!({
            "iss": self.issuer.url, "aud": "the-app", "sub": "1", "jti": jti,
            "email": "alice@example.com", "iat": now, "exp": now + 300,
        })
    }

    async fn present(&self, assertion: &str) -> Answer {
        let body = json!({
            "clientId": self.app.arn,
            "grantType": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": assertion,
        });
        self.organization.ask(&self.app, &body).await
    }

    async fn present_claims(&self, claims: &Value) -> Answer {
        self.present(&self.issuer.sign("one", claims)).await
    }

    /// A good token is refused.
    async fn fails(&self, jti: &str) {
        let answer = self.present_claims(&self.claims(jti)).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
}

#[tokio::test]
async fn a_token_of_a_trusted_issuer_is_exchanged_once() {
    let scene = Scene::new().await;
    let assertion = scene.issuer.sign("one", &scene.claims("1"));
    let tokens = scene.present(&assertion).await.tokens();
    assert!(tokens.refresh.is_some());
    assert!(scene.organization.opens(&tokens.access).await);
    let asked = scene.issuer.asked();
    assert_eq!(asked, ["/.well-known/openid-configuration", "/keys"]);
    let records = scene.organization.recorded("CreateTokenWithIAM").await;
    let user = scene.organization.sample.user.id.as_str();
    assert_eq!(records[0].user_identity["onBehalfOf"]["userId"], user);
    let details = &records[0].service_event_details;
    assert_eq!(details["trustedTokenIssuer"], scene.trusted.id.as_str());

    let again = scene.present(&assertion).await;
    again.assert_oauth("InvalidGrantException", "invalid_grant");
    let other = scene.issuer.sign("one", &scene.claims("2"));
    assert_eq!(scene.present(&other).await.status, StatusCode::OK);
    // The keys are remembered.
    assert!(scene.issuer.asked().is_empty());
    assert!(!serde_json::to_string(&records).unwrap().contains("alice"));
}

#[tokio::test]
async fn whoever_is_not_exactly_one_user_is_nobody() {
    let scene = Scene::new().await;
    for (number, email) in [
        "nobody@example.com",
        "ALICE@example.com ",
        "ａlice@example.com",
        "",
    ]
    .into_iter()
    .enumerate()
    {
        let mut claims = scene.claims(&number.to_string());
        claims["email"] = email.into();
        let answer = scene.present_claims(&claims).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
    // Letters of ASCII are the same in both cases; an address that is not verified is nobody's.
    let mut claims = scene.claims("case");
    claims["email"] = "ALICE@example.com".into();
    assert_eq!(scene.present_claims(&claims).await.status, StatusCode::OK);
    let mut claims = scene.claims("unverified");
    claims["email_verified"] = false.into();
    let answer = scene.present_claims(&claims).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");

    scene
        .organization
        .change_user(|user| user.active = false)
        .await;
    scene.fails("inactive").await;
}

#[tokio::test]
async fn people_to_whom_it_is_not_assigned_are_denied() {
    let scene = Scene::new().await;
    scene.organization.unassign(&scene.app).await;
    let answer = scene.present_claims(&scene.claims("1")).await;
    answer.assert_oauth("AccessDeniedException", "access_denied");
}

#[tokio::test]
async fn a_token_from_before_the_users_sessions_were_ended_begins_none() {
    let scene = Scene::new().await;
    let before = scene.issuer.sign("one", &scene.claims("before"));
    scene.organization.advance(10);
    let now = scene.organization.world.clock.now();
    scene
        .organization
        .change_user(|user| user.sessions_not_before = Some(now))
        .await;
    let answer = scene.present(&before).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    assert_eq!(
        scene.present_claims(&scene.claims("after")).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn issuers_and_audiences_that_the_application_does_not_name_are_refused() {
    let scene = Scene::new().await;
    for (member, value) in [("iss", "https://other.example"), ("aud", "other-app")] {
        let mut claims = scene.claims(member);
        claims[member] = value.into();
        let answer = scene.present_claims(&claims).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
    // Nobody was asked for keys on the word of such a token.
    assert!(scene.issuer.asked().is_empty());
    let record = scene.organization.world.record();
    let recorded = scene.organization.world.recorded(&record);
    let access = &scene.organization.world.access;
    access
        .delete_token_issuer(&scene.trusted, recorded)
        .await
        .unwrap();
    scene.fails("deleted").await;
}

#[tokio::test]
async fn new_keys_are_fetched_when_one_is_not_known_but_not_again_and_again() {
    let scene = Scene::new().await;
    assert_eq!(
        scene.present_claims(&scene.claims("1")).await.status,
        StatusCode::OK
    );
    scene.issuer.asked();
    scene.issuer.publishes(&[scene.issuer.public_key("two")]);
    let by_new = |jti: &str| scene.issuer.sign("two", &scene.claims(jti));
    let answer = scene.present(&by_new("2")).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    assert!(scene.issuer.asked().is_empty());
    scene.organization.advance(60);
    assert_eq!(scene.present(&by_new("3")).await.status, StatusCode::OK);
    assert_eq!(scene.issuer.asked().len(), 2);
    // The old key is not one of the issuer's any more.
    scene.fails("4").await;
}

#[tokio::test]
async fn an_issuer_that_answers_otherwise_than_it_should_is_not_believed() {
    let scene = Scene::new().await;
    let document = "/.well-known/openid-configuration";
    let other = json!({ "issuer": "https://other.example", "jwks_uri": format!("{}/keys", scene.issuer.url) });
    let plain = json!({ "issuer": scene.issuer.url, "jwks_uri": "http://localhost/keys" });
    for (number, (path, status, body)) in [
        (document, 500, String::new()),
        (document, 302, scene.issuer.document().to_string()),
        (document, 204, String::new()),
        (document, 200, other.to_string()),
        (document, 200, plain.to_string()),
        (
            document,
            200,
            format!("{}{}", " ".repeat(64 * 1024), scene.issuer.document()),
        ),
        ("/keys", 301, "{}".to_owned()),
        ("/keys", 200, "{".to_owned()),
        (
            "/keys",
            200,
            format!("{}{{\"keys\":[]}}", " ".repeat(256 * 1024)),
        ),
        ("/keys", 200, "{\"keys\":[]}".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        scene
            .issuer
            .says(document, 200, &scene.issuer.document().to_string());
        scene.issuer.says(path, status, &body);
        scene.organization.advance(600);
        scene.fails(&number.to_string()).await;
    }
}

#[tokio::test]
async fn what_is_not_out_in_the_world_is_not_asked() {
    let mut scene = Scene::new().await;
    scene.organization.context.token_issuers = TokenIssuers::public();
    scene.fails("1").await;
    assert!(scene.issuer.asked().is_empty());
    let records = scene.organization.recorded("CreateTokenWithIAM").await;
    assert_eq!(
        records[0].error_code.as_deref(),
        Some("InvalidGrantException")
    );
}
