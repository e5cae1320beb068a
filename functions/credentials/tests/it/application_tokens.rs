//! Codes and tokens of applications: who gets them, what they open, and when they end.

use http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use vestibule_shared::store::access::{ApplicationStatus, AuthorizationCodeGrant};
use vestibule_shared::token::Token;

use crate::application::{ACCOUNT_ACCESS, CALLBACK};
use crate::browser::{Browser, parameters};
use crate::fixture::Organization;

#[tokio::test]
async fn a_code_is_exchanged_for_tokens_that_open_the_accounts() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let answer = organization.app_tokens(&app).await;
    let tokens = answer.tokens();
    assert_eq!(tokens.expires_in, 3600);
    assert!(tokens.refresh.is_some());
    let json = answer.json();
    let scopes = json!([
        "aws",
        "openid",
        "reports:read",
        ACCOUNT_ACCESS,
        "sts:identity_context"
    ]);
    assert_eq!(json["scope"], scopes);
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    assert_eq!(json["issuedTokenType"], kind);
    assert!(
        json["awsAdditionalDetails"]["identityContext"]
            .as_str()
            .unwrap()
            .contains('.')
    );
    assert_eq!(json.get("idToken"), None);
    assert!(organization.opens(&tokens.access).await);

    let records = organization.recorded("CreateTokenWithIAM").await;
    let [record] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(record.request_parameters["clientId"], app.arn);
    assert_eq!(record.request_parameters["grantType"], "authorization_code");
    assert_eq!(record.response_elements, Some(json!({ "scope": scopes })));
    assert_eq!(record.service_event_details["accessKeyId"], app.key_id);
    let user = organization.sample.user.id.as_str();
    assert_eq!(record.user_identity["onBehalfOf"]["userId"], user);
    let text = serde_json::to_string(&records).unwrap();
    assert!(!text.contains(&tokens.access) && !text.contains(&app.secret));
    assert_eq!(organization.recorded("AuthorizeClient").await.len(), 1);
}

#[tokio::test]
async fn a_code_is_for_its_application_redirect_uri_and_verifier_and_only_once() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let other = organization.application(|_| {}).await;
    let browser = organization.browser().await;
    let code = browser.enter_application(&app).await;
    for (member, value) in [
        ("redirectUri", json!("https://app.example.com/callback")),
        ("codeVerifier", json!("x".repeat(43))),
        ("codeVerifier", json!(null)),
        ("code", json!("x")),
        ("code", json!("x".repeat(43))),
    ] {
        let mut body = app.code(&code);
        body[member] = value;
        let answer = organization.ask(&app, &body).await;
        answer.assert_oauth("InvalidGrantException", "invalid_grant");
    }
    let answer = organization.ask(&other, &other.code(&code)).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    // A public client is nobody whom the code was given to.
    let program = organization.cli().await;
    let answer = organization.post("/token", &program.redeem(&code)).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");

    let tokens = organization.ask(&app, &app.code(&code)).await.tokens();
    assert!(organization.opens(&tokens.access).await);
    let again = organization.ask(&app, &app.code(&code)).await;
    again.assert_oauth("InvalidGrantException", "invalid_grant");
    assert!(!organization.opens(&tokens.access).await);
    let refreshed = organization
        .ask(&app, &app.refresh(&tokens.refresh.unwrap()))
        .await;
    refreshed.assert_oauth("InvalidGrantException", "invalid_grant");
    let records = organization.recorded("CreateTokenWithIAM").await;
    let ended = records
        .iter()
        .find(|record| record.service_event_details.contains_key("reusedGrantOf"));
    assert_eq!(ended.unwrap().user_identity["accessKeyId"], app.key_id);
}

#[tokio::test]
async fn a_code_expires_after_five_minutes() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let browser = organization.browser().await;
    for (seconds, works) in [(299, true), (300, false)] {
        let code = browser.enter_application(&app).await;
        organization.advance(seconds);
        let answer = organization.ask(&app, &app.code(&code)).await;
        assert_eq!(answer.status == StatusCode::OK, works, "{seconds}");
    }
}

#[tokio::test]
async fn a_verifier_for_a_code_without_challenge_is_refused() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let browser = organization.browser().await;
    let mut asked = app.authorization();
    asked.retain(|(name, _)| !name.starts_with("code_challenge"));
    let location = browser.sent(&asked).await;
    let code = parameters(location.header("location"))["code"].clone();
    let answer = organization.ask(&app, &app.code(&code)).await;
    answer.assert_oauth("InvalidGrantException", "invalid_grant");
    let mut body = app.code(&code);
    body["codeVerifier"] = json!(null);
    organization.ask(&app, &body).await.tokens();
}

#[tokio::test]
async fn a_code_that_another_program_could_take_is_asked_for_with_a_challenge() {
    let organization = Organization::new().await;
    let uris = [
        "http://127.0.0.1:4711/callback",
        "com.example.app:/callback",
    ];
    let app = organization
        .application(|app| {
            let uris = uris.map(str::to_owned).to_vec();
            app.grants.authorization_code = Some(AuthorizationCodeGrant {
                redirect_uris: uris,
            });
        })
        .await;
    let browser = organization.browser().await;
    for uri in uris {
        let mut asked = app.authorization();
        asked[2].1 = uri.to_owned();
        let answer = browser.sent(&asked).await;
        assert!(parameters(answer.header("location")).contains_key("code"));
        asked.retain(|(name, _)| !name.starts_with("code_challenge"));
        let answer = browser.sent(&asked).await;
        let location = answer.header("location");
        assert!(location.starts_with(uri), "{location}");
        assert_eq!(parameters(location)["error"], "invalid_request");
    }
}

#[tokio::test]
async fn an_application_goes_on_after_the_person_signed_out_unless_it_may_not() {
    let organization = Organization::new().await;
    for (background, goes_on) in [
        (None, true),
        (Some(ApplicationStatus::Enabled), true),
        (Some(ApplicationStatus::Disabled), false),
    ] {
        let app = organization
            .application(|app| app.user_background_sessions = background)
            .await;
        let browser = organization.browser().await;
        let code = browser.enter_application(&app).await;
        let tokens = organization.ask(&app, &app.code(&code)).await.tokens();
        let refresh = tokens.refresh.unwrap();
        let tokens = organization.ask(&app, &app.refresh(&refresh)).await;
        let refresh = tokens.tokens().refresh.unwrap();
        let code = browser.enter_application(&app).await;

        let session = browser.cookie("vestibule").unwrap();
        let session = Token::parse(&session).unwrap().hash();
        let (world, record) = (&organization.world, organization.world.record());
        let ended = world
            .sessions
            .delete_session(&session, world.recorded(&record));
        ended.await.unwrap();
        for asked in [app.refresh(&refresh), app.code(&code)] {
            let answer = organization.ask(&app, &asked).await;
            if goes_on {
                assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            } else {
                answer.assert_oauth("InvalidGrantException", "invalid_grant");
            }
        }
    }
}

#[tokio::test]
async fn only_people_to_whom_it_is_assigned_get_a_code() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let stranger = Browser::new(&organization).sent(&app.authorization()).await;
    let location = stranger.header("location");
    assert!(
        location.starts_with("/start/sign-in?return=%2Fauthorize%3F"),
        "{location}"
    );

    let store = &organization.sample.instance.identity_store;
    let nobody = organization
        .world
        .create_user(store, "nobody")
        .await
        .unwrap();
    let browser = organization.browser_of(&nobody).await;
    let refused = browser.sent(&app.authorization()).await;
    let told = parameters(refused.header("location"));
    assert_eq!(told["error"], "access_denied");
    assert_eq!(told["state"], "the state");
    assert!(!told.contains_key("code"));
    let records = organization.recorded("AuthorizeClient").await;
    assert_eq!(
        records[0].error_code.as_deref(),
        Some("AccessDeniedException")
    );

    organization
        .change_application(&app, |app| app.assignment_required = false)
        .await;
    browser.enter_application(&app).await;
}

#[tokio::test]
async fn nobody_is_sent_where_the_application_did_not_say() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let browser = organization.browser().await;
    for uri in [
        "https://app.example.com/callback",
        "https://app.example.com/callback?tenant=1&x",
        "https://app.example.com/callback?tenant=1#",
        "https://evil.example/callback?tenant=1",
        "",
    ] {
        let mut asked = app.authorization();
        asked[2].1 = uri.to_owned();
        let answer = browser.sent(&asked).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}");
    }
    let disable = |app: &mut vestibule_shared::store::access::Application| {
        app.status = ApplicationStatus::Disabled;
    };
    organization.change_application(&app, disable).await;
    let answer = browser.sent(&app.authorization()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let mut asked = app.authorization();
    asked[1].1 = app.arn.replace(app.id.as_str(), "apl-ffffffffffffffff");
    assert_eq!(browser.sent(&asked).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_the_application() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let browser = organization.browser().await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("scope", "reports:write", "invalid_scope"),
        ("scopes", "reports:read other", "invalid_scope"),
    ] {
        let mut asked = app.authorization();
        asked.retain(|(known, _)| *known != name);
        asked.push((name, value.to_owned()));
        let answer = browser.sent(&asked).await;
        let location = answer.header("location");
        assert!(location.starts_with(CALLBACK), "{location}");
        assert_eq!(parameters(location)["error"], error, "{name}");
    }
}

#[tokio::test]
async fn tokens_have_the_scopes_that_were_asked_for_and_open_no_more() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let browser = organization.browser().await;
    let mut asked = app.authorization();
    asked.push(("scope", "reports:read openid".to_owned()));
    let location = browser.sent(&asked).await;
    let code = parameters(location.header("location"))["code"].clone();
    let mut wider = app.code(&code);
    wider["scope"] = json!([ACCOUNT_ACCESS]);
    let answer = organization.ask(&app, &wider).await;
    answer.assert_oauth("InvalidScopeException", "invalid_scope");
    let answer = organization.ask(&app, &app.code(&code)).await;
    let tokens = answer.tokens();
    assert_eq!(answer.json()["scope"], json!(["reports:read", "openid"]));
    assert_eq!(answer.json().get("awsAdditionalDetails"), None);
    assert!(!organization.opens(&tokens.access).await);
}

#[tokio::test]
async fn tokens_end_with_the_application_its_scope_its_assignment_and_the_users_sessions() {
    let organization = Organization::new().await;
    for ended in 0..5 {
        let app = organization.application(|_| {}).await;
        let tokens = organization.app_tokens(&app).await.tokens();
        assert!(organization.opens(&tokens.access).await);
        match ended {
            0 => {
                let change = |app: &mut vestibule_shared::store::access::Application| {
                    app.status = ApplicationStatus::Disabled;
                };
                organization.change_application(&app, change).await;
            }
            1 => {
                let access = &organization.world.access;
                let known = access.find_application(&app.id).await.unwrap().unwrap();
                let record = organization.world.record();
                let recorded = organization.world.recorded(&record);
                access.delete_application(&known, recorded).await.unwrap();
            }
            2 => organization.unassign(&app).await,
            3 => {
                let change = |app: &mut vestibule_shared::store::access::Application| {
                    app.access_scopes.remove(ACCOUNT_ACCESS);
                };
                organization.change_application(&app, change).await;
            }
            _ => {
                let later = organization.world.clock.now() + SignedDuration::from_secs(1);
                let end = |user: &mut vestibule_shared::store::directory::User| {
                    user.sessions_not_before = Some(later);
                };
                organization.change_user(end).await;
            }
        }
        assert!(!organization.opens(&tokens.access).await, "{ended}");
        let refreshed = organization
            .ask(&app, &app.refresh(&tokens.refresh.unwrap()))
            .await;
        // Without the scope it may go on, but not into accounts.
        assert_eq!(
            refreshed.status == StatusCode::OK,
            ended == 3,
            "{refreshed:?}"
        );
    }
}

#[tokio::test]
async fn a_refresh_replaces_the_token_and_may_narrow_the_scopes() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    let first = organization.app_tokens(&app).await.tokens();
    let first_refresh = first.refresh.unwrap();
    organization.advance(1800);
    let mut narrow = app.refresh(&first_refresh);
    narrow["scope"] = json!(["reports:read"]);
    let answer = organization.ask(&app, &narrow).await;
    let second = answer.tokens();
    assert_eq!(answer.json()["scope"], json!(["reports:read"]));
    assert!(!organization.opens(&second.access).await);
    assert!(organization.opens(&first.access).await);
    let mut wide = app.refresh(second.refresh.as_ref().unwrap());
    wide["scope"] = json!(["elsewhere:read"]);
    let refused = organization.ask(&app, &wide).await;
    refused.assert_oauth("InvalidScopeException", "invalid_scope");
    // The family has all of them still.
    let third = organization
        .ask(&app, &app.refresh(second.refresh.as_ref().unwrap()))
        .await;
    assert!(organization.opens(&third.tokens().access).await);
    // Long after it was replaced, the first token is a stolen one: everything ends.
    organization.advance(120);
    let stolen = organization.ask(&app, &app.refresh(&first_refresh)).await;
    stolen.assert_oauth("InvalidGrantException", "invalid_grant");
    assert!(!organization.opens(&third.tokens().access).await);
}

#[tokio::test]
async fn an_application_without_that_grant_gets_no_refresh_token() {
    let organization = Organization::new().await;
    let app = organization
        .application(|app| app.grants.refresh_token = None)
        .await;
    let tokens = organization.app_tokens(&app).await.tokens();
    assert_eq!((tokens.refresh, tokens.expires_in), (None, 3600));
    organization.advance(3600);
    assert!(!organization.opens(&tokens.access).await);
}
