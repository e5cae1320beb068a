//! What must change in an account for a role to become as it is wanted. Pure: no calls, no tables, no clock.

mod document;
mod fingerprint;
mod plan;
mod policy;
mod role;
mod trust;

pub(crate) use document::same_document;
pub(crate) use fingerprint::fingerprint;
pub(crate) use plan::{Change, NewRole, plan};
pub(crate) use policy::{
    FoundPolicy, PolicyChange, PolicyVersion, WantedPolicy, is_contrary, plan_policy,
    superfluous_version,
};
pub(crate) use role::{
    FoundRole, INLINE_POLICY_NAME, INSTANCE_TAG, PERMISSION_SET_TAG, POLICY_TAG, RoleIdentity,
    WantedRole, customer_managed, policy_arn,
};
