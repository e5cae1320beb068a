//! AWS's rate limits in front of the simulated IAM and STS: token buckets, one for IAM in each account and one for STS in the
//! caller's, and the time that a call is on its way. AWS publishes STS's quota; of IAM's it says only that there are token
//! buckets, so that IAM's here is an assumption on the careful side.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_iam::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::simulation::Simulation;
use crate::connector::Answered;
use crate::fake_aws::{FakeAws, MANAGEMENT, OWN_KEY};

/// How long a call is on its way, there and back.
pub(super) const LATENCY: Duration = Duration::from_millis(60);

/// How many calls are let through at once, and how many more in each second.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub(super) burst: f64,
    pub(super) rate: f64,
}

/// In each account.
pub(super) const IAM: Limit = Limit {
    burst: 20.0,
    rate: 10.0,
};
/// In the caller's account ("IAM and AWS STS quotas").
pub(super) const STS: Limit = Limit {
    burst: 600.0,
    rate: 600.0,
};

const THROTTLED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>\
    <Message>Rate exceeded</Message></Error><RequestId>r</RequestId></ErrorResponse>";

struct Bucket {
    limit: Limit,
    tokens: f64,
    filled: Duration,
}

impl Bucket {
    fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        self.filled = now;
        self.tokens = (self.tokens + passed * self.limit.rate).min(self.limit.burst);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[derive(Default)]
struct State {
    /// By service and account.
    buckets: BTreeMap<(&'static str, String), Bucket>,
    /// Whose account an access key is of.
    accounts: BTreeMap<String, String>,
    throttled: usize,
}

/// AWS, as it answers whoever calls too often.
#[derive(Clone)]
pub(super) struct Limited {
    aws: FakeAws,
    simulation: Simulation,
    state: Arc<Mutex<State>>,
}

impl std::fmt::Debug for Limited {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Limited")
    }
}

impl Limited {
    pub(super) fn new(aws: &FakeAws, simulation: &Simulation) -> Self {
        Self {
            aws: aws.clone(),
            simulation: simulation.clone(),
            state: Arc::default(),
        }
    }

    /// The SDK's configuration for it.
    pub(super) fn config(&self) -> SdkConfig {
        let own = Credentials::new(OWN_KEY, "secret", None, None, "bench");
        let connector = SharedHttpConnector::new(self.clone());
        SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(own))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build()
    }

    /// How many calls were refused since the last time, because there were too many.
    pub(super) fn take_throttled(&self) -> usize {
        let taken = self.state.lock();
        taken.map_or(0, |mut state| std::mem::take(&mut state.throttled))
    }

    fn admits(&self, caller: &str, assumes: bool) -> bool {
        let Ok(mut state) = self.state.lock() else {
            return false;
        };
        let account = state.accounts.get(caller).cloned();
        let account = account.unwrap_or_else(|| MANAGEMENT.to_owned());
        let (service, limit) = if assumes { ("sts", STS) } else { ("iam", IAM) };
        let now = self.simulation.now();
        let bucket = state.buckets.entry((service, account));
        let bucket = bucket.or_insert(Bucket {
            limit,
            tokens: limit.burst,
            filled: now,
        });
        let admitted = bucket.take(now);
        state.throttled += usize::from(!admitted);
        admitted
    }

    /// Remembers in whose account the credentials of an answer are.
    fn remember(&self, role: &str, answer: &HttpResponse) {
        let body = answer.body().bytes().unwrap_or_default();
        let body = String::from_utf8_lossy(body);
        let key = body
            .split_once("<AccessKeyId>")
            .and_then(|(_, rest)| rest.split('<').next());
        if let (Some(key), Some(account), Ok(mut state)) =
            (key, role.split(':').nth(4), self.state.lock())
        {
            state.accounts.insert(key.to_owned(), account.to_owned());
        }
    }

    async fn attend(self, request: HttpRequest) -> Answered {
        let parameters: BTreeMap<String, String> =
            serde_urlencoded::from_bytes(request.body().bytes().unwrap_or_default())
                .unwrap_or_default();
        let authorization = request.headers().get("authorization").unwrap_or_default();
        let caller = authorization
            .split_once("Credential=")
            .map(|(_, rest)| rest);
        let caller = caller.and_then(|rest| rest.split('/').next());
        let caller = caller.unwrap_or_default().to_owned();
        let role = parameters.get("RoleArn").cloned();

        self.simulation.clone().wait(LATENCY / 2).await;
        let answer = if self.admits(&caller, role.is_some()) {
            self.aws.call(request).await
        } else {
            throttled()
        };
        self.simulation.clone().wait(LATENCY / 2).await;
        if let (Some(role), Ok(answer)) = (role, &answer) {
            self.remember(&role, answer);
        }
        answer
    }
}

fn throttled() -> Answered {
    let status = StatusCode::try_from(400).map_err(|error| {
        aws_smithy_runtime_api::client::result::ConnectorError::user(error.into())
    })?;
    Ok(HttpResponse::new(status, SdkBody::from(THROTTLED)))
}

impl HttpConnector for Limited {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().attend(request))
    }
}
