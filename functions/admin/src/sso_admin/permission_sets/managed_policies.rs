//! AWS managed policies of a permission set: attach, detach, list.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::store::access::Content;

use super::revision::revise;
use super::{Named, find_permission_set};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};

/// How many policies of both kinds a permission set may have, as AWS's quota says.
const MOST: usize = 251;

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
    let Listed { items, next_token } = input.paging.slice(set.content.managed_policies)?;
    let policies = items.into_iter().map(|(arn, name)| Policy { name, arn });
    Ok(ListResponse {
        attached_managed_policies: policies.collect(),
        next_token,
    })
}

fn attached(before: &Content, arn: &str) -> Result<Content, Error> {
    let mut content = before.clone();
    let name = arn.rsplit('/').next().unwrap_or(arn).to_owned();
    let replaced = content.managed_policies.insert(arn.to_owned(), name);
    if replaced.is_some() {
        return Err(Error::conflict("The policy is attached already."));
    }
    if content.managed_policies.len() + content.customer_managed_policies.len() > MOST {
        return Err(Error::quota_exceeded(
            "The permission set has as many policies as it can have.",
        ));
    }
    Ok(content)
}

fn parameters(input: &ChangeRequest) -> Value {
    json!({
        "instanceArn": input.named.instance_arn,
        "permissionSetArn": input.named.permission_set_arn,
        "managedPolicyArn": input.managed_policy_arn,
    })
}
