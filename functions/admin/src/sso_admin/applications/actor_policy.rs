//! What an actor policy must look like: a policy document of the kind that AWS documents for applications, whose statements
//! have an `Effect`, a `Principal`, an `Action` and a `Resource`. What it allows is decided where tokens are asked for; here
//! what could never be understood there is refused, so that nobody wonders why a policy allows nothing.

use serde_json::{Map, Value};

use crate::Error;
use crate::policy_statements::statements;

/// What AWS takes as a policy of a resource at most, in bytes as it is kept.
const LARGEST: usize = 10_240;

/// Refuses what is no policy document.
pub(super) fn check(policy: &Value) -> Result<(), Error> {
    if policy.to_string().len() > LARGEST {
        return Err(Error::validation(
            "The actor policy is larger than 10240 bytes.",
        ));
    }
    only(policy, &["Version", "Id", "Statement"])?;
    statements("actor policy", policy)?
        .iter()
        .try_for_each(check_statement)
}

fn check_statement(statement: &Value) -> Result<(), Error> {
    only(
        statement,
        &["Sid", "Effect", "Principal", "Action", "Resource"],
    )?;
    let of_texts = |name| statement.get(name).is_some_and(is_of_texts);
    // Without a resource a statement is about the application that the policy belongs to.
    let resource = statement.get("Resource").is_none_or(is_of_texts);
    if !statement.get("Principal").is_some_and(is_principal) || !of_texts("Action") || !resource {
        return Err(Error::validation(
            "A statement of the actor policy needs a Principal, which is * or names principals by their kind, an Action \
             and a Resource, without policy variables.",
        ));
    }
    Ok(())
}

/// Refuses what has other elements than these.
fn only(value: &Value, known: &[&str]) -> Result<(), Error> {
    let members = value.as_object().into_iter().flat_map(Map::keys);
    for name in members {
        if !known.contains(&name.as_str()) {
            let known = known.join(", ");
            return Err(Error::validation(format!(
                "The actor policy has an element that is not supported. Here are supported: {known}."
            )));
        }
    }
    Ok(())
}

fn is_principal(value: &Value) -> bool {
    let known =
        |kind: &String| ["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind.as_str());
    match value {
        Value::Object(kinds) => {
            !kinds.is_empty() && kinds.keys().all(known) && kinds.values().all(is_of_texts)
        }
        everybody => everybody == "*",
    }
}

/// A text, or a list of texts, of which none has a policy variable.
fn is_of_texts(value: &Value) -> bool {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    let is_plain = |value: &Value| value.as_str().is_some_and(|text| !text.contains("${"));
    !values.is_empty() && values.iter().all(is_plain)
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
            json!({ "Statement": { "Effect": "Allow", "NotPrincipal": "*", "Action": "*" } }),
            json!({ "Statement": { "Effect": "Allow", "Principal": "*", "NotAction": "*" } }),
            json!({ "Statement": { "Effect": "Allow", "Principal": "111111111111", "Action": "*" } }),
            json!({ "Statement": { "Effect": "Allow", "Principal": { "AWS": [] }, "Action": "*" } }),
            json!({ "Statement": { "Effect": "Allow", "Principal": { "Role": "*" }, "Action": "*" } }),
            json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": ["*", 1] } }),
            json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "${aws:x}" } }),
            json!({ "Statement": { "Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {} } }),
            json!({ "Statement": statement, "Statments": [] }),
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
