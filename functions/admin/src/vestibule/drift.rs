//! What differs in accounts from what is wanted there: listed as the last look at them found it, looked for now, and put
//! right.

use futures_util::future::try_join;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::arn::PermissionSetArn;
use vestibule_shared::ids::{AccountId, PermissionSetId};
use vestibule_shared::store::access::{
    CompletedDriftRound, Difference, DifferenceCode, Drift, DriftSubject, Place, Request,
    RequestKind, Task, Work,
};

use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};
use crate::sso_admin::check_instance;
use crate::sso_admin::permission_sets::permission_set_arn;
use crate::sso_admin::requests::ProvisioningStatus;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    instance_arn: String,
    #[serde(default)]
    account_id: Option<AccountId>,
    #[serde(default)]
    permission_set_arn: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    drifts: Vec<Differing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_completed_check: Option<CompletedCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Differing {
    account_id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission_set_arn: Option<String>,
    resource: String,
    differences: Vec<Told>,
    found_date: Epoch,
    first_found_date: Epoch,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    code: DifferenceCode,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CompletedCheck {
    started_date: Epoch,
    completed_date: Epoch,
    accounts_checked: u64,
    accounts_failed: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StartRequest {
    instance_arn: String,
    #[serde(default)]
    account_id: Option<AccountId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RepairRequest {
    instance_arn: String,
    account_id: AccountId,
    #[serde(default)]
    permission_set_arn: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RepairResponse {
    permission_set_provisioning_status: ProvisioningStatus,
}

pub(super) async fn list(call: &Call<'_>, input: ListRequest) -> Result<ListResponse, Error> {
    check_instance(call, &input.instance_arn)?;
    let set = input.permission_set_arn.as_deref();
    let set = set.map(|arn| parse_set(call, arn)).transpose()?;
    let (access, set, account) = (&call.context.access, &set, input.account_id.as_ref());
    let listed = input.paging.gather(|limit, from| async move {
        let mut page = access.list_drift(account, limit, from.as_ref()).await?;
        page.items
            .retain(|drift| set.is_none() || drift.subject.permission_set() == set.as_ref());
        Ok(page.map(|drift| Differing::of(call, drift)))
    });
    let Listed { items, next_token } = listed.await?;
    let check = access.find_drift_check().await?;
    let completed = check.and_then(|check| check.last_completed);
    Ok(ListResponse {
        drifts: items,
        last_completed_check: completed.as_ref().map(CompletedCheck::of),
        next_token,
    })
}

pub(super) async fn start(call: &Call<'_>, input: StartRequest) -> Result<Nothing, Error> {
    check_instance(call, &input.instance_arn)?;
    let access = &call.context.access;
    if let Some(account) = &input.account_id {
        let found = access.find_account(account).await?;
        found.ok_or_else(|| Error::not_found("The account was not found."))?;
    }
    let record = call.record(json!({
        "instanceArn": input.instance_arn,
        "accountId": input.account_id,
    }));
    access
        .request_drift_check(input.account_id.as_ref(), call.now, call.recorded(&record))
        .await?;
    Ok(Nothing {})
}

pub(super) async fn repair(call: &Call<'_>, input: RepairRequest) -> Result<RepairResponse, Error> {
    check_instance(call, &input.instance_arn)?;
    let permission_set = match &input.permission_set_arn {
        Some(arn) => parse_set(call, arn)?,
        None => any_set(call, &input.account_id).await?,
    };
    let set_arn = permission_set_arn(call, &permission_set);
    let place = Place {
        account: input.account_id.clone(),
        permission_set,
    };
    check_known(call, &place).await?;
    let task = Task::Repair(place);
    let made_by = (&call.context.random, call.now);
    let request = Request::new(RequestKind::Provision, &task, made_by);
    let work = Work::new(&request, task);
    let record = call
        .record(json!({
            "instanceArn": input.instance_arn,
            "accountId": input.account_id,
            "permissionSetArn": set_arn,
        }))
        .response(json!({ "requestId": request.id }));
    let access = &call.context.access;
    access
        .create_request(&request, &work, call.recorded(&record))
        .await?;
    Ok(RepairResponse {
        permission_set_provisioning_status: ProvisioningStatus::of(call, &request),
    })
}

/// A permission set that is provisioned in the account: with whichever is put right, so is what all of them share.
async fn any_set(call: &Call<'_>, account: &AccountId) -> Result<PermissionSetId, Error> {
    let access = &call.context.access;
    let page = access.list_provisioned_sets(account, 1, None).await?;
    let found = page.items.into_iter().next();
    found
        .map(|provisioned| provisioned.place.permission_set)
        .ok_or_else(|| Error::not_found("No permission set is provisioned in the account."))
}

/// There must be something to put right: the permission set is provisioned in the account, or its role was found left over.
async fn check_known(call: &Call<'_>, place: &Place) -> Result<(), Error> {
    let access = &call.context.access;
    let subject = DriftSubject::PermissionSet(place.permission_set.clone());
    let provisioned = access.find_provisioned(place);
    let drift = access.find_drift(&place.account, &subject);
    let (provisioned, drift) = try_join(provisioned, drift).await?;
    if provisioned.is_some() || drift.is_some() {
        return Ok(());
    }
    Err(Error::not_found(
        "The permission set is not provisioned in the account.",
    ))
}

/// A permission set of this instance, which need not be there any more.
fn parse_set(call: &Call<'_>, arn: &str) -> Result<PermissionSetId, Error> {
    let parsed = PermissionSetArn::parse(arn).ok();
    let ours = parsed.filter(|arn| arn.instance == call.instance.id);
    ours.map(|arn| arn.id)
        .ok_or_else(|| Error::not_found("The permission set was not found."))
}

impl Differing {
    fn of(call: &Call<'_>, drift: Drift) -> Self {
        let set = drift.subject.permission_set();
        let told = |found: Difference| Told {
            code: found.code,
            message: found.message,
        };
        Self {
            permission_set_arn: set.map(|set| permission_set_arn(call, set)),
            account_id: drift.account,
            resource: drift.resource,
            differences: drift.differences.into_iter().map(told).collect(),
            found_date: Epoch(drift.found_at),
            first_found_date: Epoch(drift.first_found_at),
        }
    }
}

impl CompletedCheck {
    fn of(round: &CompletedDriftRound) -> Self {
        Self {
            started_date: Epoch(round.started_at),
            completed_date: Epoch(round.completed_at),
            accounts_checked: round.checked,
            accounts_failed: round.failed,
        }
    }
}
