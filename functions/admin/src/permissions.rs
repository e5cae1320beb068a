//! What each role may do: one line for every operation of the models. An operation without a line is nobody's.
//! `docs/permissions.md` is this table in print.

#[cfg(test)]
mod tests;

use vestibule_shared::store::keys::Role;

use crate::model::{Operation, Service};

/// What changes who may do what, and what no other role needs.
const ADMINISTRATORS: &[Role] = &[Role::Administrator];
/// What only reads.
const AUDITORS: &[Role] = &[Role::Administrator, Role::Auditor];
/// What only reads, and answers why somebody cannot sign in or does not see something.
const EVERYBODY: &[Role] = &[Role::Administrator, Role::Helpdesk, Role::Auditor];
/// What brings users in again. None of it gives a user more than they have.
const HELPDESK: &[Role] = &[Role::Administrator, Role::Helpdesk];

/// Names of operations with the roles that may call them.
type Lines = &'static [(&'static str, &'static [Role])];

/// Whether a key of `role` may call `operation`.
pub(crate) fn permits(operation: &Operation, role: Role) -> bool {
    roles(operation.service(), operation.name()).contains(&role)
}

fn roles(service: Service, name: &str) -> &'static [Role] {
    let mut lines = lines(service).iter();
    lines
        .find(|(operation, _)| *operation == name)
        .map_or(&[], |(_, roles)| roles)
}

fn lines(service: Service) -> Lines {
    match service {
        Service::SsoAdmin => SSO_ADMIN,
        Service::IdentityStore => IDENTITY_STORE,
        Service::Vestibule => VESTIBULE,
    }
}

const SSO_ADMIN: Lines = &[
    ("AddRegion", ADMINISTRATORS),
    (
        "AttachCustomerManagedPolicyReferenceToPermissionSet",
        ADMINISTRATORS,
    ),
    ("AttachManagedPolicyToPermissionSet", ADMINISTRATORS),
    ("CreateAccountAssignment", ADMINISTRATORS),
    ("CreateApplication", ADMINISTRATORS),
    ("CreateApplicationAssignment", ADMINISTRATORS),
    ("CreateInstance", ADMINISTRATORS),
    (
        "CreateInstanceAccessControlAttributeConfiguration",
        ADMINISTRATORS,
    ),
    ("CreatePermissionSet", ADMINISTRATORS),
    ("CreateTrustedTokenIssuer", ADMINISTRATORS),
    ("DeleteAccountAssignment", ADMINISTRATORS),
    ("DeleteApplication", ADMINISTRATORS),
    ("DeleteApplicationAccessScope", ADMINISTRATORS),
    ("DeleteApplicationAssignment", ADMINISTRATORS),
    ("DeleteApplicationAuthenticationMethod", ADMINISTRATORS),
    ("DeleteApplicationGrant", ADMINISTRATORS),
    ("DeleteInlinePolicyFromPermissionSet", ADMINISTRATORS),
    ("DeleteInstance", ADMINISTRATORS),
    (
        "DeleteInstanceAccessControlAttributeConfiguration",
        ADMINISTRATORS,
    ),
    ("DeletePermissionSet", ADMINISTRATORS),
    ("DeletePermissionsBoundaryFromPermissionSet", ADMINISTRATORS),
    ("DeleteTrustedTokenIssuer", ADMINISTRATORS),
    ("DescribeAccountAssignmentCreationStatus", EVERYBODY),
    ("DescribeAccountAssignmentDeletionStatus", EVERYBODY),
    ("DescribeApplication", EVERYBODY),
    ("DescribeApplicationAssignment", EVERYBODY),
    ("DescribeApplicationProvider", AUDITORS),
    ("DescribeInstance", EVERYBODY),
    (
        "DescribeInstanceAccessControlAttributeConfiguration",
        AUDITORS,
    ),
    ("DescribePermissionSet", EVERYBODY),
    ("DescribePermissionSetProvisioningStatus", AUDITORS),
    ("DescribeRegion", AUDITORS),
    ("DescribeTrustedTokenIssuer", AUDITORS),
    (
        "DetachCustomerManagedPolicyReferenceFromPermissionSet",
        ADMINISTRATORS,
    ),
    ("DetachManagedPolicyFromPermissionSet", ADMINISTRATORS),
    ("GetApplicationAccessScope", AUDITORS),
    ("GetApplicationAssignmentConfiguration", EVERYBODY),
    ("GetApplicationAuthenticationMethod", AUDITORS),
    ("GetApplicationGrant", AUDITORS),
    ("GetApplicationSessionConfiguration", AUDITORS),
    ("GetInlinePolicyForPermissionSet", AUDITORS),
    ("GetPermissionsBoundaryForPermissionSet", AUDITORS),
    ("ListAccountAssignmentCreationStatus", EVERYBODY),
    ("ListAccountAssignmentDeletionStatus", EVERYBODY),
    ("ListAccountAssignments", EVERYBODY),
    ("ListAccountAssignmentsForPrincipal", EVERYBODY),
    ("ListAccountsForProvisionedPermissionSet", EVERYBODY),
    ("ListApplicationAccessScopes", AUDITORS),
    ("ListApplicationAssignments", EVERYBODY),
    ("ListApplicationAssignmentsForPrincipal", EVERYBODY),
    ("ListApplicationAuthenticationMethods", AUDITORS),
    ("ListApplicationGrants", AUDITORS),
    ("ListApplicationProviders", AUDITORS),
    ("ListApplications", EVERYBODY),
    (
        "ListCustomerManagedPolicyReferencesInPermissionSet",
        AUDITORS,
    ),
    ("ListInstances", EVERYBODY),
    ("ListManagedPoliciesInPermissionSet", AUDITORS),
    ("ListPermissionSetProvisioningStatus", AUDITORS),
    ("ListPermissionSets", EVERYBODY),
    ("ListPermissionSetsProvisionedToAccount", EVERYBODY),
    ("ListRegions", AUDITORS),
    ("ListTagsForResource", AUDITORS),
    ("ListTrustedTokenIssuers", AUDITORS),
    ("ProvisionPermissionSet", ADMINISTRATORS),
    ("PutApplicationAccessScope", ADMINISTRATORS),
    ("PutApplicationAssignmentConfiguration", ADMINISTRATORS),
    ("PutApplicationAuthenticationMethod", ADMINISTRATORS),
    ("PutApplicationGrant", ADMINISTRATORS),
    ("PutApplicationSessionConfiguration", ADMINISTRATORS),
    ("PutInlinePolicyToPermissionSet", ADMINISTRATORS),
    ("PutPermissionsBoundaryToPermissionSet", ADMINISTRATORS),
    ("RemoveRegion", ADMINISTRATORS),
    ("TagResource", ADMINISTRATORS),
    ("UntagResource", ADMINISTRATORS),
    ("UpdateApplication", ADMINISTRATORS),
    ("UpdateInstance", ADMINISTRATORS),
    (
        "UpdateInstanceAccessControlAttributeConfiguration",
        ADMINISTRATORS,
    ),
    ("UpdatePermissionSet", ADMINISTRATORS),
    ("UpdateTrustedTokenIssuer", ADMINISTRATORS),
];

const IDENTITY_STORE: Lines = &[
    ("CreateGroup", ADMINISTRATORS),
    ("CreateGroupMembership", ADMINISTRATORS),
    ("CreateUser", ADMINISTRATORS),
    ("DeleteGroup", ADMINISTRATORS),
    ("DeleteGroupMembership", ADMINISTRATORS),
    ("DeleteUser", ADMINISTRATORS),
    ("DescribeGroup", EVERYBODY),
    ("DescribeGroupMembership", EVERYBODY),
    ("DescribeIdentityStore", EVERYBODY),
    ("DescribeUser", EVERYBODY),
    ("GetGroupId", EVERYBODY),
    ("GetGroupMembershipId", EVERYBODY),
    ("GetUserId", EVERYBODY),
    ("IsMemberInGroups", EVERYBODY),
    ("ListGroupMemberships", EVERYBODY),
    ("ListGroupMembershipsForMember", EVERYBODY),
    ("ListGroups", EVERYBODY),
    ("ListIdentityStores", EVERYBODY),
    ("ListUsers", EVERYBODY),
    ("UpdateGroup", ADMINISTRATORS),
    ("UpdateIdentityStore", ADMINISTRATORS),
    ("UpdateUser", ADMINISTRATORS),
];

const VESTIBULE: Lines = &[
    ("CreateAccessKey", ADMINISTRATORS),
    ("CreateApplicationAccessKey", ADMINISTRATORS),
    ("CreatePasswordResetLink", HELPDESK),
    ("DeactivateAccessKey", ADMINISTRATORS),
    ("DeleteAccessKey", ADMINISTRATORS),
    ("DeleteApplicationAccessKey", ADMINISTRATORS),
    ("DeleteCustomerManagedPolicyDocument", ADMINISTRATORS),
    ("DescribeSettings", EVERYBODY),
    ("EndSession", HELPDESK),
    ("EndSessions", HELPDESK),
    ("GetCustomerManagedPolicyDocument", AUDITORS),
    ("InviteUser", HELPDESK),
    ("ListAccessKeys", AUDITORS),
    ("ListApplicationAccessKeys", AUDITORS),
    ("ListDrift", AUDITORS),
    ("ListSessions", EVERYBODY),
    ("LookupEvents", AUDITORS),
    ("PutCustomerManagedPolicyDocument", ADMINISTRATORS),
    ("RepairDrift", ADMINISTRATORS),
    ("StartDriftCheck", ADMINISTRATORS),
    ("UpdateSettings", ADMINISTRATORS),
];
