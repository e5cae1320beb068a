//! A table's stream as a Lambda function sees it: batches of records in the shape of the DynamoDB stream event,
//! read from a position that the reader keeps. AWS Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB".

use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::streams::{LOCAL_REGION, shard_id, table_arn};
use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

use crate::REGION;
use crate::engine::{Engine, EngineError};
use crate::filter::FilterPattern;

/// Reads one table's stream. It keeps no state: each call says after which position it goes on.
#[derive(Debug, Clone)]
pub struct StreamReader {
    engine: Engine,
    table_name: String,
}

/// Why a stream could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The engine refused or failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A record could not be written as JSON.
    #[error("a stream record could not be written as JSON")]
    Record(#[from] serde_json::Error),
}

/// Some records of a stream, in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    records: Vec<Value>,
    after: Option<String>,
}

impl StreamReader {
    /// A reader of the stream of the table `table_name`.
    #[must_use]
    pub fn new(engine: &Engine, table_name: &str) -> Self {
        Self {
            engine: engine.clone(),
            table_name: table_name.to_owned(),
        }
    }

    /// At most `limit` records after `position`, or from the beginning where there is none. An empty batch says that
    /// nothing new was written.
    pub async fn read(&self, position: Option<&str>, limit: usize) -> Result<Batch, StreamError> {
        let after = position.map(str::to_owned);
        let table_name = self.table_name.clone();
        let sequence_number = after.clone();
        let (stream_arn, records) = self
            .engine
            .run(move |database| records(database, &table_name, sequence_number.as_deref(), limit))
            .await?;
        let arn = stream_arn.replacen(LOCAL_REGION, REGION, 1);
        let records = records.into_iter().map(|record| event_record(record, &arn));
        Ok(Batch {
            records: records.collect::<Result<_, _>>()?,
            after,
        })
    }
}

impl Batch {
    /// Whether there is nothing to hand over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The records.
    #[must_use]
    pub fn records(&self) -> &[Value] {
        &self.records
    }

    /// The position to read on from when the whole batch was handled.
    #[must_use]
    pub fn position(&self) -> Option<&str> {
        let last = self.records.last().and_then(sequence_number);
        last.or(self.after.as_deref())
    }

    /// The position to read on from when the record `failed` is the first to be handed over again, as in an answer's
    /// `batchItemFailures`. A number that is not in the batch means the whole of it, as it does to Lambda.
    #[must_use]
    pub fn position_before(&self, failed: &str) -> Option<&str> {
        let is_failed = |record: &Value| sequence_number(record) == Some(failed);
        let handled = self.records.iter().position(is_failed).unwrap_or_default();
        let last = self
            .records
            .iter()
            .take(handled)
            .next_back()
            .and_then(sequence_number);
        last.or(self.after.as_deref())
    }

    /// The position to read on from when the record `last` is the last that is not to be handed over again. A number that is
    /// not in the batch means the whole of it.
    #[must_use]
    pub fn position_after(&self, last: &str) -> Option<&str> {
        let mut numbers = self.records.iter().filter_map(sequence_number);
        numbers
            .find(|number| *number == last)
            .or_else(|| self.position())
    }

    /// The event that Lambda would hand to a function whose subscription has `filters`: the records that one of them
    /// lets through. `None` when that leaves none.
    #[must_use]
    pub fn event(&self, filters: &[FilterPattern]) -> Option<Value> {
        let wanted = |record: &&Value| {
            filters.is_empty() || filters.iter().any(|filter| filter.matches(record))
        };
        let records: Vec<&Value> = self.records.iter().filter(wanted).collect();
        (!records.is_empty()).then(|| json!({ "Records": records }))
    }
}

fn sequence_number(record: &Value) -> Option<&str> {
    record
        .pointer("/dynamodb/SequenceNumber")
        .and_then(Value::as_str)
}

fn records(
    database: &Database,
    table_name: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<(String, Vec<Record>), DynoxideError> {
    let stream_arn = stream_arn(database, table_name)?;
    let kind = if after.is_some() {
        "AFTER_SEQUENCE_NUMBER"
    } else {
        "TRIM_HORIZON"
    };
    // A table has one shard here, under a name that is known. To have it described would read every record.
    let iterator = database.get_shard_iterator(GetShardIteratorRequest {
        stream_arn: stream_arn.clone(),
        shard_id: shard_id(table_name),
        shard_iterator_type: kind.to_owned(),
        sequence_number: after.map(str::to_owned),
    })?;
    let records = match iterator.shard_iterator {
        Some(shard_iterator) => {
            database
                .get_records(GetRecordsRequest {
                    shard_iterator,
                    limit: Some(limit),
                })?
                .records
        }
        None => Vec::new(),
    };
    Ok((stream_arn, records))
}

fn stream_arn(database: &Database, table_name: &str) -> Result<String, DynoxideError> {
    let request = ListStreamsRequest {
        table_name: Some(table_name.to_owned()),
        ..ListStreamsRequest::default()
    };
    let stream = database.list_streams(request)?.streams.into_iter().next();
    stream.map(|stream| stream.stream_arn).ok_or_else(|| {
        let table = table_arn(table_name);
        DynoxideError::ResourceNotFoundException(format!(
            "Requested resource not found: Stream of {table}"
        ))
    })
}

fn event_record(record: Record, stream_arn: &str) -> Result<Value, serde_json::Error> {
    // Lambda writes whole seconds here, which a float would not come out as.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds since the epoch fit"
    )]
    let created = record.dynamodb.approximate_creation_date_time as i64;
    let mut event = serde_json::to_value(record)?;
    if let Some(fields) = event.as_object_mut() {
        fields.insert("awsRegion".to_owned(), REGION.into());
        fields.insert("eventSourceARN".to_owned(), stream_arn.into());
    }
    if let Some(change) = event.get_mut("dynamodb").and_then(Value::as_object_mut) {
        change.insert("ApproximateCreationDateTime".to_owned(), created.into());
    }
    Ok(event)
}
