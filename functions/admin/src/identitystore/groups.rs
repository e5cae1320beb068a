//! Looking groups up: `DescribeGroup`, `ListGroups`, `GetGroupId`.

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::store::directory::Group;

use super::alternate::{AlternateIdentifier, UniqueAttribute};
use super::identifiers::{check_store, group_id};
use super::page;
use super::shapes::{described_group, group_document};
use crate::Error;
use crate::call::Call;
use crate::paging::{Listed, Paging};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    identity_store_id: String,
    group_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    identity_store_id: String,
    filters: Option<Vec<UniqueAttribute>>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IdRequest {
    identity_store_id: String,
    alternate_identifier: AlternateIdentifier,
}

pub(super) async fn describe(call: &Call<'_>, request: DescribeRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let group = find(call, &request.group_id).await?;
    Ok(described(call, &group))
}

/// A filter names one group by its display name; AWS keeps it for older programs.
pub(super) async fn list(call: &Call<'_>, request: ListRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let directory = &call.context.directory;
    if let Some(filter) = request.filters.into_iter().flatten().next() {
        let found = match directory.find_group_id(&filter.of_group()?).await? {
            Some(id) => directory.find_group(&id).await?,
            None => None,
        };
        let groups = found.iter().map(|group| described(call, group));
        return Ok(page("Groups", groups.collect(), None));
    }
    let read =
        |limit, from: Option<_>| async move { directory.list_groups(limit, from.as_ref()).await };
    let Listed { items, next_token } = request.paging.gather(read).await?;
    let groups = items.iter().map(|group| described(call, group));
    Ok(page("Groups", groups.collect(), next_token))
}

pub(super) async fn id(call: &Call<'_>, request: IdRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let claim = request.alternate_identifier.of_group()?;
    let found = call.context.directory.find_group_id(&claim).await?;
    let id = found.ok_or_else(|| Error::resource_kind_not_found("GROUP"))?;
    Ok(json!({
        "IdentityStoreId": call.instance.identity_store,
        "GroupId": id,
        "GroupArn": arn::group(&id),
    }))
}

/// The group that a request names by id or ARN.
pub(super) async fn find(call: &Call<'_>, text: &str) -> Result<Group, Error> {
    let id = group_id(text)?;
    let found = call.context.directory.find_group(&id).await?;
    found.ok_or_else(|| Error::resource_not_found("GROUP", id.as_str()))
}

fn described(call: &Call<'_>, group: &Group) -> Value {
    described_group(&call.instance.identity_store, group, group_document(group))
}
