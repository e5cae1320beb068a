//! Token exchange: an application goes on in the name of whoever called another one.

use http::StatusCode;
use serde_json::{Value, json};
use vestibule_shared::store::access::ApplicationStatus;

use crate::application::{ACCOUNT_ACCESS, App};
use crate::fixture::{Answer, Organization, Tokens};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

struct Pair {
    organization: Organization,
    front: App,
    back: App,
}

impl Pair {
    /// Two applications, of which the second is a target of the first one's scope `reports:read`.
    async fn new() -> Self {
        let organization = Organization::new().await;
        let front = organization.application(|_| {}).await;
        let back = organization.application(|_| {}).await;
        let target = back.arn.clone();
        organization
            .change_application(&front, |app| {
                app.access_scopes
                    .insert("reports:read".to_owned(), vec![target]);
            })
            .await;
        Self {
            organization,
            front,
            back,
        }
    }

    fn body(&self, token: &str) -> Value {
        json!({
            "clientId": self.back.arn,
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subjectToken": token,
            "subjectTokenType": ACCESS_TOKEN,
        })
    }

    async fn exchange(&self, token: &str) -> Answer {
        self.organization.ask(&self.back, &self.body(token)).await
    }
}

#[tokio::test]
async fn a_target_of_the_tokens_scopes_goes_on_in_the_users_name() {
    let pair = Pair::new().await;
    let subject = pair.organization.app_tokens(&pair.front).await.tokens();
    let answer = pair.exchange(&subject.access).await;
    let tokens = answer.tokens();
    assert_eq!(answer.json()["issuedTokenType"], ACCESS_TOKEN);
    assert_eq!(tokens.refresh, None);
    assert!(pair.organization.opens(&tokens.access).await);
    let records = pair.organization.recorded("CreateTokenWithIAM").await;
    let record = records.last().unwrap();
    let user = pair.organization.sample.user.id.as_str();
    assert_eq!(record.user_identity["onBehalfOf"]["userId"], user);
    assert_eq!(record.request_parameters["clientId"], pair.back.arn);

    let mut body = pair.body(&subject.access);
    body["requestedTokenType"] = REFRESH_TOKEN.into();
    body["scope"] = json!(["openid"]);
    let answer = pair.organization.ask(&pair.back, &body).await;
    assert_eq!(answer.json()["issuedTokenType"], REFRESH_TOKEN);
    assert_eq!(answer.json()["scope"], json!(["openid"]));
    let refresh = answer.tokens().refresh.unwrap();
    let refreshed = pair
        .organization
        .ask(&pair.back, &pair.back.refresh(&refresh))
        .await;
    assert_eq!(refreshed.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_else_does() {
    let pair = Pair::new().await;
    let organization = &pair.organization;
    let subject = organization.app_tokens(&pair.front).await.tokens();
    // The other way round nobody is a target.
    let back = organization.app_tokens(&pair.back).await.tokens();
    let mut body = pair.body(&back.access);
    body["clientId"] = pair.front.arn.clone().into();
    let answer = organization.ask(&pair.front, &body).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    // Neither one's own token, nor a program's, nor a refresh token, nor a made up one.
    let (_, program) = organization.sign_in().await;
    for token in [
        back.access.as_str(),
        &program.access,
        subject.refresh.as_deref().unwrap(),
        &"x".repeat(43),
        "",
    ] {
        let answer = pair.exchange(token).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
    for (member, value) in [
        ("subjectTokenType", REFRESH_TOKEN),
        (
            "requestedTokenType",
            "urn:ietf:params:oauth:token-type:id_token",
        ),
    ] {
        let mut body = pair.body(&subject.access);
        body[member] = value.into();
        let answer = organization.ask(&pair.back, &body).await;
        answer.assert_oauth("InvalidRequestException", "invalid_request");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_that_names_the_target_is_not_for_it() {
    let pair = Pair::new().await;
    let code = pair
        .organization
        .browser()
        .await
        .enter_application(&pair.front)
        .await;
    let mut body = pair.front.code(&code);
    body["scope"] = json!([ACCOUNT_ACCESS]);
    let narrow = pair.organization.ask(&pair.front, &body).await.tokens();
    let answer = pair.exchange(&narrow.access).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
}

#[tokio::test]
async fn what_is_exchanged_ends_no_later_than_what_it_came_of() {
    let pair = Pair::new().await;
    let organization = &pair.organization;
    organization
        .change_application(&pair.front, |app| app.grants.refresh_token = None)
        .await;
    let subject = organization.app_tokens(&pair.front).await.tokens();
    organization.advance(3000);
    let tokens = pair.exchange(&subject.access).await.tokens();
    assert_eq!(tokens.expires_in, 600);
    organization.advance(600);
    assert!(!organization.opens(&tokens.access).await);
    let answer = pair.exchange(&subject.access).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
}

#[tokio::test]
async fn a_token_of_an_application_that_ended_is_exchanged_no_more() {
    let pair = Pair::new().await;
    let subject = pair.organization.app_tokens(&pair.front).await.tokens();
    pair.organization
        .change_application(&pair.front, |app| app.status = ApplicationStatus::Disabled)
        .await;
    let answer = pair.exchange(&subject.access).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
}

#[tokio::test]
async fn what_is_exchanged_goes_on_no_longer_than_the_session_it_came_of() {
    let pair = Pair::new().await;
    let (organization, world) = (&pair.organization, &pair.organization.world);
    let third = organization.application(|_| {}).await;
    let target = third.arn.clone();
    organization
        .change_application(&pair.back, |app| {
            app.access_scopes
                .insert("reports:read".to_owned(), vec![target]);
        })
        .await;
    let subject = organization.app_tokens(&pair.front).await.tokens();
    let records = organization.recorded("CreateTokenWithIAM").await;
    let session = records[0].user_identity["credentialId"].as_str().unwrap();

    let renewable = |app: &App, token: &str| {
        let mut body = pair.body(token);
        body["clientId"] = app.arn.clone().into();
        body["requestedTokenType"] = REFRESH_TOKEN.into();
        body
    };
    let asked = renewable(&pair.back, &subject.access);
    let second = organization.ask(&pair.back, &asked).await.tokens();
    let again = renewable(&third, &second.access);
    let last = organization.ask(&third, &again).await.tokens();
    let refresh = |app: &App, tokens: &Tokens| app.refresh(tokens.refresh.as_deref().unwrap());
    let second = refresh(&pair.back, &second);
    let second = organization.ask(&pair.back, &second).await.tokens();
    let last = refresh(&third, &last);
    let last = organization.ask(&third, &last).await.tokens();

    let record = world.record();
    let named = (&organization.sample.user.id, session);
    let ended = world.sessions.end_listed(named, world.recorded(&record));
    ended.await.unwrap();
    for (app, body) in [
        (&pair.back, refresh(&pair.back, &second)),
        (&third, refresh(&third, &last)),
        (&third, renewable(&third, &second.access)),
    ] {
        let answer = organization.ask(app, &body).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
}
