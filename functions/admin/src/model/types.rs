//! Whether the JSON types of a value are those of its shape. AWS reads a whole request into its types before it
//! looks at any constraint, so a wrong type anywhere goes before every constraint.

use serde_json::Value;

use super::ShapeMismatch;
use super::shape::{Kind, Shape};

/// `null` fits everything here: it is the same as absent, which is for the constraints to judge.
pub(super) fn check(shape: &Shape, value: &Value) -> Result<(), ShapeMismatch> {
    match (&shape.kind, value) {
        (_, Value::Null)
        | (Kind::Document, _)
        | (Kind::Text(_), Value::String(_))
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Timestamp, Value::Number(_)) => Ok(()),
        // `integer` has 32 bits.
        (Kind::Integer(_), Value::Number(number))
            if number
                .as_i64()
                .is_some_and(|number| i32::try_from(number).is_ok()) =>
        {
            Ok(())
        }
        (Kind::Structure(structure), Value::Object(members)) => structure
            .members
            .iter()
            .filter_map(|member| Some((member, members.get(&member.name)?)))
            .try_for_each(|(member, value)| check(&member.shape, value)),
        (Kind::Map(map), Value::Object(entries)) => entries
            .values()
            .try_for_each(|value| check(&map.value, value)),
        (Kind::List(list), Value::Array(elements)) => elements
            .iter()
            .try_for_each(|element| check(&list.element, element)),
        (kind, value) => Err(ShapeMismatch::Serialization(sentence(kind, value))),
    }
}

fn sentence(kind: &Kind, value: &Value) -> String {
    let found = match value {
        Value::Array(_) => return "Start of list found where not expected".to_owned(),
        Value::Object(_) => {
            return "Start of structure or map found where not expected.".to_owned();
        }
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
    };
    let wanted = match kind {
        Kind::Structure(_) | Kind::Document => "a Structure",
        Kind::List(_) => "a List",
        Kind::Map(_) => "a Map",
        Kind::Text(_) => "a String",
        Kind::Integer(_) => "an Integer",
        Kind::Boolean => "a Boolean",
        Kind::Timestamp => "a Timestamp",
    };
    format!("{found} can not be converted to {wanted}")
}
