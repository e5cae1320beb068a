//! Policy documents of permission sets: what IAM would refuse for certain is refused here, so that the administrator hears
//! of it now and not from every account.

use serde_json::{Map, Value};

use crate::Error;
use crate::policy_statements::statements;

/// What IAM takes as the inline policies of a role, in characters that are no white space.
pub(super) const LARGEST_INLINE: usize = 10_240;

/// Checks a document that `what` names in errors, such as `inline policy`. It may have `most` characters that are no
/// white space.
pub(crate) fn check(what: &str, document: &str, most: usize) -> Result<(), Error> {
    let characters = document
        .chars()
        .filter(|character| !character.is_whitespace());
    if characters.count() > most {
        return Err(Error::quota_exceeded(format!(
            "The {what} has more than {most} characters without white space."
        )));
    }
    let document: Map<String, Value> = serde_json::from_str(document)
        .map_err(|_| Error::validation(format!("The {what} is not a JSON object.")))?;
    statements(what, &Value::Object(document))?
        .iter()
        .try_for_each(check_statement)
        .map_err(|wrong| Error::validation(format!("A statement of the {what} {wrong}")))
}

/// What is wrong with a statement, as the rest of a sentence about it.
fn check_statement(statement: &Value) -> Result<(), &'static str> {
    let one_of = |first: &str, second: &str| {
        statement.get(first).is_some() != statement.get(second).is_some()
    };
    if !one_of("Action", "NotAction") || !one_of("Resource", "NotResource") {
        return Err("needs an Action or NotAction, and a Resource or NotResource.");
    }
    if statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some() {
        return Err("names a Principal, which only policies of resources can.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(document: &str) -> Result<(), Error> {
        super::check("inline policy", document, LARGEST_INLINE)
    }

    #[test]
    fn a_policy_of_one_statement_or_more_is_taken() {
        for policy in [
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
            r#"{"Statement":{"Effect":"Deny","NotAction":["s3:*"],"NotResource":["*"]}}"#,
        ] {
            assert!(check(policy).is_ok(), "{policy}");
        }
    }

    #[test]
    fn what_iam_would_refuse_is_refused() {
        for policy in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"Statement":[]}"#,
            r#"{"Statement":"Allow"}"#,
            r#"{"Statement":["Allow"]}"#,
            r#"{"Statement":[{"Effect":"Maybe","Action":"s3:*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"a:b","NotAction":"c:d","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}]}"#,
        ] {
            assert!(check(policy).is_err(), "{policy}");
        }
    }

    #[test]
    fn white_space_does_not_count() {
        let fill = |length: usize, fill: &str| {
            let statement = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
            let empty = format!(r#"{{"Id":"","Statement":{statement}}}"#);
            let id = fill.repeat(length - empty.len());
            format!(r#"{{"Id":"{id}","Statement":{statement}}}"#)
        };
        assert!(check(&fill(LARGEST_INLINE, "x")).is_ok());
        assert!(check(&fill(LARGEST_INLINE + 1, "x")).is_err());
        assert!(check(&fill(2 * LARGEST_INLINE, " ")).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_check_panic(text in "[\\[\\]{}:,\"a-zA-Z0-9 ]{0,80}") {
            let _ = check(&text);
        }
    }
}
