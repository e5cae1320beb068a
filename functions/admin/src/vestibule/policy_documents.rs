//! Documents of customer managed policies, kept with the permission sets that refer to them: put, get, delete. Where the
//! instance's settings say so, a policy that an account lacks is made there from its document.

use serde::{Deserialize, Serialize};
use vestibule_shared::store::access::CustomerManagedPolicy;

use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::sso_admin::permission_sets::{
    Named, Reference, find_permission_set, is_referred_to, key_of, policy_document,
    policy_parameters, revise, within_quotas,
};

/// What IAM takes as a managed policy, in characters that are no white space.
const LARGEST: usize = 6144;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    #[serde(flatten)]
    policy: PolicyRequest,
    policy_document: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyRequest {
    #[serde(flatten)]
    named: Named,
    customer_managed_policy_reference: Reference,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetResponse {
    policy_document: String,
}

pub(super) async fn put(call: &Call<'_>, input: PutRequest) -> Result<Nothing, Error> {
    let document = &input.policy_document;
    policy_document::check("policy document", document, LARGEST)?;
    let (named, policy) = input.policy.parse();
    let mut parameters = policy_parameters(&named, &policy);
    if let Some(members) = parameters.as_object_mut() {
        members.insert("policyDocument".to_owned(), document.clone().into());
    }
    revise(call, &named, parameters, |before| {
        let mut content = before.content.clone();
        if !is_referred_to(&content, &policy) {
            return Err(Error::not_found(
                "The permission set does not refer to the policy.",
            ));
        }
        let kept = (key_of(&policy), document.clone());
        content.policy_documents.extend([kept]);
        within_quotas(content)
    })
    .await?;
    Ok(Nothing {})
}

pub(super) async fn get(call: &Call<'_>, input: PolicyRequest) -> Result<GetResponse, Error> {
    let (named, policy) = input.parse();
    let set = find_permission_set(call, &named).await?;
    let mut documents = set.content.policy_documents;
    let policy_document = documents.remove(&key_of(&policy)).ok_or_else(none)?;
    Ok(GetResponse { policy_document })
}

pub(super) async fn delete(call: &Call<'_>, input: PolicyRequest) -> Result<Nothing, Error> {
    let (named, policy) = input.parse();
    let parameters = policy_parameters(&named, &policy);
    revise(call, &named, parameters, |before| {
        let mut content = before.content.clone();
        let documents = &mut content.policy_documents;
        documents.remove(&key_of(&policy)).ok_or_else(none)?;
        Ok(content)
    })
    .await?;
    Ok(Nothing {})
}

fn none() -> Error {
    Error::not_found("No document is kept for the policy.")
}

impl PolicyRequest {
    fn parse(self) -> (Named, CustomerManagedPolicy) {
        (self.named, self.customer_managed_policy_reference.into())
    }
}
