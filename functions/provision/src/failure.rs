//! Failures that only an administrator can end. The reason is what `Describe…Status` shows as `FailureReason`: what happened,
//! in which account, and what to do. It holds no policy's text and no secret.

use vestibule_shared::arn;
use vestibule_shared::ids::{AccountId, InstanceId};
use vestibule_shared::store::access::PermissionSet;

use crate::calls::Refusal;
use crate::reconcile::INSTANCE_TAG;

/// The longest message of AWS's that is repeated, in characters.
const LONGEST_MESSAGE: usize = 600;

/// Why trying again does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// AWS's error code or a word of ours, for the audit record.
    pub code: String,
    /// What the administrator should know and do.
    pub reason: String,
}

impl Failure {
    fn new(code: &str, reason: String) -> Self {
        Self {
            code: code.to_owned(),
            reason,
        }
    }

    /// A call in an account was refused to `role`, as which it was made.
    pub(crate) fn refused(
        (account, role): (&AccountId, &str),
        operation: &str,
        refusal: &Refusal,
    ) -> Self {
        let remedy = match refusal.code.as_str() {
            "AccessDenied" => format!(
                "Allow it to the role {role} in that account, and look for a service control policy that forbids it. Then try again."
            ),
            "LimitExceeded" => {
                "Attach fewer policies, or have the account's IAM quota raised. Then try again."
                    .to_owned()
            }
            "EntityAlreadyExists" if operation == "iam:CreatePolicy" => {
                "The name is taken by a policy with another path: delete or rename that one, or name its path in the \
                 permission set. Then try again."
                    .to_owned()
            }
            "MalformedPolicyDocument" if operation.starts_with("iam:CreatePolicy") => {
                "Correct the document that is kept with the permission set for this policy. Then try again.".to_owned()
            }
            "MalformedPolicyDocument" if operation == "iam:PutRolePolicy" => {
                "Correct the permission set's inline policy. Then try again.".to_owned()
            }
            "DeleteConflict" => {
                "Remove what somebody else has added to the role there. Then try again.".to_owned()
            }
            _ => "Put that right and try again.".to_owned(),
        };
        let reason = format!(
            "{operation} was refused in account {account}: {}. {remedy}",
            said(refusal)
        );
        Self::new(&refusal.code, reason)
    }

    /// Neither the service role nor the bootstrap role lets Vestibule in.
    pub(crate) fn bootstrap(
        (account, management): (&AccountId, &AccountId),
        bootstrap_role: &str,
        refusal: &Refusal,
    ) -> Self {
        let reason = format!(
            "Account {account} cannot be entered: it has no working role {}{}, and the role {bootstrap_role}, with which \
             Vestibule would make it, cannot be assumed there: {}. Create {bootstrap_role} in that account with trust in \
             account {management}; or, where another role does its job, set the stack's parameter BootstrapRoleName and \
             invoke Enable again. Then try again.",
            arn::ROLE_PATH,
            arn::SERVICE_ROLE_NAME,
            said(refusal),
        );
        Self::new("BootstrapRoleNotUsable", reason)
    }

    /// The service role was made and cannot be assumed all the same.
    pub(crate) fn service_role(account: &AccountId, refusal: &Refusal) -> Self {
        let reason = format!(
            "The role {}{} is in account {account}, but cannot be assumed: {}. Look for a service control policy that \
             forbids it, or delete the role so that it is made again. Then try again.",
            arn::ROLE_PATH,
            arn::SERVICE_ROLE_NAME,
            said(refusal),
        );
        Self::new("ServiceRoleNotUsable", reason)
    }

    /// Something of somebody else's has a name that Vestibule needs.
    pub(crate) fn not_ours(account: &AccountId, what: &str, instance: &InstanceId) -> Self {
        let reason = format!(
            "Account {account} has {what} that this instance of Vestibule ({instance}) did not make: its path is not {}, or its tag \
             {INSTANCE_TAG} names another. It was left as it is. Rename or delete it. Then try again.",
            arn::ROLE_PATH,
        );
        Self::new("NotOurs", reason)
    }

    /// A managed policy is not there, or cannot be attached.
    pub(crate) fn no_policy(account: &AccountId, policy_arn: &str) -> Self {
        let own = format!(":iam::{account}:policy/");
        let remedy = if policy_arn.contains(&own) {
            "Create the policy there with exactly this path and name; or keep a document for it with the permission set, and \
             let the instance make customer managed policies"
        } else {
            "Take it out of the permission set"
        };
        let reason = format!(
            "The policy {policy_arn} does not exist in account {account} or cannot be attached. {remedy}. Then try again."
        );
        Self::new("NoSuchPolicy", reason)
    }

    /// Two permission sets keep different documents for one policy.
    pub(crate) fn two_documents(
        account: &AccountId,
        policy_arn: &str,
        (own, rival): (&PermissionSet, &PermissionSet),
    ) -> Self {
        let reason = format!(
            "The permission set {} ({}) keeps another document for the policy {policy_arn} than {} ({}), which is provisioned in \
             account {account} too. The policy was left as it is. Keep the same document with both, or give one of them a \
             policy of another name. Then try again.",
            own.name, own.id, rival.name, rival.id,
        );
        Self::new("ConflictingPolicyDocuments", reason)
    }

    /// The account is not one that may be provisioned.
    pub(crate) fn account(account: &AccountId, state: &str) -> Self {
        let reason = format!(
            "Account {account} {state}. Nothing can be provisioned there until it is an active account of the organization."
        );
        Self::new("AccountNotActive", reason)
    }

    /// The management account, where the administrator has not asked for it.
    pub(crate) fn management_account(account: &AccountId) -> Self {
        let reason = format!(
            "Account {account} is the management account, where Vestibule makes roles only if the stack's parameter \
             ManageManagementAccount is true. Set it and try again."
        );
        Self::new("ManagementAccountNotManaged", reason)
    }

    /// The permission set went away.
    pub(crate) fn no_permission_set(account: &AccountId) -> Self {
        let reason = format!("The permission set for account {account} does not exist any more.");
        Self::new("NoSuchPermissionSet", reason)
    }

    /// AWS has not answered for longer than anybody waits.
    pub(crate) fn unanswered(account: &AccountId, operation: &str, cause: &str) -> Self {
        let reason = format!(
            "{operation} for account {account} was not answered for more than an hour: {}. Try again later.",
            plain(cause)
        );
        Self::new("ServiceUnavailable", reason)
    }
}

/// An answer that says no, in one line.
pub(crate) fn said(refusal: &Refusal) -> String {
    let message = plain(&refusal.message);
    let message = message.trim_end_matches('.');
    if message.is_empty() {
        refusal.code.clone()
    } else {
        format!("{} ({message})", refusal.code)
    }
}

/// The API's `FailureReason` has no control characters.
fn plain(message: &str) -> String {
    let plain = message.chars().filter(|character| !character.is_control());
    plain.take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refusal(message: &str) -> Refusal {
        Refusal {
            code: "AccessDenied".to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn the_bootstrap_role_is_named_with_what_to_do() {
        let account = AccountId::parse("111111111111").unwrap();
        let management = AccountId::parse("999999999999").unwrap();
        let failure = Failure::bootstrap((&account, &management), "Bootstrap", &refusal("no."));
        insta::assert_snapshot!(failure.reason, @"Account 111111111111 cannot be entered: it has no working role /vestibule/VestibuleServiceRole, and the role Bootstrap, with which Vestibule would make it, cannot be assumed there: AccessDenied (no). Create Bootstrap in that account with trust in account 999999999999; or, where another role does its job, set the stack's parameter BootstrapRoleName and invoke Enable again. Then try again.");
    }

    #[test]
    fn only_the_customers_own_policy_is_to_be_created() {
        let account = AccountId::parse("111111111111").unwrap();
        let reason = |arn: &str| Failure::no_policy(&account, arn).reason;
        assert!(reason("arn:aws:iam::111111111111:policy/a/B").contains("Create the policy"));
        assert!(reason("arn:aws:iam::aws:policy/B").contains("Take it out"));
    }

    proptest! {
        #[test]
        fn a_reason_is_what_the_api_allows(message in "(?s).{0,900}") {
            let account = AccountId::parse("111111111111").unwrap();
            let failure = Failure::refused((&account, "Role"), "iam:CreateRole", &refusal(&message));
            prop_assert!(!failure.reason.chars().any(char::is_control));
            prop_assert!(failure.reason.chars().count() < 1000);
        }
    }
}
