//! `GET /federation/credentials` — short-term credentials of a role (`GetRoleCredentials` of the portal API).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::ids::{AccountId, PermissionSetName};
use vestibule_shared::store::audit::Origin;

use crate::Context;
use crate::error::{Error, json};
use crate::vend::{Answer, Entrant};

/// Which account, and as what.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Request {
    pub(crate) account_id: AccountId,
    pub(crate) role_name: PermissionSetName,
}

pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    headers: HeaderMap,
    query: Result<Query<Request>, QueryRejection>,
) -> Response {
    // On the heap: all that leads to STS is large.
    let answer = Box::pin(give(&context, (&headers, &origin), query)).await;
    answer.unwrap_or_else(|error| context.refuse_portal(&error))
}

async fn give(
    context: &Context,
    (headers, origin): (&HeaderMap, &Origin),
    query: Result<Query<Request>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(request) = query
        .map_err(|_| Error::Request("The account id or the role name is missing or not valid"))?;
    let now = context.clock.now();
    let (identity, held) = tokio::try_join!(context.identity(), context.held_token(headers, now))?;
    let holder = context.holder(&held, now).await?;
    let entrant = Entrant {
        user: holder.with_groups(),
        authenticated_at: holder.family().authenticated_at,
        actor: &holder.actor(),
        origin,
    };
    let role_credentials = context.vend(&identity, &entrant, &request).await?;
    Ok(json(StatusCode::OK, &Answer { role_credentials }))
}
