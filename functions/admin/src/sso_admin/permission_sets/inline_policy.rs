//! The inline policy of a permission set: put, get, delete.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::revision::revise;
use super::{Named, find_permission_set};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;

/// What IAM takes as the inline policies of a role, in characters that are no white space.
const LARGEST: usize = 10_240;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct PutRequest {
    #[serde(flatten)]
    named: Named,
    inline_policy: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct GetResponse {
    /// Empty when there is none, as AWS answers, although its model asks for a character at least.
    inline_policy: String,
}

pub(in crate::sso_admin) async fn put(
    call: &Call<'_>,
    input: PutRequest,
) -> Result<Nothing, Error> {
    check(&input.inline_policy)?;
    let parameters = json!({
        "instanceArn": input.named.instance_arn,
        "permissionSetArn": input.named.permission_set_arn,
        "inlinePolicy": input.inline_policy,
    });
    revise(call, &input.named, parameters, |before| {
        let mut content = before.content.clone();
        content.inline_policy = Some(input.inline_policy.clone());
        Ok(content)
    })
    .await?;
    Ok(Nothing {})
}

pub(in crate::sso_admin) async fn get(call: &Call<'_>, named: Named) -> Result<GetResponse, Error> {
    let set = find_permission_set(call, &named).await?;
    Ok(GetResponse {
        inline_policy: set.content.inline_policy.unwrap_or_default(),
    })
}

pub(in crate::sso_admin) async fn delete(call: &Call<'_>, named: Named) -> Result<Nothing, Error> {
    let parameters = json!({
        "instanceArn": named.instance_arn,
        "permissionSetArn": named.permission_set_arn,
    });
    revise(call, &named, parameters, |before| {
        let mut content = before.content.clone();
        content.inline_policy = None;
        Ok(content)
    })
    .await?;
    Ok(Nothing {})
}

/// Refuses what IAM would refuse for certain, so that the administrator hears of it now and not from every account.
fn check(policy: &str) -> Result<(), Error> {
    let characters = policy
        .chars()
        .filter(|character| !character.is_whitespace());
    if characters.count() > LARGEST {
        return Err(Error::quota_exceeded(
            "The inline policy has more than 10240 characters without white space.",
        ));
    }
    let document: Map<String, Value> = serde_json::from_str(policy)
        .map_err(|_| Error::validation("The inline policy is not a JSON object."))?;
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.as_slice(),
        Some(statement @ Value::Object(_)) => std::slice::from_ref(statement),
        _ => {
            return Err(Error::validation("The inline policy has no Statement."));
        }
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
            "A statement of the inline policy has no Effect of Allow or Deny.",
        ));
    }
    if !one_of("Action", "NotAction") || !one_of("Resource", "NotResource") {
        return Err(Error::validation(
            "A statement of the inline policy needs an Action or NotAction, and a Resource or NotResource.",
        ));
    }
    if statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some() {
        return Err(Error::validation(
            "A statement of the inline policy names a Principal, which only policies of resources can.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        assert!(check(&fill(LARGEST, "x")).is_ok());
        assert!(check(&fill(LARGEST + 1, "x")).is_err());
        assert!(check(&fill(2 * LARGEST, " ")).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_check_panic(text in "[\\[\\]{}:,\"a-zA-Z0-9 ]{0,80}") {
            let _ = check(&text);
        }
    }
}
