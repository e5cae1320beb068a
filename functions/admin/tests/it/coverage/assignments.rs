//! Assignments and provisioning, with the requests that they make.

use super::Effect::{Changes, Reads};
use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "CreateAccountAssignment",
        Changes,
        r#"{$set,"TargetType":"AWS_ACCOUNT","TargetId":"222222222222","PrincipalType":"GROUP","PrincipalId":"$group"}"#,
    ),
    (
        "DescribeAccountAssignmentCreationStatus",
        Reads,
        r#"{"InstanceArn":"$instance","AccountAssignmentCreationRequestId":"$last"}"#,
    ),
    (
        "ListAccountAssignmentCreationStatus",
        Reads,
        r#"{"InstanceArn":"$instance"}"#,
    ),
    (
        "ListAccountAssignments",
        Reads,
        r#"{$set,"AccountId":"222222222222"}"#,
    ),
    (
        "ListAccountAssignmentsForPrincipal",
        Reads,
        r#"{"InstanceArn":"$instance","PrincipalType":"GROUP","PrincipalId":"$group"}"#,
    ),
    (
        "DeleteAccountAssignment",
        Changes,
        r#"{$set,"TargetType":"AWS_ACCOUNT","TargetId":"222222222222","PrincipalType":"GROUP","PrincipalId":"$group"}"#,
    ),
    (
        "DescribeAccountAssignmentDeletionStatus",
        Reads,
        r#"{"InstanceArn":"$instance","AccountAssignmentDeletionRequestId":"$last"}"#,
    ),
    (
        "ListAccountAssignmentDeletionStatus",
        Reads,
        r#"{"InstanceArn":"$instance"}"#,
    ),
    (
        "ProvisionPermissionSet",
        Changes,
        r#"{$set,"TargetType":"ALL_PROVISIONED_ACCOUNTS"}"#,
    ),
    (
        "DescribePermissionSetProvisioningStatus",
        Reads,
        r#"{"InstanceArn":"$instance","ProvisionPermissionSetRequestId":"$last"}"#,
    ),
    (
        "ListPermissionSetProvisioningStatus",
        Reads,
        r#"{"InstanceArn":"$instance"}"#,
    ),
    ("ListAccountsForProvisionedPermissionSet", Reads, r"{$set}"),
    (
        "ListPermissionSetsProvisionedToAccount",
        Reads,
        r#"{"InstanceArn":"$instance","AccountId":"111111111111"}"#,
    ),
];
