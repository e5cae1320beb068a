//! `CreateAccessKey`, `ListAccessKeys`, `DeactivateAccessKey`, `DeleteAccessKey`: who may call these APIs at all.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::store;
use vestibule_shared::store::keys::{
    AccessKey, LAST_ADMINISTRATOR, LastAdministrator, Role, TOO_MANY_KEYS,
};

use crate::Error;
use crate::access_keys::{NewAccessKey, Wanted, generate, is_access_key_id, key_status};
use crate::call::Call;
use crate::epoch::Epoch;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};

/// How many keys there may be, those that were deactivated among them.
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    role: Role,
    description: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateResponse {
    access_key_id: String,
    secret_access_key: String,
}

#[derive(Deserialize)]
pub(super) struct ListRequest {
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    access_keys: Vec<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    access_key_id: String,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    status: &'static str,
    created_date: Epoch,
    created_by: String,
}

/// Which key an operation is about.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyRequest {
    access_key_id: String,
}

pub(super) async fn create(
    call: &Call<'_>,
    request: CreateRequest,
) -> Result<CreateResponse, Error> {
    let wanted = Wanted {
        role: request.role,
        description: request.description,
        created_by: call.caller.arn(&call.context.management_account),
    };
    let (NewAccessKey { id, secret }, key) = generate(call.context, wanted).await?;
    let record = call
        .record(json!({ "role": key.role, "description": key.description }))
        .response(json!({ "accessKeyId": id }));
    let keys = &call.context.keys;
    match keys
        .create_access_key(&key, Some(MOST), call.recorded(&record))
        .await
    {
        Err(store::Error::Conflict(TOO_MANY_KEYS)) => {
            return Err(Error::quota_exceeded(format!(
                "There are {MOST} access keys already. Delete those that nobody needs."
            )));
        }
        outcome => outcome?,
    }
    Ok(CreateResponse {
        access_key_id: id,
        secret_access_key: secret,
    })
}

pub(super) async fn list(call: &Call<'_>, request: ListRequest) -> Result<ListResponse, Error> {
    let keys = &call.context.keys;
    let read =
        |limit, from: Option<_>| async move { keys.list_access_keys(limit, from.as_ref()).await };
    let Listed { items, next_token } = request.paging.gather(read).await?;
    Ok(ListResponse {
        access_keys: items.into_iter().map(metadata).collect(),
        next_token,
    })
}

fn metadata(key: AccessKey) -> Metadata {
    Metadata {
        access_key_id: key.id,
        role: key.role,
        description: key.description,
        status: key_status(key.active),
        created_date: Epoch(key.created_at),
        created_by: key.created_by,
    }
}

pub(super) async fn deactivate(call: &Call<'_>, request: KeyRequest) -> Result<Nothing, Error> {
    let key = find(call, &request.access_key_id).await?;
    if !key.active {
        return Ok(Nothing {});
    }
    let record = call.record(json!({ "accessKeyId": key.id }));
    let outcome = call
        .context
        .keys
        .deactivate_access_key(&key, LastAdministrator::Stays, call.recorded(&record))
        .await;
    ended(outcome)
}

pub(super) async fn delete(call: &Call<'_>, request: KeyRequest) -> Result<Nothing, Error> {
    let key = find(call, &request.access_key_id).await?;
    let record = call.record(json!({ "accessKeyId": key.id, "role": key.role }));
    let outcome = call
        .context
        .keys
        .delete_access_key(&key, call.recorded(&record))
        .await;
    ended(outcome)
}

async fn find(call: &Call<'_>, id: &str) -> Result<AccessKey, Error> {
    let found = if is_access_key_id(id) {
        call.context.keys.find_access_key(id).await?
    } else {
        None
    };
    found.ok_or_else(|| Error::not_found("There is no access key of this id."))
}

fn ended(outcome: Result<(), store::Error>) -> Result<Nothing, Error> {
    match outcome {
        Ok(()) => Ok(Nothing {}),
        Err(store::Error::Conflict(LAST_ADMINISTRATOR)) => Err(Error::conflict(
            "This is the last active access key of an administrator. Create another one first.",
        )),
        Err(error) => Err(error.into()),
    }
}
