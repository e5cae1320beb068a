//! Holds a function's requests against its role, as AWS does, so that a permission which the template forgets is
//! missed here and not only there. Service authorization reference, "Actions, resources, and condition keys for
//! Amazon DynamoDB".

use dynoxide::DynoxideError;
use serde_json::Value;

use crate::provisioning::TableNames;
use crate::template::{LeadingKey, TablePermission};

/// What the holder of a client may do.
#[derive(Debug, Clone)]
pub(super) struct Role {
    name: String,
    permissions: Vec<(String, TablePermission)>,
}

/// One thing that a request does: an action on a table or an index, at a partition key where it names one.
#[derive(Debug, PartialEq, Eq)]
struct Access<'a> {
    action: &'a str,
    table: &'a str,
    index: Option<&'a str>,
    leading_key: Option<&'a str>,
    /// What the request's key and expressions name, where a request says so: an update.
    attributes: Option<Vec<&'a str>>,
}

impl Role {
    /// A role by the template's permissions on the tables of these names.
    pub(super) fn new(name: &str, permissions: &[TablePermission], names: &TableNames) -> Self {
        let permissions = permissions.iter().filter_map(|permission| {
            Some((names.get(&permission.table)?.clone(), permission.clone()))
        });
        Self {
            name: name.to_owned(),
            permissions: permissions.collect(),
        }
    }

    /// Refuses a request that does anything which the role may not do.
    pub(super) fn authorize(&self, operation: &str, body: &str) -> Result<(), DynoxideError> {
        let body: Value = serde_json::from_str(body)
            .map_err(|error| DynoxideError::SerializationException(error.to_string()))?;
        let accesses = accesses(operation, &body);
        let refused = accesses.iter().find(|access| !self.allows(access));
        match refused {
            None if !accesses.is_empty() => Ok(()),
            refused => Err(self.refusal(operation, refused)),
        }
    }

    fn allows(&self, access: &Access<'_>) -> bool {
        self.permissions.iter().any(|(table, permission)| {
            table == access.table
                && permission.index.as_deref() == access.index
                && permission
                    .actions
                    .iter()
                    .any(|action| action == access.action)
                && reaches(permission.leading_keys.as_deref(), access.leading_key)
                && names_only(
                    permission.attributes.as_deref(),
                    access.attributes.as_deref(),
                )
        })
    }

    fn refusal(&self, operation: &str, refused: Option<&Access<'_>>) -> DynoxideError {
        let what = refused.map_or_else(
            || operation.to_owned(),
            |access| {
                let index = access.index.map(|index| format!("/index/{index}"));
                format!(
                    "{} on {}{} at {}",
                    access.action,
                    access.table,
                    index.unwrap_or_default(),
                    access.leading_key.unwrap_or("any key")
                )
            },
        );
        let role = &self.name;
        DynoxideError::AccessDeniedException(format!(
            "`{role}` is not authorized by the template to perform {what}"
        ))
    }
}

fn reaches(allowed: Option<&[LeadingKey]>, key: Option<&str>) -> bool {
    allowed.is_none_or(|allowed| {
        key.is_some_and(|key| {
            allowed.iter().any(|allowed| match allowed {
                LeadingKey::Exact(exact) => key == exact,
                LeadingKey::Prefix(prefix) => key.starts_with(prefix),
            })
        })
    })
}

fn names_only(allowed: Option<&[String]>, named: Option<&[&str]>) -> bool {
    allowed.is_none_or(|allowed| {
        named.is_some_and(|named| {
            named
                .iter()
                .all(|name| allowed.iter().any(|allowed| allowed == name))
        })
    })
}

/// What a request does; nothing for what no function ever does, such as making a table.
fn accesses<'a>(operation: &'a str, body: &'a Value) -> Vec<Access<'a>> {
    match operation {
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query" | "Scan" => {
            access(operation, body).into_iter().collect()
        }
        "BatchGetItem" | "BatchWriteItem" => batch(operation, body),
        "TransactGetItems" | "TransactWriteItems" => transaction(body),
        _ => Vec::new(),
    }
}

fn access<'a>(action: &'a str, body: &'a Value) -> Option<Access<'a>> {
    Some(Access {
        action,
        table: body.get("TableName")?.as_str()?,
        index: body.get("IndexName").and_then(Value::as_str),
        leading_key: leading_key(body),
        attributes: (action == "UpdateItem").then(|| attributes(body)),
    })
}

/// The attributes that an update names in its key and its expressions.
fn attributes(update: &Value) -> Vec<&str> {
    let key = update.get("Key").and_then(Value::as_object);
    let key = key.into_iter().flatten().map(|(name, _)| name.as_str());
    let expressions = ["UpdateExpression", "ConditionExpression"];
    let expressions = expressions
        .into_iter()
        .filter_map(|name| update.get(name)?.as_str());
    let named = expressions.flat_map(|expression| {
        let words = expression.split(|character: char| {
            !(character.is_ascii_alphanumeric() || "_#:".contains(character))
        });
        words.filter(|word| !word.is_empty() && !word.starts_with(':') && !is_syntax(word))
    });
    let aliases = update.get("ExpressionAttributeNames");
    let named = named.map(|name| {
        aliases
            .and_then(|all| all.get(name)?.as_str())
            .unwrap_or(name)
    });
    key.chain(named).collect()
}

/// Whether a word of an expression is a clause, an operator or a function ("Expressions in DynamoDB").
fn is_syntax(word: &str) -> bool {
    let clause = [
        "SET", "ADD", "REMOVE", "DELETE", "AND", "OR", "NOT", "IN", "BETWEEN",
    ];
    clause
        .iter()
        .any(|clause| word.eq_ignore_ascii_case(clause))
        || word.starts_with("attribute_")
        || [
            "if_not_exists",
            "list_append",
            "begins_with",
            "contains",
            "size",
        ]
        .contains(&word)
}

fn leading_key(holder: &Value) -> Option<&str> {
    let item = holder
        .get("Key")
        .or_else(|| holder.get("Item"))
        .unwrap_or(holder);
    item.get("pk")?.get("S")?.as_str()
}

fn batch<'a>(action: &'a str, body: &'a Value) -> Vec<Access<'a>> {
    let tables = body.get("RequestItems").and_then(Value::as_object);
    let requests = tables.into_iter().flatten().flat_map(|(table, requests)| {
        let keys = requests.get("Keys").unwrap_or(requests);
        let keys = keys.as_array().map(Vec::as_slice).unwrap_or_default();
        keys.iter().map(move |request| (table.as_str(), request))
    });
    let accesses = requests.map(|(table, request)| Access {
        action,
        table,
        index: None,
        attributes: None,
        leading_key: leading_key(
            request
                .get("PutRequest")
                .or_else(|| request.get("DeleteRequest"))
                .unwrap_or(request),
        ),
    });
    accesses.collect()
}

fn transaction(body: &Value) -> Vec<Access<'_>> {
    let items = body.get("TransactItems").and_then(Value::as_array);
    let parts = items
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flatten();
    let accesses = parts.filter_map(|(kind, part)| {
        let action = match kind.as_str() {
            "Get" => "GetItem",
            "Put" => "PutItem",
            "Update" => "UpdateItem",
            "Delete" => "DeleteItem",
            "ConditionCheck" => "ConditionCheckItem",
            _ => return None,
        };
        access(action, part)
    });
    accesses.collect()
}
