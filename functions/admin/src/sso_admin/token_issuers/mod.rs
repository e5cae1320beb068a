//! Trusted token issuers: whose tokens applications may exchange for ours.

mod configuration;
mod definition;
mod lists;

use serde::Deserialize;
use vestibule_shared::arn::TokenIssuerArn;
use vestibule_shared::ids::TokenIssuerId;
use vestibule_shared::store::access::TokenIssuer;

use crate::Error;
use crate::call::Call;
use crate::operations::handlers;

handlers! {
    "CreateTrustedTokenIssuer" => definition::create,
    "DeleteTrustedTokenIssuer" => definition::delete,
    "DescribeTrustedTokenIssuer" => definition::describe,
    "ListTrustedTokenIssuers" => lists::list,
    "UpdateTrustedTokenIssuer" => definition::update,
}

/// The only kind there is.
const TYPE: &str = "OIDC_JWT";

/// The member with which a request names a trusted token issuer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    pub(super) trusted_token_issuer_arn: String,
}

/// The trusted token issuer with this ARN.
pub(super) async fn find_token_issuer(call: &Call<'_>, arn: &str) -> Result<TokenIssuer, Error> {
    let missing = || Error::not_found("The trusted token issuer was not found.");
    let arn = TokenIssuerArn::parse(arn).map_err(|_| missing())?;
    let instance = call.instance;
    if arn.instance != instance.id || arn.account != instance.management_account {
        return Err(missing());
    }
    let found = call.context.access.find_token_issuer(&arn.id).await?;
    found.ok_or_else(missing)
}

/// The ARN of a trusted token issuer of this instance.
pub(super) fn token_issuer_arn(call: &Call<'_>, id: &TokenIssuerId) -> String {
    let arn = TokenIssuerArn {
        account: call.instance.management_account.clone(),
        instance: call.instance.id.clone(),
        id: id.clone(),
    };
    arn.to_string()
}
