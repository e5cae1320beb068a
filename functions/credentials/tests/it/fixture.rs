//! The sample organization with its keys, and programs that ask the router for something.

use std::sync::LazyLock;

use axum::body::Body;
use data_encoding::BASE64;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt;
use vestibule_credentials::{Context, Registrations, TokenIssuers, router};
use vestibule_shared::certificate;
use vestibule_shared::saml::ServiceProvider;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::signer::Signer;
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::Record;
use vestibule_shared::store::directory::User;
use vestibule_shared::store::keys::{CLIENT_REGISTRATION_SECRET, Certificate};
use vestibule_tables::fixture::{Sample, World};

use crate::browser::Browser;
use crate::sts::Sts;

/// Made once: new keys take long.
static PKCS8: LazyLock<Vec<u8>> = LazyLock::new(|| Signer::generate_pkcs8().unwrap());

pub(crate) const ORIGIN: &str = "http://localhost:8080";
pub(crate) const START_URL: &str = "https://identitycenter.amazonaws.com/ssoins-0123456789abcdef";
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:43795/oauth/callback";
/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// An organization, and the function in it.
pub(crate) struct Organization {
    pub(crate) world: World,
    pub(crate) sample: Sample,
    pub(crate) context: Context,
    pub(crate) sts: Sts,
}

/// What the router answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A program that registered.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// What a program was given.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) expires_in: i64,
}

impl Organization {
    pub(crate) async fn new() -> Self {
        let (world, sample) = World::with_sample().await.unwrap();
        let (signer, sealer, sts) = (
            Signer::local(&PKCS8).unwrap(),
            Sealer::file([1; 32]),
            Sts::new(),
        );
        enable(&world, &sample, (&signer, &sealer)).await;
        let context = Context {
            directory: world.directory.clone(),
            access: world.access.clone(),
            sessions: world.sessions.clone(),
            keys: world.keys.clone(),
            registrations: Registrations::new(world.keys.clone(), sealer.clone()),
            sealer,
            token_issuers: TokenIssuers::public(),
            audit: world.audit.clone(),
            signer,
            sts: sts.client(),
            service_provider: ServiceProvider::AWS,
            clock: world.clock.clone(),
            random: world.random.clone(),
        };
        Self {
            world,
            sample,
            context,
            sts,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = router(self.context.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// A JSON body, as the AWS CLI sends it.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    pub(crate) async fn post_text(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// The portal API, with an access token if there is one.
    pub(crate) async fn portal(&self, (method, path): (&str, &str), token: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("x-amz-sso_bearer_token", token);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn register(&self, body: &Value) -> Program {
        let answer = self.post("/client/register", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        Program {
            id: answer.text("clientId"),
            secret: answer.text("clientSecret"),
        }
    }

    /// The AWS CLI as it is by default.
    pub(crate) async fn cli(&self) -> Program {
        self.register(&json!({
            "clientName": "botocore-client-dev",
            "clientType": "public",
            "grantTypes": ["authorization_code", "refresh_token"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"],
            "issuerUrl": START_URL,
            "scopes": ["sso:account:access"],
        }))
        .await
    }

    /// The AWS CLI with `--use-device-code`.
    pub(crate) async fn device_cli(&self) -> Program {
        self.register(&json!({
            "clientName": "botocore-client-dev",
            "clientType": "public",
            "scopes": ["sso:account:access"],
        }))
        .await
    }

    /// The AWS CLI with a profile from before there were SSO sessions.
    pub(crate) async fn legacy_cli(&self) -> Program {
        self.register(
            &json!({ "clientName": "botocore-client-1767323045", "clientType": "public" }),
        )
        .await
    }

    /// A browser of the sample user, who is signed in.
    pub(crate) async fn browser(&self) -> Browser<'_> {
        self.browser_of(&self.sample.user).await
    }

    pub(crate) async fn browser_of(&self, user: &User) -> Browser<'_> {
        let token = self.world.sign_in(&user.id).await.unwrap();
        let mut browser = Browser::new(self);
        browser.keep("vestibule", token.expose());
        browser
    }

    /// A sign-in of the AWS CLI from beginning to end.
    pub(crate) async fn sign_in(&self) -> (Program, Tokens) {
        let program = self.cli().await;
        let code = self.browser().await.authorize(&program).await;
        let answer = self.post("/token", &program.redeem(&code)).await;
        (program, answer.tokens())
    }

    pub(crate) async fn refresh(&self, program: &Program, token: &str) -> Answer {
        self.post("/token", &program.refresh(token)).await
    }

    /// Whether the access token opens the portal API.
    pub(crate) async fn opens(&self, access_token: &str) -> bool {
        let list = ("GET", "/assignment/accounts");
        let answer = self.portal(list, Some(access_token)).await;
        assert!(
            answer.status == StatusCode::OK || answer.is_exception(401, "UnauthorizedException")
        );
        answer.status == StatusCode::OK
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.world.advance(SignedDuration::from_secs(seconds));
    }

    /// What was recorded under that name, oldest first.
    pub(crate) async fn recorded(&self, event_name: &str) -> Vec<Record> {
        let day = self.world.clock.now().to_zoned(jiff::tz::TimeZone::UTC);
        let mut found = Vec::new();
        for shard in 0..16 {
            let page = self.world.audit.list(day.date(), shard, None);
            found.extend(page.await.unwrap().items);
        }
        found.retain(|record| record.event_name == event_name);
        found.sort_by_key(|record| record.event_time);
        found
    }

    /// Changes the instance's settings.
    pub(crate) async fn configure(&self, change: impl FnOnce(&mut Instance)) {
        let access = &self.world.access;
        let before = access.find_instance().await.unwrap().unwrap();
        let mut after = before.clone();
        after.revision += 1;
        change(&mut after);
        let record = self.world.record();
        let replaced = access.replace_instance((&before, &after), self.world.recorded(&record));
        replaced.await.unwrap();
    }

    /// Changes the sample user.
    pub(crate) async fn change_user(&self, change: impl FnOnce(&mut User)) {
        let directory = &self.world.directory;
        let before = directory
            .find_user(&self.sample.user.id)
            .await
            .unwrap()
            .unwrap();
        let mut after = before.clone();
        after.revision += 1;
        change(&mut after);
        let record = self.world.record();
        let replaced = directory.replace_user((&before, &after), self.world.recorded(&record));
        replaced.await.unwrap();
    }
}

async fn enable(world: &World, sample: &Sample, (signer, sealer): (&Signer, &Sealer)) {
    let not_before = world.clock.now();
    let der = certificate::issue(&certificate::Request {
        public_key_der: &signer.public_key_der().await.unwrap(),
        instance: sample.instance.id.as_str(),
        not_before,
        serial: [7; 16],
    });
    let certificate = Certificate {
        der_base64: BASE64.encode(&der.unwrap()),
        not_after: not_before + SignedDuration::from_hours(24 * 3650),
    };
    let record = world.record();
    let keys = &world.keys;
    let created = keys.create_certificate(&certificate, world.recorded(&record));
    created.await.unwrap();
    let name = CLIENT_REGISTRATION_SECRET;
    let sealed = sealer.seal(name, &[7; 32], (not_before, &world.random));
    let sealed = sealed.await.unwrap();
    let record = world.record();
    keys.create_instance_secret(name, sealed, world.recorded(&record))
        .await
        .unwrap();
}

impl Program {
    pub(crate) fn redeem(&self, code: &str) -> Value {
        json!({
            "grantType": "authorization_code",
            "clientId": self.id,
            "clientSecret": self.secret,
            "code": code,
            "redirectUri": REDIRECT_URI,
            "codeVerifier": VERIFIER,
        })
    }

    pub(crate) fn refresh(&self, token: &str) -> Value {
        json!({
            "grantType": "refresh_token",
            "clientId": self.id,
            "clientSecret": self.secret,
            "refreshToken": token,
        })
    }

    pub(crate) fn poll(&self, device_code: &str) -> Value {
        json!({
            "grantType": DEVICE_GRANT,
            "clientId": self.id,
            "clientSecret": self.secret,
            "deviceCode": device_code,
        })
    }

    pub(crate) fn device(&self) -> Value {
        json!({ "clientId": self.id, "clientSecret": self.secret, "startUrl": START_URL })
    }

    /// The query of `/authorize`, as the AWS CLI makes it.
    pub(crate) fn authorization(&self) -> Vec<(&'static str, String)> {
        [
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", REDIRECT_URI),
            ("state", "the state"),
            ("code_challenge_method", "S256"),
            ("scopes", "sso:account:access"),
            ("code_challenge", CHALLENGE),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn text(&self, member: &str) -> String {
        let json = self.json();
        json[member]
            .as_str()
            .unwrap_or_else(|| panic!("{member}: {json}"))
            .to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    pub(crate) fn tokens(&self) -> Tokens {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        assert_eq!(self.text("tokenType"), "Bearer");
        assert_eq!(self.header("cache-control"), "no-store");
        let json = self.json();
        Tokens {
            access: self.text("accessToken"),
            refresh: json["refreshToken"].as_str().map(str::to_owned),
            expires_in: json["expiresIn"].as_i64().unwrap(),
        }
    }

    /// Whether this is that exception, named wherever a client of AWS's looks, and tells nothing of the inside.
    pub(crate) fn is_exception(&self, status: u16, name: &str) -> bool {
        let json = self.json();
        let sentence = json["message"]
            .as_str()
            .or(json["error_description"].as_str());
        assert!(
            sentence.is_some_and(|sentence| !sentence.is_empty()),
            "{json}"
        );
        self.assert_discreet();
        self.status == status
            && json["__type"] == name
            && self.header("x-amzn-errortype") == name
            && self.header("content-type") == "application/json"
    }

    /// An exception of the OIDC API.
    #[track_caller]
    pub(crate) fn assert_oauth(&self, name: &str, code: &str) {
        let status = if name == "InvalidClientException" {
            401
        } else {
            400
        };
        assert!(self.is_exception(status, name), "{name}: {self:?}");
        assert_eq!(self.text("error"), code);
    }

    /// An exception of the portal API.
    #[track_caller]
    pub(crate) fn assert_exception(&self, status: u16, name: &str) {
        assert!(self.is_exception(status, name), "{name}: {self:?}");
    }

    /// A page that says what is wrong.
    #[track_caller]
    pub(crate) fn assert_error_page(&self, status: u16, title: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.body.contains(title), "{title}: {}", self.body);
        assert!(self.body.contains("reference"));
        self.assert_discreet();
    }

    fn assert_discreet(&self) {
        let body = self.body.to_lowercase();
        for internal in [
            "dynamodb",
            "arn:",
            ".rs",
            "panicked",
            "serde",
            "saml",
            "expected ",
        ] {
            assert!(!body.contains(internal), "{internal}: {body}");
        }
    }
}
