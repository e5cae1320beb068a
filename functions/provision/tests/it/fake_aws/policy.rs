//! As much of IAM's policy evaluation as our own policies need: Allow statements, wildcards, a few conditions.

use std::collections::BTreeMap;

use serde_json::Value;

/// The tags that conditions are about.
#[derive(Clone, Copy)]
pub(super) struct Tags<'a> {
    /// Those of the resource, if it is there.
    pub(super) resource: Option<&'a BTreeMap<String, String>>,
    /// Those that the request gives.
    pub(super) request: &'a BTreeMap<String, String>,
}

/// Whether a policy allows an action on a resource.
pub(super) fn allows(policy: &str, action: &str, (resource, tags): (&str, Tags<'_>)) -> bool {
    statements(policy).iter().any(|statement| {
        statement["Effect"] == "Allow"
            && any(&statement["Action"], |pattern| matches(pattern, action))
            && any(&statement["Resource"], |pattern| matches(pattern, resource))
            && holds(&statement["Condition"], tags)
    })
}

/// Whether a condition on tags holds; there is no other.
fn holds(condition: &Value, tags: Tags<'_>) -> bool {
    let Some(operators) = condition.as_object() else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        assert_eq!(operator, "StringEquals");
        keys.as_object().unwrap().iter().all(|(key, wanted)| {
            let (kind, tag) = key.split_once('/').unwrap();
            let given = match kind {
                "aws:ResourceTag" => tags.resource.and_then(|tags| tags.get(tag)),
                "aws:RequestTag" => tags.request.get(tag),
                other => panic!("{other} is no condition that is known"),
            };
            given.map(String::as_str) == wanted.as_str()
        })
    })
}

/// Whether a trust policy lets `principal` of `account` assume the role.
pub(super) fn trusts(policy: &str, (account, principal): (&str, &str), external_id: &str) -> bool {
    let root = format!("arn:aws:iam::{account}:root");
    statements(policy).iter().any(|statement| {
        let condition = |operator: &str, key: &str, value: &str| {
            let wanted = &statement["Condition"][operator][key];
            wanted.is_null() || wanted == value
        };
        statement["Effect"] == "Allow"
            && statement["Action"] == "sts:AssumeRole"
            && statement["Principal"]["AWS"] == root.as_str()
            && condition("ArnEquals", "aws:PrincipalArn", principal)
            && condition("StringEquals", "sts:ExternalId", external_id)
    })
}

/// The providers that a trust policy names.
pub(super) fn federated(policy: &str) -> Vec<String> {
    let named = statements(policy).into_iter().filter_map(|statement| {
        statement["Principal"]["Federated"]
            .as_str()
            .map(str::to_owned)
    });
    named.collect()
}

fn statements(policy: &str) -> Vec<Value> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        one => vec![one.clone()],
    }
}

fn any(value: &Value, matches: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).any(matches),
        one => one.as_str().is_some_and(matches),
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            rest.is_empty() || (0..=text.len()).any(|index| matches(rest, &text[index..]))
        }),
    }
}
