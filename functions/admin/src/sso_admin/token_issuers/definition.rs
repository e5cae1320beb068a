//! `CreateTrustedTokenIssuer`, `DescribeTrustedTokenIssuer`, `UpdateTrustedTokenIssuer` and `DeleteTrustedTokenIssuer`. One that
//! grants of applications name can be deleted: they let nobody in any more, as the model says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::ids::TokenIssuerId;
use vestibule_shared::store;
use vestibule_shared::store::access::{ClientToken, MOST_TOKEN_ISSUERS, TokenIssuer};

use super::configuration::{ChangedConfiguration, Configuration};
use super::{Named, TYPE, find_token_issuer, token_issuer_arn};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::sso_admin::client_tokens::{client_token, made_earlier};
use crate::sso_admin::tags::{self, Tag};
use crate::sso_admin::{check_instance, retry};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct CreateRequest {
    instance_arn: String,
    name: String,
    trusted_token_issuer_type: String,
    trusted_token_issuer_configuration: Configuration,
    client_token: Option<String>,
    #[serde(default)]
    tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct UpdateRequest {
    #[serde(flatten)]
    named: Named,
    name: Option<String>,
    trusted_token_issuer_configuration: Option<ChangedConfiguration>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct CreateResponse {
    trusted_token_issuer_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct Described {
    trusted_token_issuer_arn: String,
    name: String,
    trusted_token_issuer_type: &'static str,
    trusted_token_issuer_configuration: Configuration,
}

pub(in crate::sso_admin) async fn create(
    call: &Call<'_>,
    mut input: CreateRequest,
) -> Result<CreateResponse, Error> {
    check_instance(call, &input.instance_arn)?;
    input.trusted_token_issuer_configuration.check()?;
    let tags = input.tags.take().unwrap_or_default();
    let tags = tags::merge(&BTreeMap::new(), tags)?;
    let parameters = json!({
        "instanceArn": input.instance_arn,
        "name": input.name,
        "trustedTokenIssuerType": input.trusted_token_issuer_type,
        "trustedTokenIssuerConfiguration": input.trusted_token_issuer_configuration,
        "tags": tags,
    });
    let token = client_token(call, input.client_token.as_deref(), &parameters);
    let made = (&input, &tags, &parameters);
    let (token, made) = (token.as_ref(), &made);
    let id = retry(|| async move {
        if let Some(earlier) = made_earlier(call, token).await? {
            return Ok(earlier);
        }
        let id = write_new(call, made, token).await?;
        Ok(id.as_str().to_owned())
    })
    .await?;
    let id = TokenIssuerId::parse(&id).map_err(|_| Error::conflict("The token is used."))?;
    Ok(CreateResponse {
        trusted_token_issuer_arn: token_issuer_arn(call, &id),
    })
}

async fn write_new(
    call: &Call<'_>,
    (input, tags, parameters): &(
        &CreateRequest,
        &BTreeMap<String, String>,
        &serde_json::Value,
    ),
    token: Option<&ClientToken>,
) -> Result<TokenIssuerId, Error> {
    let access = &call.context.access;
    if access.count_token_issuers().await? >= MOST_TOKEN_ISSUERS {
        return Err(Error::quota_exceeded(
            "An instance has at most 10 trusted token issuers.",
        ));
    }
    let configuration = &input
        .trusted_token_issuer_configuration
        .oidc_jwt_configuration;
    let issuer = TokenIssuer {
        id: TokenIssuerId::generate(&call.context.random),
        name: input.name.clone(),
        issuer_url: configuration.issuer_url.clone(),
        claim_attribute_path: configuration.claim_attribute_path.clone(),
        identity_store_attribute_path: configuration.identity_store_attribute_path.clone(),
        tags: (*tags).clone(),
        revision: 1,
        created_at: call.now,
    };
    let arn = token_issuer_arn(call, &issuer.id);
    let record = call
        .record((*parameters).clone())
        .response(json!({ "trustedTokenIssuerArn": arn }));
    let created = access.create_token_issuer(&issuer, token, call.recorded(&record));
    created.await.map_err(of_name)?;
    Ok(issuer.id)
}

pub(in crate::sso_admin) async fn describe(
    call: &Call<'_>,
    named: Named,
) -> Result<Described, Error> {
    let issuer = find_token_issuer(call, &named.trusted_token_issuer_arn).await?;
    Ok(Described {
        trusted_token_issuer_arn: named.trusted_token_issuer_arn,
        name: issuer.name.clone(),
        trusted_token_issuer_type: TYPE,
        trusted_token_issuer_configuration: Configuration::of(issuer),
    })
}

pub(in crate::sso_admin) async fn update(
    call: &Call<'_>,
    input: UpdateRequest,
) -> Result<Nothing, Error> {
    let configuration = input.trusted_token_issuer_configuration.as_ref();
    configuration.map_or(Ok(()), ChangedConfiguration::check)?;
    let input = &input;
    let changed = |before: &TokenIssuer| {
        let mut after = before.clone();
        after.revision += 1;
        if let Some(name) = &input.name {
            after.name.clone_from(name);
        }
        if let Some(configuration) = configuration {
            configuration.apply(&mut after);
        }
        after
    };
    let changed = &changed;
    retry(|| async move {
        let arn = &input.named.trusted_token_issuer_arn;
        let before = find_token_issuer(call, arn).await?;
        let after = changed(&before);
        let record = call.record(json!({
            "trustedTokenIssuerArn": arn,
            "name": input.name,
            "trustedTokenIssuerConfiguration": configuration,
        }));
        let access = &call.context.access;
        let replaced = access.replace_token_issuer((&before, &after), call.recorded(&record));
        replaced.await.map_err(of_name)
    })
    .await?;
    Ok(Nothing {})
}

pub(in crate::sso_admin) async fn delete(call: &Call<'_>, named: Named) -> Result<Nothing, Error> {
    let arn = &named.trusted_token_issuer_arn;
    retry(|| async move {
        let issuer = find_token_issuer(call, arn).await?;
        let record = call.record(json!({ "trustedTokenIssuerArn": arn }));
        let access = &call.context.access;
        let deleted = access.delete_token_issuer(&issuer, call.recorded(&record));
        Ok(deleted.await?)
    })
    .await?;
    Ok(Nothing {})
}

fn of_name(error: store::Error) -> Error {
    match error {
        store::Error::AlreadyExists(_) => {
            Error::conflict("A trusted token issuer with this name exists already.")
        }
        error => error.into(),
    }
}
