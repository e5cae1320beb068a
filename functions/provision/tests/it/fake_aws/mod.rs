//! STS and IAM of an organization, in memory: enough of both to hold provisioning to what AWS would let it do. Policies are
//! evaluated, new things take time to become visible, and any call can be made to go wrong.

mod iam;
mod policies;
mod policy;
mod query;
mod sts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use jiff::{SignedDuration, Timestamp};
use vestibule_shared::Clock;

use crate::steps::{self, Points};
pub(crate) use policies::ManagedPolicy;
use query::Parameters;

/// The account of the function, and its role's access key there.
pub(crate) const MANAGEMENT: &str = "999999999999";
pub(crate) const OWN_KEY: &str = "AKIAOWN";

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Refused, too many of them.
    Throttled,
    /// Refused, not allowed.
    Denied,
    /// An error of AWS's own, nothing done.
    Unavailable,
    /// Never arrived.
    RequestLost,
    /// Arrived and was done, but the answer was lost.
    AnswerLost,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) path: String,
    pub(crate) trust: String,
    pub(crate) description: String,
    pub(crate) max_session_seconds: i32,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) attached: BTreeSet<String>,
    pub(crate) inline: BTreeMap<String, String>,
    pub(crate) boundary: Option<String>,
    pub(crate) created: Timestamp,
    /// When everybody knows of its last change.
    pub(crate) visible: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provider {
    pub(crate) metadata: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) created: Timestamp,
    pub(crate) visible: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) roles: BTreeMap<String, Role>,
    /// By ARN.
    pub(crate) providers: BTreeMap<String, Provider>,
    /// The account's own managed policies, by ARN.
    pub(crate) policies: BTreeMap<String, ManagedPolicy>,
    /// Roles that are gone, and until when IAM still shows them.
    pub(crate) ghosts: BTreeMap<String, (Role, Timestamp)>,
}

impl Account {
    /// The same in an account with another id, which `rename` puts into a text.
    pub(crate) fn renamed(&self, rename: impl Fn(&str) -> String) -> Self {
        let mut account = self.clone();
        for role in account.roles.values_mut() {
            role.trust = rename(&role.trust);
            role.boundary = role.boundary.as_deref().map(&rename);
            role.attached = role.attached.iter().map(|arn| rename(arn)).collect();
            for document in role.inline.values_mut() {
                *document = rename(document);
            }
        }
        let providers = account.providers.into_iter();
        account.providers = providers.map(|(arn, one)| (rename(&arn), one)).collect();
        let policies = account.policies.into_iter();
        account.policies = policies.map(|(arn, one)| (rename(&arn), one)).collect();
        account
    }
}

/// Who calls.
#[derive(Debug, Clone)]
struct Session {
    account: String,
    /// The role's name; the function's own role needs none.
    role: Option<String>,
    policy: Option<String>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) accounts: BTreeMap<String, Account>,
    /// Every call that arrived, as `<account> <operation>`.
    pub(crate) calls: Vec<String>,
    /// How long a new thing is unknown elsewhere.
    pub(crate) propagation: SignedDuration,
    /// For how long what looks sees neither what is new nor that something is gone.
    pub(crate) lag: SignedDuration,
    /// Faults by the number of the call, from 0.
    pub(crate) faults: BTreeMap<usize, Fault>,
    /// Faults of every call of an operation.
    pub(crate) broken: BTreeMap<String, Fault>,
    sessions: BTreeMap<String, Session>,
    bootstrap: Role,
    attempts: usize,
    clock: Clock,
}

/// AWS, as an HTTP client.
#[derive(Debug, Clone)]
pub(crate) struct FakeAws {
    state: Arc<Mutex<State>>,
    points: Points,
}

/// An error of the query protocol: status, code, message.
type Refused = (u16, &'static str, String);
pub(crate) type Answer = Result<String, Refused>;

impl FakeAws {
    /// Accounts that have nothing but the bootstrap role.
    pub(crate) fn new(clock: Clock, points: Points, accounts: &[&str]) -> Self {
        let created = clock.now() - SignedDuration::from_hours(24);
        let bootstrap = Role {
            path: "/".to_owned(),
            trust: format!(
                r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{MANAGEMENT}:root"}},"Action":"sts:AssumeRole"}}]}}"#
            ),
            description: String::new(),
            max_session_seconds: 3600,
            tags: BTreeMap::new(),
            attached: BTreeSet::new(),
            inline: BTreeMap::from([(
                "All".to_owned(),
                r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#.to_owned(),
            )]),
            boundary: None,
            created,
            visible: created,
        };
        let own = Session {
            account: MANAGEMENT.to_owned(),
            role: None,
            policy: None,
        };
        let state = State {
            accounts: BTreeMap::from([(MANAGEMENT.to_owned(), Account::default())]),
            bootstrap,
            calls: Vec::new(),
            propagation: SignedDuration::ZERO,
            lag: SignedDuration::ZERO,
            faults: BTreeMap::new(),
            broken: BTreeMap::new(),
            sessions: BTreeMap::from([(OWN_KEY.to_owned(), own)]),
            attempts: 0,
            clock,
        };
        let aws = Self {
            state: Arc::new(Mutex::new(state)),
            points,
        };
        for account in accounts {
            aws.add_account(account);
        }
        aws
    }

    /// One more account that has nothing but the bootstrap role.
    pub(crate) fn add_account(&self, id: &str) {
        self.with(|state| {
            let name = "OrganizationAccountAccessRole".to_owned();
            let roles = BTreeMap::from([(name, state.bootstrap.clone())]);
            let account = Account {
                roles,
                ..Account::default()
            };
            state.accounts.insert(id.to_owned(), account);
        });
    }

    /// The SDK's configuration for it.
    pub(crate) fn config(&self) -> aws_config::SdkConfig {
        let connector = SharedHttpConnector::new(self.clone());
        let connector = steps::connector(connector, &self.points);
        let own = aws_sdk_iam::config::Credentials::new(OWN_KEY, "secret", None, None, "test");
        aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("us-east-1"))
            .credentials_provider(aws_sdk_iam::config::SharedCredentialsProvider::new(own))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build()
    }

    /// Looks at it, or changes it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    /// A role, which must be there.
    pub(crate) fn role(&self, account: &str, name: &str) -> Role {
        self.find_role(account, name).expect("the role is there")
    }

    pub(crate) fn find_role(&self, account: &str, name: &str) -> Option<Role> {
        self.with(|state| state.accounts[account].roles.get(name).cloned())
    }

    /// A policy of the account's own, made by somebody; answers its ARN.
    pub(crate) fn add_policy(&self, account: &str, name: &str) -> String {
        let arn = format!("arn:aws:iam::{account}:policy{name}");
        self.with(|state| {
            let policy = ManagedPolicy::new("{}", BTreeMap::new(), state.clock.now());
            let account = state.accounts.get_mut(account).unwrap();
            account.policies.insert(arn.clone(), policy);
        });
        arn
    }

    /// The calls since the last time, as `<account> <operation>`.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.calls))
    }

    /// Lets the call with this number, from now on, go wrong.
    pub(crate) fn fail_call(&self, number: usize, fault: Fault) {
        self.with(|state| {
            let number = state.attempts + number;
            state.faults.insert(number, fault);
        });
    }

    /// Lets every call of an operation go wrong, until [`FakeAws::heal`].
    pub(crate) fn break_operation(&self, operation: &str, fault: Fault) {
        self.with(|state| state.broken.insert(operation.to_owned(), fault));
    }

    pub(crate) fn heal(&self) {
        self.with(|state| {
            state.broken.clear();
            state.faults.clear();
        });
    }
}

impl State {
    fn attend(&mut self, caller: &str, parameters: &Parameters) -> Result<Answer, Fault> {
        let operation = parameters.get("Action").to_owned();
        let session = self.sessions.get(caller).cloned();
        let account = session.as_ref().map_or("?", |session| &session.account);
        self.calls.push(format!("{account} {operation}"));
        let attempt = self.attempts;
        self.attempts += 1;
        let fault = self
            .faults
            .get(&attempt)
            .or_else(|| self.broken.get(&operation))
            .copied();
        match fault {
            Some(Fault::Throttled) => {
                return Ok(Err((400, "Throttling", "Rate exceeded".to_owned())));
            }
            Some(Fault::Denied) => {
                let message = format!("User is not authorized to perform: iam:{operation}");
                return Ok(Err((403, "AccessDenied", message)));
            }
            Some(Fault::Unavailable) => {
                return Ok(Err((500, "ServiceFailure", "Sorry".to_owned())));
            }
            Some(Fault::RequestLost) => return Err(Fault::RequestLost),
            Some(Fault::AnswerLost) | None => {}
        }
        let answer = match session {
            None => Err((403, "InvalidClientTokenId", "No such key".to_owned())),
            Some(session) if operation == "AssumeRole" => self.assume_role(&session, parameters),
            Some(session) => self.iam(&session, &operation, parameters),
        };
        if fault.is_some() {
            Err(Fault::AnswerLost)
        } else {
            Ok(answer)
        }
    }
}

impl HttpConnector for FakeAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let parameters = Parameters::read(request.body().bytes().unwrap_or_default());
        let authorization = request.headers().get("authorization").unwrap_or_default();
        let credential = authorization
            .split_once("Credential=")
            .map(|(_, rest)| rest);
        let caller = credential
            .and_then(|rest| rest.split('/').next())
            .unwrap_or_default();
        let outcome = self.with(|state| state.attend(caller, &parameters));
        HttpConnectorFuture::ready(match outcome {
            Ok(answer) => Ok(respond(parameters.get("Action"), answer)),
            Err(_) => Err(ConnectorError::timeout("no answer came".into())),
        })
    }
}

pub(crate) fn respond(operation: &str, answer: Answer) -> HttpResponse {
    let (status, body) = match answer {
        Ok(result) => (
            200,
            format!(
                "<{operation}Response><{operation}Result>{result}</{operation}Result>\
                 <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
            ),
        ),
        Err((status, code, message)) => (
            status,
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{}</Message></Error>\
                 <RequestId>r</RequestId></ErrorResponse>",
                query::escape(&message)
            ),
        ),
    };
    let response = http::Response::builder()
        .status(status)
        .body(SdkBody::from(body))
        .unwrap();
    HttpResponse::try_from(response).unwrap()
}
