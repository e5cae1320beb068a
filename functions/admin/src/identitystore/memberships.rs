//! Looking memberships up: `DescribeGroupMembership`, `GetGroupMembershipId`, `ListGroupMemberships`,
//! `ListGroupMembershipsForMember`, `IsMemberInGroups`. A membership whose user or group is deleted is not there,
//! although its items may still be.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::{GroupId, MembershipId, UserId};
use vestibule_shared::store::directory::{Directory, Membership};
use vestibule_shared::store::{self, Page, PageToken};

use super::identifiers::{check_store, group_id, membership_id, user_id};
use super::shapes::described_membership;
use super::{groups, page};
use crate::Error;
use crate::call::Call;
use crate::paging::{Listed, Paging};

/// The one kind of member that there is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MemberId {
    pub(super) user_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    identity_store_id: String,
    membership_id: String,
}

/// A user and a group.
#[derive(Deserialize)]
pub(super) struct BothSides {
    #[serde(rename = "IdentityStoreId")]
    pub(super) store: String,
    #[serde(rename = "GroupId")]
    pub(super) group: String,
    #[serde(rename = "MemberId")]
    pub(super) member: MemberId,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    identity_store_id: String,
    group_id: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListOfMemberRequest {
    identity_store_id: String,
    member_id: MemberId,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IsMemberRequest {
    identity_store_id: String,
    member_id: MemberId,
    group_ids: Vec<String>,
}

pub(super) async fn describe(call: &Call<'_>, request: DescribeRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let membership = find(call, &request.membership_id).await?;
    Ok(described(call, &membership))
}

pub(super) async fn id(call: &Call<'_>, request: BothSides) -> Result<Value, Error> {
    check_store(call, &request.store)?;
    let user = user_id(&request.member.user_id)?;
    let group = group_id(&request.group)?;
    let directory = &call.context.directory;
    let found = directory.find_membership(&user, &group).await?;
    let found = only_valid(directory, found.into_iter().collect()).await?;
    let membership = found.first();
    let membership =
        membership.ok_or_else(|| Error::resource_kind_not_found("GROUP_MEMBERSHIP"))?;
    Ok(json!({
        "IdentityStoreId": call.instance.identity_store,
        "MembershipId": membership.id,
        "MembershipArn": arn::membership(&membership.id),
    }))
}

pub(super) async fn list_of_group(call: &Call<'_>, request: ListRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let group = &groups::find(call, &request.group_id).await?.id;
    let directory = &call.context.directory;
    let read = |limit, from: Option<PageToken>| async move {
        let page = directory.list_members(group, limit, from.as_ref()).await?;
        only_valid_page(directory, page).await
    };
    Ok(listed(call, request.paging.gather(read).await?))
}

pub(super) async fn list_of_member(
    call: &Call<'_>,
    request: ListOfMemberRequest,
) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let user = &super::users::find(call, &request.member_id.user_id)
        .await?
        .id;
    let directory = &call.context.directory;
    let read = |limit, from: Option<PageToken>| async move {
        let page = directory
            .list_memberships(user, limit, from.as_ref())
            .await?;
        only_valid_page(directory, page).await
    };
    Ok(listed(call, request.paging.gather(read).await?))
}

/// Answers in the order of the question. Nobody is a member of a group that is not there.
pub(super) async fn is_member(call: &Call<'_>, request: IsMemberRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let user = user_id(&request.member_id.user_id)?;
    let asked = request.group_ids.iter().map(|group| group_id(group));
    let asked: Vec<GroupId> = asked.collect::<Result<_, _>>()?;
    let directory = &call.context.directory;
    let found = directory.find_user_with_groups(&user).await?;
    let found = found.ok_or_else(|| Error::resource_not_found("USER", user.as_str()))?;
    let joined: Vec<GroupId> = found
        .groups
        .into_iter()
        .filter(|group| asked.contains(group))
        .collect();
    let present = directory.find_groups(&joined).await?;
    let present: HashSet<&GroupId> = present.iter().map(|group| &group.id).collect();
    let results = asked.iter().map(|group| {
        json!({
            "GroupId": group,
            "MemberId": { "UserId": user },
            "MembershipExists": present.contains(group),
        })
    });
    Ok(json!({ "Results": results.collect::<Vec<_>>() }))
}

/// The membership that a request names by id or ARN.
pub(super) async fn find(call: &Call<'_>, text: &str) -> Result<Membership, Error> {
    let id = membership_id(text)?;
    let directory = &call.context.directory;
    let found = directory.find_membership_by_id(&id).await?;
    let found = only_valid(directory, found.into_iter().collect()).await?;
    found.into_iter().next().ok_or_else(|| not_found(&id))
}

pub(super) fn not_found(id: &MembershipId) -> Error {
    Error::resource_not_found("GROUP_MEMBERSHIP", id.as_str())
}

fn described(call: &Call<'_>, membership: &Membership) -> Value {
    described_membership(&call.instance.identity_store, membership)
}

fn listed(call: &Call<'_>, found: Listed<Membership>) -> Value {
    let memberships = found.items.iter();
    let memberships = memberships.map(|membership| described(call, membership));
    page("GroupMemberships", memberships.collect(), found.next_token)
}

async fn only_valid_page(
    directory: &Directory,
    page: Page<Membership>,
) -> Result<Page<Membership>, store::Error> {
    Ok(Page {
        items: only_valid(directory, page.items).await?,
        next: page.next,
    })
}

/// Those of `memberships` whose user and group are both there.
async fn only_valid(
    directory: &Directory,
    mut memberships: Vec<Membership>,
) -> Result<Vec<Membership>, store::Error> {
    let users: Vec<UserId> = memberships.iter().map(|one| one.user.clone()).collect();
    let groups: Vec<GroupId> = memberships.iter().map(|one| one.group.clone()).collect();
    let users = directory.find_users(&users).await?;
    let groups = directory.find_groups(&groups).await?;
    let users: HashSet<&UserId> = users.iter().map(|user| &user.id).collect();
    let groups: HashSet<&GroupId> = groups.iter().map(|group| &group.id).collect();
    memberships.retain(|one| users.contains(&one.user) && groups.contains(&one.group));
    Ok(memberships)
}
