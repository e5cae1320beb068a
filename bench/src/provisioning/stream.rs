//! Hands work over as the event source mapping of template.yaml does: records of one account stay in their order, several
//! batches are with the function at once, and what it did not do comes again.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use vestibule_provision::{Context, Event, handle};
use vestibule_shared::store::access::Work;
use vestibule_tables::Template;

use crate::Result;

/// `ParallelizationFactor` in template.yaml.
const LANES: u64 = 10;
/// More often nothing is handed over again.
const ATTEMPTS: usize = 6;

/// Lets the function do all of it.
pub(super) async fn hand_over(context: &Context, works: &[Work]) -> Result<()> {
    let function = Template::embedded()?.function("provision");
    let subscription = function.and_then(|function| function.stream.as_ref());
    let size = subscription.ok_or("the function has no stream")?.batch_size;
    let mut lanes: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for (number, work) in works.iter().enumerate() {
        let (pk, sk) = work.keys();
        let mut hasher = DefaultHasher::new();
        pk.hash(&mut hasher);
        let record = json!({
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": { "pk": { "S": pk }, "sk": { "S": sk } },
                "SequenceNumber": (1000 + number).to_string(),
            },
        });
        lanes
            .entry(hasher.finish() % LANES)
            .or_default()
            .push(record);
    }
    try_join_all(lanes.values().map(|lane| follow(context, lane, size))).await?;
    Ok(())
}

/// One batch after the other.
async fn follow(context: &Context, lane: &[Value], size: usize) -> Result<()> {
    for batch in lane.chunks(size) {
        let mut left = batch;
        for _ in 0..ATTEMPTS {
            let event: Event = serde_json::from_value(json!({ "Records": left }))?;
            let answer = handle(context, event).await?;
            let Some(first) = answer.failures.first() else {
                left = &[];
                break;
            };
            let is_first = |record: &Value| {
                let number = record.pointer("/dynamodb/SequenceNumber");
                number.and_then(Value::as_str) == Some(first.sequence_number.as_str())
            };
            let index = left.iter().position(is_first).unwrap_or_default();
            left = left.get(index..).unwrap_or_default();
        }
        if !left.is_empty() {
            return Err(format!("{} records were given up", left.len()).into());
        }
    }
    Ok(())
}
