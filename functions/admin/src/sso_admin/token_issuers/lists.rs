//! `ListTrustedTokenIssuers`.

use serde::{Deserialize, Serialize};

use super::{TYPE, token_issuer_arn};
use crate::Error;
use crate::call::Call;
use crate::paging::{Listed, Paging};
use crate::sso_admin::check_instance;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListRequest {
    instance_arn: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListResponse {
    trusted_token_issuers: Vec<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    trusted_token_issuer_arn: String,
    name: String,
    trusted_token_issuer_type: &'static str,
}

pub(in crate::sso_admin) async fn list(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<ListResponse, Error> {
    check_instance(call, &input.instance_arn)?;
    let access = &call.context.access;
    let listed = input.paging.gather(|limit, from| async move {
        let page = access.list_token_issuers(limit, from.as_ref()).await?;
        Ok(page.map(|issuer| Metadata {
            trusted_token_issuer_arn: token_issuer_arn(call, &issuer.id),
            name: issuer.name,
            trusted_token_issuer_type: TYPE,
        }))
    });
    let Listed { items, next_token } = listed.await?;
    Ok(ListResponse {
        trusted_token_issuers: items,
        next_token,
    })
}
