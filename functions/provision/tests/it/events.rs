//! The events as AWS sends them: the files in `events/provision`, and the stream itself.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use vestibule_provision::{Event, handle};
use vestibule_shared::store::access::RequestStatus;
use vestibule_tables::{FilterPattern, StreamReader};

use crate::harness::Harness;

#[tokio::test]
async fn every_event_is_answered_as_written_beside_it() {
    let harness = Harness::new().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/provision");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let events = files.filter(|path| !path.to_string_lossy().ends_with(".answer.json"));
    let mut count = 0;
    for path in events {
        let read = |path: &Path| fs::read(path).unwrap();
        let event: Event = serde_json::from_slice(&read(&path)).unwrap();
        let expected: Value =
            serde_json::from_slice(&read(&path.with_extension("answer.json"))).unwrap();
        // Of the work that the files name nothing is there any more, so that it is done.
        let answer = handle(&harness.context, event).await.unwrap();
        assert_eq!(
            serde_json::to_value(answer).unwrap(),
            expected,
            "{}",
            path.display()
        );
        count += 1;
    }
    assert_eq!(count, 3);
}

#[tokio::test]
async fn the_tables_own_stream_wakes_the_function() {
    let harness = Harness::new().await;
    let Some(engine) = &harness.world.engine else {
        // Tables outside the process have streams outside it.
        return;
    };
    let reader = StreamReader::new(engine, harness.world.names.get("AccessTable").unwrap());
    let mut position = None;
    let filter =
        r#"{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"WORK#"}]}}}}"#;
    let filters = [FilterPattern::parse(filter).unwrap()];
    let request = harness.assign(&harness.group(), &harness.place()).await;
    let mut failed = Vec::new();
    loop {
        let batch = reader.read(position.as_deref(), 100).await.unwrap();
        if batch.is_empty() {
            break;
        }
        if let Some(event) = batch.event(&filters) {
            let event: Event = serde_json::from_value(event).unwrap();
            failed.extend(handle(&harness.context, event).await.unwrap().failures);
        }
        position = batch.position().map(str::to_owned);
    }
    assert_eq!(failed, []);
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn records_of_other_items_are_passed_over() {
    let harness = Harness::new().await;
    let record = |pk: &str, sk: &str| json!({ "dynamodb": { "Keys": { "pk": { "S": pk }, "sk": { "S": sk } }, "SequenceNumber": "1" } });
    let event: Value = json!({ "Records": [
        record("ACCOUNT#111111111111", "ACCOUNT"),
        record("WORK#", "x"),
        record("WORK#nobody", "x"),
        record("WORK#111111111111", "no such work"),
        record("WORK#ALL", "no such work"),
    ] });
    let event = serde_json::from_value(event).unwrap();
    let answer = handle(&harness.context, event).await.unwrap();
    assert_eq!(answer.failures, []);
}
