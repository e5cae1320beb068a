//! An application that an administrator registered, with an access key, and its signed requests for tokens.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_sts::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use vestibule_shared::arn::{ApplicationArn, application_key};
use vestibule_shared::ids::{ApplicationId, Principal};
use vestibule_shared::store::access::{
    Application, ApplicationAssignment, ApplicationStatus, AuthorizationCodeGrant, Grants,
    IamAuthentication, PortalOptions, RefreshTokenGrant, TokenExchangeGrant,
};
use vestibule_shared::store::keys::ApplicationKey;

use crate::browser::{Browser, parameters, query};
use crate::fixture::{Answer, CHALLENGE, Organization, VERIFIER};

pub(crate) const CALLBACK: &str = "https://app.example.com/callback?tenant=1";
pub(crate) const ACCOUNT_ACCESS: &str = "sso:account:access";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// An application and what it signs with.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) arn: String,
    pub(crate) id: ApplicationId,
    pub(crate) key_id: String,
    pub(crate) secret: String,
}

impl App {
    pub(crate) fn code(&self, code: &str) -> Value {
        json!({
            "clientId": self.arn,
            "grantType": "authorization_code",
            "code": code,
            "redirectUri": CALLBACK,
            "codeVerifier": VERIFIER,
        })
    }

    pub(crate) fn refresh(&self, token: &str) -> Value {
        json!({ "clientId": self.arn, "grantType": "refresh_token", "refreshToken": token })
    }

    /// The query of `/authorize`.
    pub(crate) fn authorization(&self) -> Vec<(&'static str, String)> {
        [
            ("response_type", "code"),
            ("client_id", &self.arn),
            ("redirect_uri", CALLBACK),
            ("state", "the state"),
            ("code_challenge_method", "S256"),
            ("code_challenge", CHALLENGE),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }
}

impl Organization {
    /// An application with every grant but that of other issuers, assigned to the sample group.
    pub(crate) async fn application(&self, change: impl FnOnce(&mut Application)) -> App {
        let (world, instance) = (&self.world, &self.sample.instance);
        let id = ApplicationId::generate(&world.random);
        let arn = ApplicationArn {
            account: instance.management_account.clone(),
            instance: instance.id.clone(),
            id: id.clone(),
        };
        let key_id = format!("AKIA{}", world.random.hex::<8>().to_uppercase());
        let principal = application_key(&instance.management_account, &id, &key_id);
        let mut application = application(id.clone(), &principal, world.clock.now());
        change(&mut application);
        let record = world.record();
        let recorded = world.recorded(&record);
        let created = world
            .access
            .create_application(&application, None, recorded);
        created.await.unwrap();
        self.assign(&id, Principal::Group(self.sample.group.id.clone()))
            .await;
        let moment = (world.clock.now(), &world.random);
        let sealed = self.context.sealer.seal(&key_id, SECRET.as_bytes(), moment);
        let key = ApplicationKey {
            id: key_id.clone(),
            application: id.clone(),
            sealed_secret: sealed.await.unwrap(),
            created_by: "test".to_owned(),
            created_at: world.clock.now(),
        };
        let record = world.record();
        let created = world
            .keys
            .create_application_key(&key, world.recorded(&record));
        created.await.unwrap();
        App {
            arn: arn.to_string(),
            id,
            key_id,
            secret: SECRET.to_owned(),
        }
    }

    async fn assign(&self, application: &ApplicationId, principal: Principal) {
        let world = &self.world;
        let check = world.directory.check_principal(&principal).unwrap();
        let assignment = ApplicationAssignment {
            principal,
            application: application.clone(),
            created_at: world.clock.now(),
        };
        let record = world.record();
        let recorded = world.recorded(&record);
        let access = &world.access;
        let created = access.create_application_assignment(&assignment, check, recorded);
        created.await.unwrap();
    }

    pub(crate) async fn unassign(&self, app: &App) {
        let principal = Principal::Group(self.sample.group.id.clone());
        let record = self.world.record();
        let recorded = self.world.recorded(&record);
        let access = &self.world.access;
        let deleted = access.delete_application_assignment((&principal, &app.id), recorded);
        deleted.await.unwrap();
    }

    pub(crate) async fn change_application(
        &self,
        app: &App,
        change: impl FnOnce(&mut Application),
    ) {
        let access = &self.world.access;
        let before = access.find_application(&app.id).await.unwrap().unwrap();
        let mut after = before.clone();
        after.revision += 1;
        change(&mut after);
        let record = self.world.record();
        let replaced = access.replace_application((&before, &after), self.world.recorded(&record));
        replaced.await.unwrap();
    }

    /// Asks for tokens as the application, signed as AWS's SDKs sign.
    pub(crate) async fn ask(&self, app: &App, body: &Value) -> Answer {
        self.send(self.signed(app, "sso-oauth", body)).await
    }

    pub(crate) fn signed(&self, app: &App, service: &str, body: &Value) -> Request<Body> {
        let body = body.to_string();
        let url = "http://localhost:8080/token?aws_iam=t";
        let mut request = Request::post(url)
            .header("host", "localhost:8080")
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        let identity = Credentials::new(&app.key_id, &app.secret, None, None, "test").into();
        let now = u64::try_from(self.world.clock.now().as_second()).unwrap();
        let signing = SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name(service)
            .time(UNIX_EPOCH + Duration::from_secs(now))
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let bytes = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", url, headers, bytes).unwrap();
        let (instructions, _) = sign(signable, &signing).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request.map(|()| Body::from(body))
    }

    /// Tokens by a code that the sample user's browser brings.
    pub(crate) async fn app_tokens(&self, app: &App) -> Answer {
        let code = self.browser().await.enter_application(app).await;
        let answer = self.ask(app, &app.code(&code)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer
    }
}

impl Browser<'_> {
    /// Where the browser is sent that the application sends here.
    pub(crate) async fn sent(&self, parameters: &[(&str, String)]) -> Answer {
        let pairs = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        self.open(&format!("/authorize?{}", query(pairs))).await
    }

    /// The code that the browser brings to the application.
    pub(crate) async fn enter_application(&self, app: &App) -> String {
        let answer = self.sent(&app.authorization()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let location = answer.header("location");
        assert!(location.starts_with(&format!("{CALLBACK}&")), "{location}");
        let parameters = parameters(location);
        assert_eq!(parameters["state"], "the state");
        parameters["code"].clone()
    }
}

fn application(id: ApplicationId, principal: &str, now: jiff::Timestamp) -> Application {
    let scopes = [ACCOUNT_ACCESS, "reports:read"];
    let scopes = scopes.map(|scope| (scope.to_owned(), Vec::new()));
    Application {
        id,
        name: "Reports".to_owned(),
        description: None,
        provider_arn: "arn:aws:sso::aws:applicationProvider/custom".to_owned(),
        status: ApplicationStatus::Enabled,
        portal: PortalOptions {
            visibility: ApplicationStatus::Enabled,
            sign_in: None,
        },
        assignment_required: true,
        access_scopes: BTreeMap::from(scopes),
        iam_authentication: Some(IamAuthentication {
            actor_policy: json!({ "Version": "2012-10-17", "Statement": {
                "Effect": "Allow",
                "Principal": { "AWS": principal },
                "Action": "sso-oauth:CreateTokenWithIAM",
                "Resource": "*",
            }}),
        }),
        grants: Grants {
            authorization_code: Some(AuthorizationCodeGrant {
                redirect_uris: vec![CALLBACK.to_owned()],
            }),
            jwt_bearer: None,
            refresh_token: Some(RefreshTokenGrant {}),
            token_exchange: Some(TokenExchangeGrant {}),
        },
        user_background_sessions: None,
        tags: BTreeMap::new(),
        created_at: now,
        created_from: "us-east-1".to_owned(),
        revision: 1,
    }
}
