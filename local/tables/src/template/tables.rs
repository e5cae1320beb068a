//! The template's tables. AWS CloudFormation resource `AWS::DynamoDB::Table`.

use serde::Deserialize;
use serde_norway::Value;

use super::{TemplateError, faulty};

/// A table as the template describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// The name in the template, such as `DirectoryTable`.
    pub logical_id: String,
    /// The attributes that are keys of the table or of an index.
    pub attributes: Vec<AttributeDefinition>,
    /// The partition key and the sort key.
    pub keys: Vec<Key>,
    /// The global secondary indexes.
    pub indexes: Vec<IndexDefinition>,
    /// The attribute with the time, in epoch seconds, after which an item may be deleted.
    pub ttl: Option<String>,
    /// What the stream's records carry; without it there is no stream.
    pub stream: Option<String>,
}

/// A key attribute and its type (`S`, `N` or `B`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttributeDefinition {
    /// The attribute's name.
    #[serde(rename = "AttributeName")]
    pub name: String,
    /// The attribute's type.
    #[serde(rename = "AttributeType")]
    pub kind: String,
}

/// One part of a primary key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Key {
    /// The attribute's name.
    #[serde(rename = "AttributeName")]
    pub attribute: String,
    /// Which part it is.
    #[serde(rename = "KeyType")]
    pub kind: KeyKind,
}

/// The parts of a primary key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum KeyKind {
    /// The partition key.
    Hash,
    /// The sort key.
    Range,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// The index's name.
    pub name: String,
    /// Its partition key and sort key.
    pub keys: Vec<Key>,
    /// Which attributes it holds, such as `ALL`.
    pub projection: String,
    /// With `INCLUDE`, which those are besides the keys.
    pub non_key_attributes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    attribute_definitions: Vec<AttributeDefinition>,
    key_schema: Vec<Key>,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    time_to_live_specification: Option<TimeToLive>,
    stream_specification: Option<Stream>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    #[serde(rename = "IndexName")]
    name: String,
    key_schema: Vec<Key>,
    projection: Projection,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Projection {
    projection_type: String,
    #[serde(default)]
    non_key_attributes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    stream_view_type: String,
}

impl TableDefinition {
    /// The logical id in lower case, with hyphens and without `Table`: `directory`.
    #[must_use]
    pub fn short_name(&self) -> String {
        let mut name = String::new();
        for character in self
            .logical_id
            .strip_suffix("Table")
            .unwrap_or(&self.logical_id)
            .chars()
        {
            if character.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(character.to_ascii_lowercase());
        }
        name
    }
}

pub(super) fn parse(logical_id: &str, properties: Value) -> Result<TableDefinition, TemplateError> {
    let properties: Properties =
        serde_norway::from_value(properties).map_err(|error| faulty(logical_id, &error))?;
    let indexes = properties
        .global_secondary_indexes
        .into_iter()
        .map(|index| IndexDefinition {
            name: index.name,
            keys: index.key_schema,
            projection: index.projection.projection_type,
            non_key_attributes: index.projection.non_key_attributes,
        });
    Ok(TableDefinition {
        logical_id: logical_id.to_owned(),
        attributes: properties.attribute_definitions,
        keys: properties.key_schema,
        indexes: indexes.collect(),
        ttl: properties
            .time_to_live_specification
            .filter(|ttl| ttl.enabled)
            .map(|ttl| ttl.attribute_name),
        stream: properties
            .stream_specification
            .map(|stream| stream.stream_view_type),
    })
}
