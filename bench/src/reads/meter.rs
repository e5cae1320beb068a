//! Counts what requests ask of the tables.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::Result;
use crate::connector::{around, body, operation};

/// What was asked of the tables.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Consumption {
    pub(crate) reads: usize,
    /// The longest chain of reads of which each began only when the one before it was answered.
    pub(crate) sequential_reads: usize,
    pub(crate) read_units: f64,
    pub(crate) writes: usize,
    pub(crate) write_units: f64,
}

/// One request, from one moment to another; moments are counted.
#[derive(Debug, Clone, Copy)]
struct Access {
    begun: usize,
    ended: usize,
    write: bool,
    units: f64,
}

#[derive(Debug, Default)]
struct State {
    moment: usize,
    accesses: Vec<Access>,
}

/// Counts what goes through its client.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<State>>);

impl Meter {
    /// The same client, counted.
    pub(crate) fn client(&self, client: &Client) -> Result<Client> {
        let meter = self.clone();
        around(client, move |mut request, inner| {
            let meter = meter.clone();
            async move {
                let write =
                    !["GetItem", "BatchGetItem", "Query"].contains(&operation(&request).as_str());
                let mut asked = body(&request)?;
                if let Some(members) = asked.as_object_mut() {
                    members.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
                }
                *request.body_mut() = SdkBody::from(asked.to_string());
                let begun = meter.moment();
                let answer = inner.call(request).await?;
                // Whatever was asked at the same time has its chance to begin before this one ends.
                tokio::task::yield_now().await;
                let units = units(&answer)?;
                let ended = meter.moment();
                meter.note(Access {
                    begun,
                    ended,
                    write,
                    units,
                });
                Ok(answer)
            }
        })
    }

    /// What was counted since the last time.
    pub(crate) fn take(&self) -> Consumption {
        let accesses = self
            .0
            .lock()
            .map(|mut state| std::mem::take(&mut state.accesses));
        let accesses = accesses.unwrap_or_default();
        let (writes, reads): (Vec<Access>, Vec<Access>) =
            accesses.into_iter().partition(|access| access.write);
        let units =
            |accesses: &[Access]| accesses.iter().fold(0.0, |sum, access| sum + access.units);
        Consumption {
            reads: reads.len(),
            sequential_reads: longest_chain(&reads),
            read_units: units(&reads),
            writes: writes.len(),
            write_units: units(&writes),
        }
    }

    fn moment(&self) -> usize {
        self.0.lock().map_or(0, |mut state| {
            state.moment += 1;
            state.moment
        })
    }

    fn note(&self, access: Access) {
        if let Ok(mut state) = self.0.lock() {
            state.accesses.push(access);
        }
    }
}

/// The most intervals of which each begins after the one before it has ended: the greedy choice, always the next to end.
fn longest_chain(accesses: &[Access]) -> usize {
    let mut by_end = accesses.to_vec();
    by_end.sort_by_key(|access| access.ended);
    let mut ended = 0;
    let mut length = 0;
    for access in by_end {
        if access.begun > ended {
            ended = access.ended;
            length += 1;
        }
    }
    length
}

fn units(answer: &HttpResponse) -> std::result::Result<f64, ConnectorError> {
    let bytes = answer.body().bytes().unwrap_or_default();
    let answer: Value =
        serde_json::from_slice(bytes).map_err(|error| ConnectorError::user(error.into()))?;
    let of = |capacity: &Value| {
        let units = capacity.get("CapacityUnits").and_then(Value::as_f64);
        units.unwrap_or_default()
    };
    Ok(match answer.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables.iter().map(of).sum(),
        Some(table) => of(table),
        None => 0.0,
    })
}
