//! `DeletePermissionSet`: first nothing may begin to use it, then uses are looked for, then it goes or stays.

use serde_json::json;
use vestibule_shared::ids::RequestId;
use vestibule_shared::store::access::{PermissionSet, PermissionSetState};

use super::{Named, find_permission_set};
use crate::Error;
use crate::call::Call;
use crate::model::Service;
use crate::operations::Nothing;
use crate::sso_admin::retry;

pub(in crate::sso_admin) async fn delete(call: &Call<'_>, named: Named) -> Result<Nothing, Error> {
    let named = &named;
    // Whoever loses against another change looks again at what has become of the permission set.
    retry(|| async move {
        let found = find_permission_set(call, named).await?;
        let deleting = set_state(call, found, PermissionSetState::Deleting).await?;
        delete_unused(call, named, deleting).await
    })
    .await
}

/// The permission set that a request names, as one that may be changed and assigned: a deletion that is under way, or was
/// left behind by a request that did not come to its end, is given up. One that is under way then begins again.
pub(in crate::sso_admin) async fn find_active(
    call: &Call<'_>,
    named: &Named,
) -> Result<PermissionSet, Error> {
    let found = find_permission_set(call, named).await?;
    set_state(call, found, PermissionSetState::Active).await
}

async fn delete_unused(
    call: &Call<'_>,
    named: &Named,
    deleting: PermissionSet,
) -> Result<Nothing, Error> {
    let access = &call.context.access;
    let uses = access
        .list_provisioned_accounts(&deleting.id, 1, None)
        .await?;
    if let Some(used) = uses.items.first() {
        set_state(call, deleting, PermissionSetState::Active).await?;
        return Err(Error::conflict(format!(
            "The permission set is assigned or still provisioned in the account {}.",
            used.place.account
        )));
    }
    let record = call.record(json!({
        "instanceArn": named.instance_arn,
        "permissionSetArn": named.permission_set_arn,
    }));
    access
        .delete_permission_set(&deleting, call.recorded(&record))
        .await?;
    Ok(Nothing {})
}

/// Changes the state. A deletion that somebody else began is joined.
async fn set_state(
    call: &Call<'_>,
    before: PermissionSet,
    state: PermissionSetState,
) -> Result<PermissionSet, Error> {
    if before.state == state {
        return Ok(before);
    }
    let (event_name, deletion) = match state {
        PermissionSetState::Deleting => (
            "BeginDeletePermissionSet",
            Some(RequestId::generate(&call.context.random)),
        ),
        PermissionSetState::Active => ("AbandonDeletePermissionSet", None),
    };
    let after = PermissionSet {
        state,
        deletion,
        ..before.clone()
    };
    let parameters = json!({ "permissionSetId": before.id });
    // AWS knows no such event.
    let record = call.record_as(Service::Vestibule, event_name, parameters);
    call.context
        .access
        .replace_permission_set((&before, &after), call.recorded(&record))
        .await?;
    Ok(after)
}
