//! The inline policy of a permission set: put, get, delete.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::policy_document::{self, LARGEST_INLINE};
use super::quotas::within_quotas;
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
    policy_document::check("inline policy", &input.inline_policy, LARGEST_INLINE)?;
    let parameters = json!({
        "instanceArn": input.named.instance_arn,
        "permissionSetArn": input.named.permission_set_arn,
        "inlinePolicy": input.inline_policy,
    });
    revise(call, &input.named, parameters, |before| {
        let mut content = before.content.clone();
        content.inline_policy = Some(input.inline_policy.clone());
        within_quotas(content)
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
