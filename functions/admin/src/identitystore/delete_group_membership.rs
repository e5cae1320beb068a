//! `DeleteGroupMembership`: what the group opened to the user is closed at their next request.

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::store;

use super::identifiers::check_store;
use super::memberships;
use crate::Error;
use crate::call::Call;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    identity_store_id: String,
    membership_id: String,
}

pub(super) async fn delete(call: &Call<'_>, request: Request) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let membership = memberships::find(call, &request.membership_id).await?;
    let record = call.record(json!({
        "identityStoreId": call.instance.identity_store,
        "membershipId": membership.id,
        "groupId": membership.group,
        "memberId": { "userId": membership.user },
    }));
    let directory = &call.context.directory;
    directory
        .delete_membership(&membership, call.recorded(&record))
        .await
        .map_err(|error| match error {
            store::Error::NotFound(_) => memberships::not_found(&membership.id),
            other => other.into(),
        })?;
    Ok(json!({}))
}
