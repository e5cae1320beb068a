//! Moments at which something can happen: before and after everything that the function asks of a table or of AWS. There it
//! looks as if it had to wait, so that whoever polls it can stop, or let others go first. And at each call of AWS and each
//! write of a table a fault can be put.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use vestibule_shared::store::Table;

use crate::fake_aws;

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Refused, too many of them.
    Throttled,
    /// Refused, not allowed.
    Denied,
    /// It took effect, but the answer was lost.
    AnswerLost,
    /// It took effect, but the function dies before it hears of it.
    Killed,
}

impl Trouble {
    /// What can happen at the point of this name.
    pub(crate) fn at(name: &str) -> &'static [Self] {
        if WRITES.contains(&name) {
            &[Self::Throttled, Self::AnswerLost, Self::Killed]
        } else if name.starts_with("Get") || name.starts_with("List") {
            &[Self::Throttled, Self::Denied, Self::AnswerLost]
        } else {
            &[
                Self::Throttled,
                Self::Denied,
                Self::AnswerLost,
                Self::Killed,
            ]
        }
    }
}

/// Writes of tables.
const WRITES: [&str; 4] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];

/// The points that were passed: the calls of AWS and the writes of tables, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Points(Arc<Mutex<Passed>>);

#[derive(Debug, Default)]
struct Passed {
    names: Vec<String>,
    trouble: Option<(usize, Trouble)>,
    dead: bool,
}

impl Points {
    /// Counts anew, and has the trouble happen at the point of this number, if at any.
    pub(crate) fn begin(&self, trouble: Option<(usize, Trouble)>) {
        let mut passed = self.0.lock().unwrap();
        *passed = Passed {
            trouble,
            ..Passed::default()
        };
    }

    /// The names of the points since the beginning.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().names.clone()
    }

    /// Whether the function has died.
    pub(crate) fn is_dead(&self) -> bool {
        self.0.lock().unwrap().dead
    }

    fn die(&self) {
        self.0.lock().unwrap().dead = true;
    }

    fn pass(&self, name: String) -> Option<Trouble> {
        let mut passed = self.0.lock().unwrap();
        let number = passed.names.len();
        passed.names.push(name);
        passed
            .trouble
            .filter(|(wanted, _)| *wanted == number)
            .map(|(_, trouble)| trouble)
    }
}

thread_local! {
    static STEPPED: Cell<bool> = const { Cell::new(false) };
}

/// Begins to look whether anybody comes to the next moment.
pub(crate) fn begin_step() {
    STEPPED.set(false);
}

/// Whether somebody has come to a moment since.
pub(crate) fn has_stepped() -> bool {
    STEPPED.get()
}

async fn moment() {
    STEPPED.set(true);
    tokio::task::yield_now().await;
}

#[derive(Debug, Clone)]
struct Stepwise<T>(T, Points);

/// The same table, with a moment around each request.
pub(crate) fn table(table: &Table, points: &Points) -> Table {
    let config = table.client().config();
    let inner = config
        .http_client()
        .expect("the fixture's tables have an HTTP client");
    let client = Stepwise(inner, points.clone());
    let config = config.to_builder().http_client(client).build();
    Table::new(Client::from_conf(config), table.name())
}

/// The same connector, with a moment around each request.
pub(crate) fn connector(inner: SharedHttpConnector, points: &Points) -> SharedHttpConnector {
    SharedHttpConnector::new(Stepwise(inner, points.clone()))
}

impl HttpClient for Stepwise<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        connector(self.0.http_connector(settings, components), &self.1)
    }
}

impl HttpConnector for Stepwise<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self(inner, points) = self.clone();
        HttpConnectorFuture::new(async move {
            moment().await;
            let trouble = point(&request).and_then(|name| points.pass(name));
            let answer = match trouble {
                Some(Trouble::Throttled) => Ok(refused(&request, (400, "ThrottlingException"))),
                Some(Trouble::Denied) => Ok(refused(&request, (403, "AccessDenied"))),
                Some(Trouble::AnswerLost) => {
                    let _ = inner.call(request).await;
                    Err(ConnectorError::timeout("no answer came".into()))
                }
                Some(Trouble::Killed) => {
                    let _ = inner.call(request).await;
                    dead(&points).await
                }
                None => inner.call(request).await,
            };
            moment().await;
            answer
        })
    }
}

async fn dead(points: &Points) -> Result<HttpResponse, ConnectorError> {
    points.die();
    std::future::pending().await
}

/// The name of a point, if the request is one: reads of tables change nothing.
fn point(request: &HttpRequest) -> Option<String> {
    match request.headers().get("x-amz-target") {
        Some(target) => {
            let operation = target.rsplit('.').next().unwrap_or_default();
            WRITES.contains(&operation).then(|| operation.to_owned())
        }
        None => Some(action(request)),
    }
}

/// The operation of a call in the query protocol.
fn action(request: &HttpRequest) -> String {
    let body = request.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(body);
    let action = body
        .split('&')
        .find_map(|parameter| parameter.strip_prefix("Action="));
    action.unwrap_or_default().to_owned()
}

fn refused(request: &HttpRequest, (status, code): (u16, &'static str)) -> HttpResponse {
    if request.headers().get("x-amz-target").is_none() {
        return fake_aws::respond("", Err((status, code, "Not now".to_owned())));
    }
    let body = format!(r#"{{"__type":"com.amazon.coral.service#{code}","message":"Not now"}}"#);
    let response = http::Response::builder()
        .status(400)
        .header("content-type", "application/x-amz-json-1.0")
        .body(SdkBody::from(body))
        .unwrap();
    HttpResponse::try_from(response).unwrap()
}
