//! The Regions of the instance: the one that its stack is in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};
use crate::sso_admin::check_instance;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct NamedRegion {
    instance_arn: String,
    region_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListRequest {
    instance_arn: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListResponse {
    regions: Vec<RegionMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// What is said of a Region.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct RegionMetadata {
    region_name: String,
    status: &'static str,
    added_date: Epoch,
    is_primary_region: bool,
}

impl RegionMetadata {
    /// The one that the instance is in.
    pub(super) fn of(call: &Call<'_>) -> Self {
        Self {
            region_name: call.instance.region.clone(),
            status: "ACTIVE",
            added_date: Epoch(call.instance.created_at),
            is_primary_region: true,
        }
    }
}

pub(in crate::sso_admin) async fn list(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<ListResponse, Error> {
    check_instance(call, &input.instance_arn)?;
    let all = BTreeMap::from([(call.instance.region.clone(), RegionMetadata::of(call))]);
    let Listed { items, next_token } = input.paging.slice(call.operation.name(), all)?;
    Ok(ListResponse {
        regions: items.into_iter().map(|(_, region)| region).collect(),
        next_token,
    })
}

pub(in crate::sso_admin) async fn describe(
    call: &Call<'_>,
    input: NamedRegion,
) -> Result<RegionMetadata, Error> {
    check_instance(call, &input.instance_arn)?;
    is_of_the_instance(call, &input)?;
    Ok(RegionMetadata::of(call))
}

pub(in crate::sso_admin) async fn add(
    call: &Call<'_>,
    input: NamedRegion,
) -> Result<Nothing, Error> {
    check_instance(call, &input.instance_arn)?;
    Err(match is_of_the_instance(call, &input) {
        Ok(()) => Error::conflict("The Region is the instance's already."),
        Err(_) => Error::validation(
            "The instance does not meet the requirements for more Regions: it is where its stack is.",
        ),
    })
}

pub(in crate::sso_admin) async fn remove(
    call: &Call<'_>,
    input: NamedRegion,
) -> Result<Nothing, Error> {
    check_instance(call, &input.instance_arn)?;
    is_of_the_instance(call, &input)?;
    Err(Error::validation("The primary Region cannot be removed."))
}

fn is_of_the_instance(call: &Call<'_>, input: &NamedRegion) -> Result<(), Error> {
    if input.region_name == call.instance.region {
        Ok(())
    } else {
        Err(Error::not_found("The instance is not in the Region."))
    }
}
