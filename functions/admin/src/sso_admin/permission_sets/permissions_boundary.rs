//! The permissions boundary of a permission set: put, get, delete.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::store::access::{Content, PermissionsBoundary};

use super::customer_managed_policies::{Reference, without_idle_documents};
use super::managed_policies::policy_name;
use super::revision::revise;
use super::{Named, find_permission_set};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct PutRequest {
    #[serde(flatten)]
    named: Named,
    permissions_boundary: Boundary,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct GetResponse {
    permissions_boundary: Boundary,
}

/// One of both.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Boundary {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_managed_policy_reference: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    managed_policy_arn: Option<String>,
}

pub(in crate::sso_admin) async fn put(
    call: &Call<'_>,
    input: PutRequest,
) -> Result<Nothing, Error> {
    let boundary = parse(input.permissions_boundary)?;
    let parameters = json!({
        "instanceArn": input.named.instance_arn,
        "permissionSetArn": input.named.permission_set_arn,
        "permissionsBoundary": recorded(&boundary),
    });
    revise(call, &input.named, parameters, |before| {
        let content = Content {
            permissions_boundary: Some(boundary.clone()),
            ..before.content.clone()
        };
        Ok(without_idle_documents(content))
    })
    .await?;
    Ok(Nothing {})
}

pub(in crate::sso_admin) async fn get(call: &Call<'_>, named: Named) -> Result<GetResponse, Error> {
    let set = find_permission_set(call, &named).await?;
    let boundary = set.content.permissions_boundary.ok_or_else(none)?;
    Ok(GetResponse {
        permissions_boundary: boundary.into(),
    })
}

pub(in crate::sso_admin) async fn delete(call: &Call<'_>, named: Named) -> Result<Nothing, Error> {
    let parameters = json!({
        "instanceArn": named.instance_arn,
        "permissionSetArn": named.permission_set_arn,
    });
    revise(call, &named, parameters, |before| {
        let mut content = before.content.clone();
        content.permissions_boundary.take().ok_or_else(none)?;
        Ok(without_idle_documents(content))
    })
    .await?;
    Ok(Nothing {})
}

fn none() -> Error {
    Error::not_found("The permission set has no permissions boundary.")
}

fn parse(given: Boundary) -> Result<PermissionsBoundary, Error> {
    match (
        given.managed_policy_arn,
        given.customer_managed_policy_reference,
    ) {
        (Some(arn), None) => {
            policy_name(&arn)?;
            Ok(PermissionsBoundary::AwsManaged(arn))
        }
        (None, Some(reference)) => Ok(PermissionsBoundary::CustomerManaged(reference.into())),
        _ => Err(Error::validation(
            "PermissionsBoundary needs either a ManagedPolicyArn or a CustomerManagedPolicyReference.",
        )),
    }
}

/// In CloudTrail's spelling.
fn recorded(boundary: &PermissionsBoundary) -> Value {
    match boundary {
        PermissionsBoundary::AwsManaged(arn) => json!({ "managedPolicyArn": arn }),
        PermissionsBoundary::CustomerManaged(policy) => json!({
            "customerManagedPolicyReference": { "name": policy.name, "path": policy.path },
        }),
    }
}

impl From<PermissionsBoundary> for Boundary {
    fn from(boundary: PermissionsBoundary) -> Self {
        let (arn, reference) = match boundary {
            PermissionsBoundary::AwsManaged(arn) => (Some(arn), None),
            PermissionsBoundary::CustomerManaged(policy) => (None, Some(policy.into())),
        };
        Self {
            customer_managed_policy_reference: reference,
            managed_policy_arn: arn,
        }
    }
}
