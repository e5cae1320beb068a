//! What policy documents of every kind have in common: statements, each of which allows or denies.

use serde_json::Value;

use crate::Error;

/// The statements of a document that `what` names in errors, such as `inline policy`: one or more. The rest of each is the
/// caller's to check.
pub(crate) fn statements<'a>(what: &str, document: &'a Value) -> Result<&'a [Value], Error> {
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.as_slice(),
        Some(statement @ Value::Object(_)) => std::slice::from_ref(statement),
        _ => return Err(Error::validation(format!("The {what} has no Statement."))),
    };
    if statements.iter().all(decides) {
        Ok(statements)
    } else {
        Err(Error::validation(format!(
            "A statement of the {what} has no Effect of Allow or Deny."
        )))
    }
}

fn decides(statement: &Value) -> bool {
    let effect = statement.get("Effect").and_then(Value::as_str);
    matches!(effect, Some("Allow" | "Deny"))
}
