//! A Lambda Runtime API (version 2018-06-01) that starts a binary, hands it one event, and notes when what happened.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Subject;
use super::aws::serve;
use crate::Result;

/// How long a binary may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a binary did.
enum Done {
    Asked(Instant),
    Answered(Instant, Bytes),
}

struct Exchange {
    /// The event that waits; one is handed out once.
    event: Mutex<Option<Value>>,
    done: UnboundedSender<Done>,
}

/// Milliseconds from the start of the process.
#[derive(Clone, Copy)]
pub(super) struct Started {
    /// Until it asked for its first event.
    pub(super) ready: f64,
    /// Until its first answer.
    pub(super) answered: f64,
    /// How long processors worked for it until then, whatever it waited for.
    pub(super) processor: f64,
}

/// The API.
pub(super) struct Runtime {
    address: String,
    exchange: Arc<Exchange>,
    done: Mutex<UnboundedReceiver<Done>>,
    _server: JoinSet<()>,
}

impl Runtime {
    pub(super) async fn start() -> Result<Self> {
        let (done, doing) = unbounded_channel();
        let exchange = Arc::new(Exchange {
            event: Mutex::new(None),
            done,
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/{outcome}",
                post(answer),
            )
            .route("/2018-06-01/runtime/init/error", post(answer))
            .with_state(Arc::clone(&exchange));
        let (address, server) = serve(router).await?;
        Ok(Self {
            address: address.to_string(),
            exchange,
            done: Mutex::new(doing),
            _server: server,
        })
    }

    /// Starts a binary as Lambda does, and ends it after its first answer.
    pub(super) async fn first_answer(&self, subject: &Subject) -> Result<Started> {
        *self.exchange.event.lock().await = Some(subject.event.clone());
        let mut command = Command::new(&subject.path);
        command
            .env_clear()
            .envs(subject.environment.iter().cloned())
            .env("AWS_LAMBDA_RUNTIME_API", &self.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", &subject.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let started = timeout(PATIENCE, self.follow(subject, &child, begun)).await;
        child.kill().await?;
        started.map_err(|_| format!("{} does not answer", subject.name))?
    }

    async fn follow(&self, subject: &Subject, child: &Child, begun: Instant) -> Result<Started> {
        let since = |moment: Instant| moment.duration_since(begun).as_secs_f64() * 1000.0;
        let mut done = self.done.lock().await;
        let mut ready = None;
        while let Some(step) = done.recv().await {
            match step {
                Done::Asked(moment) => ready = ready.or(Some(since(moment))),
                Done::Answered(moment, body) => {
                    require_success(&subject.name, &body)?;
                    return Ok(Started {
                        ready: ready.ok_or("an answer to nothing")?,
                        answered: since(moment),
                        processor: processor(child)?,
                    });
                }
            }
        }
        Err("the runtime API has ended".into())
    }
}

/// An answer that tells of a failure would be no measure of a success.
fn require_success(name: &str, body: &[u8]) -> Result<()> {
    let answer: Value = serde_json::from_slice(body)?;
    let status = answer.get("statusCode").and_then(Value::as_u64);
    if answer.get("errorType").is_some() || status.is_some_and(|status| status >= 400) {
        return Err(format!("{name} answers {answer}").into());
    }
    Ok(())
}

/// How long processors have worked for a process, in milliseconds.
fn processor(child: &Child) -> Result<f64> {
    let id = child.id().ok_or("the process has ended")?;
    let mut nanoseconds = 0.0;
    for task in std::fs::read_dir(format!("/proc/{id}/task"))? {
        let told = std::fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        let told = told.split(' ').next().unwrap_or_default();
        nanoseconds += told.parse::<f64>().unwrap_or_default();
    }
    Ok(nanoseconds / 1e6)
}

async fn next(State(exchange): State<Arc<Exchange>>) -> Response {
    let asked = Instant::now();
    let Some(event) = exchange.event.lock().await.take() else {
        // The binary is done; it is ended in a moment.
        return std::future::pending().await;
    };
    let _ = exchange.done.send(Done::Asked(asked));
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:999999999999:function:bench",
        ),
    ];
    (headers, Json(event)).into_response()
}

async fn answer(State(exchange): State<Arc<Exchange>>, body: Bytes) -> StatusCode {
    let _ = exchange.done.send(Done::Answered(Instant::now(), body));
    StatusCode::ACCEPTED
}
