//! The body of a JSON 1.1 request, within bounds.

use serde_json::Value;

use super::ShapeMismatch;

/// A legitimate request is far smaller: the largest member, an inline policy, has 32 KiB.
const LARGEST: usize = 1024 * 1024;
/// The models nest 6 deep, and documents inside them not much deeper.
const DEEPEST: usize = 32;

/// Reads a body as a JSON object of at most 1 MiB and 32 levels. Of a key that occurs twice the last value counts.
/// No body is the empty object: some clients send none for an operation without parameters.
pub fn parse_body(body: &[u8]) -> Result<Value, ShapeMismatch> {
    if body.len() > LARGEST {
        return Err(unreadable("the request body is larger than 1 MiB"));
    }
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    // The parser stops at 128 levels by itself, so the recursion below is bounded too.
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| unreadable("the request body is not valid JSON"))?;
    if !value.is_object() {
        return Err(unreadable("the request body is not a JSON object"));
    }
    if !fits(&value, DEEPEST) {
        return Err(unreadable("the request body is nested too deep"));
    }
    Ok(value)
}

fn unreadable(sentence: &str) -> ShapeMismatch {
    ShapeMismatch::Serialization(sentence.to_owned())
}

fn fits(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| fits(item, levels - 1)),
        Value::Object(members) => {
            levels > 0 && members.values().all(|member| fits(member, levels - 1))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels))
    }

    #[test]
    fn a_body_may_nest_32_levels_and_no_more() {
        assert!(parse_body(nested(32).as_bytes()).is_ok());
        for levels in [33, 127, 128, 200_000] {
            let refused = parse_body(nested(levels).as_bytes());
            assert_eq!(
                refused.map_err(|mismatch| mismatch.code()),
                Err("SerializationException"),
                "{levels}"
            );
        }
        assert!(parse_body("[".repeat(500_000).as_bytes()).is_err());
    }

    #[test]
    fn a_body_may_have_one_mebibyte_and_no_more() {
        let fill = |length: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(length - 8));
        assert!(parse_body(fill(LARGEST).as_bytes()).is_ok());
        assert!(parse_body(fill(LARGEST + 1).as_bytes()).is_err());
    }

    #[test]
    fn no_body_is_the_empty_object() {
        assert_eq!(parse_body(b""), Ok(serde_json::json!({})));
    }

    #[test]
    fn only_one_json_object_is_a_body() {
        let bodies: [&[u8]; 9] = [
            b"null",
            b"[]",
            b"\"a\"",
            b"{} {}",
            b"{",
            b"{\"a\":1e999}",
            b"\xff\xfe",
            b"{\"a\":\"\\ud800\"}",
            b"\0",
        ];
        for body in bodies {
            assert_eq!(
                parse_body(body).map_err(|mismatch| mismatch.code()),
                Err("SerializationException"),
                "{body:?}"
            );
        }
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        assert_eq!(
            parse_body(br#"{"a":1,"a":2}"#),
            Ok(serde_json::json!({"a": 2}))
        );
    }
}
