//! `ListApplicationAssignments`, by application, and `ListApplicationAssignmentsForPrincipal`, with what a user has through
//! groups. What names a principal or an application that is deleted is not listed, whether it is tidied up yet or not.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join;
use serde::{Deserialize, Serialize};
use vestibule_shared::ids::{ApplicationId, Principal};
use vestibule_shared::store;
use vestibule_shared::store::access::ApplicationAssignment;
use vestibule_shared::store::table::futures_join;

use super::assignments::Described;
use super::{find_application, parse};
use crate::Error;
use crate::call::Call;
use crate::paging::{Listed, Paging};
use crate::sso_admin::assignments::with_groups;
use crate::sso_admin::check_instance;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ApplicationRequest {
    application_arn: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PrincipalRequest {
    instance_arn: String,
    principal_id: String,
    principal_type: String,
    #[serde(default)]
    filter: Filter,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    application_arn: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    application_assignments: Vec<Described>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) async fn by_application(
    call: &Call<'_>,
    input: ApplicationRequest,
) -> Result<Response, Error> {
    let application = find_application(call, &input.application_arn).await?.id;
    let (access, application) = (&call.context.access, &application);
    let listed = input.paging.gather(|limit, from| async move {
        let mut page = access
            .list_application_assignments(application, limit, from.as_ref())
            .await?;
        let present = present_principals(call, &page.items).await?;
        page.items
            .retain(|assignment| present.contains(&assignment.principal));
        Ok(page)
    });
    let Listed { items, next_token } = listed.await?;
    Ok(response(call, &items, next_token))
}

pub(super) async fn by_principal(
    call: &Call<'_>,
    input: PrincipalRequest,
) -> Result<Response, Error> {
    check_instance(call, &input.instance_arn)?;
    let principal = Principal::parse(&input.principal_type, &input.principal_id)
        .map_err(|_| Error::not_found("The principal was not found."))?;
    let only = input.filter.application_arn.as_deref();
    let only = only.map(|arn| parse(call, arn)).transpose()?;
    let list = format!("{}/{}", call.operation.name(), principal.id());
    let principals = with_groups(call, principal).await?;
    let found = assignments_of(call, &principals, only.as_ref()).await?;
    let by_key: BTreeMap<String, ApplicationAssignment> = found
        .into_iter()
        .map(|assignment| (key(&assignment), assignment))
        .collect();
    let Listed { items, next_token } = input.paging.slice(&list, by_key)?;
    let mut items: Vec<_> = items
        .into_iter()
        .map(|(_, assignment)| assignment)
        .collect();
    let present = present_applications(call, &items).await?;
    items.retain(|assignment| present.contains(&assignment.application));
    Ok(response(call, &items, next_token))
}

async fn assignments_of(
    call: &Call<'_>,
    principals: &[Principal],
    only: Option<&ApplicationId>,
) -> Result<Vec<ApplicationAssignment>, store::Error> {
    let access = &call.context.access;
    if let Some(only) = only {
        return access.find_application_assignments(principals, only).await;
    }
    let reads = principals
        .iter()
        .map(|principal| access.application_assignments_of(principal));
    Ok(futures_join(reads).await?.into_iter().flatten().collect())
}

/// Those of the assignments' principals that are in the directory.
async fn present_principals(
    call: &Call<'_>,
    assignments: &[ApplicationAssignment],
) -> Result<BTreeSet<Principal>, store::Error> {
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for assignment in assignments {
        match &assignment.principal {
            Principal::User(id) => users.push(id.clone()),
            Principal::Group(id) => groups.push(id.clone()),
        }
    }
    let directory = &call.context.directory;
    let (users, groups) =
        try_join(directory.find_users(&users), directory.find_groups(&groups)).await?;
    let users = users.into_iter().map(|user| Principal::User(user.id));
    let groups = groups.into_iter().map(|group| Principal::Group(group.id));
    Ok(users.chain(groups).collect())
}

/// Those of the assignments' applications that are there.
async fn present_applications(
    call: &Call<'_>,
    assignments: &[ApplicationAssignment],
) -> Result<BTreeSet<ApplicationId>, store::Error> {
    let ids: Vec<_> = assignments
        .iter()
        .map(|assignment| assignment.application.clone())
        .collect();
    let found = call.context.access.find_applications(&ids).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// A user's own assignments come before those of their groups.
fn key(assignment: &ApplicationAssignment) -> String {
    let order = match assignment.principal {
        Principal::User(_) => 0,
        Principal::Group(_) => 1,
    };
    let principal = assignment.principal.id();
    format!("{order}#{principal}#{}", assignment.application)
}

fn response(
    call: &Call<'_>,
    assignments: &[ApplicationAssignment],
    next_token: Option<String>,
) -> Response {
    let assignments = assignments.iter();
    Response {
        application_assignments: assignments.map(|it| Described::of(call, it)).collect(),
        next_token,
    }
}
