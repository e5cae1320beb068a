//! `CreateApplicationAccessKey`, `ListApplicationAccessKeys`, `DeleteApplicationAccessKey`: with what an application signs its
//! requests for tokens (`CreateTokenWithIAM`). Whether a key may, the application's authentication method says.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::arn;
use vestibule_shared::store;
use vestibule_shared::store::access::Application;
use vestibule_shared::store::keys::{ApplicationKey, MOST_APPLICATION_KEYS, TOO_MANY_KEYS};

use crate::Error;
use crate::access_keys::{is_access_key_id, seal_new};
use crate::call::Call;
use crate::epoch::Epoch;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};
use crate::sso_admin::applications::find_application;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    application_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateResponse {
    access_key_id: String,
    secret_access_key: String,
    principal_arn: String,
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
pub(super) struct ListResponse {
    access_keys: Vec<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    access_key_id: String,
    principal_arn: String,
    created_date: Epoch,
    created_by: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    application_arn: String,
    access_key_id: String,
}

pub(super) async fn create(
    call: &Call<'_>,
    request: CreateRequest,
) -> Result<CreateResponse, Error> {
    let application = find_application(call, &request.application_arn).await?;
    let (new, sealed_secret) = seal_new(call.context).await?;
    let key = ApplicationKey {
        id: new.id.clone(),
        application: application.id.clone(),
        sealed_secret,
        created_by: call.caller.arn(&call.context.management_account),
        created_at: call.now,
    };
    let record = call
        .record(json!({ "applicationArn": request.application_arn }))
        .response(json!({ "accessKeyId": key.id }));
    let keys = &call.context.keys;
    match keys
        .create_application_key(&key, call.recorded(&record))
        .await
    {
        Err(store::Error::Conflict(TOO_MANY_KEYS)) => {
            return Err(Error::quota_exceeded(format!(
                "The application has {MOST_APPLICATION_KEYS} access keys already. Delete those that nobody needs."
            )));
        }
        outcome => outcome?,
    }
    Ok(CreateResponse {
        principal_arn: principal_arn(call, &application, &new.id),
        access_key_id: new.id,
        secret_access_key: new.secret,
    })
}

pub(super) async fn list(call: &Call<'_>, request: ListRequest) -> Result<ListResponse, Error> {
    let application = find_application(call, &request.application_arn).await?;
    let (keys, application) = (&call.context.keys, &application);
    let listed = request.paging.gather(|limit, from| async move {
        let page = keys.list_application_keys(&application.id, limit, from.as_ref());
        Ok(page.await?.map(|key| Metadata {
            principal_arn: principal_arn(call, application, &key.id),
            access_key_id: key.id,
            created_date: Epoch(key.created_at),
            created_by: key.created_by,
        }))
    });
    let Listed { items, next_token } = listed.await?;
    Ok(ListResponse {
        access_keys: items,
        next_token,
    })
}

pub(super) async fn delete(call: &Call<'_>, request: DeleteRequest) -> Result<Nothing, Error> {
    let application = find_application(call, &request.application_arn).await?;
    let missing = || Error::not_found("The application has no access key of this id.");
    if !is_access_key_id(&request.access_key_id) {
        return Err(missing());
    }
    let keys = &call.context.keys;
    let key = keys.find_application_key(&request.access_key_id).await?;
    let key = key.filter(|key| key.application == application.id);
    let key = key.ok_or_else(missing)?;
    let record = call.record(json!({
        "applicationArn": request.application_arn,
        "accessKeyId": key.id,
    }));
    keys.delete_application_key(&key, call.recorded(&record))
        .await?;
    Ok(Nothing {})
}

/// How the application's actor policy names the key.
fn principal_arn(call: &Call<'_>, application: &Application, access_key_id: &str) -> String {
    let account = &call.instance.management_account;
    arn::application_key(account, &application.id, access_key_id)
}
