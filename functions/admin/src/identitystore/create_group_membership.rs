//! `CreateGroupMembership`.

use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::MembershipId;
use vestibule_shared::store;
use vestibule_shared::store::directory::Membership;

use super::identifiers::{check_store, group_id, user_id};
use super::memberships::BothSides;
use crate::Error;
use crate::call::Call;

pub(super) async fn create(call: &Call<'_>, request: BothSides) -> Result<Value, Error> {
    check_store(call, &request.store)?;
    let store = &call.instance.identity_store;
    let membership = Membership {
        id: MembershipId::generate(store, &call.context.random),
        user: user_id(&request.member.user_id)?,
        group: group_id(&request.group)?,
        created_at: call.now,
        created_by: call.caller.arn(&call.context.management_account),
    };
    let record = call
        .record(json!({
            "identityStoreId": store,
            "groupId": membership.group,
            "memberId": { "userId": membership.user },
        }))
        .response(json!({ "identityStoreId": store, "membershipId": membership.id }));
    let directory = &call.context.directory;
    directory
        .create_membership(&membership, call.recorded(&record))
        .await
        .map_err(|error| match error {
            store::Error::NotFound("the user") => {
                Error::resource_not_found("USER", membership.user.as_str())
            }
            store::Error::NotFound(_) => {
                Error::resource_not_found("GROUP", membership.group.as_str())
            }
            other => other.into(),
        })?;
    Ok(json!({
        "IdentityStoreId": store,
        "MembershipId": membership.id,
        "MembershipArn": arn::membership(&membership.id),
    }))
}
