//! Who may become the service role, and what it may do. IAM User Guide, "Access to AWS accounts owned by third parties"
//! (external id) and "AWS JSON policy elements: Principal" (why not a role as principal).

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::Instance;

use crate::reconcile::INSTANCE_TAG;

/// Who may be the service role: the role that the provisioning function runs as, by its ARN. As a principal it would be
/// stored by its unique id, and be worthless once the stack was made anew.
pub(super) fn trust(instance: &Instance, effect: &str) -> String {
    let management = &instance.management_account;
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": effect,
            "Principal": { "AWS": format!("arn:aws:iam::{management}:root") },
            "Action": "sts:AssumeRole",
            "Condition": {
                "ArnEquals": { "aws:PrincipalArn": arn::provision_role(management) },
                "StringEquals": { "sts:ExternalId": instance.id },
            },
        }],
    });
    document.to_string()
}

/// What the service role may do: make, change and remove permission sets' roles, the instance's provider, and customer
/// managed policies that carry the instance's tag.
///
/// Whether a role is there can be asked about every role: IAM does not know the path of one that is not, so that a path
/// in the policy would turn "there is none" into a refusal. Roles are listed to find those of Vestibule's that nothing wants.
pub(super) fn permissions(instance: &Instance, account: &AccountId) -> String {
    let [keep_policies, make_policies] = on_policies(instance, account);
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [
            on_roles(account),
            {
                "Effect": "Allow",
                "Action": [
                    "iam:CreateSAMLProvider",
                    "iam:GetSAMLProvider",
                    "iam:TagSAMLProvider",
                    "iam:UpdateSAMLProvider",
                ],
                "Resource": arn::provider(account, &instance.id),
            },
            {
                "Effect": "Allow",
                "Action": ["iam:GetRole", "iam:ListRoles"],
                "Resource": every_role(account),
            },
            {
                "Effect": "Allow",
                "Action": "iam:GetPolicy",
                "Resource": ["arn:aws:iam::aws:policy/*", every_policy(account)],
            },
            keep_policies,
            make_policies,
        ],
    });
    document.to_string()
}

fn on_roles(account: &AccountId) -> Value {
    json!({
        "Effect": "Allow",
        "Action": [
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
        ],
        "Resource": format!("arn:aws:iam::{account}:role{}VestibuleSSO_*", arn::ROLE_PATH),
    })
}

/// A policy is made with the instance's tag or not at all, and only one that has it is changed, read, or deleted.
///
/// That guards what Vestibule calls, not against somebody who acts as the service role: to make a policy with a tag IAM wants
/// `iam:TagPolicy`, and cannot limit it to policies that are being made, so that another policy could be tagged first.
fn on_policies(instance: &Instance, account: &AccountId) -> [Value; 2] {
    let tagged = format!("aws:ResourceTag/{INSTANCE_TAG}");
    let tagging = format!("aws:RequestTag/{INSTANCE_TAG}");
    let keep = json!({
        "Effect": "Allow",
        "Action": [
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:GetPolicyVersion",
            "iam:ListPolicyVersions",
        ],
        "Resource": every_policy(account),
        "Condition": { "StringEquals": { tagged: instance.id } },
    });
    let make = json!({
        "Effect": "Allow",
        "Action": ["iam:CreatePolicy", "iam:TagPolicy"],
        "Resource": every_policy(account),
        "Condition": { "StringEquals": { tagging: instance.id } },
    });
    [keep, make]
}

/// What is left of the bootstrap role's permissions: to make the service role.
pub(super) fn bootstrap_session_policy(account: &AccountId) -> String {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "iam:CreateRole",
                    "iam:PutRolePolicy",
                    "iam:TagRole",
                    "iam:UpdateAssumeRolePolicy",
                ],
                "Resource": arn::service_role(account),
            },
            {
                "Effect": "Allow",
                "Action": "iam:GetRole",
                "Resource": every_role(account),
            },
        ],
    });
    document.to_string()
}

/// Names a policy's text, in 16 characters.
pub(super) fn version(policy: &str) -> String {
    let mut version = HEXLOWER.encode(digest(&SHA256, policy.as_bytes()).as_ref());
    version.truncate(16);
    version
}

fn every_role(account: &AccountId) -> String {
    format!("arn:aws:iam::{account}:role/*")
}

fn every_policy(account: &AccountId) -> String {
    format!("arn:aws:iam::{account}:policy/*")
}
