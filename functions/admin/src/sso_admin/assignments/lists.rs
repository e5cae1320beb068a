//! `ListAccountAssignments`, by place, and `ListAccountAssignmentsForPrincipal`, with what a user has through groups.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use vestibule_shared::ids::{AccountId, Principal};
use vestibule_shared::store::access::{Access, Assignment, AssignmentState, Place};
use vestibule_shared::store::table::futures_join;
use vestibule_shared::store::{self, Page, PageToken};

use super::change::check_principal;
use crate::Error;
use crate::call::Call;
use crate::paging::{Listed, Paging};
use crate::sso_admin::check_instance;
use crate::sso_admin::permission_sets::{Named, find_permission_set, permission_set_arn};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListRequest {
    #[serde(flatten)]
    named: Named,
    account_id: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct PrincipalRequest {
    instance_arn: String,
    principal_id: String,
    principal_type: String,
    #[serde(default)]
    filter: Option<Filter>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    #[serde(default)]
    account_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct Response {
    account_assignments: Vec<AccountAssignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccountAssignment {
    account_id: AccountId,
    permission_set_arn: String,
    principal_type: &'static str,
    principal_id: String,
}

pub(in crate::sso_admin) async fn by_place(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<Response, Error> {
    let set = find_permission_set(call, &input.named).await?;
    let place = Place {
        account: account(&input.account_id)?,
        permission_set: set.id,
    };
    let (access, place) = (&call.context.access, &place);
    let listed = input.paging.gather(|limit, from| async move {
        let mut page = access
            .list_assignments_at(place, limit, from.as_ref())
            .await?;
        page.items.retain(counts);
        Ok(page)
    });
    Ok(response(call, listed.await?))
}

pub(in crate::sso_admin) async fn by_principal(
    call: &Call<'_>,
    input: PrincipalRequest,
) -> Result<Response, Error> {
    check_instance(call, &input.instance_arn)?;
    let principal = Principal::parse(&input.principal_type, &input.principal_id)
        .map_err(|_| Error::not_found("The principal was not found."))?;
    let filter = input.filter.and_then(|filter| filter.account_id);
    let only = filter.as_deref().map(account).transpose()?;
    let principals = with_groups(call, principal).await?;
    let (access, only, principals) = (&call.context.access, only.as_ref(), &principals);
    let listed = input
        .paging
        .gather(|limit, from| page_of(access, (principals, only), limit, from));
    Ok(response(call, listed.await?))
}

/// The principal and, for a user, the groups that they are in, in an order that stays.
pub(in crate::sso_admin) async fn with_groups(
    call: &Call<'_>,
    principal: Principal,
) -> Result<Vec<Principal>, Error> {
    let directory = &call.context.directory;
    let Principal::User(id) = &principal else {
        check_principal(call, &principal).await?;
        return Ok(vec![principal]);
    };
    let found = directory.find_user_with_groups(id).await?;
    let found = found.ok_or_else(|| Error::not_found("The principal was not found."))?;
    let groups = directory.find_groups(&found.groups).await?;
    let mut groups: Vec<_> = groups.into_iter().map(|group| group.id).collect();
    groups.sort();
    let groups = groups.into_iter().map(Principal::Group);
    Ok(std::iter::once(principal).chain(groups).collect())
}

/// Where the list of a principal goes on: whose assignments, among its and its groups', are next, and from where.
#[derive(Deserialize, Serialize)]
struct Bookmark {
    of: Principal,
    principal: Principal,
    from: Option<String>,
}

/// How many principals are read at once. What is read and does not fit into the page any more is read again for the next.
const AT_ONCE: usize = 32;

/// One page of the assignments of all `principals`, one after the other.
async fn page_of(
    access: &Access,
    (principals, account): (&[Principal], Option<&AccountId>),
    limit: i32,
    from: Option<PageToken>,
) -> Result<Page<Assignment>, store::Error> {
    let of = principals.first();
    let from = from.as_ref().map(decode).transpose()?;
    if from.as_ref().is_some_and(|from| Some(&from.of) != of) {
        return Err(store::Error::InvalidPageToken);
    }
    let index = match &from {
        None => 0,
        // Groups may have come and gone since: the first that is not before the one that was next.
        Some(from) => principals
            .iter()
            .position(|principal| rank(principal) >= rank(&from.principal))
            .unwrap_or(principals.len()),
    };
    let rest = principals.get(index..).unwrap_or_default();
    let pages = rest.iter().take(AT_ONCE).map(|principal| {
        let inner = from.as_ref().filter(|from| from.principal == *principal);
        let inner = inner.and_then(|from| from.from.as_deref());
        let inner = inner.map(PageToken::parse);
        async move {
            let listed = access.list_assignments_of((principal, account), limit, inner.as_ref());
            listed.await
        }
    });
    let pages = futures_join(pages).await?;
    let (items, next) = fill(limit, rest, pages);
    Ok(Page {
        items,
        next: next
            .zip(of)
            .map(|((principal, from), of)| encode(of, principal, from)),
    })
}

/// The assignments of the first of `principals` whose whole pages fit, and who is next, from where. The first page always fits,
/// since none is larger than `limit`.
fn fill(
    limit: i32,
    principals: &[Principal],
    pages: Vec<Page<Assignment>>,
) -> (Vec<Assignment>, Option<(&Principal, Option<String>)>) {
    let limit = usize::try_from(limit).unwrap_or_default();
    let mut items = Vec::new();
    let mut principals = principals.iter();
    for mut page in pages {
        page.items.retain(counts);
        if items.len() + page.items.len() > limit {
            break;
        }
        items.append(&mut page.items);
        let principal = principals.next();
        if let Some(inner) = page.next {
            let place = |principal| (principal, Some(inner.as_str().to_owned()));
            return (items, principal.map(place));
        }
    }
    (items, principals.next().map(|next| (next, None)))
}

/// A user comes before their groups, and groups are sorted.
fn rank(principal: &Principal) -> (bool, &str) {
    let is_group = matches!(principal, Principal::Group(_));
    (is_group, principal.id())
}

fn encode(of: &Principal, principal: &Principal, from: Option<String>) -> PageToken {
    let place = Bookmark {
        of: of.clone(),
        principal: principal.clone(),
        from,
    };
    let json = serde_json::to_vec(&place).unwrap_or_default();
    PageToken::parse(&URL_SAFE_NO_PAD.encode(json))
}

fn decode(token: &PageToken) -> Result<Bookmark, store::Error> {
    let invalid = || store::Error::InvalidPageToken;
    let json = URL_SAFE_NO_PAD
        .decode(token.as_str())
        .map_err(|_| invalid())?;
    serde_json::from_slice(&json).map_err(|_| invalid())
}

/// Only what lets its principal in is listed.
fn counts(assignment: &Assignment) -> bool {
    assignment.state == AssignmentState::Active
}

fn account(id: &str) -> Result<AccountId, Error> {
    AccountId::parse(id).map_err(|_| Error::validation("AccountId is not an account id."))
}

fn response(call: &Call<'_>, listed: Listed<Assignment>) -> Response {
    let assignments = listed
        .items
        .into_iter()
        .map(|assignment| AccountAssignment {
            permission_set_arn: permission_set_arn(call, &assignment.place.permission_set),
            account_id: assignment.place.account,
            principal_type: assignment.principal.kind(),
            principal_id: assignment.principal.id().to_owned(),
        });
    Response {
        account_assignments: assignments.collect(),
        next_token: listed.next_token,
    }
}
