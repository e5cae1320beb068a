//! A small Lambda Runtime API (version 2018-06-01) that hands events to one binary, one after the other.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a binary may take to answer; the first answer includes its start.
const PATIENCE: Duration = Duration::from_mins(1);

struct Exchange {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Value>,
}

/// A binary that waits for events as it does in Lambda.
pub(crate) struct Lambda {
    name: String,
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Value>,
    log: mpsc::UnboundedReceiver<Value>,
    _tasks: JoinSet<()>,
    child: Child,
}

impl Lambda {
    /// Starts the binary called `name` with exactly this environment, and what Lambda itself adds.
    pub(crate) async fn start(name: &str, environment: &BTreeMap<String, String>) -> Self {
        let (events, waiting) = mpsc::channel(1);
        let (answering, answers) = mpsc::channel(1);
        let exchange = Arc::new(Exchange {
            events: Mutex::new(waiting),
            answers: answering,
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/{outcome}",
                post(answer),
            )
            .route("/2018-06-01/runtime/init/error", post(answer))
            .with_state(exchange);
        let (address, mut tasks) = serve(router).await;
        let mut command = Command::new(binary(name));
        command
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (logging, log) = mpsc::unbounded_channel();
        tasks.spawn(read_log(child.stdout.take().unwrap(), logging));
        Self {
            name: name.to_owned(),
            events,
            answers,
            log,
            _tasks: tasks,
            child,
        }
    }

    /// What the binary answers to an event; its error, if it refuses.
    pub(crate) async fn invoke(&mut self, event: Value) -> Value {
        self.events.send(event).await.unwrap();
        tokio::select! {
            answer = timeout(PATIENCE, self.answers.recv()) => match answer {
                Ok(answer) => answer.unwrap(),
                Err(late) => panic!("{} does not answer: {late}", self.name),
            },
            status = self.child.wait() => panic!("{} has ended: {status:?}", self.name),
        }
    }

    /// The next line of the binary's log that is as wanted. What comes before it is passed over.
    pub(crate) async fn logged(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let read = async {
            while let Some(line) = self.log.recv().await {
                if wanted(&line) {
                    return line;
                }
            }
            panic!("{} has ended", self.name)
        };
        let Ok(line) = timeout(PATIENCE, read).await else {
            panic!("{} does not log what it should", self.name)
        };
        line
    }
}

/// Reads what a binary logs, so that it never waits for a reader, and shows it.
async fn read_log(log: ChildStdout, lines: mpsc::UnboundedSender<Value>) {
    let mut log = BufReader::new(log).lines();
    while let Some(line) = log.next_line().await.unwrap() {
        println!("{line}");
        if let Ok(line) = serde_json::from_str(&line) {
            // A test that has seen enough has gone.
            let _ = lines.send(line);
        }
    }
}

async fn next(State(exchange): State<Arc<Exchange>>) -> Response {
    let event = exchange.events.lock().await.recv().await;
    let Some(event) = event else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:999999999999:function:test",
        ),
    ];
    (headers, Json(event)).into_response()
}

/// The runtime names no content type.
async fn answer(State(exchange): State<Arc<Exchange>>, answer: Bytes) -> StatusCode {
    let answer = serde_json::from_slice(&answer).unwrap();
    exchange.answers.send(answer).await.unwrap();
    StatusCode::ACCEPTED
}

/// Serves on a port of its own until the set is dropped.
pub(crate) async fn serve(router: Router) -> (SocketAddr, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, server)
}

/// The binary beside this test's own, brought up to date.
fn binary(name: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = std::process::Command::new(cargo)
        .args(["build", "--workspace", "--bins", "--quiet", "--locked"])
        .current_dir(crate::sources::root())
        .status();
    assert!(built.unwrap().success(), "the binaries cannot be built");
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join(name)
}
