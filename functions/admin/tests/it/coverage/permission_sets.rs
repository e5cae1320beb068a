//! Permission sets, with the tags that every resource can have.

use super::Effect::{Changes, Reads};
use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "CreatePermissionSet",
        Changes,
        r#"{"InstanceArn":"$instance","Name":"New"}"#,
    ),
    (
        "ListPermissionSets",
        Reads,
        r#"{"InstanceArn":"$instance"}"#,
    ),
    ("DescribePermissionSet", Reads, r"{$spare}"),
    (
        "UpdatePermissionSet",
        Changes,
        r#"{$spare,"Description":"d"}"#,
    ),
    (
        "AttachManagedPolicyToPermissionSet",
        Changes,
        r#"{$spare,"ManagedPolicyArn":"arn:aws:iam::aws:policy/A"}"#,
    ),
    ("ListManagedPoliciesInPermissionSet", Reads, r"{$spare}"),
    (
        "DetachManagedPolicyFromPermissionSet",
        Changes,
        r#"{$spare,"ManagedPolicyArn":"arn:aws:iam::aws:policy/A"}"#,
    ),
    (
        "AttachCustomerManagedPolicyReferenceToPermissionSet",
        Changes,
        r#"{$spare,"CustomerManagedPolicyReference":{"Name":"Deploy","Path":"/team/"}}"#,
    ),
    (
        "ListCustomerManagedPolicyReferencesInPermissionSet",
        Reads,
        r"{$spare}",
    ),
    (
        "PutCustomerManagedPolicyDocument",
        Changes,
        r#"{$spare,"CustomerManagedPolicyReference":{"Name":"Deploy","Path":"/team/"},"PolicyDocument":"{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"}"#,
    ),
    (
        "GetCustomerManagedPolicyDocument",
        Reads,
        r#"{$spare,"CustomerManagedPolicyReference":{"Name":"Deploy","Path":"/team/"}}"#,
    ),
    (
        "DeleteCustomerManagedPolicyDocument",
        Changes,
        r#"{$spare,"CustomerManagedPolicyReference":{"Name":"Deploy","Path":"/team/"}}"#,
    ),
    (
        "PutPermissionsBoundaryToPermissionSet",
        Changes,
        r#"{$spare,"PermissionsBoundary":{"ManagedPolicyArn":"arn:aws:iam::aws:policy/A"}}"#,
    ),
    ("GetPermissionsBoundaryForPermissionSet", Reads, r"{$spare}"),
    (
        "DeletePermissionsBoundaryFromPermissionSet",
        Changes,
        r"{$spare}",
    ),
    (
        "DetachCustomerManagedPolicyReferenceFromPermissionSet",
        Changes,
        r#"{$spare,"CustomerManagedPolicyReference":{"Name":"Deploy","Path":"/team/"}}"#,
    ),
    (
        "PutInlinePolicyToPermissionSet",
        Changes,
        r#"{$spare,"InlinePolicy":"{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"}"#,
    ),
    ("GetInlinePolicyForPermissionSet", Reads, r"{$spare}"),
    ("DeleteInlinePolicyFromPermissionSet", Changes, r"{$spare}"),
    (
        "TagResource",
        Changes,
        r#"{"ResourceArn":"$sparearn","Tags":[{"Key":"k","Value":"v"}]}"#,
    ),
    (
        "ListTagsForResource",
        Reads,
        r#"{"ResourceArn":"$sparearn"}"#,
    ),
    (
        "UntagResource",
        Changes,
        r#"{"ResourceArn":"$sparearn","TagKeys":["k"]}"#,
    ),
    ("DeletePermissionSet", Changes, r"{$spare}"),
];
