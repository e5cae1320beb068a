//! The grants by which an application may come by tokens: put, get, delete, list.

mod shape;

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::json;

use shape::{Grant, GrantType};

use super::{change, find_application, list_name};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};
use crate::sso_admin::token_issuers::find_token_issuer;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    application_arn: String,
    grant_type: GrantType,
    grant: Grant,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NamedGrant {
    application_arn: String,
    grant_type: GrantType,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    application_arn: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    grant: Grant,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    grants: Vec<Listing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    grant_type: GrantType,
    grant: Grant,
}

pub(super) async fn put(call: &Call<'_>, input: PutRequest) -> Result<Nothing, Error> {
    let (grant_type, grant) = (input.grant_type, &input.grant);
    let parameters = json!({
        "applicationArn": input.application_arn,
        "grantType": grant_type,
        "grant": grant,
    });
    let issuers = grant
        .token_issuers()
        .map(|arn| find_token_issuer(call, arn));
    try_join_all(issuers).await?;
    change(call, &input.application_arn, parameters, |application| {
        grant_type.set(&mut application.grants, grant)
    })
    .await
}

pub(super) async fn show(call: &Call<'_>, input: NamedGrant) -> Result<Response, Error> {
    let application = find_application(call, &input.application_arn).await?;
    let grant = input.grant_type.shape(&application.grants);
    Ok(Response {
        grant: grant.ok_or_else(not_found)?,
    })
}

pub(super) async fn delete(call: &Call<'_>, input: NamedGrant) -> Result<Nothing, Error> {
    let grant_type = input.grant_type;
    let parameters = json!({
        "applicationArn": input.application_arn,
        "grantType": grant_type,
    });
    change(call, &input.application_arn, parameters, |application| {
        if grant_type.unset(&mut application.grants) {
            Ok(())
        } else {
            Err(not_found())
        }
    })
    .await
}

pub(super) async fn list(call: &Call<'_>, input: ListRequest) -> Result<ListResponse, Error> {
    let application = find_application(call, &input.application_arn).await?;
    let list = list_name(call, &application.id);
    let grants: BTreeMap<_, _> = GrantType::ALL
        .into_iter()
        .filter_map(|grant_type| {
            let grant = grant_type.shape(&application.grants)?;
            Some((grant_type.name().to_owned(), (grant_type, grant)))
        })
        .collect();
    let Listed { items, next_token } = input.paging.slice(&list, grants)?;
    let grants = items
        .into_iter()
        .map(|(_, (grant_type, grant))| Listing { grant_type, grant });
    Ok(ListResponse {
        grants: grants.collect(),
        next_token,
    })
}

fn not_found() -> Error {
    Error::not_found("The grant was not found.")
}
