//! `ListInstances` and `DescribeInstance`: there is one instance, and it is active.
//!
//! The instance is encrypted with the key of its tables, which the stack makes in the account of whoever runs it: a customer
//! managed key. Which one it is nobody here knows, and no operation of this API changes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vestibule_shared::arn;

use super::regions::RegionMetadata;
use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::paging::{Listed, Paging};
use crate::sso_admin::check_instance;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListRequest {
    // `RegionScope` makes no difference: whoever is asked lives in the one RegionMetadata of the instance.
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListResponse {
    instances: Vec<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct DescribeRequest {
    instance_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct DescribeResponse {
    #[serde(flatten)]
    metadata: Metadata,
    permission_sets_enabled: bool,
    encryption_configuration_details: EncryptionDetails,
}

/// Clients wait after an update until the status is `ENABLED`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EncryptionDetails {
    key_type: &'static str,
    encryption_status: &'static str,
}

/// What both operations say of an instance.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    instance_arn: String,
    identity_store_id: String,
    identity_store_arn: String,
    owner_account_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    created_date: Epoch,
    status: &'static str,
    primary_region: String,
    regions: [RegionMetadata; 1],
}

pub(in crate::sso_admin) async fn list(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<ListResponse, Error> {
    let all = BTreeMap::from([(call.instance.id.to_string(), metadata(call))]);
    let Listed { items, next_token } = input.paging.slice(call.operation.name(), all)?;
    Ok(ListResponse {
        instances: items.into_iter().map(|(_, metadata)| metadata).collect(),
        next_token,
    })
}

pub(in crate::sso_admin) async fn describe(
    call: &Call<'_>,
    request: DescribeRequest,
) -> Result<DescribeResponse, Error> {
    check_instance(call, &request.instance_arn)?;
    Ok(DescribeResponse {
        metadata: metadata(call),
        permission_sets_enabled: true,
        encryption_configuration_details: EncryptionDetails {
            key_type: "CUSTOMER_MANAGED_KEY",
            encryption_status: "ENABLED",
        },
    })
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
        regions: [RegionMetadata::of(call)],
    }
}
