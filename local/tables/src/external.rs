//! The same tables on another DynamoDB engine, such as Amazon's DynamoDB Local, so that the store's promises can
//! be held against more than the embedded one.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::{Client, Config};

use crate::provisioning::{ProvisioningError, TableNames, create_tables};
use crate::template::Template;

/// Tables of one test on an engine that others use too.
#[derive(Debug, Clone)]
pub struct External {
    /// A client for the engine.
    pub client: Client,
    /// The tables' names, which begin with the prefix.
    pub names: TableNames,
}

impl External {
    /// Makes the template's tables at `endpoint`. The prefix must be unique among those who use the engine.
    pub async fn create_tables(
        endpoint: &str,
        template: &Template,
        prefix: &str,
    ) -> Result<Self, ProvisioningError> {
        let client = client(endpoint);
        let names = create_tables(&client, template, prefix).await?;
        Ok(Self { client, names })
    }

    /// Removes the tables again; one that is gone already is no error.
    pub async fn delete_tables(&self) {
        for name in self.names.values() {
            // Nobody reads the tables of a finished test, so that a failure only leaves them lying about.
            drop(self.client.delete_table().table_name(name).send().await);
        }
    }
}

/// A client for the DynamoDB engine at `endpoint`. DynamoDB Local takes any credentials.
fn client(endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(crate::REGION))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new(
            "tables",
            "tables",
            None,
            None,
            "vestibule-tables",
        ))
        .build();
    Client::from_conf(config)
}
