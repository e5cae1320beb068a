//! As much of IAM's policy evaluation as our own policies need: Allow statements, wildcards, two conditions.

use serde_json::Value;

/// Whether a policy allows an action on a resource.
pub(super) fn allows(policy: &str, action: &str, resource: &str) -> bool {
    statements(policy).iter().any(|statement| {
        statement["Effect"] == "Allow"
            && any(&statement["Action"], |pattern| matches(pattern, action))
            && any(&statement["Resource"], |pattern| matches(pattern, resource))
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
