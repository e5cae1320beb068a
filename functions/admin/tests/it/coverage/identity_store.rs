//! Users, groups and memberships.

use super::Effect::{Changes, Reads};
use super::Row;

pub(super) const ROWS: &[Row] = &[
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
