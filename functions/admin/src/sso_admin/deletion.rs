//! `DeletePermissionSet`: first nothing may begin to use it, then uses are looked for, then it goes or stays.

use serde_json::json;
use vestibule_shared::store;
use vestibule_shared::store::access::{PermissionSet, PermissionSetState};

use super::permission_sets::Nothing;
use super::{Named, find_permission_set, retry};
use crate::Error;
use crate::call::Call;
use crate::model::Service;

pub(super) async fn delete(call: &Call<'_>, named: Named) -> Result<Nothing, Error> {
    let named = &named;
    let deleting = retry(|| async move {
        let before = find_permission_set(call, named).await?;
        set_state(call, before, PermissionSetState::Deleting).await
    })
    .await?;
    let access = &call.context.access;
    let uses = access
        .list_provisioned_accounts(&deleting.id, 1, None)
        .await?;
    if !uses.items.is_empty() || uses.next.is_some() {
        set_state(call, deleting, PermissionSetState::Active).await?;
        return Err(Error::conflict(
            "The permission set is assigned or still provisioned in an account.",
        ));
    }
    let record = call.record(json!({
        "instanceArn": named.instance_arn,
        "permissionSetArn": named.permission_set_arn,
    }));
    match access
        .delete_permission_set(&deleting, call.recorded(&record))
        .await
    {
        // Somebody else deleted it at the same time.
        Err(store::Error::Conflict(_)) => {
            Err(Error::not_found("The permission set was not found."))
        }
        outcome => {
            outcome?;
            Ok(Nothing {})
        }
    }
}

/// Changes the state; one that a deletion left behind that did not come to its end is taken up again.
async fn set_state(
    call: &Call<'_>,
    before: PermissionSet,
    state: PermissionSetState,
) -> Result<PermissionSet, Error> {
    if before.state == state {
        return Ok(before);
    }
    let after = PermissionSet {
        state,
        ..before.clone()
    };
    let event_name = match state {
        PermissionSetState::Deleting => "BeginDeletePermissionSet",
        PermissionSetState::Active => "AbandonDeletePermissionSet",
    };
    let parameters = json!({ "permissionSetId": before.id });
    let record = call.record_as(Service::SsoAdmin, event_name, parameters);
    call.context
        .access
        .replace_permission_set((&before, &after), call.recorded(&record))
        .await?;
    Ok(after)
}
