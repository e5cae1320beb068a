//! Customer managed policies of a permission set, by name and path: attach, detach, list. The policy itself must be in each
//! account, or is made there from a document that is kept here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::store::access::{Content, CustomerManagedPolicy, PermissionsBoundary};

use super::quotas::within_quotas;
use super::revision::revise;
use super::{Named, find_permission_set};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};

/// A policy by its name and path, which is `/` where it is not given.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Reference {
    name: String,
    #[serde(default)]
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ChangeRequest {
    #[serde(flatten)]
    named: Named,
    customer_managed_policy_reference: Reference,
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
    customer_managed_policy_references: Vec<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(in crate::sso_admin) async fn attach(
    call: &Call<'_>,
    input: ChangeRequest,
) -> Result<Nothing, Error> {
    let policy = CustomerManagedPolicy::from(input.customer_managed_policy_reference);
    let parameters = parameters(&input.named, &policy);
    revise(call, &input.named, parameters, |before| {
        attached(&before.content, &policy)
    })
    .await?;
    Ok(Nothing {})
}

pub(in crate::sso_admin) async fn detach(
    call: &Call<'_>,
    input: ChangeRequest,
) -> Result<Nothing, Error> {
    let policy = CustomerManagedPolicy::from(input.customer_managed_policy_reference);
    let parameters = parameters(&input.named, &policy);
    revise(call, &input.named, parameters, |before| {
        detached(&before.content, &policy)
    })
    .await?;
    Ok(Nothing {})
}

pub(in crate::sso_admin) async fn list(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<ListResponse, Error> {
    let set = find_permission_set(call, &input.named).await?;
    let policies = set.content.customer_managed_policies.into_iter();
    let policies: BTreeMap<_, _> = policies.map(|policy| (key(&policy), policy)).collect();
    let list = format!("{}/{}", call.operation.name(), set.id);
    let Listed { items, next_token } = input.paging.slice(&list, policies)?;
    let references = items.into_iter().map(|(_, policy)| Reference::from(policy));
    Ok(ListResponse {
        customer_managed_policy_references: references.collect(),
        next_token,
    })
}

/// The path and name, as documents are kept under.
pub(crate) fn key(policy: &CustomerManagedPolicy) -> String {
    format!("{}{}", policy.path, policy.name)
}

/// Whether a permission set refers to a policy, attached or as its boundary.
pub(crate) fn is_referred_to(content: &Content, policy: &CustomerManagedPolicy) -> bool {
    content.customer_managed_policies.contains(policy)
        || matches!(
            &content.permissions_boundary,
            Some(PermissionsBoundary::CustomerManaged(boundary)) if boundary == policy
        )
}

/// The content without documents of policies that it no longer refers to.
pub(super) fn without_idle_documents(mut content: Content) -> Content {
    let mut documents = std::mem::take(&mut content.policy_documents);
    let mut referred: Vec<String> = content.customer_managed_policies.iter().map(key).collect();
    if let Some(PermissionsBoundary::CustomerManaged(boundary)) = &content.permissions_boundary {
        referred.push(key(boundary));
    }
    documents.retain(|policy, _| referred.contains(policy));
    content.policy_documents = documents;
    content
}

fn attached(before: &Content, policy: &CustomerManagedPolicy) -> Result<Content, Error> {
    if before.customer_managed_policies.contains(policy) {
        return Err(Error::conflict("The policy is attached already."));
    }
    let mut content = before.clone();
    content.customer_managed_policies.push(policy.clone());
    content.customer_managed_policies.sort();
    within_quotas(content)
}

fn detached(before: &Content, policy: &CustomerManagedPolicy) -> Result<Content, Error> {
    let mut content = before.clone();
    content
        .customer_managed_policies
        .retain(|attached| attached != policy);
    if content.customer_managed_policies.len() == before.customer_managed_policies.len() {
        return Err(Error::not_found("The policy is not attached."));
    }
    Ok(without_idle_documents(content))
}

pub(crate) fn parameters(named: &Named, policy: &CustomerManagedPolicy) -> Value {
    json!({
        "instanceArn": named.instance_arn,
        "permissionSetArn": named.permission_set_arn,
        "customerManagedPolicyReference": { "name": policy.name, "path": policy.path },
    })
}

impl From<Reference> for CustomerManagedPolicy {
    fn from(reference: Reference) -> Self {
        Self {
            name: reference.name,
            path: reference.path.unwrap_or_else(|| "/".to_owned()),
        }
    }
}

impl From<CustomerManagedPolicy> for Reference {
    fn from(policy: CustomerManagedPolicy) -> Self {
        Self {
            name: policy.name,
            path: Some(policy.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sso_admin::permission_sets::definition::tests::content;

    fn policy(path: &str, name: &str) -> CustomerManagedPolicy {
        CustomerManagedPolicy {
            name: name.to_owned(),
            path: path.to_owned(),
        }
    }

    #[test]
    fn a_policy_is_attached_once_by_name_and_path() {
        let first = attached(&content(), &policy("/", "Deploy")).unwrap();
        assert!(attached(&first, &policy("/", "Deploy")).is_err());
        let second = attached(&first, &policy("/team/", "Deploy")).unwrap();
        assert_eq!(
            detached(&second, &policy("/team/", "Deploy")).unwrap(),
            first
        );
        assert!(detached(&first, &policy("/team/", "Deploy")).is_err());
    }

    #[test]
    fn a_document_goes_with_the_last_reference_to_its_policy() {
        let deploy = policy("/team/", "Deploy");
        let mut content = attached(&content(), &deploy).unwrap();
        let document = ("/team/Deploy".to_owned(), "{}".to_owned());
        content.policy_documents.extend([document]);
        content.permissions_boundary = Some(PermissionsBoundary::CustomerManaged(deploy.clone()));

        let bounded = detached(&content, &deploy).unwrap();
        assert!(is_referred_to(&bounded, &deploy));
        assert_eq!(bounded.policy_documents.len(), 1);
        let mut free = bounded;
        free.permissions_boundary = None;
        assert!(!is_referred_to(&free, &deploy));
        assert!(without_idle_documents(free).policy_documents.is_empty());
    }
}
