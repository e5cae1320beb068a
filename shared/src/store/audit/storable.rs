//! JSON as an item of DynamoDB can hold it. Its numbers are smaller than JSON's, it nests 32 levels and no further, and each
//! member has a name. What does not fit stands in a record as its text: no request fails because it cannot be recorded.

use serde_json::{Map, Value};

/// How deep the values of a record nest. The record itself has two levels more, and DynamoDB counts from there.
const DEEPEST: usize = 24;
/// The numbers that DynamoDB has are below this, or below it when they are turned around.
const LARGEST: f64 = 1e125;

/// The value, and as text what of it does not fit.
pub(super) fn storable(value: Value) -> Value {
    within(value, DEEPEST)
}

/// The members, each as it fits.
pub(super) fn storable_members(members: Map<String, Value>) -> Map<String, Value> {
    let members = members.into_iter();
    members
        .map(|(name, value)| (name, storable(value)))
        .collect()
}

fn within(value: Value, levels: usize) -> Value {
    match value {
        Value::Number(number) if !fits(number.as_f64()) => Value::String(number.to_string()),
        Value::Array(_) | Value::Object(_) if levels == 0 => Value::String(value.to_string()),
        Value::Object(members) if members.contains_key("") => {
            Value::String(Value::Object(members).to_string())
        }
        Value::Array(items) => items
            .into_iter()
            .map(|item| within(item, levels - 1))
            .collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            members
                .map(|(name, value)| (name, within(value, levels - 1)))
                .collect()
        }
        other => other,
    }
}

fn fits(number: Option<f64>) -> bool {
    number.is_some_and(|number| {
        let size = number.abs();
        size < LARGEST && (size == 0.0 || size > LARGEST.recip())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(json!(1), |inner, _| json!({ "a": [inner] }))
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        for value in [
            json!(null),
            json!({ "a": [true, "", 0, -1, 1.5, -0.0, u64::MAX, i64::MIN, 1e124, 1e-124] }),
            nested(DEEPEST / 2),
        ] {
            assert_eq!(storable(value.clone()), value);
        }
    }

    #[test]
    fn what_does_not_fit_is_text() {
        assert_eq!(
            storable(json!({ "a": [1e200, -1e200, 1e-200] })),
            json!({ "a": ["1e+200", "-1e+200", "1e-200"] })
        );
        assert_eq!(
            storable(json!({ "a": { "": 1 } })),
            json!({ "a": "{\"\":1}" })
        );
        let deep = storable(nested(100)).to_string();
        assert_eq!(deep.matches("{\"a\":[").count(), DEEPEST / 2);
        assert_eq!(deep.matches("{\\\"a\\\":[").count(), 100 - DEEPEST / 2);
    }
}
