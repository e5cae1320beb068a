//! `GET /assignment/roles` — as what the person may enter an account (`ListAccountRoles` of the portal API). A role's name is
//! here the permission set's.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use vestibule_shared::entry;
use vestibule_shared::ids::{AccountId, PermissionSetName};

use crate::Context;
use crate::error::{Error, json};
use crate::paging::Paging;

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    account_id: AccountId,
    next_token: Option<String>,
    max_result: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    next_token: Option<String>,
    role_list: Vec<Role<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Role<'a> {
    role_name: PermissionSetName,
    account_id: &'a AccountId,
}

pub(crate) async fn handle(
    State(context): State<Context>,
    headers: HeaderMap,
    query: Result<Query<Request>, QueryRejection>,
) -> Response {
    let answer = list(&context, &headers, query).await;
    answer.unwrap_or_else(|error| context.refuse_portal(&error))
}

async fn list(
    context: &Context,
    headers: &HeaderMap,
    query: Result<Query<Request>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(request) =
        query.map_err(|_| Error::Request("The account id is missing or not valid"))?;
    let paging = Paging::parse(request.max_result.as_deref(), request.next_token.as_deref())?;
    let now = context.clock.now();
    let (instance, held) = tokio::try_join!(context.instance(), context.held_token(headers, now))?;
    let holder = context.holder(&held, now).await?;
    let stores = (&context.directory, &context.access);
    let entry = entry::account_of(stores, &instance, holder.with_groups(), &request.account_id);
    let entry = entry.await?.ok_or(Error::NoAccess)?;
    let (roles, next_token) = paging.page(entry.roles, ToString::to_string);
    let role_list = roles.into_iter().map(|role_name| Role {
        role_name,
        account_id: &request.account_id,
    });
    let answer = Answer {
        next_token,
        role_list: role_list.collect(),
    };
    Ok(json(StatusCode::OK, &answer))
}
