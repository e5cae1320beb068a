//! Makes the template's tables through the DynamoDB API, on the embedded engine or on another one.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType, TableDescription,
    TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};

use crate::template::{IndexDefinition, Key, KeyKind, TableDefinition, Template};

/// From the template's logical id (`DirectoryTable`) to the table's name.
pub type TableNames = BTreeMap<String, String>;

/// How long a table may take to become usable, in steps.
const READY_ATTEMPTS: u32 = 200;
const READY_PAUSE: Duration = Duration::from_millis(50);

/// Why the tables could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProvisioningError {
    /// The engine refused a call; the text names the cause.
    #[error("table `{table}`: {cause}")]
    Refused {
        /// The table's name.
        table: String,
        /// The whole chain of causes.
        cause: String,
    },
    /// The template's description lacks something that DynamoDB demands.
    #[error("table `{table}` is not described completely")]
    Incomplete {
        /// The table's name.
        table: String,
        /// What is missing.
        #[source]
        source: BuildError,
    },
    /// The table did not become active.
    #[error("table `{0}` did not become active")]
    NotReady(String),
}

/// Makes the template's tables where they are missing, named `<prefix>-directory` and so on, and adds what a table
/// of an earlier template lacks of its stream and its time to live.
pub async fn create_tables(
    client: &Client,
    template: &Template,
    prefix: &str,
) -> Result<TableNames, ProvisioningError> {
    let mut names = TableNames::new();
    for definition in &template.tables {
        let name = format!("{prefix}-{}", definition.short_name());
        ensure_table(client, definition, &name).await?;
        names.insert(definition.logical_id.clone(), name);
    }
    Ok(names)
}

async fn ensure_table(
    client: &Client,
    definition: &TableDefinition,
    name: &str,
) -> Result<(), ProvisioningError> {
    let existing = match describe(client, name).await? {
        Some(description) => description,
        None => create_table(client, definition, name).await?,
    };
    ensure_stream(client, definition, name, &existing).await?;
    ensure_time_to_live(client, definition, name).await
}

async fn describe(
    client: &Client,
    name: &str,
) -> Result<Option<TableDescription>, ProvisioningError> {
    match client.describe_table().table_name(name).send().await {
        Ok(output) => Ok(output.table),
        Err(SdkError::ServiceError(error))
            if matches!(
                error.err(),
                DescribeTableError::ResourceNotFoundException(_)
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(refused(name, &error)),
    }
}

async fn create_table(
    client: &Client,
    definition: &TableDefinition,
    name: &str,
) -> Result<TableDescription, ProvisioningError> {
    let incomplete = |source| ProvisioningError::Incomplete {
        table: name.to_owned(),
        source,
    };
    let attributes = attribute_definitions(definition).map_err(incomplete)?;
    let indexes = definition
        .indexes
        .iter()
        .map(index)
        .collect::<Result<Vec<_>, _>>()
        .map_err(incomplete)?;
    let created = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(key_schema(&definition.keys).map_err(incomplete)?))
        .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
        .set_stream_specification(stream_specification(definition).map_err(incomplete)?)
        .send()
        .await;
    match created {
        Ok(_) => {}
        // Another process was quicker.
        Err(SdkError::ServiceError(error)) if error.err().is_resource_in_use_exception() => {}
        Err(error) => return Err(refused(name, &error)),
    }
    ready(client, name).await
}

async fn ready(client: &Client, name: &str) -> Result<TableDescription, ProvisioningError> {
    for _ in 0..READY_ATTEMPTS {
        if let Some(description) = describe(client, name).await?
            && description.table_status == Some(TableStatus::Active)
        {
            return Ok(description);
        }
        tokio::time::sleep(READY_PAUSE).await;
    }
    Err(ProvisioningError::NotReady(name.to_owned()))
}

async fn ensure_stream(
    client: &Client,
    definition: &TableDefinition,
    name: &str,
    existing: &TableDescription,
) -> Result<(), ProvisioningError> {
    let enabled = existing
        .stream_specification
        .as_ref()
        .is_some_and(|stream| stream.stream_enabled);
    let wanted =
        stream_specification(definition).map_err(|source| ProvisioningError::Incomplete {
            table: name.to_owned(),
            source,
        })?;
    if enabled || wanted.is_none() {
        return Ok(());
    }
    client
        .update_table()
        .table_name(name)
        .set_stream_specification(wanted)
        .send()
        .await
        .map_err(|error| refused(name, &error))?;
    ready(client, name).await.map(|_| ())
}

async fn ensure_time_to_live(
    client: &Client,
    definition: &TableDefinition,
    name: &str,
) -> Result<(), ProvisioningError> {
    let Some(attribute) = &definition.ttl else {
        return Ok(());
    };
    let current = client
        .describe_time_to_live()
        .table_name(name)
        .send()
        .await
        .map_err(|error| refused(name, &error))?;
    let status = current
        .time_to_live_description
        .and_then(|description| description.time_to_live_status);
    if matches!(
        status,
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
    ) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(attribute)
        .enabled(true)
        .build()
        .map_err(|source| ProvisioningError::Incomplete {
            table: name.to_owned(),
            source,
        })?;
    client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(specification)
        .send()
        .await
        .map_err(|error| refused(name, &error))?;
    Ok(())
}

fn attribute_definitions(
    definition: &TableDefinition,
) -> Result<Vec<AttributeDefinition>, BuildError> {
    let attributes = definition.attributes.iter().map(|attribute| {
        AttributeDefinition::builder()
            .attribute_name(&attribute.name)
            .attribute_type(ScalarAttributeType::from(attribute.kind.as_str()))
            .build()
    });
    attributes.collect()
}

fn key_schema(keys: &[Key]) -> Result<Vec<KeySchemaElement>, BuildError> {
    let elements = keys.iter().map(|key| {
        let kind = match key.kind {
            KeyKind::Hash => KeyType::Hash,
            KeyKind::Range => KeyType::Range,
        };
        KeySchemaElement::builder()
            .attribute_name(&key.attribute)
            .key_type(kind)
            .build()
    });
    elements.collect()
}

fn index(index: &IndexDefinition) -> Result<GlobalSecondaryIndex, BuildError> {
    let included = &index.non_key_attributes;
    let projection = Projection::builder()
        .projection_type(ProjectionType::from(index.projection.as_str()))
        // An empty list is none to DynamoDB either, but it refuses it.
        .set_non_key_attributes((!included.is_empty()).then(|| included.clone()))
        .build();
    GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key_schema(&index.keys)?))
        .projection(projection)
        .build()
}

fn stream_specification(
    definition: &TableDefinition,
) -> Result<Option<StreamSpecification>, BuildError> {
    let Some(view) = &definition.stream else {
        return Ok(None);
    };
    StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::from(view.as_str()))
        .build()
        .map(Some)
}

fn refused<E>(table: &str, error: &SdkError<E>) -> ProvisioningError
where
    E: std::error::Error + 'static,
{
    ProvisioningError::Refused {
        table: table.to_owned(),
        cause: DisplayErrorContext(error).to_string(),
    }
}
