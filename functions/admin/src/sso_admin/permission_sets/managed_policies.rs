//! AWS managed policies of a permission set: attach, detach, list.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::store::access::Content;

use super::quotas::within_quotas;
use super::revision::revise;
use super::{Named, find_permission_set};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};

/// The longest path and name that IAM gives a policy.
const LONGEST_PATH: usize = 512;
const LONGEST_NAME: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ChangeRequest {
    #[serde(flatten)]
    named: Named,
    managed_policy_arn: String,
}

#[derive(Deserialize)]
pub(in crate::sso_admin) struct ListRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListResponse {
    attached_managed_policies: Vec<Policy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    name: String,
    arn: String,
}

pub(in crate::sso_admin) async fn attach(
    call: &Call<'_>,
    input: ChangeRequest,
) -> Result<Nothing, Error> {
    revise(call, &input.named, parameters(&input), |before| {
        attached(&before.content, &input.managed_policy_arn)
    })
    .await?;
    Ok(Nothing {})
}

pub(in crate::sso_admin) async fn detach(
    call: &Call<'_>,
    input: ChangeRequest,
) -> Result<Nothing, Error> {
    revise(call, &input.named, parameters(&input), |before| {
        let mut content = before.content.clone();
        match content.managed_policies.remove(&input.managed_policy_arn) {
            Some(_) => Ok(content),
            None => Err(Error::not_found("The policy is not attached.")),
        }
    })
    .await?;
    Ok(Nothing {})
}

pub(in crate::sso_admin) async fn list(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<ListResponse, Error> {
    let set = find_permission_set(call, &input.named).await?;
    let list = format!("{}/{}", call.operation.name(), set.id);
    let policies = set.content.managed_policies;
    let Listed { items, next_token } = input.paging.slice(&list, policies)?;
    let policies = items.into_iter().map(|(arn, name)| Policy { name, arn });
    Ok(ListResponse {
        attached_managed_policies: policies.collect(),
        next_token,
    })
}

fn attached(before: &Content, arn: &str) -> Result<Content, Error> {
    let mut content = before.clone();
    let name = policy_name(arn)?.to_owned();
    let replaced = content.managed_policies.insert(arn.to_owned(), name);
    if replaced.is_some() {
        return Err(Error::conflict("The policy is attached already."));
    }
    within_quotas(content)
}

/// The name of an AWS managed policy. The model takes longer ARNs than IAM has.
pub(super) fn policy_name(arn: &str) -> Result<&str, Error> {
    let path_and_name = arn
        .split_once(":policy/")
        .map(|(_, rest)| rest)
        .unwrap_or_default();
    let (path, name) = path_and_name
        .rsplit_once('/')
        .unwrap_or(("", path_and_name));
    if name.is_empty() || name.len() > LONGEST_NAME || path.len() > LONGEST_PATH {
        return Err(Error::validation("No AWS managed policy has this ARN."));
    }
    Ok(name)
}

fn parameters(input: &ChangeRequest) -> Value {
    json!({
        "instanceArn": input.named.instance_arn,
        "permissionSetArn": input.named.permission_set_arn,
        "managedPolicyArn": input.managed_policy_arn,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_what_follows_the_path() {
        for (arn, name) in [
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", "ReadOnlyAccess"),
            ("arn:aws:iam::aws:policy/job-function/Billing", "Billing"),
        ] {
            assert_eq!(policy_name(arn).unwrap(), name);
        }
        let long = "n".repeat(129);
        assert!(policy_name(&format!("arn:aws:iam::aws:policy/{long}")).is_err());
        let path = "p/".repeat(300);
        assert!(policy_name(&format!("arn:aws:iam::aws:policy/{path}n")).is_err());
    }
}
