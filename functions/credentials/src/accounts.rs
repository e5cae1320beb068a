//! `GET /assignment/accounts` — the accounts that the person may enter (`ListAccounts` of the portal API).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use vestibule_shared::entry::{self, AccountEntry};
use vestibule_shared::ids::AccountId;

use crate::Context;
use crate::error::{Error, json};
use crate::paging::Paging;

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    next_token: Option<String>,
    max_result: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    next_token: Option<String>,
    account_list: Vec<Listed>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    account_id: AccountId,
    account_name: String,
    email_address: String,
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
    let Query(request) = query.map_err(|_| Error::Request("The query is not valid"))?;
    let paging = Paging::parse(request.max_result.as_deref(), request.next_token.as_deref())?;
    let now = context.clock.now();
    let (instance, held) = tokio::try_join!(context.instance(), context.held_token(headers, now))?;
    let holder = context.holder(&held, now).await?;
    let stores = (&context.directory, &context.access);
    let entries = entry::accounts_of(stores, &instance, holder.with_groups()).await?;
    let (entries, next_token) = paging.page(entries, order);
    let account_list = entries.into_iter().map(Listed::from).collect();
    let answer = Answer {
        next_token,
        account_list,
    };
    Ok(json(StatusCode::OK, &answer))
}

/// By name, as people look for them.
fn order(entry: &AccountEntry) -> String {
    format!(
        "{}\0{}",
        entry.account.name.to_lowercase(),
        entry.account.id
    )
}

impl From<AccountEntry> for Listed {
    fn from(entry: AccountEntry) -> Self {
        Self {
            account_id: entry.account.id,
            account_name: entry.account.name,
            email_address: entry.account.email,
        }
    }
}
