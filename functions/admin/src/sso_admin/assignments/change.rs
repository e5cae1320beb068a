//! `CreateAccountAssignment` and `DeleteAccountAssignment`: each writes what is wanted, a request whose outcome is asked
//! for later, and work for the provisioner, in one transaction.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::ids::{AccountId, Principal};
use vestibule_shared::store::access::{
    AccountStatus, Assignment, AssignmentChange, PermissionSet, Place, Request, RequestKind, Task,
    Work,
};

use super::decision::{assigned, unassigned, without_direct};
use crate::Error;
use crate::call::Call;
use crate::model::Service;
use crate::sso_admin::permission_sets::find_active;
use crate::sso_admin::permission_sets::{Named, find_permission_set, permission_set_arn};
use crate::sso_admin::requests::AssignmentStatus;
use crate::sso_admin::retry;

/// The members of both operations.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct AssignmentRequest {
    #[serde(flatten)]
    named: Named,
    target_id: String,
    principal_type: String,
    principal_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct CreateResponse {
    account_assignment_creation_status: AssignmentStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct DeleteResponse {
    account_assignment_deletion_status: AssignmentStatus,
}

pub(in crate::sso_admin) async fn create(
    call: &Call<'_>,
    input: AssignmentRequest,
) -> Result<CreateResponse, Error> {
    let input = &input;
    let request = retry(|| async move {
        let set = find_active(call, &input.named).await?;
        let (principal, place) = subject(set, input)?;
        check_account(call, &place.account).await?;
        check_principal(call, &principal).await?;
        assign(call, (&principal, &place)).await
    })
    .await?;
    Ok(CreateResponse {
        account_assignment_creation_status: AssignmentStatus::of(call, &request),
    })
}

pub(in crate::sso_admin) async fn delete(
    call: &Call<'_>,
    input: AssignmentRequest,
) -> Result<DeleteResponse, Error> {
    let set = find_permission_set(call, &input.named).await?;
    let (principal, place) = subject(set, &input)?;
    let (principal, place) = (&principal, &place);
    let request = retry(|| async move {
        let access = &call.context.access;
        let before = access.find_assignment(principal, place).await?;
        let before = before.ok_or_else(|| Error::not_found("The assignment was not found."))?;
        let left = without_direct(&before.sources);
        remove_once(call, &before, left).await
    })
    .await?;
    Ok(DeleteResponse {
        account_assignment_deletion_status: AssignmentStatus::of(call, &request),
    })
}

/// Removes an assignment whatever its sources, because its principal has gone. One that has gone already is no error.
pub(crate) async fn remove(call: &Call<'_>, assignment: &Assignment) -> Result<(), Error> {
    let (principal, place) = (&assignment.principal, &assignment.place);
    retry(|| async move {
        let access = &call.context.access;
        match access.find_assignment(principal, place).await? {
            Some(before) => remove_once(call, &before, BTreeSet::new())
                .await
                .map(|_| ()),
            None => Ok(()),
        }
    })
    .await
}

/// Whom and what the request is about.
fn subject(set: PermissionSet, input: &AssignmentRequest) -> Result<(Principal, Place), Error> {
    let account = AccountId::parse(&input.target_id)
        .map_err(|_| Error::validation("TargetId is not an account id."))?;
    let principal = Principal::parse(&input.principal_type, &input.principal_id)
        .map_err(|_| Error::not_found("The principal was not found."))?;
    let place = Place {
        account,
        permission_set: set.id,
    };
    Ok((principal, place))
}

async fn check_account(call: &Call<'_>, id: &AccountId) -> Result<(), Error> {
    match call.context.access.find_account(id).await? {
        Some(account) if account.status == AccountStatus::Active => Ok(()),
        Some(_) => Err(Error::conflict("The account is suspended.")),
        None => Err(Error::not_found("The account is not in the organization.")),
    }
}

/// Refuses a principal that is not in the directory.
pub(in crate::sso_admin) async fn check_principal(
    call: &Call<'_>,
    principal: &Principal,
) -> Result<(), Error> {
    let directory = &call.context.directory;
    let found = match principal {
        Principal::User(id) => directory.find_user(id).await?.is_some(),
        Principal::Group(id) => directory.find_group(id).await?.is_some(),
    };
    if found {
        Ok(())
    } else {
        Err(Error::not_found("The principal was not found."))
    }
}

async fn assign(
    call: &Call<'_>,
    (principal, place): (&Principal, &Place),
) -> Result<Request, Error> {
    let access = &call.context.access;
    let before = access.find_assignment(principal, place).await?;
    if before.is_none() && access.is_full(place).await? {
        return Err(Error::quota_exceeded(
            "1000 users and groups are assigned to the permission set in the account. Assign a group that they are in.",
        ));
    }
    let task = Task::Assign(place.clone());
    let request = new_request(call, RequestKind::Create, (principal, &task));
    let after = assigned(before.as_ref(), &request, (principal, place));
    let work = Work::new(&request, task);
    let record = call
        .record(parameters(call, principal, place))
        .response(json!({ "requestId": request.id }));
    let change = AssignmentChange {
        before: before.as_ref(),
        after: &after,
        request: &request,
        work: &work,
    };
    // Looked at once more in the transaction: a deletion that came in between tidies up only what it can see.
    let standing = call.context.directory.check_principal(principal)?;
    access
        .request_assignment(change, standing, call.recorded(&record))
        .await?;
    Ok(request)
}

async fn remove_once(
    call: &Call<'_>,
    before: &Assignment,
    left: BTreeSet<String>,
) -> Result<Request, Error> {
    let (principal, place) = (&before.principal, &before.place);
    let task = Task::Tidy(place.clone());
    let request = new_request(call, RequestKind::Delete, (principal, &task));
    let after = unassigned(before, &request, left);
    let work = Work::new(&request, task);
    let parameters = parameters(call, principal, place);
    let record = call
        .record_as(Service::SsoAdmin, "DeleteAccountAssignment", parameters)
        .response(json!({ "requestId": request.id }));
    let change = AssignmentChange {
        before: Some(before),
        after: &after,
        request: &request,
        work: &work,
    };
    let access = &call.context.access;
    access
        .request_removal(change, call.recorded(&record))
        .await?;
    Ok(request)
}

fn new_request(
    call: &Call<'_>,
    kind: RequestKind,
    (principal, task): (&Principal, &Task),
) -> Request {
    Request::new(kind, task, (&call.context.random, call.now)).of_principal(principal)
}

fn parameters(call: &Call<'_>, principal: &Principal, place: &Place) -> Value {
    json!({
        "instanceArn": vestibule_shared::arn::instance(&call.instance.id),
        "permissionSetArn": permission_set_arn(call, &place.permission_set),
        "principalType": principal.kind(),
        "principalId": principal.id(),
        "targetType": "AWS_ACCOUNT",
        "targetId": place.account,
    })
}
