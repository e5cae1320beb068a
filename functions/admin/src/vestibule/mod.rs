//! Vestibule's own operations: what AWS has no counterpart for. Their model ships with the project
//! (`models/vestibule.json`), so that stock clients can call them; every operation is described there.

mod access_keys;
mod application_access_keys;
mod drift;
mod events;
mod invitations;
mod policy_documents;
mod sessions;
mod settings;

use crate::operations::handlers;

handlers! {
    "CreateAccessKey" => access_keys::create,
    "CreateApplicationAccessKey" => application_access_keys::create,
    "CreatePasswordResetLink" => invitations::reset,
    "DeactivateAccessKey" => access_keys::deactivate,
    "DeleteAccessKey" => access_keys::delete,
    "DeleteApplicationAccessKey" => application_access_keys::delete,
    "DeleteCustomerManagedPolicyDocument" => policy_documents::delete,
    "DescribeSettings" => settings::describe,
    "EndSession" => sessions::end,
    "EndSessions" => sessions::end_all,
    "GetCustomerManagedPolicyDocument" => policy_documents::get,
    "InviteUser" => invitations::invite,
    "ListAccessKeys" => access_keys::list,
    "ListApplicationAccessKeys" => application_access_keys::list,
    "ListDrift" => drift::list,
    "ListSessions" => sessions::list,
    "LookupEvents" => events::lookup,
    "PutCustomerManagedPolicyDocument" => policy_documents::put,
    "RepairDrift" => drift::repair,
    "StartDriftCheck" => drift::start,
    "UpdateSettings" => settings::update,
}
