//! `ListInstances` and `DescribeInstance`: there is one instance, and it is active.

use serde::{Deserialize, Serialize};
use vestibule_shared::arn;

use super::check_instance;
use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;

#[derive(Deserialize)]
pub(super) struct ListRequest {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    instances: [Metadata; 1],
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    instance_arn: String,
}

/// What both operations say of an instance.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata {
    instance_arn: String,
    identity_store_id: String,
    owner_account_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    created_date: Epoch,
    status: &'static str,
}

pub(super) async fn list(call: &Call<'_>, _: ListRequest) -> Result<ListResponse, Error> {
    Ok(ListResponse {
        instances: [metadata(call)],
    })
}

pub(super) async fn describe(call: &Call<'_>, request: DescribeRequest) -> Result<Metadata, Error> {
    check_instance(call, &request.instance_arn)?;
    Ok(metadata(call))
}

fn metadata(call: &Call<'_>) -> Metadata {
    let instance = call.instance;
    Metadata {
        instance_arn: arn::instance(&instance.id),
        identity_store_id: instance.identity_store.to_string(),
        owner_account_id: instance.management_account.to_string(),
        name: instance.name.clone(),
        created_date: Epoch(instance.created_at),
        status: "ACTIVE",
    }
}
