//! What wakes the function: a batch of records of the access table's stream, or one of the schedules; and how it says which records
//! are to be handed over again. Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB".

use serde::{Deserialize, Serialize};

/// An event.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// Records of the stream.
    Stream(StreamEvent),
    /// The schedule for work that was left over.
    Sweep(SweepEvent),
    /// The schedule for looking at accounts.
    Check(CheckEvent),
}

/// Records of the access table's stream.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamEvent {
    /// The records, in the order in which they were written.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// One change of the access table.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamRecord {
    /// What was changed.
    pub dynamodb: StreamChange,
}

/// What a record says of a change, as far as it counts here: the item itself is read when its turn comes.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamChange {
    /// The item's keys.
    #[serde(rename = "Keys")]
    pub keys: ItemKeys,
    /// Names the record in the answer.
    #[serde(rename = "SequenceNumber")]
    pub sequence_number: String,
}

/// The keys of an item, in DynamoDB's JSON.
#[derive(Debug, Clone, Deserialize)]
pub struct ItemKeys {
    /// The partition key.
    pub pk: TextAttribute,
    /// The sort key.
    pub sk: TextAttribute,
}

/// A text attribute in DynamoDB's JSON.
#[derive(Debug, Clone, Deserialize)]
pub struct TextAttribute {
    /// The text.
    #[serde(rename = "S")]
    pub text: String,
}

/// A scheduled event of `EventBridge`. It says nothing that counts.
#[derive(Debug, Clone, Deserialize)]
pub struct SweepEvent {
    /// What kind of event it is.
    #[serde(rename = "detail-type")]
    pub kind: SweepKind,
}

/// The only kind of `EventBridge` event that is expected.
#[derive(Debug, Clone, Copy, Deserialize)]
pub enum SweepKind {
    /// A schedule.
    #[serde(rename = "Scheduled Event")]
    Scheduled,
}

/// What the template has the second schedule say.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct CheckEvent {
    /// What is to be looked for.
    pub check: CheckKind,
}

/// What can be looked for in accounts.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckKind {
    /// What differs from what is wanted.
    Drift,
}

/// The answer: which records are to be handed over again. None means that all is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BatchItemFailures {
    /// The records, in their order; Lambda goes back to the first of them.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<BatchItemFailure>,
}

/// A record that is to be handed over again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchItemFailure {
    /// The record's sequence number.
    #[serde(rename = "itemIdentifier")]
    pub sequence_number: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_neither_a_batch_nor_the_schedule_is_refused() {
        for event in [
            json!({}),
            json!({ "Records": [{ "dynamodb": { "Keys": { "pk": { "N": "1" } } } }] }),
            json!({ "detail-type": "AWS API Call via CloudTrail" }),
            json!({ "check": "out" }),
            json!("Scheduled Event"),
        ] {
            assert!(
                serde_json::from_value::<Event>(event.clone()).is_err(),
                "{event}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
            let _ = serde_json::from_str::<Event>(&text);
        }
    }
}
