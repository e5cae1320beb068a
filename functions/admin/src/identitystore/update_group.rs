//! `UpdateGroup`: applies operations to the attributes of a group, all or none.

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::IdentityStoreId;
use vestibule_shared::store::directory::Group;

use super::attribute_path::Resource;
use super::identifiers::check_store;
use super::refusal::Refused;
use super::rules::check_group;
use super::shapes::{GroupAttributes, described_group, group_document, read_group};
use super::updates::{self, ATTEMPTS, Expected};
use super::{changes, groups};
use crate::call::Call;
use crate::{Error, Operation};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    identity_store_id: String,
    group_id: String,
    operations: Vec<Value>,
    revision: Option<String>,
}

pub(super) async fn update(call: &Call<'_>, request: Request) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let expected = Expected::new(request.revision);
    for _ in 0..ATTEMPTS {
        let before = groups::find(call, &request.group_id).await?;
        expected.check(before.revision)?;
        let store = &call.instance.identity_store;
        let after = changed(
            call,
            &before,
            attributes(store, &before, &request.operations)?,
        );
        let record = call.record(json!({
            "identityStoreId": store,
            "groupId": after.id,
            "operations": updates::recorded(&request.operations),
        }));
        let directory = &call.context.directory;
        let outcome = directory
            .replace_group((&before, &after), call.recorded(&record))
            .await;
        if expected.allows_another(&outcome) {
            continue;
        }
        outcome?;
        return Ok(json!({
            "IdentityStoreId": store,
            "GroupId": after.id,
            "GroupArn": arn::group(&after.id),
            "Revision": after.revision.to_string(),
        }));
    }
    Err(updates::changed())
}

/// The attributes after the operations. Whatever they leave must be a group that `DescribeGroup` could answer.
fn attributes(
    store: &IdentityStoreId,
    before: &Group,
    operations: &[Value],
) -> Result<GroupAttributes, Refused> {
    let old = group_document(before);
    let mut new = old.clone();
    changes::apply(Resource::Group, operations, &mut new)?;
    if let Some(shape) = Operation::find("AWSIdentityStore.DescribeGroup") {
        shape
            .validate_output(&described_group(store, before, new.clone()))
            .map_err(|mismatch| Refused::Shape(mismatch.to_string()))?;
    }
    check_group(&old, &new)?;
    read_group(new)
}

fn changed(call: &Call<'_>, before: &Group, attributes: GroupAttributes) -> Group {
    Group {
        revision: before.revision + 1,
        display_name: attributes.display_name,
        description: attributes.description,
        external_ids: attributes.external_ids,
        updated_at: call.now,
        updated_by: call.caller.arn(&call.context.management_account),
        ..before.clone()
    }
}
