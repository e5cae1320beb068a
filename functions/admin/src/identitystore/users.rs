//! Looking users up: `DescribeUser`, `ListUsers`, `GetUserId`.

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::store::directory::User;

use super::alternate::{AlternateIdentifier, UniqueAttribute};
use super::attributes::ENTERPRISE;
use super::identifiers::{check_store, user_id};
use super::page;
use super::refusal::Refused;
use super::shapes::{described_user, user_document};
use crate::Error;
use crate::call::Call;
use crate::paging::{Listed, Paging};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    identity_store_id: String,
    user_id: String,
    extensions: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    identity_store_id: String,
    extensions: Option<Vec<String>>,
    filters: Option<Vec<UniqueAttribute>>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IdRequest {
    identity_store_id: String,
    alternate_identifier: AlternateIdentifier,
}

pub(super) async fn describe(call: &Call<'_>, request: DescribeRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let extensions = supported(request.extensions)?;
    let user = find(call, &request.user_id).await?;
    Ok(described(call, &user, &extensions))
}

/// A filter names one user by a unique attribute; AWS keeps it for older programs.
pub(super) async fn list(call: &Call<'_>, request: ListRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let extensions = supported(request.extensions)?;
    let directory = &call.context.directory;
    if let Some(filter) = request.filters.into_iter().flatten().next() {
        let found = match directory.find_user_id(&filter.of_user()?).await? {
            Some(id) => directory.find_user(&id).await?,
            None => None,
        };
        let users = found.iter().map(|user| described(call, user, &extensions));
        return Ok(page("Users", users.collect(), None));
    }
    let read =
        |limit, from: Option<_>| async move { directory.list_users(limit, from.as_ref()).await };
    let Listed { items, next_token } = request.paging.gather(read).await?;
    let users = items.iter().map(|user| described(call, user, &extensions));
    Ok(page("Users", users.collect(), next_token))
}

pub(super) async fn id(call: &Call<'_>, request: IdRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let claim = request.alternate_identifier.of_user()?;
    let found = call.context.directory.find_user_id(&claim).await?;
    let id = found.ok_or_else(|| Error::resource_kind_not_found("USER"))?;
    Ok(json!({
        "IdentityStoreId": call.instance.identity_store,
        "UserId": id,
        "UserArn": arn::user(&id),
    }))
}

/// The user that a request names by id or ARN.
pub(super) async fn find(call: &Call<'_>, text: &str) -> Result<User, Error> {
    let id = user_id(text)?;
    let found = call.context.directory.find_user(&id).await?;
    found.ok_or_else(|| Error::resource_not_found("USER", id.as_str()))
}

fn described(call: &Call<'_>, user: &User, extensions: &[String]) -> Value {
    let store = &call.instance.identity_store;
    described_user(store, user, user_document(user), extensions)
}

fn supported(extensions: Option<Vec<String>>) -> Result<Vec<String>, Error> {
    let extensions = extensions.unwrap_or_default();
    if extensions.iter().all(|name| name == ENTERPRISE) {
        Ok(extensions)
    } else {
        Err(Refused::UnknownExtension.into())
    }
}
