//! Whether two policy documents say the same. IAM keeps what it was given, but owes us neither the order of a list nor that
//! a list of one stays a list (IAM User Guide, "IAM JSON policy grammar").

use serde_json::Value;

/// Whether both say the same, or are the same text where one of them is no JSON.
pub(crate) fn same_document(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).map(canonical);
    match (read(one), read(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// The same document with lists in one order and lists of one element as that element.
fn canonical(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(canonical).collect();
            items.sort_by_key(Value::to_string);
            items.dedup();
            match items.pop() {
                Some(only) if items.is_empty() => only,
                Some(last) => {
                    items.push(last);
                    Value::Array(items)
                }
                None => Value::Array(items),
            }
        }
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (name, canonical(member)))
            .collect(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_spacing_and_lists_of_one_do_not_matter() {
        let one = r#"{"Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["*"]}]}"#;
        let other = r#"{ "Statement": {"Resource": "*", "Action": ["s3:List*", "s3:Get*"], "Effect": "Allow"} }"#;
        assert!(same_document(one, other));
    }

    #[test]
    fn another_action_or_effect_does() {
        let one = r#"{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}"#;
        assert!(!same_document(one, &one.replace("Get", "Put")));
        assert!(!same_document(one, &one.replace("Allow", "Deny")));
        assert!(!same_document(one, "{"));
        assert!(same_document("{", "{"));
    }
}
