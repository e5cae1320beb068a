//! Fills tables quickly: the store writes its items as always, and what it would commit one transaction after the other goes
//! to the tables in batches. Conditions are left out, as everything is new, and so are audit records.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::result::ConnectorError;
use serde_json::{Map, Value, json};
use vestibule_tables::TableNames;

use crate::Result;
use crate::connector::{self, Answered, around, body, operation, request};

/// The most that DynamoDB takes at once.
const BATCH: usize = 25;

/// What is not yet written: the table of each item, and the item.
#[derive(Debug, Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Vec<(String, Value)>>>);

impl Capture {
    /// A client whose transactions are kept until there are enough of them, or until something else is asked. The audit
    /// table's items are forgotten.
    pub(crate) fn client(&self, client: &Client, names: &TableNames) -> Result<Client> {
        let capture = self.clone();
        let audit = names.get("AuditTable").cloned().unwrap_or_default();
        around(client, move |request, inner| {
            let (capture, audit) = (capture.clone(), audit.clone());
            async move {
                if operation(&request) == "TransactWriteItems" {
                    let batch = capture.keep(&body(&request)?, &audit);
                    return write(&inner, batch).await;
                }
                capture.write_rest(&inner).await?;
                inner.call(request).await
            }
        })
    }

    async fn write_rest(&self, inner: &SharedHttpConnector) -> Answered {
        let left = self.0.lock().map(|mut kept| std::mem::take(&mut *kept));
        for batch in left.unwrap_or_default().chunks(BATCH) {
            write(inner, batch.to_vec()).await?;
        }
        connector::answer("{}")
    }

    /// Keeps the items of a transaction; answers a batch when there is one.
    fn keep(&self, transaction: &Value, audit: &str) -> Vec<(String, Value)> {
        let Ok(mut kept) = self.0.lock() else {
            return Vec::new();
        };
        let items = transaction.get("TransactItems").and_then(Value::as_array);
        let puts = items
            .into_iter()
            .flatten()
            .filter_map(|item| item.get("Put"));
        for put in puts {
            let table = put.get("TableName").and_then(Value::as_str);
            let table = table.unwrap_or_default().to_owned();
            if table != audit {
                let item = put.get("Item").cloned().unwrap_or_default();
                kept.push((table, item));
            }
        }
        if kept.len() < BATCH {
            return Vec::new();
        }
        kept.drain(..BATCH).collect()
    }
}

async fn write(inner: &SharedHttpConnector, batch: Vec<(String, Value)>) -> Answered {
    if batch.is_empty() {
        return connector::answer("{}");
    }
    let mut tables: Map<String, Value> = Map::new();
    for (table, item) in batch {
        let put = json!({ "PutRequest": { "Item": item } });
        let requests = tables.entry(table).or_insert_with(|| json!([]));
        if let Some(requests) = requests.as_array_mut() {
            requests.push(put);
        }
    }
    let batch = request("BatchWriteItem", &json!({ "RequestItems": tables }));
    let answer = inner.call(batch).await?;
    if !answer.status().is_success() {
        let said = answer.body().bytes().unwrap_or_default();
        let said = String::from_utf8_lossy(said).into_owned();
        return Err(ConnectorError::user(said.into()));
    }
    connector::answer("{}")
}
