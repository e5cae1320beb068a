//! `ListInstances` and `DescribeInstance`: there is one instance, and it is active.

use serde::{Deserialize, Serialize};
use vestibule_shared::arn;

use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::operations::Empty;
use crate::sso_admin::check_instance;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListResponse {
    instances: [Metadata; 1],
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct DescribeRequest {
    instance_arn: String,
}

/// What both operations say of an instance.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct Metadata {
    instance_arn: String,
    identity_store_id: String,
    identity_store_arn: String,
    owner_account_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    created_date: Epoch,
    status: &'static str,
    primary_region: String,
}

pub(in crate::sso_admin) async fn list(call: &Call<'_>, _: Empty) -> Result<ListResponse, Error> {
    Ok(ListResponse {
        instances: [metadata(call)],
    })
}

pub(in crate::sso_admin) async fn describe(
    call: &Call<'_>,
    request: DescribeRequest,
) -> Result<Metadata, Error> {
    // The operation declares no other error for an instance that is not there.
    check_instance(call, &request.instance_arn)
        .map_err(|_| Error::access_denied("The instance cannot be described."))?;
    Ok(metadata(call))
}

fn metadata(call: &Call<'_>) -> Metadata {
    let instance = call.instance;
    Metadata {
        instance_arn: arn::instance(&instance.id),
        identity_store_id: instance.identity_store.to_string(),
        identity_store_arn: arn::identity_store(
            &instance.management_account,
            &instance.identity_store,
        ),
        owner_account_id: instance.management_account.to_string(),
        name: instance.name.clone(),
        created_date: Epoch(instance.created_at),
        status: "ACTIVE",
        primary_region: instance.region.clone(),
    }
}
