//! `ProvisionPermissionSet`, and what is provisioned where.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::ids::{AccountId, PermissionSetId};
use vestibule_shared::store::access::{
    Access, AssignmentState, PermissionSet, Place, Provisioned, Request, RequestKind, Task, Work,
};
use vestibule_shared::store::{self, Page};

use super::deletion::find_active;
use super::{Named, find_permission_set, permission_set_arn};
use crate::Error;
use crate::call::Call;
use crate::paging::{Listed, Paging};
use crate::sso_admin::requests::ProvisioningStatus;
use crate::sso_admin::{check_instance, retry};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ProvisionRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(default)]
    target_id: Option<String>,
    target_type: TargetType,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum TargetType {
    AwsAccount,
    AllProvisionedAccounts,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ProvisionResponse {
    permission_set_provisioning_status: ProvisioningStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct AccountsRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(default)]
    provisioning_status: Option<Wanted>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct AccountsResponse {
    account_ids: Vec<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct SetsRequest {
    instance_arn: String,
    account_id: String,
    #[serde(default)]
    provisioning_status: Option<Wanted>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct SetsResponse {
    permission_sets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Which of the places where a permission set is provisioned are asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Wanted {
    #[serde(rename = "LATEST_PERMISSION_SET_PROVISIONED")]
    Latest,
    #[serde(rename = "LATEST_PERMISSION_SET_NOT_PROVISIONED")]
    Outdated,
}

pub(in crate::sso_admin) async fn provision(
    call: &Call<'_>,
    input: ProvisionRequest,
) -> Result<ProvisionResponse, Error> {
    let set = retry(|| find_active(call, &input.named)).await?;
    let account = target(&input)?;
    let task = match &account {
        Some(account) => Task::Provision(provisioned_place(call, &set, account).await?),
        None => Task::Expand {
            permission_set: set.id,
        },
    };
    let made_by = (&call.context.random, call.now);
    let request = Request::new(RequestKind::Provision, &task, made_by);
    let work = Work::new(&request, task);
    let record = call
        .record(json!({
            "instanceArn": input.named.instance_arn,
            "permissionSetArn": input.named.permission_set_arn,
            "targetType": input.target_type,
            "targetId": input.target_id,
        }))
        .response(json!({ "requestId": request.id }));
    let access = &call.context.access;
    access
        .create_request(&request, &work, call.recorded(&record))
        .await?;
    Ok(ProvisionResponse {
        permission_set_provisioning_status: ProvisioningStatus::of(call, &request),
    })
}

/// The one account that is meant, or all.
fn target(input: &ProvisionRequest) -> Result<Option<AccountId>, Error> {
    match (input.target_type, &input.target_id) {
        (TargetType::AllProvisionedAccounts, None) => Ok(None),
        (TargetType::AllProvisionedAccounts, Some(_)) => Err(Error::validation(
            "TargetId cannot be given for all provisioned accounts.",
        )),
        (TargetType::AwsAccount, Some(id)) => AccountId::parse(id)
            .map(Some)
            .map_err(|_| Error::validation("TargetId is not an account id.")),
        (TargetType::AwsAccount, None) => Err(Error::validation(
            "TargetId is needed for the target type AWS_ACCOUNT.",
        )),
    }
}

async fn provisioned_place(
    call: &Call<'_>,
    set: &PermissionSet,
    account: &AccountId,
) -> Result<Place, Error> {
    let place = Place {
        account: account.clone(),
        permission_set: set.id.clone(),
    };
    match call.context.access.find_provisioned(&place).await? {
        Some(_) => Ok(place),
        None => Err(Error::not_found(
            "The permission set is not provisioned in the account.",
        )),
    }
}

pub(in crate::sso_admin) async fn accounts(
    call: &Call<'_>,
    input: AccountsRequest,
) -> Result<AccountsResponse, Error> {
    let set = find_permission_set(call, &input.named).await?;
    let (access, set, wanted) = (&call.context.access, &set, input.provisioning_status);
    let listed = input.paging.gather(|limit, from| async move {
        let page = access
            .list_provisioned_accounts(&set.id, limit, from.as_ref())
            .await?;
        let mut listed = Vec::new();
        for provisioned in page.items {
            if is_wanted(&provisioned, set.revision, wanted)
                || (!matches!(wanted, Some(Wanted::Latest))
                    && is_left_over(access, &provisioned).await?)
            {
                listed.push(provisioned.place.account);
            }
        }
        Ok(Page {
            items: listed,
            next: page.next,
        })
    });
    let Listed { items, next_token } = listed.await?;
    Ok(AccountsResponse {
        account_ids: items,
        next_token,
    })
}

pub(in crate::sso_admin) async fn sets(
    call: &Call<'_>,
    input: SetsRequest,
) -> Result<SetsResponse, Error> {
    check_instance(call, &input.instance_arn)?;
    let account = AccountId::parse(&input.account_id)
        .map_err(|_| Error::validation("AccountId is not an account id."))?;
    let (access, account, wanted) = (&call.context.access, &account, input.provisioning_status);
    let listed = input.paging.gather(|limit, from| async move {
        let mut page = access
            .list_provisioned_sets(account, limit, from.as_ref())
            .await?;
        let sets = page.items.iter();
        let sets: Vec<PermissionSetId> = sets
            .map(|provisioned| provisioned.place.permission_set.clone())
            .collect();
        let sets = access.find_permission_sets(&sets).await?.into_iter();
        let newest: HashMap<PermissionSetId, u64> =
            sets.map(|set| (set.id, set.revision)).collect();
        page.items.retain(|provisioned| {
            let newest = newest.get(&provisioned.place.permission_set);
            newest.is_some_and(|newest| is_wanted(provisioned, *newest, wanted))
        });
        Ok(page.map(|provisioned| permission_set_arn(call, &provisioned.place.permission_set)))
    });
    let Listed { items, next_token } = listed.await?;
    Ok(SetsResponse {
        permission_sets: items,
        next_token,
    })
}

/// Whether a place is what a creation left behind that failed and could not be cleaned up. It has no role that is known of
/// and nobody is assigned there, but it is in the way of the permission set's deletion.
async fn is_left_over(access: &Access, provisioned: &Provisioned) -> Result<bool, store::Error> {
    if provisioned.revision.is_some() {
        return Ok(false);
    }
    let assignments = access.assignments_at(&provisioned.place).await?;
    Ok(assignments
        .iter()
        .all(|assignment| assignment.state == AssignmentState::Deleting))
}

/// Whether a place is listed: its role must have been made, and carry the newest revision or an older one as asked.
fn is_wanted(provisioned: &Provisioned, newest: u64, wanted: Option<Wanted>) -> bool {
    let latest = provisioned.revision.map(|revision| revision == newest);
    match (latest, wanted) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(latest), Some(Wanted::Latest)) => latest,
        (Some(latest), Some(Wanted::Outdated)) => !latest,
    }
}
