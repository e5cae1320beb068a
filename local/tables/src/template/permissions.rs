//! What a role of the template may do with tables. AWS IAM JSON policy elements; DynamoDB's condition keys
//! `dynamodb:LeadingKeys` and `dynamodb:Attributes`. Statements of other services are passed over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_norway::Value;

use super::{TemplateError, faulty};

/// One table, or one of its indexes, that a function may reach, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePermission {
    /// The table's logical id.
    pub table: String,
    /// The index; without one, the permission is for the table itself.
    pub index: Option<String>,
    /// The actions without their prefix, such as `GetItem`.
    pub actions: Vec<String>,
    /// Only items whose partition key is one of these; `None` is all items.
    pub leading_keys: Option<Vec<LeadingKey>>,
    /// Only these attributes, whether a request reads or writes them; `None` is all.
    pub attributes: Option<Vec<String>>,
}

/// A partition key that a permission is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadingKey {
    /// This key.
    Exact(String),
    /// Every key that begins so.
    Prefix(String),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    #[serde(default)]
    policies: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy_document: Document,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    statement: Vec<Statement>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: String,
    action: OneOrMore,
    resource: Value,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, OneOrMore>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

/// The permissions on tables of the role `logical_id`.
pub(super) fn parse(
    logical_id: &str,
    properties: Value,
) -> Result<Vec<TablePermission>, TemplateError> {
    let properties: Properties =
        serde_norway::from_value(properties).map_err(|error| faulty(logical_id, &error))?;
    let mut permissions = Vec::new();
    // A policy that depends on a condition of the stack is tagged, and holds nothing about tables.
    let policies = properties
        .policies
        .into_iter()
        .filter(|policy| !matches!(policy, Value::Tagged(_)));
    for policy in policies {
        let policy: Policy =
            serde_norway::from_value(policy).map_err(|error| faulty(logical_id, &error))?;
        for statement in &policy.policy_document.statement {
            permissions.extend(of_statement(logical_id, statement)?);
        }
    }
    Ok(permissions)
}

fn of_statement(
    logical_id: &str,
    statement: &Statement,
) -> Result<Vec<TablePermission>, TemplateError> {
    let actions = statement.action.as_slice().iter();
    let actions: Vec<String> = actions
        .filter_map(|action| action.strip_prefix("dynamodb:"))
        .map(str::to_owned)
        .collect();
    if actions.is_empty() {
        return Ok(Vec::new());
    }
    if statement.effect != "Allow" || actions.iter().any(|action| action.contains('*')) {
        return Err(faulty(
            logical_id,
            &"a statement about tables does more than allow named actions",
        ));
    }
    let limits = limits(logical_id, statement)?;
    let resources = match &statement.resource {
        Value::Sequence(resources) => resources.as_slice(),
        one => std::slice::from_ref(one),
    };
    let tables = resources.iter().filter_map(table_and_index);
    let permissions = tables.map(|(table, index)| TablePermission {
        table,
        index,
        actions: actions.clone(),
        leading_keys: limits.leading_keys.clone(),
        attributes: limits.attributes.clone(),
    });
    Ok(permissions.collect())
}

/// `!GetAtt DirectoryTable.Arn` or `!Sub ${DirectoryTable.Arn}/index/listing`; streams are none of ours.
fn table_and_index(resource: &Value) -> Option<(String, Option<String>)> {
    let Value::Tagged(tagged) = resource else {
        return None;
    };
    let text = tagged.value.as_str()?;
    if tagged.tag == "!GetAtt" {
        return Some((text.strip_suffix(".Arn")?.to_owned(), None));
    }
    let (table, index) = text.strip_prefix("${")?.split_once(".Arn}/index/")?;
    Some((table.to_owned(), Some(index.to_owned())))
}

/// What the conditions of a statement limit its actions to.
#[derive(Debug, Default)]
struct Limits {
    leading_keys: Option<Vec<LeadingKey>>,
    attributes: Option<Vec<String>>,
}

fn limits(logical_id: &str, statement: &Statement) -> Result<Limits, TemplateError> {
    let mut limits = Limits::default();
    let conditions = statement.condition.iter();
    let conditions = conditions.flat_map(|(operator, operands)| {
        operands
            .iter()
            .map(move |(key, values)| (operator.as_str(), key.as_str(), values.as_slice()))
    });
    for condition in conditions {
        match condition {
            ("ForAllValues:StringEquals", "dynamodb:LeadingKeys", values) => {
                let keys = values.iter().cloned().map(LeadingKey::Exact);
                limits.leading_keys = Some(keys.collect());
            }
            ("ForAllValues:StringLike", "dynamodb:LeadingKeys", values) => {
                limits.leading_keys = Some(values.iter().map(|value| like(value)).collect());
            }
            ("ForAllValues:StringEquals", "dynamodb:Attributes", values) => {
                limits.attributes = Some(values.to_vec());
            }
            // It only says that there must be such keys.
            ("Null", "dynamodb:LeadingKeys" | "dynamodb:Attributes", _) => {}
            (operator, key, _) => {
                let reason = format!("unknown condition `{operator}` on `{key}`");
                return Err(faulty(logical_id, &reason));
            }
        }
    }
    Ok(limits)
}

fn like(pattern: &str) -> LeadingKey {
    match pattern.strip_suffix('*') {
        Some(prefix) => LeadingKey::Prefix(prefix.to_owned()),
        None => LeadingKey::Exact(pattern.to_owned()),
    }
}
