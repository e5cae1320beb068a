//! What became of requests: the `Describe…Status` and `List…Status` operations of assignments and of provisioning.

use serde::{Deserialize, Serialize};
use vestibule_shared::ids::{Principal, RequestId};
use vestibule_shared::store::access::{Request, RequestKind, RequestStatus};

use super::check_instance;
use super::permission_sets::permission_set_arn;
use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::operations::handlers;
use crate::paging::{Listed, Paging};

handlers! {
    "DescribeAccountAssignmentCreationStatus" => describe_creation,
    "DescribeAccountAssignmentDeletionStatus" => describe_deletion,
    "DescribePermissionSetProvisioningStatus" => describe_provisioning,
    "ListAccountAssignmentCreationStatus" => list_creations,
    "ListAccountAssignmentDeletionStatus" => list_deletions,
    "ListPermissionSetProvisioningStatus" => list_provisionings,
}

/// What is said of a request that creates or deletes an assignment.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssignmentStatus {
    status: RequestStatus,
    request_id: RequestId,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_id: Option<String>,
    target_type: &'static str,
    permission_set_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_id: Option<String>,
    created_date: Epoch,
}

/// What is said of a request that provisions a permission set.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ProvisioningStatus {
    status: RequestStatus,
    request_id: RequestId,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    permission_set_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    created_date: Epoch,
}

/// What lists say of a request of any kind.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata {
    status: RequestStatus,
    request_id: RequestId,
    created_date: Epoch,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    instance_arn: String,
    // The three operations call the same thing by three names.
    #[serde(
        alias = "AccountAssignmentCreationRequestId",
        alias = "AccountAssignmentDeletionRequestId",
        alias = "ProvisionPermissionSetRequestId"
    )]
    request_id: RequestId,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    instance_arn: String,
    #[serde(default)]
    filter: Option<Filter>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    #[serde(default)]
    status: Option<RequestStatus>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreationResponse {
    account_assignment_creation_status: AssignmentStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeletionResponse {
    account_assignment_deletion_status: AssignmentStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProvisioningResponse {
    permission_set_provisioning_status: ProvisioningStatus,
}

#[derive(Serialize)]
pub(super) struct CreationsResponse {
    #[serde(rename = "AccountAssignmentsCreationStatus")]
    statuses: Vec<Metadata>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
pub(super) struct DeletionsResponse {
    #[serde(rename = "AccountAssignmentsDeletionStatus")]
    statuses: Vec<Metadata>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ProvisioningsResponse {
    #[serde(rename = "PermissionSetsProvisioningStatus")]
    statuses: Vec<Metadata>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) async fn describe_creation(
    call: &Call<'_>,
    input: DescribeRequest,
) -> Result<CreationResponse, Error> {
    let request = find_request(call, &input, RequestKind::Create).await?;
    Ok(CreationResponse {
        account_assignment_creation_status: AssignmentStatus::of(call, &request),
    })
}

pub(super) async fn describe_deletion(
    call: &Call<'_>,
    input: DescribeRequest,
) -> Result<DeletionResponse, Error> {
    let request = find_request(call, &input, RequestKind::Delete).await?;
    Ok(DeletionResponse {
        account_assignment_deletion_status: AssignmentStatus::of(call, &request),
    })
}

pub(super) async fn describe_provisioning(
    call: &Call<'_>,
    input: DescribeRequest,
) -> Result<ProvisioningResponse, Error> {
    let request = find_request(call, &input, RequestKind::Provision).await?;
    Ok(ProvisioningResponse {
        permission_set_provisioning_status: ProvisioningStatus::of(call, &request),
    })
}

pub(super) async fn list_creations(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<CreationsResponse, Error> {
    let Listed { items, next_token } = list(call, &input, RequestKind::Create).await?;
    Ok(CreationsResponse {
        statuses: items,
        next_token,
    })
}

pub(super) async fn list_deletions(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<DeletionsResponse, Error> {
    let Listed { items, next_token } = list(call, &input, RequestKind::Delete).await?;
    Ok(DeletionsResponse {
        statuses: items,
        next_token,
    })
}

pub(super) async fn list_provisionings(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<ProvisioningsResponse, Error> {
    let Listed { items, next_token } = list(call, &input, RequestKind::Provision).await?;
    Ok(ProvisioningsResponse {
        statuses: items,
        next_token,
    })
}

async fn find_request(
    call: &Call<'_>,
    input: &DescribeRequest,
    kind: RequestKind,
) -> Result<Request, Error> {
    check_instance(call, &input.instance_arn)?;
    let found = call.context.access.find_request(&input.request_id).await?;
    found
        .filter(|request| request.kind == kind)
        .ok_or_else(|| Error::not_found("The request was not found."))
}

async fn list(
    call: &Call<'_>,
    input: &ListRequest,
    kind: RequestKind,
) -> Result<Listed<Metadata>, Error> {
    check_instance(call, &input.instance_arn)?;
    let wanted = input.filter.as_ref().and_then(|filter| filter.status);
    let access = &call.context.access;
    let listed = input.paging.gather(|limit, from| async move {
        let mut page = access.list_requests(kind, limit, from.as_ref()).await?;
        page.items
            .retain(|request| wanted.is_none_or(|wanted| request.status == wanted));
        Ok(page.map(|request| Metadata {
            status: request.status,
            request_id: request.id,
            created_date: Epoch(request.created_at),
        }))
    });
    listed.await
}

impl AssignmentStatus {
    pub(super) fn of(call: &Call<'_>, request: &Request) -> Self {
        Self {
            status: request.status,
            request_id: request.id.clone(),
            failure_reason: request.failure_reason.clone(),
            target_id: request.account.as_ref().map(ToString::to_string),
            target_type: "AWS_ACCOUNT",
            permission_set_arn: permission_set_arn(call, &request.permission_set),
            principal_type: request.principal.as_ref().map(Principal::kind),
            principal_id: request
                .principal
                .as_ref()
                .map(|principal| principal.id().to_owned()),
            created_date: Epoch(request.created_at),
        }
    }
}

impl ProvisioningStatus {
    pub(crate) fn of(call: &Call<'_>, request: &Request) -> Self {
        Self {
            status: request.status,
            request_id: request.id.clone(),
            account_id: request.account.as_ref().map(ToString::to_string),
            permission_set_arn: permission_set_arn(call, &request.permission_set),
            failure_reason: request.failure_reason.clone(),
            created_date: Epoch(request.created_at),
        }
    }
}
