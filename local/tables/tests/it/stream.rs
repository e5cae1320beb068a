//! The stream as a function sees it.

use serde_json::{Value, json};
use vestibule_tables::{FilterPattern, StreamReader};

use crate::fixture::{Tables, item, text};

const WORK: &str =
    r#"{"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "WORK#"}]}}}}"#;

fn reader(tables: &Tables) -> StreamReader {
    StreamReader::new(&tables.engine, &tables.name("AccessTable"))
}

#[tokio::test]
async fn a_record_has_the_shape_of_the_lambda_event() {
    let tables = Tables::in_memory().await;
    tables.put("AccessTable", "WORK#1", "WORK").await;
    let batch = reader(&tables).read(None, 10).await.unwrap();
    let event = batch.event(&[]).unwrap();
    let record = event["Records"][0].clone();
    let keys = json!({"pk": {"S": "WORK#1"}, "sk": {"S": "WORK"}});
    let change = &record["dynamodb"];
    assert_eq!(
        record,
        json!({
            "eventID": record["eventID"],
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "eventSourceARN": record["eventSourceARN"],
            "dynamodb": {
                "ApproximateCreationDateTime": change["ApproximateCreationDateTime"],
                "Keys": keys,
                "NewImage": keys,
                "SequenceNumber": change["SequenceNumber"],
                "SizeBytes": change["SizeBytes"],
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        })
    );
    assert!(record["eventID"].as_str().is_some_and(|id| !id.is_empty()));
    assert!(change["ApproximateCreationDateTime"].is_i64());
    assert!(change["SizeBytes"].as_i64().is_some_and(|size| size > 0));
    let arn = record["eventSourceARN"].as_str().unwrap();
    assert!(
        arn.starts_with("arn:aws:dynamodb:us-east-1:000000000000:table/test-access/stream/"),
        "{arn}"
    );
}

#[tokio::test]
async fn a_change_carries_both_images_and_a_removal_the_old_one() {
    let tables = Tables::in_memory().await;
    tables.put("AccessTable", "WORK#1", "WORK").await;
    let table = tables.name("AccessTable");
    let changed = item(&[("pk", "WORK#1"), ("sk", "WORK"), ("state", "done")]);
    tables
        .client
        .put_item()
        .table_name(&table)
        .set_item(Some(changed))
        .send()
        .await
        .unwrap();
    let key = tables
        .client
        .delete_item()
        .table_name(&table)
        .key("pk", text("WORK#1"))
        .key("sk", text("WORK"));
    key.send().await.unwrap();

    let batch = reader(&tables).read(None, 10).await.unwrap();
    let images: Vec<(&str, bool, bool)> = batch
        .records()
        .iter()
        .map(|record| {
            let change = record["dynamodb"].as_object().unwrap();
            (
                record["eventName"].as_str().unwrap(),
                change.contains_key("NewImage"),
                change.contains_key("OldImage"),
            )
        })
        .collect();
    assert_eq!(
        images,
        [
            ("INSERT", true, false),
            ("MODIFY", true, true),
            ("REMOVE", false, true)
        ]
    );
}

#[tokio::test]
async fn reading_goes_on_after_the_position_that_was_kept() {
    let tables = Tables::in_memory().await;
    let stream = reader(&tables);
    let empty = stream.read(None, 10).await.unwrap();
    assert!(empty.is_empty());
    assert_eq!((empty.position(), empty.event(&[])), (None, None));

    for number in 1..=3 {
        tables
            .put("AccessTable", &format!("WORK#{number}"), "WORK")
            .await;
    }
    let first = stream.read(None, 2).await.unwrap();
    assert_eq!(keys(first.records()), ["WORK#1", "WORK#2"]);
    let kept = first.position().unwrap().to_owned();
    let second = stream.read(Some(&kept), 2).await.unwrap();
    assert_eq!(keys(second.records()), ["WORK#3"]);
    let third = stream.read(second.position(), 2).await.unwrap();
    assert!(third.is_empty());
    assert_eq!(third.position(), second.position());
}

#[tokio::test]
async fn a_record_that_failed_is_read_again_with_those_after_it() {
    let tables = Tables::in_memory().await;
    let stream = reader(&tables);
    for number in 1..=3 {
        tables
            .put("AccessTable", &format!("WORK#{number}"), "WORK")
            .await;
    }
    let batch = stream.read(None, 10).await.unwrap();
    let number = |index: usize| {
        batch.records()[index]["dynamodb"]["SequenceNumber"]
            .as_str()
            .unwrap()
    };
    for (failed, again) in [
        (number(0), vec!["WORK#1", "WORK#2", "WORK#3"]),
        (number(1), vec!["WORK#2", "WORK#3"]),
        (number(2), vec!["WORK#3"]),
        ("unknown", vec!["WORK#1", "WORK#2", "WORK#3"]),
    ] {
        let rest = stream
            .read(batch.position_before(failed), 10)
            .await
            .unwrap();
        assert_eq!(keys(rest.records()), again, "{failed}");
    }
    for (given_up, rest) in [
        (number(0), vec!["WORK#2", "WORK#3"]),
        (number(2), vec![]),
        ("unknown", vec![]),
    ] {
        let read = stream
            .read(batch.position_after(given_up), 10)
            .await
            .unwrap();
        assert_eq!(keys(read.records()), rest, "{given_up}");
    }
}

#[tokio::test]
async fn the_event_holds_only_what_the_filter_lets_through() {
    let tables = Tables::in_memory().await;
    tables.put("AccessTable", "ACCOUNT#1", "ACCOUNT").await;
    tables.put("AccessTable", "WORK#1", "WORK").await;
    let batch = reader(&tables).read(None, 10).await.unwrap();
    let filters = [FilterPattern::parse(WORK).unwrap()];
    let event = batch.event(&filters).unwrap();
    assert_eq!(keys(event["Records"].as_array().unwrap()), ["WORK#1"]);
    assert_eq!(
        batch.event(&[FilterPattern::parse(r#"{"eventName": ["REMOVE"]}"#).unwrap()]),
        None
    );
}

#[tokio::test]
async fn a_table_without_a_stream_cannot_be_read() {
    let tables = Tables::in_memory().await;
    let stream = StreamReader::new(&tables.engine, &tables.name("KeysTable"));
    assert!(stream.read(None, 10).await.is_err());
}

fn keys(records: &[Value]) -> Vec<&str> {
    records
        .iter()
        .map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap())
        .collect()
}
