//! A permission set's role: as it is wanted, and as it is found.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use vestibule_shared::arn;
use vestibule_shared::ids::{AccountId, InstanceId};
use vestibule_shared::store::access::{
    Content, CustomerManagedPolicy, Instance, PermissionSet, PermissionsBoundary,
};

use super::policy::WantedPolicy;
use super::trust::trust_policy;

/// The tag that says which instance made something. Nothing without it is ever touched.
pub(crate) const INSTANCE_TAG: &str = "vestibule:instance";

/// The tag that says which permission set a role carries, and for which one a policy was made.
pub(crate) const PERMISSION_SET_TAG: &str = "vestibule:permission-set";

/// The tag of the service role that says which policy it was given.
pub(crate) const POLICY_TAG: &str = "vestibule:policy";

/// The name of the inline policy that holds the permission set's own.
pub(crate) const INLINE_POLICY_NAME: &str = "VestibuleInlinePolicy";

/// The longest that IAM allows, 12 hours: vending applies the permission set's own duration, so that a change of it needs
/// no change of the role.
const MAX_SESSION_SECONDS: i32 = 43200;

/// Which role: what does not change in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleIdentity {
    /// Its name, unique in the account whatever the path.
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) instance: InstanceId,
}

/// A role as a permission set wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WantedRole {
    pub(crate) trust: String,
    pub(crate) description: String,
    pub(crate) max_session_seconds: i32,
    pub(crate) tags: BTreeMap<String, String>,
    /// ARNs, those of the account's own policies among them.
    pub(crate) policies: BTreeSet<String>,
    pub(crate) inline_policy: Option<String>,
    /// The ARN of the policy that bounds the role.
    pub(crate) boundary: Option<String>,
    /// Those of its policies, the boundary among them, that are made in the account from documents: by ARN.
    pub(crate) documents: BTreeMap<String, WantedPolicy>,
}

/// A role as an account has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundRole {
    pub(crate) path: String,
    pub(crate) trust: String,
    pub(crate) description: String,
    pub(crate) max_session_seconds: i32,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) policies: BTreeSet<String>,
    /// The policy called [`INLINE_POLICY_NAME`].
    pub(crate) inline_policy: Option<String>,
    /// The names of all other inline policies.
    pub(crate) other_inline_policies: BTreeSet<String>,
    /// The ARN of the policy that bounds the role.
    pub(crate) boundary: Option<String>,
}

impl RoleIdentity {
    /// The role of `set` in every account of `instance`.
    pub(crate) fn of(instance: &InstanceId, set: &PermissionSet) -> Self {
        Self {
            name: arn::role_name(&set.name, &set.id),
            instance: instance.clone(),
        }
    }

    /// Whether what was found under the name is Vestibule's, and this instance's.
    pub(crate) fn owns(&self, found: &FoundRole) -> bool {
        found.path == arn::ROLE_PATH
            && found.tags.get(INSTANCE_TAG).map(String::as_str) == Some(self.instance.as_str())
    }
}

impl WantedRole {
    /// What `content`, a revision of `set`, wants in `account`.
    pub(crate) fn new(
        (instance, account): (&Instance, &AccountId),
        set: &PermissionSet,
        content: &Content,
    ) -> Self {
        let arn = |policy: &CustomerManagedPolicy| policy_arn(account, policy);
        let own = content.customer_managed_policies.iter().map(arn);
        let boundary = content.permissions_boundary.as_ref();
        Self {
            trust: trust_policy(&arn::provider(account, &instance.id)),
            description: content.description.clone().unwrap_or_default(),
            max_session_seconds: MAX_SESSION_SECONDS,
            tags: BTreeMap::from([
                (INSTANCE_TAG.to_owned(), instance.id.to_string()),
                (PERMISSION_SET_TAG.to_owned(), set.id.to_string()),
            ]),
            policies: content
                .managed_policies
                .keys()
                .cloned()
                .chain(own)
                .collect(),
            inline_policy: content.inline_policy.clone(),
            boundary: boundary.map(|boundary| match boundary {
                PermissionsBoundary::AwsManaged(arn) => arn.clone(),
                PermissionsBoundary::CustomerManaged(policy) => arn(policy),
            }),
            documents: documents((instance, account), set, content),
        }
    }
}

/// The customer managed policies that a revision names, the boundary among them.
pub(crate) fn customer_managed(content: &Content) -> BTreeSet<CustomerManagedPolicy> {
    let boundary = match &content.permissions_boundary {
        Some(PermissionsBoundary::CustomerManaged(policy)) => Some(policy),
        _ => None,
    };
    let named = content.customer_managed_policies.iter().chain(boundary);
    named.cloned().collect()
}

/// The ARN of a customer managed policy in `account`.
pub(crate) fn policy_arn(account: &AccountId, policy: &CustomerManagedPolicy) -> String {
    format!(
        "arn:aws:iam::{account}:policy{}{}",
        policy.path, policy.name
    )
}

/// The documents from which policies are made, where the instance says so.
fn documents(
    (instance, account): (&Instance, &AccountId),
    set: &PermissionSet,
    content: &Content,
) -> BTreeMap<String, WantedPolicy> {
    if !instance.create_customer_managed_policies {
        return BTreeMap::new();
    }
    let documents = customer_managed(content).into_iter().filter_map(|policy| {
        let kept = format!("{}{}", policy.path, policy.name);
        let document = content.policy_documents.get(&kept)?.clone();
        let wanted = WantedPolicy {
            name: policy.name.clone(),
            path: policy.path.clone(),
            document,
            permission_set: set.id.clone(),
        };
        Some((policy_arn(account, &policy), wanted))
    });
    documents.collect()
}
