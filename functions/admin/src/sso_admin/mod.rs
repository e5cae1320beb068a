//! The `sso-admin` protocol: the instance, permission sets, account assignments.

mod assignment_decision;
mod assignment_lists;
pub(crate) mod assignments;
mod deletion;
mod inline_policy;
mod instances;
mod managed_policies;
mod permission_sets;
mod provisioning;
mod requests;
mod revision;
mod session_duration;
mod tags;

use serde::Deserialize;
use serde_json::Value;
use vestibule_shared::arn::{self, PermissionSetArn};
use vestibule_shared::ids::PermissionSetId;
use vestibule_shared::store;
use vestibule_shared::store::access::PermissionSet;

use crate::Error;
use crate::call::Call;
use crate::operations::answer;

/// How often a change is tried whose record somebody else changes at the same time.
const ATTEMPTS: usize = 5;

/// The table of operations.
pub(crate) async fn run(call: &Call<'_>, input: Value) -> Result<Value, Error> {
    match call.operation.name() {
        "AttachManagedPolicyToPermissionSet" => answer!(call, input, managed_policies::attach),
        "CreateAccountAssignment" => answer!(call, input, assignments::create),
        "CreatePermissionSet" => answer!(call, input, permission_sets::create),
        "DeleteAccountAssignment" => answer!(call, input, assignments::delete),
        "DeleteInlinePolicyFromPermissionSet" => answer!(call, input, inline_policy::delete),
        "DeletePermissionSet" => answer!(call, input, deletion::delete),
        "DescribeAccountAssignmentCreationStatus" => {
            answer!(call, input, requests::describe_creation)
        }
        "DescribeAccountAssignmentDeletionStatus" => {
            answer!(call, input, requests::describe_deletion)
        }
        "DescribeInstance" => answer!(call, input, instances::describe),
        "DescribePermissionSet" => answer!(call, input, permission_sets::describe),
        "DescribePermissionSetProvisioningStatus" => {
            answer!(call, input, requests::describe_provisioning)
        }
        "DetachManagedPolicyFromPermissionSet" => answer!(call, input, managed_policies::detach),
        "GetInlinePolicyForPermissionSet" => answer!(call, input, inline_policy::get),
        "ListAccountAssignmentCreationStatus" => answer!(call, input, requests::list_creations),
        "ListAccountAssignmentDeletionStatus" => answer!(call, input, requests::list_deletions),
        "ListAccountAssignments" => answer!(call, input, assignment_lists::by_place),
        "ListAccountAssignmentsForPrincipal" => {
            answer!(call, input, assignment_lists::by_principal)
        }
        "ListAccountsForProvisionedPermissionSet" => answer!(call, input, provisioning::accounts),
        "ListInstances" => answer!(call, input, instances::list),
        "ListManagedPoliciesInPermissionSet" => answer!(call, input, managed_policies::list),
        "ListPermissionSetProvisioningStatus" => answer!(call, input, requests::list_provisionings),
        "ListPermissionSets" => answer!(call, input, permission_sets::list),
        "ListPermissionSetsProvisionedToAccount" => answer!(call, input, provisioning::sets),
        "ListTagsForResource" => answer!(call, input, tags::list),
        "ProvisionPermissionSet" => answer!(call, input, provisioning::provision),
        "PutInlinePolicyToPermissionSet" => answer!(call, input, inline_policy::put),
        "TagResource" => answer!(call, input, tags::tag),
        "UntagResource" => answer!(call, input, tags::untag),
        "UpdatePermissionSet" => answer!(call, input, permission_sets::update),
        _ => Err(Error::UnknownOperation),
    }
}

/// Refuses the ARN of another instance.
fn check_instance(call: &Call<'_>, instance_arn: &str) -> Result<(), Error> {
    if arn::parse_instance(instance_arn).as_ref() == Ok(&call.instance.id) {
        Ok(())
    } else {
        Err(Error::not_found("The instance was not found."))
    }
}

/// The members with which a request names a permission set.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    instance_arn: String,
    permission_set_arn: String,
}

/// The permission set that a request names.
async fn find_permission_set(call: &Call<'_>, named: &Named) -> Result<PermissionSet, Error> {
    check_instance(call, &named.instance_arn)?;
    let missing = || Error::not_found("The permission set was not found.");
    let arn = PermissionSetArn::parse(&named.permission_set_arn).map_err(|_| missing())?;
    if arn.instance != call.instance.id {
        return Err(missing());
    }
    let found = call.context.access.find_permission_set(&arn.id).await?;
    found.ok_or_else(missing)
}

fn permission_set_arn(call: &Call<'_>, id: &PermissionSetId) -> String {
    let arn = PermissionSetArn {
        instance: call.instance.id.clone(),
        id: id.clone(),
    };
    arn.to_string()
}

/// Tries a change again that somebody else's came before. `change` reads what it builds on itself.
async fn retry<T, F>(change: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 1..ATTEMPTS {
        match change().await {
            Err(Error::Store(store::Error::Conflict(_))) => {}
            outcome => return outcome,
        }
    }
    change().await
}
