//! Permission sets: what they say, and where they are provisioned.

mod customer_managed_policies;
mod definition;
mod deletion;
mod inline_policy;
mod managed_policies;
mod permissions_boundary;
pub(crate) mod policy_document;
mod provisioning;
mod quotas;
mod revision;
mod session_duration;

use serde::Deserialize;
use vestibule_shared::arn::PermissionSetArn;
use vestibule_shared::ids::PermissionSetId;
use vestibule_shared::store::access::PermissionSet;

pub(crate) use customer_managed_policies::{
    Reference, is_referred_to, key as key_of, parameters as policy_parameters,
};
pub(super) use deletion::find_active;
pub(crate) use quotas::within_quotas;
pub(crate) use revision::revise;

use super::check_instance;
use crate::Error;
use crate::call::Call;
use crate::operations::handlers;

handlers! {
    "AttachCustomerManagedPolicyReferenceToPermissionSet" => customer_managed_policies::attach,
    "AttachManagedPolicyToPermissionSet" => managed_policies::attach,
    "CreatePermissionSet" => definition::create,
    "DeleteInlinePolicyFromPermissionSet" => inline_policy::delete,
    "DeletePermissionSet" => deletion::delete,
    "DeletePermissionsBoundaryFromPermissionSet" => permissions_boundary::delete,
    "DescribePermissionSet" => definition::describe,
    "DetachCustomerManagedPolicyReferenceFromPermissionSet" => customer_managed_policies::detach,
    "DetachManagedPolicyFromPermissionSet" => managed_policies::detach,
    "GetInlinePolicyForPermissionSet" => inline_policy::get,
    "GetPermissionsBoundaryForPermissionSet" => permissions_boundary::get,
    "ListAccountsForProvisionedPermissionSet" => provisioning::accounts,
    "ListCustomerManagedPolicyReferencesInPermissionSet" => customer_managed_policies::list,
    "ListManagedPoliciesInPermissionSet" => managed_policies::list,
    "ListPermissionSets" => definition::list,
    "ListPermissionSetsProvisionedToAccount" => provisioning::sets,
    "ProvisionPermissionSet" => provisioning::provision,
    "PutInlinePolicyToPermissionSet" => inline_policy::put,
    "PutPermissionsBoundaryToPermissionSet" => permissions_boundary::put,
    "UpdatePermissionSet" => definition::update,
}

/// The members with which a request names a permission set.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named {
    pub(super) instance_arn: String,
    pub(super) permission_set_arn: String,
}

/// The permission set that a request names.
pub(crate) async fn find_permission_set(
    call: &Call<'_>,
    named: &Named,
) -> Result<PermissionSet, Error> {
    check_instance(call, &named.instance_arn)?;
    let missing = || Error::not_found("The permission set was not found.");
    let arn = PermissionSetArn::parse(&named.permission_set_arn).map_err(|_| missing())?;
    if arn.instance != call.instance.id {
        return Err(missing());
    }
    let found = call.context.access.find_permission_set(&arn.id).await?;
    found.ok_or_else(missing)
}

/// The ARN of a permission set of this instance.
pub(crate) fn permission_set_arn(call: &Call<'_>, id: &PermissionSetId) -> String {
    let arn = PermissionSetArn {
        instance: call.instance.id.clone(),
        id: id.clone(),
    };
    arn.to_string()
}
