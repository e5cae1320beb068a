//! The sample organization with an administrator in it, and calls that Amazon's own signer signs.

use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_organizations::config::{BehaviorVersion, Credentials, Region};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tower::ServiceExt;
use vestibule_admin::{Context, NewAccessKey, Operation, create_access_key, router};
use vestibule_shared::arn;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::signer::Signer;
use vestibule_shared::store::audit::Record;
use vestibule_tables::fixture::{Sample, World};

/// Made once: new keys take long.
static PKCS8: LazyLock<Vec<u8>> = LazyLock::new(|| Signer::generate_pkcs8().unwrap());

/// An organization, the function in it, and an administrator's access key.
pub(crate) struct Organization {
    pub(crate) world: World,
    pub(crate) sample: Sample,
    pub(crate) context: Context,
    pub(crate) key: NewAccessKey,
}

/// What the router answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A request before it is signed.
#[derive(Clone, Copy)]
pub(crate) struct Unsigned<'a> {
    /// The value of `X-Amz-Target`, if it has one.
    pub(crate) target: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl Organization {
    pub(crate) async fn new() -> Self {
        let (world, sample) = World::with_sample().await.unwrap();
        let context = context(&world);
        let key = create_access_key(&context, "test").await.unwrap();
        Self {
            world,
            sample,
            context,
            key,
        }
    }

    /// The same organization for the holder of another key.
    pub(crate) fn with_key(&self, key: NewAccessKey) -> Self {
        Self {
            world: self.world.clone(),
            sample: self.sample.clone(),
            context: self.context.clone(),
            key,
        }
    }

    /// The same organization for the holder of a new key of this role.
    pub(crate) async fn with_role(&self, role: &str) -> Self {
        let made = self.ok("CreateAccessKey", json!({ "Role": role })).await;
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        self.with_key(NewAccessKey {
            id: text("AccessKeyId"),
            secret: text("SecretAccessKey"),
        })
    }

    /// The instance's ARN.
    pub(crate) fn instance_arn(&self) -> String {
        arn::instance(&self.sample.instance.id)
    }

    /// Calls an operation of either service as the administrator. The answer is held against the model.
    pub(crate) async fn call(&self, name: &str, input: Value) -> Result<Value, (String, Value)> {
        let operation = operation(name);
        let target = operation.target();
        let body = input.to_string();
        let unsigned = Unsigned {
            target: Some(&target),
            body: body.as_bytes(),
        };
        let signing_name = operation.service().signing_name();
        let answer = self
            .send(self.sign(unsigned, signing_name, &self.key))
            .await;
        assert_eq!(answer.header("content-type"), "application/x-amz-json-1.1");
        assert_eq!(answer.header("x-amzn-requestid").len(), 36);
        let mut body = answer.json();
        if answer.status == StatusCode::OK {
            let mut modelled = body.clone();
            // AWS itself answers no inline policy so, against its model.
            if body["InlinePolicy"] == "" {
                modelled = json!({});
            }
            operation.validate_output(&modelled).unwrap();
            return Ok(body);
        }
        assert!(answer.status.is_client_error(), "{answer:?}");
        let code = body.as_object_mut().unwrap().remove("__type").unwrap();
        let code = code.as_str().unwrap().to_owned();
        assert_eq!(answer.header("x-amzn-errortype"), code);
        if body.get("Message").is_some() {
            operation.validate_error(&code, &body).unwrap();
        }
        Err((code, body))
    }

    /// Calls an operation that must succeed.
    pub(crate) async fn ok(&self, name: &str, input: Value) -> Value {
        let answer = self.call(name, input).await;
        answer.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Calls an operation that must be refused: the error's name.
    pub(crate) async fn refused(&self, name: &str, input: Value) -> String {
        let answer = self.call(name, input).await;
        answer.map_err(|(code, _)| code).unwrap_err()
    }

    /// All items of a list, read in pages of `size`.
    pub(crate) async fn all(
        &self,
        name: &str,
        member: &str,
        input: Value,
        size: i32,
    ) -> Vec<Value> {
        let mut found = Vec::new();
        let mut input = input;
        input["MaxResults"] = size.into();
        loop {
            let page = self.ok(name, input.clone()).await;
            let items = page[member].as_array().unwrap().clone();
            assert!(items.len() <= usize::try_from(size).unwrap());
            found.extend(items);
            let Some(token) = page.get("NextToken") else {
                return found;
            };
            input["NextToken"] = token.clone();
        }
    }

    /// A request as Amazon's signer signs it with `key`, now.
    pub(crate) fn sign(
        &self,
        unsigned: Unsigned<'_>,
        signing_name: &str,
        key: &NewAccessKey,
    ) -> Request<Body> {
        let mut request = http::Request::post("http://localhost:8080/")
            .header("host", "localhost:8080")
            .header("content-type", "application/x-amz-json-1.1");
        if let Some(target) = unsigned.target {
            request = request.header("x-amz-target", target);
        }
        let mut request = request.body(()).unwrap();
        let identity = Credentials::new(&key.id, &key.secret, None, None, "test").into();
        let now = u64::try_from(self.world.clock.now().as_second()).unwrap();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name(signing_name)
            .time(UNIX_EPOCH + Duration::from_secs(now))
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let body = SignableBody::Bytes(unsigned.body);
        let signable =
            SignableRequest::new("POST", "http://localhost:8080/", headers, body).unwrap();
        let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request.map(|()| Body::from(unsigned.body.to_vec()))
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

    /// What was recorded under that name, oldest first.
    pub(crate) async fn recorded(&self, event_name: &str) -> Vec<Record> {
        let mut found = self.all_recorded().await;
        found.retain(|record| record.event_name == event_name);
        found
    }

    /// What was recorded today, oldest first.
    pub(crate) async fn all_recorded(&self) -> Vec<Record> {
        let day = self.world.clock.now().to_zoned(TimeZone::UTC).date();
        let mut found = Vec::new();
        for shard in 0..16 {
            let page = self.world.audit.list(day, shard, None).await.unwrap();
            assert!(page.next.is_none());
            found.extend(page.items);
        }
        found.sort_by_key(|record| record.event_time);
        found
    }
}

/// Organizations with these accounts, one a page.
#[derive(Debug, Clone)]
struct Stub(Vec<Value>);

impl HttpConnector for Stub {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target");
        assert_eq!(target, Some("AWSOrganizationsV20161128.ListAccounts"));
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let token = body["NextToken"].as_str().unwrap_or("0");
        let index: usize = token.parse().unwrap();
        let mut page = json!({ "Accounts": [self.0[index]] });
        if index + 1 < self.0.len() {
            page["NextToken"] = (index + 1).to_string().into();
        }
        let answer = http::Response::new(SdkBody::from(page.to_string()));
        HttpConnectorFuture::ready(Ok(HttpResponse::try_from(answer).unwrap()))
    }
}

/// A client of an organization that has `accounts`.
pub(crate) fn organizations(accounts: Vec<Value>) -> aws_sdk_organizations::Client {
    let stub = Stub(accounts);
    let config = aws_sdk_organizations::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .http_client(http_client_fn(move |_, _| {
            SharedHttpConnector::new(stub.clone())
        }))
        .build();
    aws_sdk_organizations::Client::from_conf(config)
}

/// The function over the world's tables, in an organization of one account.
pub(crate) fn context(world: &World) -> Context {
    let management = json!({
        "Id": "999999999999", "Name": "management", "Email": "m@example.com", "State": "ACTIVE",
    });
    Context {
        directory: world.directory.clone(),
        access: world.access.clone(),
        sessions: world.sessions.clone(),
        keys: world.keys.clone(),
        audit: world.audit.clone(),
        sealer: Sealer::file([7; 32]),
        signer: Signer::local(&PKCS8).unwrap(),
        organizations: organizations(vec![management]),
        management_account: "999999999999".parse().unwrap(),
        region: "us-east-1".to_owned(),
        clock: world.clock.clone(),
        random: world.random.clone(),
    }
}

/// The operation of either service with this name.
pub(crate) fn operation(name: &str) -> &'static Operation {
    let found = Operation::all().find(|operation| operation.name() == name);
    found.unwrap_or_else(|| panic!("no operation {name}"))
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}
