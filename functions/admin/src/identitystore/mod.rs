//! The `identitystore` protocol: users, groups and memberships.

mod alternate;
mod attribute_path;
mod attributes;
mod changes;
mod create_group;
mod create_group_membership;
mod create_user;
mod delete_group;
mod delete_group_membership;
mod delete_user;
mod groups;
mod identifiers;
mod identity_stores;
mod memberships;
mod refusal;
mod rules;
mod shapes;
mod tidying;
mod update_group;
mod update_user;
mod updates;
mod users;

use serde_json::{Map, Value};

use crate::operations::handlers;

/// What stands in records where CloudTrail has a personal value.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

handlers! {
    "CreateGroup" => create_group::create,
    "CreateGroupMembership" => create_group_membership::create,
    "CreateUser" => create_user::create,
    "DeleteGroup" => delete_group::delete,
    "DeleteGroupMembership" => delete_group_membership::delete,
    "DeleteUser" => delete_user::delete,
    "DescribeGroup" => groups::describe,
    "DescribeGroupMembership" => memberships::describe,
    "DescribeIdentityStore" => identity_stores::describe,
    "DescribeUser" => users::describe,
    "GetGroupId" => groups::id,
    "GetGroupMembershipId" => memberships::id,
    "GetUserId" => users::id,
    "IsMemberInGroups" => memberships::is_member,
    "ListGroupMemberships" => memberships::list_of_group,
    "ListGroupMembershipsForMember" => memberships::list_of_member,
    "ListGroups" => groups::list,
    "ListIdentityStores" => identity_stores::list,
    "ListUsers" => users::list,
    "UpdateGroup" => update_group::update,
    "UpdateIdentityStore" => identity_stores::update,
    "UpdateUser" => update_user::update,
}

/// One page of a list as it is answered.
fn page(member: &str, items: Vec<Value>, next_token: Option<String>) -> Value {
    let mut answer = Map::from_iter([(member.to_owned(), Value::Array(items))]);
    if let Some(token) = next_token {
        answer.insert("NextToken".to_owned(), Value::String(token));
    }
    Value::Object(answer)
}
