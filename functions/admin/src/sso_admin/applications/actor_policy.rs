//! What an actor policy must look like: a policy document of the kind that resources have. What it allows is decided
//! where tokens are asked for; here only what could never be understood there is refused.

use serde_json::Value;

use crate::Error;

/// What AWS takes as a policy of a resource at most, in bytes as it is kept.
const LARGEST: usize = 10_240;

/// Refuses what is no policy document.
pub(super) fn check(policy: &Value) -> Result<(), Error> {
    if policy.to_string().len() > LARGEST {
        return Err(Error::validation(
            "The actor policy is larger than 10240 bytes.",
        ));
    }
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.as_slice(),
        Some(statement @ Value::Object(_)) => std::slice::from_ref(statement),
        _ => return Err(Error::validation("The actor policy has no Statement.")),
    };
    statements.iter().try_for_each(check_statement)
}

fn check_statement(statement: &Value) -> Result<(), Error> {
    let one_of = |first: &str, second: &str| {
        statement.get(first).is_some() != statement.get(second).is_some()
    };
    let effect = statement.get("Effect").and_then(Value::as_str);
    if !matches!(effect, Some("Allow" | "Deny")) {
        return Err(Error::validation(
            "A statement of the actor policy has no Effect of Allow or Deny.",
        ));
    }
    if !one_of("Principal", "NotPrincipal") || !one_of("Action", "NotAction") {
        return Err(Error::validation(
            "A statement of the actor policy needs a Principal or NotPrincipal, and an Action or NotAction.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_of_a_resource_is_taken_and_nothing_else() {
        let statement = json!({
            "Effect": "Allow",
            "Principal": { "AWS": "111111111111" },
            "Action": "sso-oauth:CreateTokenWithIAM",
            "Resource": "*",
        });
        check(&json!({ "Version": "2012-10-17", "Statement": statement })).unwrap();
        check(&json!({ "Statement": [statement, statement] })).unwrap();
        for refused in [
            json!({}),
            json!([]),
            json!("{\"Statement\":[]}"),
            json!({ "Statement": [] }),
            json!({ "Statement": "s" }),
            json!({ "Statement": [statement, {}] }),
            json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } }),
            json!({ "Statement": { "Effect": "Maybe", "Principal": "*", "Action": "*" } }),
            json!({ "Statement": { "Effect": "Allow", "Principal": "*" } }),
            json!({ "Statement": statement, "Id": "i".repeat(LARGEST) }),
        ] {
            assert!(check(&refused).is_err(), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_check_panic(text in "\\PC{0,40}") {
            let _ = check(&json!({ "Statement": { "Effect": text, "Action": text, "Principal": text } }));
        }
    }
}
