//! `CreateGroup`.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::GroupId;
use vestibule_shared::store::directory::Group;

use super::HIDDEN;
use super::attributes::GROUP;
use super::identifiers::check_store;
use super::refusal::Refused;
use super::rules::check_group;
use super::shapes::{Document, GroupAttributes, read_group};
use crate::Error;
use crate::call::Call;

#[derive(Deserialize)]
pub(super) struct Request {
    #[serde(rename = "IdentityStoreId")]
    identity_store_id: String,
    #[serde(flatten)]
    members: Map<String, Value>,
}

pub(super) async fn create(call: &Call<'_>, request: Request) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let group = group(call, attributes(&request.members)?);
    let record = call
        .record(json!({
            "identityStoreId": call.instance.identity_store,
            "displayName": HIDDEN,
        }))
        .response(json!({
            "identityStoreId": call.instance.identity_store,
            "groupId": group.id,
        }));
    let directory = &call.context.directory;
    directory
        .create_group(&group, call.recorded(&record))
        .await?;
    Ok(json!({
        "IdentityStoreId": call.instance.identity_store,
        "GroupId": group.id,
        "GroupArn": arn::group(&group.id),
        "Revision": group.revision.to_string(),
    }))
}

fn group(call: &Call<'_>, attributes: GroupAttributes) -> Group {
    let creator = call.caller.arn(&call.context.management_account);
    Group {
        id: GroupId::generate(&call.instance.identity_store, &call.context.random),
        revision: 1,
        display_name: attributes.display_name,
        description: attributes.description,
        external_ids: attributes.external_ids,
        created_at: call.now,
        created_by: creator.clone(),
        updated_at: call.now,
        updated_by: creator,
        deleted_at: None,
    }
}

fn attributes(members: &Map<String, Value>) -> Result<GroupAttributes, Refused> {
    let document: Document = GROUP
        .iter()
        .filter_map(|attribute| Some((attribute.member, members.get(attribute.member)?)))
        .filter(|(_, value)| !value.is_null())
        .map(|(member, value)| (member.to_owned(), value.clone()))
        .collect();
    check_group(&Document::new(), &document)?;
    read_group(document)
}
