//! Every operation that is built, with what it does to the tables and a call that succeeds.

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Effect {
    Reads,
    Changes,
}
use Effect::{Changes, Reads};

/// A call that succeeds, if those before it did. `$name` stands for what [`Names`](crate::coverage::Names) calls so.
pub(crate) type Row = (&'static str, Effect, &'static str);

pub(crate) const SSO_ADMIN: &[Row] = &[
    ("ListInstances", Reads, "{}"),
    ("DescribeInstance", Reads, r#"{"InstanceArn":"$instance"}"#),
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

pub(crate) const IDENTITYSTORE: &[Row] = &[
    ("ListIdentityStores", Reads, "{}"),
    ("DescribeIdentityStore", Reads, r"{$store}"),
    ("UpdateIdentityStore", Changes, r"{$store}"),
    (
        "CreateUser",
        Changes,
        r#"{$store,"UserName":"bob","DisplayName":"Bob","Name":{"GivenName":"Bob","FamilyName":"B"}}"#,
    ),
    ("ListUsers", Reads, r"{$store}"),
    ("DescribeUser", Reads, r#"{$store,"UserId":"$user"}"#),
    (
        "GetUserId",
        Reads,
        r#"{$store,"AlternateIdentifier":{"UniqueAttribute":{"AttributePath":"userName","AttributeValue":"alice"}}}"#,
    ),
    (
        "UpdateUser",
        Changes,
        r#"{$store,"UserId":"$user","Operations":[{"AttributePath":"title","AttributeValue":"t"}]}"#,
    ),
    (
        "CreateGroup",
        Changes,
        r#"{$store,"DisplayName":"Auditors"}"#,
    ),
    ("ListGroups", Reads, r"{$store}"),
    ("DescribeGroup", Reads, r#"{$store,"GroupId":"$group"}"#),
    (
        "GetGroupId",
        Reads,
        r#"{$store,"AlternateIdentifier":{"UniqueAttribute":{"AttributePath":"displayName","AttributeValue":"Developers"}}}"#,
    ),
    (
        "UpdateGroup",
        Changes,
        r#"{$store,"GroupId":"$group","Operations":[{"AttributePath":"description","AttributeValue":"d"}]}"#,
    ),
    (
        "GetGroupMembershipId",
        Reads,
        r#"{$store,"GroupId":"$group","MemberId":{"UserId":"$user"}}"#,
    ),
    (
        "ListGroupMemberships",
        Reads,
        r#"{$store,"GroupId":"$group"}"#,
    ),
    (
        "ListGroupMembershipsForMember",
        Reads,
        r#"{$store,"MemberId":{"UserId":"$user"}}"#,
    ),
    (
        "IsMemberInGroups",
        Reads,
        r#"{$store,"MemberId":{"UserId":"$user"},"GroupIds":["$group"]}"#,
    ),
    (
        "DescribeGroupMembership",
        Reads,
        r#"{$store,"MembershipId":"$membership"}"#,
    ),
    (
        "DeleteGroupMembership",
        Changes,
        r#"{$store,"MembershipId":"$membership"}"#,
    ),
    (
        "CreateGroupMembership",
        Changes,
        r#"{$store,"GroupId":"$group","MemberId":{"UserId":"$user"}}"#,
    ),
    ("DeleteUser", Changes, r#"{$store,"UserId":"$user"}"#),
    ("DeleteGroup", Changes, r#"{$store,"GroupId":"$group"}"#),
];
