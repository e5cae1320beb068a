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

use crate::Error;
use crate::call::Call;
use crate::operations::answer;

/// What stands in records where CloudTrail has a personal value.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// The table of operations.
pub(crate) async fn run(call: &Call<'_>, input: Value) -> Result<Value, Error> {
    match call.operation.name() {
        "CreateGroup" => answer!(call, input, create_group::create),
        "CreateGroupMembership" => answer!(call, input, create_group_membership::create),
        "CreateUser" => answer!(call, input, create_user::create),
        "DeleteGroup" => answer!(call, input, delete_group::delete),
        "DeleteGroupMembership" => answer!(call, input, delete_group_membership::delete),
        "DeleteUser" => answer!(call, input, delete_user::delete),
        "DescribeGroup" => answer!(call, input, groups::describe),
        "DescribeGroupMembership" => answer!(call, input, memberships::describe),
        "DescribeIdentityStore" => answer!(call, input, identity_stores::describe),
        "DescribeUser" => answer!(call, input, users::describe),
        "GetGroupId" => answer!(call, input, groups::id),
        "GetGroupMembershipId" => answer!(call, input, memberships::id),
        "GetUserId" => answer!(call, input, users::id),
        "IsMemberInGroups" => answer!(call, input, memberships::is_member),
        "ListGroupMemberships" => answer!(call, input, memberships::list_of_group),
        "ListGroupMembershipsForMember" => answer!(call, input, memberships::list_of_member),
        "ListGroups" => answer!(call, input, groups::list),
        "ListIdentityStores" => answer!(call, input, identity_stores::list),
        "ListUsers" => answer!(call, input, users::list),
        "UpdateGroup" => answer!(call, input, update_group::update),
        "UpdateIdentityStore" => answer!(call, input, identity_stores::update),
        "UpdateUser" => answer!(call, input, update_user::update),
        _ => Err(Error::UnknownOperation),
    }
}

/// One page of a list as it is answered.
fn page(member: &str, items: Vec<Value>, next_token: Option<String>) -> Value {
    let mut answer = Map::from_iter([(member.to_owned(), Value::Array(items))]);
    if let Some(token) = next_token {
        answer.insert("NextToken".to_owned(), Value::String(token));
    }
    Value::Object(answer)
}
