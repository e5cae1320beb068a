//! Tables and items for the tests.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use vestibule_tables::{Engine, TableNames, Template};

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) struct Tables {
    pub(crate) engine: Engine,
    pub(crate) client: Client,
    pub(crate) names: TableNames,
}

impl Tables {
    pub(crate) async fn on(engine: Engine) -> Self {
        let names = engine
            .create_tables(Template::embedded().unwrap(), "test")
            .await
            .unwrap();
        Self {
            client: engine.client(),
            engine,
            names,
        }
    }

    pub(crate) async fn in_memory() -> Self {
        Self::on(Engine::memory().unwrap()).await
    }

    pub(crate) fn name(&self, logical_id: &str) -> String {
        self.names[logical_id].clone()
    }

    pub(crate) async fn put(&self, logical_id: &str, pk: &str, sk: &str) {
        let item = item(&[("pk", pk), ("sk", sk)]);
        self.client
            .put_item()
            .table_name(self.name(logical_id))
            .set_item(Some(item))
            .send()
            .await
            .unwrap();
    }

    pub(crate) async fn count(&self, logical_id: &str) -> i32 {
        self.client
            .scan()
            .table_name(self.name(logical_id))
            .consistent_read(true)
            .send()
            .await
            .unwrap()
            .count
    }
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn item(attributes: &[(&str, &str)]) -> Item {
    attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), text(value)))
        .collect()
}
