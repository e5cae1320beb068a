//! A batch of the access table's stream: the work items among its records are done, and what is not done is to be handed
//! over again.

use std::collections::BTreeSet;

use super::{WorkKey, attend};
use crate::Context;
use crate::event::{BatchItemFailure, BatchItemFailures, StreamRecord};
use crate::turn::Held;

pub(crate) async fn handle(context: &Context, records: &[StreamRecord]) -> BatchItemFailures {
    let wanted: BTreeSet<WorkKey> = records.iter().filter_map(work_key).collect();
    if wanted.is_empty() {
        return BatchItemFailures::default();
    }
    let undone: BTreeSet<WorkKey> = match context.identity().await {
        Ok(identity) => {
            let keys = wanted.into_iter().collect();
            attend(context, &identity, keys, Held::Wait)
                .await
                .into_iter()
                .collect()
        }
        Err(error) => {
            vestibule_shared::edge::log_failure("stream", &error);
            wanted
        }
    };
    let failed = records
        .iter()
        .filter(|record| work_key(record).is_some_and(|key| undone.contains(&key)));
    BatchItemFailures {
        failures: failed
            .map(|record| BatchItemFailure {
                sequence_number: record.dynamodb.sequence_number.clone(),
            })
            .collect(),
    }
}

/// The keys of the work item that a record is about. The subscription's filter lets no other through.
fn work_key(record: &StreamRecord) -> Option<WorkKey> {
    let keys = &record.dynamodb.keys;
    keys.pk.text.starts_with("WORK#").then(|| WorkKey {
        pk: keys.pk.text.clone(),
        sk: keys.sk.text.clone(),
    })
}
