//! What Lambda's event source mapping does, which reads a table's stream, hands what the template's filters let through to
//! the function, and hands it over again when the function says so. Lambda developer
//! guide, "Using AWS Lambda with Amazon DynamoDB".

use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use vestibule_provision::{BatchItemFailures, Context};
use vestibule_tables::{Batch, StreamReader, StreamSubscription};

use crate::data::DataFolder;
use crate::functions::{Functions, Ground};
use crate::problem::Problem;
use crate::retries::{Next, Retries};

/// How long a stream that has nothing new is left alone.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a stream that cannot be read is left alone.
const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(30);
/// How often what has expired is deleted.
const EXPIRY: Duration = Duration::from_hours(1);

/// The subscription of the provisioning function, and how far it has read.
#[derive(Debug)]
pub struct Subscription {
    provision: Context,
    ground: Ground,
    folder: DataFolder,
    definition: &'static StreamSubscription,
    reader: StreamReader,
    position: Option<String>,
    retries: Retries,
}

impl Subscription {
    /// Goes on where the last start has ended.
    pub fn open(
        folder: &DataFolder,
        ground: &Ground,
        functions: &Functions,
    ) -> Result<Self, Problem> {
        let definition = ground
            .template
            .function("provision")
            .and_then(|function| function.stream.as_ref())
            .ok_or_else(|| Problem::new("the template wakes provision by no stream"))?;
        let table = ground
            .names
            .get(&definition.table)
            .ok_or_else(|| Problem::new(format!("there is no `{}`", definition.table)))?;
        Ok(Self {
            provision: functions.provision.clone(),
            ground: ground.clone(),
            folder: folder.clone(),
            definition,
            reader: StreamReader::new(&ground.engine, table),
            position: std::fs::read_to_string(folder.file(POSITION)).ok(),
            retries: Retries::new(definition.maximum_retry_attempts),
        })
    }

    /// Hands records over until `ending` says that the program ends.
    pub async fn follow(mut self, mut ending: watch::Receiver<bool>) {
        let mut last_expiry = None;
        while !*ending.borrow() {
            if is_due(last_expiry, EXPIRY) {
                if let Err(error) = self.ground.engine.delete_expired().await {
                    tracing::warn!(%error, "what has expired was not deleted");
                }
                last_expiry = Some(Instant::now());
            }
            let pause = match self.step().await {
                Ok(pause) => pause,
                Err(problem) => {
                    tracing::error!(%problem, "the stream cannot be followed");
                    PAUSE_AFTER_FAULT
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = ending.changed() => {}
            }
        }
    }

    /// Hands one batch over; answers how long to wait before the next one.
    async fn step(&mut self) -> Result<Duration, Problem> {
        let batch = self
            .reader
            .read(self.position.as_deref(), self.definition.batch_size)
            .await
            .map_err(Problem::because("the stream cannot be read"))?;
        if batch.is_empty() {
            return Ok(PAUSE);
        }
        let failures = match batch.event(&self.definition.filters) {
            Some(event) => self.hand_over(event).await,
            None => BatchItemFailures::default(),
        };
        let (position, pause) = match failures.failures.first() {
            Some(failure) => self.after_failure(&batch, &failure.sequence_number),
            None => (batch.position(), Duration::ZERO),
        };
        self.position = position.map(str::to_owned);
        if let Some(position) = &self.position {
            let path = self.folder.file(POSITION);
            self.folder.replace(&path, position.as_bytes())?;
        }
        Ok(pause)
    }

    async fn hand_over(&self, event: Value) -> BatchItemFailures {
        self.call(event).await.unwrap_or_else(|problem| {
            tracing::error!(%problem, "a batch of the stream was given up");
            BatchItemFailures::default()
        })
    }

    async fn call(&self, event: Value) -> Result<BatchItemFailures, Problem> {
        let event = serde_json::from_value(event);
        let event = event.map_err(Problem::because("the event is none of provision's"))?;
        let answer = vestibule_provision::handle(&self.provision, event).await;
        answer.map_err(Problem::because("the work could not be done"))
    }

    /// Where to go on after a failure, and when: at the record that failed, or behind it when it has failed too often. The
    /// schedule finds what is given up here.
    fn after_failure<'a>(&mut self, batch: &'a Batch, failed: &str) -> (Option<&'a str>, Duration) {
        match self.retries.after_failure_of(failed) {
            Next::Again(pause) => (batch.position_before(failed), pause),
            Next::GiveUp => {
                tracing::error!(failed, "a record of the stream was given up");
                (batch.position_after(failed), Duration::ZERO)
            }
        }
    }
}

/// The file with the last record that was handled.
const POSITION: &str = "stream-position";

fn is_due(last: Option<Instant>, period: Duration) -> bool {
    last.is_none_or(|last| last.elapsed() >= period)
}

/// Forgets how far the stream was read: for a folder whose tables are new.
pub fn forget_position(folder: &DataFolder) {
    // There is none at the first start.
    let _ = std::fs::remove_file(folder.file(POSITION));
}
